package grafana

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/desirepath/desirepath/inventory"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// oneNight is an inventory after a night in which everything happened.
type oneNight struct{}

func (oneNight) Summary(context.Context) (inventory.Summary, error) {
	ended := time.Now().Add(-time.Hour)
	return inventory.Summary{
		Assets: []inventory.Count{{A: "m365", B: "workbook", N: 41}}, Structures: 40,
		Unread:   []inventory.Count{{A: "m365", B: "encrypted", N: 3}},
		Verdicts: []inventory.Count{{A: "lms", B: "lagoon", N: 7}, {A: "assets", N: 2}},
		Totals: inventory.Totals{
			Needs:     []inventory.Count{{A: "lagoon", B: "field", N: 12}},
			Certainty: []inventory.Count{{A: "0.8-0.9", N: 6}},
		},
		Waiting:       []inventory.Count{{A: "talking", B: "quarter", N: 1}},
		Families:      []inventory.Count{{A: "copies", N: 4}},
		Conversations: []inventory.Count{{A: "lagoon", B: "talking", N: 5}},
		Places:        []inventory.Count{{A: "m365", B: "library", N: 9}},
		LastComplete:  ended,
		LastRun: inventory.Run{
			Started: ended.Add(-time.Minute), Finished: ended, Result: inventory.RunComplete,
			Places: []inventory.PlaceReport{{Place: "m365/d", Complete: true, Tally: inventory.Tally{Found: 9, Stored: 8, Skipped: map[string]int{"not a workbook": 1}}}},
			Stages: []inventory.StageTime{{Stage: "list", Took: time.Minute}},
			Ledger: inventory.Ledger{{Source: "m365", Host: "graph.microsoft.com", Method: "GET", Status: 200, Count: 12, Units: 14}},
		},
	}, nil
}

// TestPrometheusAnswers has a real Prometheus scrape the metrics, and asks it
// every panel's query.
func TestPrometheusAnswers(t *testing.T) {
	base := startPrometheus(t)
	for _, expr := range queries(t) {
		if !answered(t, base, expr) {
			t.Errorf("no answer to %s", expr)
		}
	}
}

// queries are those of all panels, with the variables as a reader would choose
// them, and what the rules record.
func queries(t *testing.T) (all []string) {
	t.Helper()
	chosen := strings.NewReplacer("$tenant", ".*", "$system", "lagoon", "$__interval", "1m")
	for _, d := range boards(t, SQLite) {
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				if q.Expr != "" {
					all = append(all, chosen.Replace(q.Expr))
				}
			}
		}
	}
	return append(all, "desirepath:assets_near:sum", "desirepath:places_incomplete:ratio", "desirepath:assets_failed:ratio")
}

func startPrometheus(t *testing.T) (base string) {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		if strings.Contains(os.Getenv("DESIREPATH_REQUIRE"), "prometheus") {
			t.Fatal("Prometheus is required and not installed")
		}
		t.Skip("Prometheus is not installed")
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.New(oneNight{}, metrics.Setting{Version: "v0", Capacity: 6, Credentials: []metrics.Credential{{Tenant: "m365", Kind: "certificate", Ends: time.Now().AddDate(1, 0, 0)}}}))
	target := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	t.Cleanup(target.Close)
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	rules, err := filepath.Abs("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: ['%s']\nscrape_configs:\n  - {job_name: desirepath, static_configs: [{targets: ['%s']}]}\n", rules, target.Listener.Addr())
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freeAddress(t)
	cmd := exec.CommandContext(t.Context(), program, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr, "--log.level=error")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return "http://" + addr
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// answered asks for at most half a minute: Prometheus has to start and scrape.
func answered(t *testing.T, base, expr string) bool {
	t.Helper()
	for range 150 {
		var answer struct {
			Data struct{ Result []json.RawMessage }
		}
		resp, err := http.Get(base + "/api/v1/query?query=" + url.QueryEscape(expr))
		if err == nil {
			err = json.NewDecoder(resp.Body).Decode(&answer)
			resp.Body.Close()
		}
		if err == nil && len(answer.Data.Result) > 0 {
			return true
		}
		time.Sleep(200 * time.Millisecond)
	}
	return false
}
