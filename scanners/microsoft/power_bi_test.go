package microsoft

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A desk is the workspaces of an emulated organisation as a conformance tenant.
type desk struct {
	*testing.T
	scannertest.NoFolders
	world *emulator.World
	maker string
	edits int
}

func (d *desk) Truth(p inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	for _, r := range d.world.Reports(p.ID) {
		out[r.ID] = scannertest.Fact{Name: r.Name}
	}
	return out
}

func (d *desk) Create(p inventory.Place, _, name string) string {
	d.edits++
	return d.world.AddReport(emulator.Report{ID: fmt.Sprintf("%08d-0000-0000-0000-000000000000", d.edits), Workspace: p.ID, Name: name, CreatedBy: d.maker, Created: time.Now()}).ID
}

func (d *desk) change(p inventory.Place, id string, do func(*emulator.Report)) {
	d.Helper()
	all := d.world.Reports(p.ID)
	i := slices.IndexFunc(all, func(r emulator.Report) bool { return r.ID == id })
	if i < 0 {
		d.Fatalf("no report %s", id)
	}
	r := all[i]
	d.edits++
	r.Modified = time.Now().Add(time.Duration(d.edits) * time.Second)
	do(&r)
	d.world.AddReport(r)
}

func (d *desk) Edit(p inventory.Place, id string) { d.change(p, id, func(*emulator.Report) {}) }

func (d *desk) Rename(p inventory.Place, id, name string) string {
	d.change(p, id, func(r *emulator.Report) { r.Name = name })
	return id
}

func (d *desk) Delete(p inventory.Place, id string) { d.world.RemoveReport(p.ID, id) }

// figures is an organisation with nothing but two workspaces, and one person.
func figures(t testing.TB, now func() time.Time) (w *emulator.World, maker string) {
	t.Helper()
	w = emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example", Now: now})
	ada := w.AddPerson(emulator.Person{Name: "Ada Abbott", Address: "ada@alderbay.example", Department: "Finance", Microsoft: true})
	for _, name := range []string{"Finance", "Health"} {
		w.AddWorkspace(emulator.Workspace{Name: name})
	}
	w.AddWorkspace(emulator.Workspace{Name: "Ada's own", Personal: true})
	return w, ada.ID
}

// A workspace that changed within the last hour is scanned again whatever its
// cursor says, so that the suite sees a listing from scratch each time.
// Workspaces are not told by links.
func TestPowerBIConforms(t *testing.T) {
	for name, excluded := range map[string]func(inventory.Place) bool{"each alone": nil, "together": func(inventory.Place) bool { return false }} {
		t.Run(name, func(t *testing.T) {
			scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
				w, ada := figures(t, nil)
				n := newTenant(t, w, emulator.ServerOptions{})
				desk := &desk{T: t, world: w, maker: ada}
				fixture := &scannertest.Fixture{
					Scanner: func() scanners.Scanner {
						return n.scanner(n.with(Features{PowerBI: true}), func(o *Options, _ *wire.Options) { o.Excluded = excluded })
					},
					Tenant: desk, Flat: true, Linkless: true, Kind: inventory.KindReport, Faults: n.faults, Early: n.server.EarlyRequests, Requests: n.recorder.Requests,
				}
				if excluded != nil {
					fixture.Requests = nil // the suite excludes by a scope of the engine, of which this scanner was told nothing
				}
				return fixture
			}})
		})
	}
}

// clock is a time that tests move on.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// many is an organisation with 250 workspaces of one report each.
func many(t *testing.T) (*clock, *tenant, func() *Scanner) {
	t.Helper()
	c := &clock{at: time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)}
	w, ada := figures(t, c.Now)
	for i := range 248 {
		w.AddWorkspace(emulator.Workspace{ID: fmt.Sprintf("%08d-1111-0000-0000-000000000000", i), Name: fmt.Sprintf("Workspace %d", i)})
	}
	for _, s := range w.Workspaces() {
		if !s.Personal {
			w.AddReport(emulator.Report{Workspace: s.ID, Name: "Report", CreatedBy: ada})
		}
	}
	n := newTenant(t, w, emulator.ServerOptions{})
	return c, n, func() *Scanner {
		return n.scanner(n.with(Features{PowerBI: true}), func(o *Options, _ *wire.Options) {
			o.Now, o.Excluded = c.Now, func(p inventory.Place) bool { return p.Name == "Workspace 7" }
		})
	}
}

