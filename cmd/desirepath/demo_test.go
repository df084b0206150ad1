package main

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/grafana"
	"github.com/desirepath/desirepath/inventory"
	"github.com/xuri/excelize/v2"
)

// TestDemo runs the demo as a newcomer would and reads what it leaves.
func TestDemo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	var out bytes.Buffer
	a := testApp(t)
	a.Out = io.MultiWriter(a.Out, &out)
	if code := a.run(t.Context(), []string{"demo", "--once", "--out", dir}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	for _, want := range []string{"run 1 complete", "mutations: 0", "conversations to have"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the demo does not say %q", want)
		}
	}
	for _, name := range []string{"outreach.xlsx", "outreach.csv", "inventory.jsonl", "metrics.prom", "report.html", "desirepath.db"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	checkOutreach(t, dir)
	checkInventory(t, dir)
	checkApps(t, dir)
	checkNames(t, dir)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "desirepath.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	checkTables(t, db, grafana.SQLite)
}

// checkTables asks the demo's inventory what the tables of the Grafana
// dashboards ask.
func checkTables(t *testing.T, db *sql.DB, store grafana.Store) {
	t.Helper()
	boards, err := grafana.Dashboards(store)
	if err != nil {
		t.Fatal(err)
	}
	tables := 0
	for name, board := range boards {
		for _, query := range tableQueries(t, board) {
			tables++
			rows, err := db.QueryContext(t.Context(), strings.ReplaceAll(query, "$system", "lagoon"))
			if err != nil {
				t.Errorf("%s: %v\n%s", name, err, query)
				continue
			}
			// Nobody was invited yet, so no conversation waits.
			if found := rows.Next(); !found && name != "conversations.json" {
				t.Errorf("%s: nothing is found by\n%s", name, query)
			}
			rows.Close()
		}
	}
	if tables < 4 {
		t.Errorf("%d tables", tables)
	}
}

func tableQueries(t *testing.T, board any) (queries []string) {
	t.Helper()
	text, err := json.Marshal(board)
	if err != nil {
		t.Fatal(err)
	}
	var b struct {
		Panels []struct {
			Targets []struct {
				QueryText string `json:"queryText"` // SQLite's plugin
				RawSQL    string `json:"rawSql"`    // PostgreSQL's
			} `json:"targets"`
		} `json:"panels"`
	}
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	for _, p := range b.Panels {
		for _, q := range p.Targets {
			if text := q.QueryText + q.RawSQL; text != "" {
				queries = append(queries, text)
			}
		}
	}
	return queries
}

