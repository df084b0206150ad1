package grafana

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update", false, "write inventory.json anew")

func built(t *testing.T) []byte {
	t.Helper()
	d, err := Inventory()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func TestInventoryIsCurrent(t *testing.T) {
	want := built(t)
	if *update {
		if err := os.WriteFile("inventory.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("inventory.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(have)); diff != "" {
		t.Errorf("inventory.json is not what Inventory builds; run: go test ./dashboards/grafana -update\n%s", diff)
	}
}

// TestPanels holds the rules for dashboards: each panel says what it shows,
// each query asks for metrics that exist.
func TestPanels(t *testing.T) {
	var d struct {
		UID    string `json:"uid"`
		Panels []struct {
			Type, Title, Description string
			Targets                  []struct{ Expr string }
		} `json:"panels"`
	}
	if err := json.Unmarshal(built(t), &d); err != nil {
		t.Fatal(err)
	}
	known := metricNames()
	queries := 0
	for _, p := range d.Panels {
		if p.Type == "row" {
			continue
		}
		if p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %q lacks a description or a query", p.Title)
		}
		for _, q := range p.Targets {
			for _, name := range regexp.MustCompile(`desirepath_[a-z_]+`).FindAllString(q.Expr, -1) {
				queries++
				if !slices.Contains(known, name) {
					t.Errorf("panel %q asks for %s, which is not exported", p.Title, name)
				}
			}
		}
	}
	if d.UID == "" || queries < 10 {
		t.Fatalf("uid %q, %d queries", d.UID, queries)
	}
}

func metricNames() (names []string) {
	ch := make(chan *prometheus.Desc, 100)
	metrics.New(nil, metrics.Setting{}).Describe(ch)
	close(ch)
	for d := range ch {
		names = append(names, regexp.MustCompile(`desirepath_[a-z_]+`).FindString(d.String()))
	}
	return names
}