// On the first night a hundred workspaces share a scan, on later ones those
// that changed do; one that is excluded is in none.
func TestPowerBINights(t *testing.T) {
	c, n, scanner := many(t)
	scope := inventory.Scope{Exclude: inventory.Rules{Places: []string{"Workspace 7"}}}
	store := scannertest.NewMemory(scope)
	night := func() int {
		n.server.ResetRequests()
		reports, err := (&scanners.Engine{Sink: store, Scope: scope, Parallel: 4}).List(t.Context(), scanner())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reports {
			if r.Place != "" && !r.Complete {
				t.Errorf("place %s: %s", r.Name, r.Error)
			}
		}
		return n.server.Count("getInfo")
	}
	if scans := night(); scans != 3 {
		t.Errorf("%d scans of 249 workspaces on the first night, want 3", scans)
	}
	c.add(24 * time.Hour)
	if scans := night(); scans != 0 || n.server.Count("modified") != 1 {
		t.Errorf("%d scans, %d questions what changed on a night without changes", scans, n.server.Count("modified"))
	}
	edit := func(from, to int) {
		for _, s := range n.world.Workspaces()[from:to] {
			for _, r := range n.world.Reports(s.ID) {
				r.Name, r.Modified = "Another name", c.Now()
				n.world.AddReport(r)
			}
		}
	}
	c.add(24 * time.Hour)
	edit(20, 150)
	if scans := night(); scans != 2 {
		t.Errorf("%d scans of 130 workspaces that changed, want 2", scans)
	}
	renamed := 0
	for r, err := range store.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Asset.Name == "Another name" {
			renamed++
		}
	}
	if renamed != 130 {
		t.Errorf("%d reports have the new name, want 130", renamed)
	}
	c.add(40 * 24 * time.Hour)
	if scans := night(); scans != 3 || n.server.Count("modified") != 0 {
		t.Errorf("%d scans, %d questions what changed after the service has forgotten", scans, n.server.Count("modified"))
	}
	for _, r := range n.recorder.Requests() {
		if strings.Contains(r, "00000007-1111") {
			t.Fatalf("an excluded workspace was asked about: %s", r)
		}
	}
	if m := n.server.Mutations(); m != 0 {
		t.Errorf("%d mutations", m)
	}
}

