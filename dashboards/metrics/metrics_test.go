package metrics

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
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
		Totals: inventory.Totals{
			Needs:     []inventory.Count{{A: "lagoon", B: "field", N: 12}},
			Certainty: []inventory.Count{{A: "0.8-0.9", N: 6}},
		},
		Waiting:      []inventory.Count{{A: "proposed", B: "week", N: 5}},
		Invited:      2,
		Places:       []inventory.Count{{A: "m365", B: "library", N: 9}},
		LastComplete: ended,
		LastRun: inventory.Run{
			Started: ended.Add(-90 * time.Second), Finished: ended, Result: inventory.RunComplete,
			Places: []inventory.PlaceReport{
				{Place: "m365/d1", Complete: true, Tally: inventory.Tally{Found: 50, Stored: 43, Skipped: map[string]int{"not a workbook": 7}}},
				{Place: "files/", Tally: inventory.Tally{Found: 1, Failed: map[string]int{"locked": 1}}},
			},
			Stages: []inventory.StageTime{{Stage: "list", Took: time.Minute}, {Stage: "look", Took: 20 * time.Second}},
			Ledger: inventory.Ledger{
				{Source: "m365", Host: "graph.microsoft.com", Method: "GET", Template: "/a", Status: 200, Count: 12, Units: 14, Bytes: 1000},
				{Source: "m365", Host: "graph.microsoft.com", Method: "GET", Template: "/b", Status: 200, Count: 3, Units: 3, Bytes: 24},
				{Source: "m365", Host: "graph.microsoft.com", Method: "GET", Template: "/a", Status: 429, Count: 1, Units: 1, Waited: 2 * time.Second},
			},
		},
	}
}

func setting() Setting {
	return Setting{Version: "v1.2.3", Capacity: 9, Credentials: []Credential{
		{Tenant: "m365", Kind: "certificate", Ends: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	}}
}

func TestTextfile(t *testing.T) {
	var b bytes.Buffer
	if err := Textfile(&b, night(), setting()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`desirepath_assets{kind="workbook",tenant="m365"} 41`,
		`desirepath_verdicts{capability="lms",system="lagoon"} 7`,
		`desirepath_families{kind="copies"} 4`,
		`desirepath_last_run_result{result="complete"} 1`,
		`desirepath_last_run_result{result="failed"} 0`,
		`desirepath_last_run_duration_seconds 90`,
		`desirepath_last_run_stage_duration_seconds{stage="list"} 60`,
		`desirepath_last_run_assets_found{outcome="stored",reason="",tenant="m365"} 43`,
		`desirepath_last_run_assets_found{outcome="skipped",reason="not a workbook",tenant="m365"} 7`,
		`desirepath_last_run_assets_found{outcome="failed",reason="locked",tenant="files"} 1`,
		`desirepath_last_run_places{complete="no",tenant="files"} 1`,
		`desirepath_last_run_requests{host="graph.microsoft.com",method="GET",status="200",tenant="m365"} 15`,
		`desirepath_last_run_requests{host="graph.microsoft.com",method="GET",status="429",tenant="m365"} 1`,
		`desirepath_last_run_units{tenant="m365"} 18`,
		`desirepath_last_run_received_bytes{tenant="m365"} 1024`,
		`desirepath_last_run_throttled_seconds{tenant="m365"} 2`,
		`desirepath_last_run_mutations 0`,
		`desirepath_conversations_waiting{state="proposed",within="week"} 5`,
		`desirepath_invitations_last_week 2`,
		`desirepath_needs{kind="field",system="lagoon"} 12`,
		`desirepath_verdicts_by_certainty{certainty="0.8-0.9"} 6`,
		`desirepath_invitation_capacity_per_week 9`,
		`desirepath_credential_end_timestamp_seconds{kind="certificate",tenant="m365"} 1.7987616e+09`,
		`desirepath_build_info{version="v1.2.3"} 1`,
	} {
		if !strings.Contains(b.String(), want+"\n") {
			t.Errorf("lacks %s in\n%s", want, b.String())
		}
	}
}

func TestStoreThatDoesNotAnswer(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(New(totals{err: errors.New("database is closed")}, Setting{}))
	if _, err := registry.Gather(); err == nil || !strings.Contains(err.Error(), "database is closed") {
		t.Errorf("the scrape answered %v", err)
	}
}

// TestPush sends a night's metrics to a gateway and looks at what arrives.
func TestPush(t *testing.T) {
	var asked, body string
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		asked, body = r.Method+" "+r.URL.Path, string(b)
	}))
	defer gateway.Close()
	if err := Push(t.Context(), gateway.URL, "uni-1", night(), setting()); err != nil {
		t.Fatal(err)
	}
	if asked != "PUT /metrics/job/desirepath/instance/uni-1" || !strings.Contains(body, "desirepath_assets") {
		t.Errorf("%s\n%q", asked, body)
	}
	gateway.Close()
	if err := Push(t.Context(), gateway.URL, "uni-1", night(), setting()); err == nil || !strings.Contains(err.Error(), gateway.URL) {
		t.Errorf("a gateway that is away: %v", err)
	}
}

