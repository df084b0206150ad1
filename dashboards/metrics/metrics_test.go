package metrics

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/prometheus/client_golang/prometheus"
)

type totals struct {
	summary inventory.Summary
	err     error
}

func (t totals) Summary(context.Context) (inventory.Summary, error) { return t.summary, t.err }

func night() inventory.Summary {
	ended := time.Date(2026, 3, 2, 2, 30, 0, 0, time.UTC)
	return inventory.Summary{
		Assets:        []inventory.Count{{A: "m365", B: "workbook", N: 41}, {A: "files", B: "table", N: 2}},
		Structures:    40,
		Unread:        []inventory.Count{{A: "m365", B: "encrypted", N: 3}},
		Verdicts:      []inventory.Count{{A: "lms", B: "lagoon", N: 7}, {A: "", B: "", N: 30}},
		Families:      []inventory.Count{{A: "copies", N: 4}},
		Conversations: []inventory.Count{{A: "lagoon", B: "proposed", N: 5}},
		Places:        []inventory.Count{{A: "m365", B: "library", N: 9}},
		LastComplete:  ended,
		LastRun: inventory.Run{
			Started: ended.Add(-90 * time.Second), Finished: ended, Result: inventory.RunComplete,
			Places: []inventory.PlaceReport{{Complete: true, Tally: inventory.Tally{Found: 50, Stored: 43, Skipped: map[string]int{"a": 7}}}},
			Ledger: inventory.Ledger{
				{Host: "graph.microsoft.com", Method: "GET", Status: 200, Count: 12, Units: 14},
				{Host: "graph.microsoft.com", Method: "GET", Status: 429, Count: 1, Units: 1, Waited: 2 * time.Second},
			},
		},
	}
}

func TestTextfile(t *testing.T) {
	var b bytes.Buffer
	if err := Textfile(&b, night()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`desirepath_assets{kind="workbook",tenant="m365"} 41`,
		`desirepath_verdicts{capability="lms",system="lagoon"} 7`,
		`desirepath_families{kind="copies"} 4`,
		`desirepath_last_run_result{result="complete"} 1`,
		`desirepath_last_run_result{result="failed"} 0`,
		`desirepath_last_run_duration_seconds 90`,
		`desirepath_last_run_assets_found{outcome="skipped"} 7`,
		`desirepath_last_run_requests{host="graph.microsoft.com",method="GET",status="429"} 1`,
		`desirepath_last_run_units 15`,
		`desirepath_last_run_throttled_seconds 2`,
	} {
		if !strings.Contains(b.String(), want+"\n") {
			t.Errorf("lacks %s in\n%s", want, b.String())
		}
	}
}

func TestStoreThatDoesNotAnswer(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(New(totals{err: errors.New("database is closed")}))
	if _, err := registry.Gather(); err == nil || !strings.Contains(err.Error(), "database is closed") {
		t.Errorf("the scrape answered %v", err)
	}
}

// TestNaming asks Prometheus' own tool whether names and help texts follow its
// conventions.
func TestNaming(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		if strings.Contains(os.Getenv("DESIREPATH_REQUIRE"), "promtool") {
			t.Fatal("promtool is required and not installed")
		}
		t.Skip("promtool is not installed")
	}
	var b bytes.Buffer
	if err := Textfile(&b, night()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool, "check", "metrics")
	cmd.Stdin = &b
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