// A scan that fails for one workspace of many is tried for each alone.
func TestPowerBIScansAlone(t *testing.T) {
	_, n, scanner := many(t)
	s := scanner()
	places, err := collect(s.Places(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	gone := places[5]
	n.world.RemoveWorkspace(gone.ID)
	for _, p := range []inventory.Place{places[0], gone} {
		_, err := collect(s.Pages(t.Context(), p, ""))
		if (err != nil) != (p.ID == gone.ID) || err != nil && !errors.Is(err, errGone) {
			t.Errorf("workspace %s: %v", p.Name, err)
		}
	}
}

// What a report is made of: tables as sheets, columns and measures as
// headings, servers and databases, and neither expressions nor secrets.
func TestPowerBIReports(t *testing.T) {
	w, ada := figures(t, nil)
	finance := w.Workspaces()[0].ID
	m := w.AddModel(emulator.Model{Workspace: finance, Name: "Commitments", ConfiguredBy: ada,
		Tables: []emulator.ModelTable{
			{Name: "Orders", Columns: [][2]string{{"Order no", "Int64"}, {"Supplier", "String"}, {"Ordered on", "DateTime"}, {"RowNumber-2662", "Int64"}, {"Ada Abbott", "String"}},
				Measures: [][2]string{{"Total", "SUM(canary)"}}},
			{Name: "LocalDateTable_1", Columns: [][2]string{{"Date", "DateTime"}}},
		},
		Sources: []emulator.ModelSource{
			{Type: "Sql", Details: map[string]string{"server": "fin.alderbay.example", "database": "LEDGER"}},
			{Type: "Web", Details: map[string]string{"url": "https://user:canary@data.example/rates.csv?key=canary"}},
			{Type: "File", Details: map[string]string{"path": `C:\Users\canary\plan.xlsx`}},
			{Type: "ODBC", Details: map[string]string{"connectionString": "dsn=x;pwd=canary"}},
			{Type: "Sql", Details: map[string]string{"server": "x;pwd=canary"}},
		}})
	w.AddModel(emulator.Model{Workspace: finance, Name: "Nobody shows me", ConfiguredBy: ada})
	bob := w.AddPerson(emulator.Person{Name: "Bob", Address: "bob@alderbay.example", Microsoft: true})
	w.AddReport(emulator.Report{Workspace: finance, Name: "Spend", Model: m.ID, CreatedBy: ada, Users: []string{ada, bob.ID}, Groups: 1})
	w.AddReport(emulator.Report{ID: "11111111-2222-3333-4444-555555555555", Workspace: finance, Name: "Spend", Model: m.ID, CreatedBy: ada, InApp: true})
	n := newTenant(t, w, emulator.ServerOptions{})
	s := n.scanner(n.with(Features{PowerBI: true}), func(o *Options, _ *wire.Options) { o.Personal = func(name string) bool { return name == "Ada Abbott" } })
	changes := changesOf(t, s, inventory.PlaceWorkspace)
	if len(changes) != 2 || changes["Spend"].Asset == nil || changes["Nobody shows me"].Inside == nil {
		t.Fatalf("changes %+v", changes)
	}
	c := changes["Spend"]
	if c.Asset.Kind != inventory.KindReport || c.Asset.Owner != "ada@alderbay.example" || !c.Asset.Shared || c.Asset.Modified.IsZero() || c.Usage.People != 2 || !c.Usage.Widely {
		t.Errorf("asset %+v, usage %+v", c.Asset, c.Usage)
	}
	want := []inventory.Connection{{Kind: "file", Target: "plan.xlsx"}, {Kind: "sql", Target: "fin.alderbay.example/LEDGER"}, {Kind: "web", Target: "data.example/rates.csv"}}
	if d := cmp.Diff(want, c.Inside.Connections); d != "" {
		t.Errorf("connections (-want +got):\n%s", d)
	}
	if len(c.Inside.Sheets) != 1 || c.Inside.Format != "report" || c.Inside.Sheets[0].Name != "Orders" {
		t.Fatalf("inside %+v", c.Inside)
	}
	if d := cmp.Diff([]string{"Order no", "Supplier", "Ordered on", "Total"}, c.Inside.Sheets[0].Regions[0].Headings); d != "" {
		t.Errorf("headings (-want +got):\n%s", d)
	}
	if told := fmt.Sprintf("%+v", changes); strings.Contains(told, "canary") || strings.Contains(told, "Abbott") {
		t.Errorf("it keeps what it must not: %s", told)
	}
}

// The listing of workspaces and the list of those that changed need not write
// ids alike.
func TestWorkspacesChangeInAnyCase(t *testing.T) {
	at := time.Now().UTC().Truncate(time.Second)
	s := &Scanner{o: Options{Now: time.Now}}
	s.scans.changed = map[time.Time]map[string]bool{at.Add(-modifiedOverlap): {"ab-1": true}}
	for id, want := range map[string]bool{"AB-1": true, "ab-1": true, "ab-2": false} {
		if got, err := s.modified(t.Context(), id, inventory.Cursor(scannedMark+at.Format(time.RFC3339))); err != nil || got != want {
			t.Errorf("%s: modified %t, %v", id, got, err)
		}
	}
}