// TestSeriesBudget counts the series of a large organisation: three tenants,
// all kinds of assets and places, 60 capabilities, 200 systems.
func TestSeriesBudget(t *testing.T) {
	s := large()
	var b bytes.Buffer
	if err := Textfile(&b, s, setting()); err != nil {
		t.Fatal(err)
	}
	series := 0
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "#") {
			series++
		}
	}
	if series < 1000 || series > 4000 {
		t.Errorf("%d series", series)
	}
	t.Logf("%d series, %d bytes a scrape", series, b.Len())
}

func large() inventory.Summary {
	s := night()
	for tenant := range 3 {
		name := "tenant-" + strconv.Itoa(tenant)
		for kind := range 20 {
			s.Assets = append(s.Assets, inventory.Count{A: name, B: "kind-" + strconv.Itoa(kind), N: 1})
			s.Places = append(s.Places, inventory.Count{A: name, B: "kind-" + strconv.Itoa(kind), N: 1})
			s.Unread = append(s.Unread, inventory.Count{A: name, B: "reason-" + strconv.Itoa(kind), N: 1})
		}
		for place := range 10_000 {
			s.LastRun.Places = append(s.LastRun.Places, inventory.PlaceReport{
				Place: name + "/" + strconv.Itoa(place), Complete: place%2 == 0,
				Tally: inventory.Tally{Stored: 1, Skipped: map[string]int{"reason-" + strconv.Itoa(place%10): 1}},
			})
		}
		for template := range 100 {
			s.LastRun.Ledger = append(s.LastRun.Ledger, inventory.LedgerLine{Source: name, Host: "h", Method: "GET", Template: strconv.Itoa(template), Status: 200 + template%8, Count: 1})
		}
	}
	for system := range 200 {
		name := "system-" + strconv.Itoa(system)
		s.Verdicts = append(s.Verdicts, inventory.Count{A: "capability-" + strconv.Itoa(system%60), B: name, N: 1})
		for _, state := range inventory.States()[:6] {
			s.Conversations = append(s.Conversations, inventory.Count{A: name, B: string(state), N: 1})
		}
	}
	return s
}

// TestSet puts another setting in place while a registry holds the collector,
// with a certificate that was not there before.
func TestSet(t *testing.T) {
	c := New(totals{summary: night()}, Setting{Version: "v1"})
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	c.Set(setting())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]float64{}
	for _, f := range families {
		have[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
	}
	if have["desirepath_invitation_capacity_per_week"] != 9 || have["desirepath_credential_end_timestamp_seconds"] == 0 {
		t.Errorf("after the change: %v", have)
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
	if err := Textfile(&b, night(), setting()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool, "check", "metrics")
	cmd.Stdin = &b
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
