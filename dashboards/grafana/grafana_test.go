package grafana

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update", false, "write the dashboards anew")

// A query is what a panel asks for: of Prometheus, or in either dialect of SQL.
type query struct{ Expr, QueryText, RawSQL string }

func (q query) sql() string { return q.QueryText + q.RawSQL }

type panel struct {
	Type, Title, Description string
	Targets                  []query
	Datasource               struct{ UID string }
	FieldConfig              struct {
		Defaults struct {
			Unit       string
			Thresholds struct{ Steps []any }
		}
	}
}

type board struct {
	UID, Title, Description, Timezone string
	Tags                              []string
	Panels                            []panel
	Templating                        struct {
		List []struct{ Name string }
	}
	Annotations struct {
		List []struct{ Expr string }
	}
}

// built gives each dashboard as its file has to be.
func built(t *testing.T, s Store) map[string][]byte {
	t.Helper()
	all, err := Dashboards(s)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for name, d := range all {
		b, err := json.MarshalIndent(d, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Join(string(s), name)] = append(b, '\n')
	}
	return files
}

func boards(t *testing.T, s Store) (all []board) {
	t.Helper()
	for name, b := range built(t, s) {
		var d board
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, d)
	}
	return all
}

func TestFilesAreCurrent(t *testing.T) {
	for _, s := range []Store{SQLite, PostgreSQL} {
		for name, want := range built(t, s) {
			if *update {
				if err := os.WriteFile(name, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			have, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(have)); diff != "" {
				t.Errorf("%s is not what Dashboards builds; run: go test ./dashboards/grafana -update\n%s", name, diff)
			}
		}
	}
}

// TestDashboards holds our rules for dashboards.
func TestDashboards(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range boards(t, SQLite) {
		if !strings.HasPrefix(d.UID, "desirepath-") || uids[d.UID] || d.Title == "" || d.Description == "" || d.Timezone != "browser" || !slices.Contains(d.Tags, "desirepath") {
			t.Errorf("%q: uid %q, tags %v, zone %q", d.Title, d.UID, d.Tags, d.Timezone)
		}
		uids[d.UID] = true
		for _, name := range []string{"source", "store", "portal"} {
			if !slices.ContainsFunc(d.Templating.List, func(v struct{ Name string }) bool { return v.Name == name }) {
				t.Errorf("%s has no variable %s", d.Title, name)
			}
		}
		if len(d.Annotations.List) == 0 {
			t.Errorf("%s does not mark the runs", d.Title)
		}
		titles := map[string]bool{}
		for _, p := range d.Panels {
			if p.Type == "row" {
				continue
			}
			if titles[p.Type+p.Title] {
				t.Errorf("%s: two panels %q", d.Title, p.Title)
			}
			titles[p.Type+p.Title] = true
			checkPanel(t, d, p)
		}
	}
	if len(uids) != 4 {
		t.Errorf("%d dashboards", len(uids))
	}
}

// counter is a metric that only rises, of which a panel has to show the rate.
var counter = regexp.MustCompile(`[a-z_]+_total\b`)

func checkPanel(t *testing.T, d board, p panel) {
	t.Helper()
	if p.Title == "" || !strings.HasSuffix(p.Description, ".") || len(p.Targets) == 0 {
		t.Errorf("%s: panel %q lacks a title, a sentence that describes it, or a query", d.Title, p.Title)
	}
	if p.FieldConfig.Defaults.Unit == "" || !strings.HasPrefix(p.Datasource.UID, "${") {
		t.Errorf("%s: panel %q has unit %q and data source %q", d.Title, p.Title, p.FieldConfig.Defaults.Unit, p.Datasource.UID)
	}
	if p.Type == "stat" && len(p.FieldConfig.Defaults.Thresholds.Steps) == 0 {
		t.Errorf("%s: panel %q has no thresholds", d.Title, p.Title)
	}
	for _, q := range p.Targets {
		if counter.MatchString(q.Expr) && !strings.Contains(q.Expr, "rate(") {
			t.Errorf("%s: panel %q shows a counter as it is", d.Title, p.Title)
		}
		if names := regexp.MustCompile(`(?i)\b(keeper|partner_name|partner_address|decided_by|accounts|persons)\b`).FindString(q.sql()); names != "" {
			t.Errorf("%s: panel %q reads %s: no dashboard names a person", d.Title, p.Title, names)
		}
		unknown(t, d.Title+": panel "+p.Title, q.Expr)
	}
}

// unknown reports metrics that an expression asks for and nobody exports.
func unknown(t *testing.T, where, expr string) {
	t.Helper()
	known := metricNames()
	for _, name := range regexp.MustCompile(`\bdesirepath_[a-z_]+`).FindAllString(expr, -1) {
		if !slices.Contains(known, name) {
			t.Errorf("%s asks for %s, which is not exported", where, name)
		}
	}
}

func metricNames() (names []string) {
	ch := make(chan *prometheus.Desc, 100)
	metrics.New(nil, metrics.Setting{}).Describe(ch)
	close(ch)
	for d := range ch {
		names = append(names, regexp.MustCompile(`fqName: "([^"]+)"`).FindStringSubmatch(d.String())[1])
	}
	return names
}

// TestRules asks Prometheus' own tool whether the rules hold and fire when
// they should, and whether each alert says what to do.
func TestRules(t *testing.T) {
	rules, err := os.ReadFile("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	unknown(t, "rules.yaml", string(rules))
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, alert := range regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(string(rules), -1) {
		anchor := "#" + strings.ToLower(alert[1])
		if !strings.Contains(string(rules), anchor+"\n") || !strings.Contains(string(readme), "#### "+alert[1]+"\n") {
			t.Errorf("%s has no runbook in the README, or does not point to it", alert[1])
		}
	}
	tool, err := exec.LookPath("promtool")
	if err != nil {
		if strings.Contains(os.Getenv("DESIREPATH_REQUIRE"), "promtool") {
			t.Fatal("promtool is required and not installed")
		}
		t.Skip("promtool is not installed")
	}
	for _, args := range [][]string{{"check", "rules", "rules.yaml"}, {"test", "rules", "rules_test.yaml"}} {
		if out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