func checkOutreach(t *testing.T, dir string) {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(readFile(t, filepath.Join(dir, "outreach.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) < 30 {
		t.Errorf("only %d conversations", len(records)-1)
	}
	column := func(name string) int { return slices.Index(records[0], name) }
	systems, conversations := map[string]int{}, map[string]bool{}
	for _, r := range records[1:] {
		systems[r[column("system")]]++
		if conversations[r[column("conversation_id")]] {
			t.Errorf("conversation %s is listed twice", r[0])
		}
		conversations[r[column("conversation_id")]] = true
		for _, name := range []string{"system", "capability", "partner", "asset_name", "asset_url", "source", "copies", "certainty", "why", "first_question", "status", "since"} {
			if r[column(name)] == "" {
				t.Errorf("conversation %s about %s: %s is empty", r[0], r[column("asset_name")], name)
			}
		}
	}
	if len(systems) < 5 {
		t.Errorf("conversations about few systems: %v", systems)
	}
	f, err := excelize.OpenFile(filepath.Join(dir, "outreach.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Outreach")
	if err != nil || len(rows) != len(records) {
		t.Errorf("the workbook has %d rows, the csv %d; %v", len(rows), len(records), err)
	}
}

// checkInventory reads every line: both suites are there, whatever is judged
// can say why, and what was excluded is named nowhere.
func checkInventory(t *testing.T, dir string) {
	t.Helper()
	tenants, last, none := map[string]int{}, inventory.AssetID(""), 0
	for line := range bytes.Lines(readFile(t, filepath.Join(dir, "inventory.jsonl"))) {
		var r inventory.Record
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r.Asset.ID <= last {
			t.Errorf("%s comes after %s", r.Asset.ID, last)
		}
		last = r.Asset.ID
		tenants[r.Asset.Tenant]++
		switch {
		case r.Verdict == nil && r.Unread == "" && r.Asset.Kind.Inspectable():
			t.Errorf("%s was neither judged nor is it said why not", r.Asset.Name)
		case r.Verdict != nil && r.Verdict.None():
			none++
		case r.Verdict != nil && len(r.Verdict.Evidence) == 0:
			t.Errorf("%s has a verdict without evidence", r.Asset.Name)
		}
	}
	if tenants["m365"] < 100 || tenants["workspace"] < 50 || none < 50 {
		t.Errorf("tenants %v, %d innocent", tenants, none)
	}
	for _, name := range []string{"inventory.jsonl", "outreach.csv", "report.html", "metrics.prom", "desirepath.db"} {
		content := bytes.ToLower(readFile(t, filepath.Join(dir, name)))
		for _, excluded := range []string{"counselling service", "sites/counselling", "intake list"} {
			if bytes.Contains(content, []byte(excluded)) {
				t.Errorf("%s names what was excluded: %s", name, excluded)
			}
		}
	}
}

// TestSecondNight scans an unchanged organisation again: nothing is looked
// into, and each place is asked once for what changed.
func TestSecondNight(t *testing.T) {
	a := testApp(t)
	c, err := demoCmd{Out: t.TempDir()}.prepare(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	first, err := a.scan(t.Context(), c, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if n := contentRequests(first.Ledger); n < 100 {
		t.Fatalf("only %d requests looked inside on the first night", n)
	}
	before := readFile(t, filepath.Join(c.Out, "inventory.jsonl"))
	second, err := a.scan(t.Context(), c, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if n := contentRequests(second.Ledger); n != 0 {
		t.Errorf("%d requests looked inside again", n)
	}
	changes, places := 0, 0
	for _, l := range second.Ledger {
		if strings.Contains(l.Template, "delta") || strings.HasSuffix(l.Template, "/changes") {
			changes += l.Count
		}
	}
	for _, p := range second.Places {
		if p.Place != "" {
			places++
		}
	}
	if changes > places {
		t.Errorf("%d requests for changes of %d places", changes, places)
	}
	for _, p := range append(first.Places, second.Places...) {
		if !p.Complete || !p.Tally.Balanced() {
			t.Errorf("place %s: %+v", p.Name, p)
		}
	}
	if !bytes.Equal(before, readFile(t, filepath.Join(c.Out, "inventory.jsonl"))) {
		t.Error("the inventory of an unchanged organisation changed")
	}
	t.Logf("second night: %d requests, %d of them for the changes of %d places", requests(second.Ledger), changes, places)
}

func requests(l inventory.Ledger) (n int) {
	for _, line := range l {
		n += line.Count
	}
	return n
}

// freeAddress is one of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// TestDemoServes starts the demo with its portal and asks for the pages.
func TestDemoServes(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	addr, watched := freeAddress(t), freeAddress(t)
	cmd := exec.CommandContext(t.Context(), self, "demo", "--out", t.TempDir(), "--listen", addr, "--admin-listen", watched)
	cmd.Args[0] = "desirepath"
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if body := eventuallyAs(t, "http://"+addr+"/", "evil.example"); strings.Contains(body, "Alder Bay") {
		t.Error("the pages answer under another name")
	}
	for page, want := range map[string]string{addr + "/": "Alder Bay University", watched + "/metrics": "desirepath_assets{"} {
		if body := eventually(t, "http://"+page); !strings.Contains(body, want) {
			t.Errorf("%s does not hold %q", page, want)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v\n%s", err, &out)
	}
}

// BenchmarkDemo measures the demo's work after the build: seconds, and the
// most memory its process held.
func BenchmarkDemo(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	var most int64
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), self, "demo", "--once", "--out", b.TempDir())
		cmd.Args[0] = "desirepath"
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			most = max(most, usage.Maxrss)
		}
	}
	b.ReportMetric(float64(most)/1024, "MiB-peak")
}
