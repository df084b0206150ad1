package google

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// exporting makes a scanner that lists from the export.
func exporting(o *Options, w *wire.Options) {
	o.Features.InventoryExport = InventoryExport{Project: "alder-data", Dataset: "drive_inventory"}
}

func (d *domain) export() { d.server.ExportDrive("alder-data", "drive_inventory", "scanner") }

// exportedScanner is a scanner of the export; the guard is that of the same options.
func (d *domain) exportedScanner(change ...func(*Options, *wire.Options)) *Scanner {
	d.Helper()
	return d.scanner(append([]func(*Options, *wire.Options){func(o *Options, w *wire.Options) {
		exporting(o, w)
		whole, err := Wire(*o)
		if err != nil {
			d.Fatal(err)
		}
		w.Guard, w.Words = whole.Guard, whole.Words
	}}, change...)...)
}

// TestConformanceOfTheExport lets every scan find an export that was made just before it, unless nothing changed.
func TestConformanceOfTheExport(t *testing.T) {
	for _, kind := range []inventory.PlaceKind{inventory.PlaceMyDrive, inventory.PlaceSharedDrive} {
		t.Run(string(kind), func(t *testing.T) {
			scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
				world, _ := people("bob")
				sharedDrive(world, "Finance", "bob")
				sharedDrive(world, "Teaching", "admin")
				d := newDomain(t, world)
				w := &scannertest.World{T: t, World: world}
				backoff, last := 5*time.Millisecond, ""
				return &scannertest.Fixture{
					Scanner: func() scanners.Scanner {
						state := ""
						for _, p := range world.Places() {
							state += fmt.Sprint(p.ID, world.Seq(p.ID), " ")
						}
						if state != last {
							time.Sleep(time.Millisecond) // so that this export is newer
							d.export()
							last = state
						}
						return only{d.exportedScanner(func(o *Options, w *wire.Options) { w.Pace.Backoff, o.exportSlice = backoff, 20 }), kind}
					},
					Tenant:      w,
					Incremental: true,
					Requests:    d.recorder.Requests,
					Early:       d.server.EarlyRequests,
					Faults: func(spec string) {
						if strings.Contains(spec, "foreign") {
							t.Skip("a page of BigQuery's names the next one by a token, never by a link")
						}
						if strings.Contains(spec, "throttle=1,") {
							backoff = 2 * time.Second
						}
						f, err := emulator.ParseFaults(spec)
						if err != nil {
							t.Fatal(err)
						}
						d.server.SetFaults(f)
					},
				}
			}})
		})
	}
}

// TestExportTellsWhatDriveTells lists Alder Bay once from Drive and once from the export, and wants the same assets, in the name of
// nobody but the administrator.
func TestExportTellsWhatDriveTells(t *testing.T) {
	server, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := newDomain(t, server.World)
	people := server.World.People()
	admin := people[slices.IndexFunc(people, func(p emulator.Person) bool { return p.Admin && p.Google })].Address
	asAdmin := func(o *Options, _ *wire.Options) { o.Admin, o.exportSlice = admin, 100 }
	left := map[string]bool{}
	for _, p := range people {
		left[p.Address] = p.Left
	}
	listed := func(s *Scanner) map[inventory.AssetID]inventory.Asset {
		sink := scannertest.NewMemory(inventory.Scope{})
		d.list(s, sink, inventory.Scope{})
		out := map[inventory.AssetID]inventory.Asset{}
		for r := range sink.Records(t.Context()) {
			a := r.Asset
			a.URL, a.ModifiedBy = "", "" // the export knows neither
			a.Created, a.Modified = a.Created.Truncate(time.Millisecond), a.Modified.Truncate(time.Millisecond)
			if !left[a.Owner] { // nobody can act for those who have left; the export has their files
				out[a.ID] = a
			}
		}
		return out
	}
	drive := listed(d.scanner(asAdmin))
	before := len(d.recorder.Requests())
	d.export()
	if diff := cmp.Diff(drive, listed(d.exportedScanner(asAdmin))); diff != "" {
		t.Errorf("(-Drive +export):\n%s", diff)
	}
	if len(drive) < 50 {
		t.Errorf("only %d assets", len(drive))
	}
	asked := d.recorder.Requests()[before:]
	for who := range exchanges(asked) {
		if name, _, _ := strings.Cut(who, " "); name != "" && name != admin {
			t.Errorf("somebody was acted for: %s", who)
		}
	}
	if d.ledger.Mutations() != 0 || d.ledger.Lines().Mutations() != 0 || d.server.Mutations() != 0 {
		t.Errorf("the ledger counts %d and %d mutations, the domain %d", d.ledger.Mutations(), d.ledger.Lines().Mutations(), d.server.Mutations())
	}
	t.Logf("%d requests for %d assets", len(asked), len(drive))
}

// TestExportIsListedOnce costs a few requests on a night on which there is no new one, and none for a single drive.
func TestExportIsListedOnce(t *testing.T) {
	world, drives := people("ann", "bob")
	item := must[emulator.Item](t)
	file := func(name string) emulator.Item {
		return item(world.Create(drives["ann"].ID, emulator.Item{Name: name, Content: emulator.BytesContent([]byte(name))}))
	}
	first := file("a.csv")
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	d.export()
	d.list(d.exportedScanner(), sink, inventory.Scope{})
	file("later.csv") // after the export
	before := len(d.recorder.Requests())
	d.list(d.exportedScanner(), sink, inventory.Scope{})
	for _, r := range d.recorder.Requests()[before:] {
		if strings.Contains(r, "startIndex") {
			t.Errorf("rows were read again: %s", r)
		}
	}
	if diff := cmp.Diff(map[string][]string{"a.csv": {"ann Person"}}, stored(t, sink)); diff != "" {
		t.Errorf("of last week's export (-want +got):\n%s", diff)
	}
	if err := world.Delete(drives["ann"].ID, first.ID); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Millisecond)
	d.export()
	d.list(d.exportedScanner(), sink, inventory.Scope{})
	if diff := cmp.Diff(map[string][]string{"later.csv": {"ann Person"}}, stored(t, sink)); diff != "" {
		t.Errorf("of the new export (-want +got):\n%s", diff)
	}
}

// TestExportWithoutADrive keeps what is known of a drive that an export does not name: it may not cover it.
func TestExportWithoutADrive(t *testing.T) {
	world, drives := people("ann", "bob")
	file := func(who string) emulator.Item {
		return must[emulator.Item](t)(world.Create(drives[who].ID, emulator.Item{Name: who + ".csv", Content: emulator.BytesContent([]byte(who))}))
	}
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	anns := file("ann")
	file("bob")
	d.export()
	d.list(d.exportedScanner(), sink, inventory.Scope{})
	if err := world.Delete(drives["ann"].ID, anns.ID); err != nil { // the emulated export names no drive without files
		t.Fatal(err)
	}
	time.Sleep(time.Millisecond)
	d.export()
	d.list(d.exportedScanner(), sink, inventory.Scope{})
	if diff := cmp.Diff(map[string][]string{"ann.csv": {"ann Person"}, "bob.csv": {"bob Person"}}, stored(t, sink)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestExportOverwrittenWhileRead reports the places that were not read yet, loses nothing, and is right the next night. What a query found
// is asked for again when BigQuery has forgotten it.
func TestExportOverwrittenWhileRead(t *testing.T) {
	world, drives := people("ann", "bob")
	item := must[emulator.Item](t)
	for _, name := range []string{"ann", "bob"} {
		for i := range 8 {
			item(world.Create(drives[name].ID, emulator.Item{Name: fmt.Sprint(name, i, ".csv"), Content: emulator.BytesContent([]byte(name))}))
		}
	}
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	d.export()
	s := d.exportedScanner(func(o *Options, _ *wire.Options) { o.exportSlice = 8 })
	var places []inventory.Place
	for p, err := range s.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, p)
	}
	ann := places[slices.IndexFunc(places, func(p inventory.Place) bool { return p.Owner == "ann@example.edu" })]
	bob := places[slices.IndexFunc(places, func(p inventory.Place) bool { return p.Owner == "bob@example.edu" })]
	n := 0
	for page, err := range s.Pages(t.Context(), ann, "") {
		if err != nil {
			t.Fatal(err)
		}
		n += len(page.Changes)
		d.server.ForgetJobs()
	}
	if n != 8 {
		t.Errorf("%d files although only the query was forgotten", n)
	}
	item(world.Create(drives["admin"].ID, emulator.Item{Name: "new.csv", Content: emulator.BytesContent([]byte("x"))}))
	time.Sleep(time.Millisecond)
	d.export()
	if got, err := pages(t, s, bob, ""); err == nil || len(got) > 0 || !strings.Contains(err.Error(), "run again") {
		t.Errorf("pages %+v, error %v", got, err)
	}
	d.list(d.exportedScanner(), sink, inventory.Scope{})
	if got := len(stored(t, sink)); got != 17 {
		t.Errorf("%d files the next night", got)
	}
}

func TestExportThatCannotBeRead(t *testing.T) {
	world, _ := people("ann")
	d := newDomain(t, world)
	s := d.exportedScanner()
	check := func(when, words string, kind error) {
		t.Helper()
		s.export.forget()
		got, err := pages(t, s, inventory.Place{Tenant: "alder", ID: "1", Kind: inventory.PlaceMyDrive, Owner: "ann@example.edu"}, "")
		if err == nil || len(got) > 0 || !strings.Contains(err.Error(), words) || kind != nil && !errors.Is(err, kind) {
			t.Errorf("%s: pages %+v, error %v", when, got, err)
		}
	}
	check("without a role", "roles/bigquery.jobUser", inventory.ErrNotPermitted)
	before := len(d.recorder.Requests())
	if _, err := pages(t, s, inventory.Place{Tenant: "alder", ID: "2", Kind: inventory.PlaceMyDrive, Owner: "bob@example.edu"}, ""); err == nil || len(d.recorder.Requests()) != before {
		t.Errorf("%d requests for the next place, error %v", len(d.recorder.Requests())-before, err)
	}
	d.export()
	check("empty", "Drive's first export can take days", nil)
	d.server.ExportDrive("alder-data", "another", "scanner")
	check("elsewhere", "features.inventory_export", nil)
}

func TestGuardKnowsOurQueries(t *testing.T) {
	o := Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}, Features: Features{InventoryExport: InventoryExport{"alder-data", "drive_inventory"}}}
	w, err := Wire(o)
	if err != nil {
		t.Fatal(err)
	}
	base := "https://bigquery.googleapis.com/bigquery/v2/projects/alder-data/"
	of := func(query string) string {
		return fmt.Sprintf(`{"query":%q,"useLegacySql":false,"maxResults":1}`, query)
	}
	table := table{name: "alder-data.drive_inventory.inventory", columns: fileColumns(), fields: map[string]field{}}
	for _, c := range []struct {
		method, address, body string
		passes                bool
	}{
		{"POST", base + "queries", of(table.index().Query), true},
		{"POST", base + "queries", of(table.files(5, &slice{from: "1", before: "2"}).Query), true},
		{"GET", base + "queries/job_1?location=EU", "", true},
		{"GET", base + "datasets/drive_inventory/tables", "", true},
		{"GET", base + "datasets/drive_inventory/tables/inventory", "", true},
		{"GET", base + "datasets/payroll/tables", "", false},
		{"POST", base + "queries", of("DELETE FROM `alder-data.drive_inventory.inventory` WHERE id = id"), false},
		{"POST", base + "queries", of("SELECT id AS id FROM `alder-data.drive_inventory.inventory`; DROP TABLE x"), false},
		{"POST", base + "queries", of("SELECT id AS id FROM `alder-data.payroll.people`"), false},
		{"POST", base + "queries", of("SELECT id AS id FROM `alder-data.drive_inventory.inventory` WHERE id = 'x'"), false},
		{"POST", base + "queries", of("SELECT tool.remote(id) AS id FROM `alder-data.drive_inventory.inventory`"), false},
		{"POST", base + "queries", `{"query":"SELECT id AS id FROM [alder-data:drive_inventory.inventory]","useLegacySql":true}`, false},
		{"POST", base + "queries", `{"query":"SELECT id AS id FROM ` + "`alder-data.drive_inventory.inventory`" + `","destinationTable":{}}`, false},
		{"POST", base + "jobs", of(table.index().Query), false},
		{"DELETE", base + "datasets/drive_inventory", "", false},
		{"POST", "https://bigquery.googleapis.com/bigquery/v2/projects/other/queries", of(table.index().Query), false},
	} {
		req, err := http.NewRequest(c.method, c.address, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.body == "" {
			req.Body = nil
		}
		if err := w.Guard.Check(req); (err == nil) != c.passes {
			t.Errorf("%s %s %s: %v", c.method, c.address, c.body, err)
		}
	}
	if off, err := Wire(Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}}); err != nil || slices.ContainsFunc(off.Guard.Rules, func(r wire.Rule) bool { return slices.Contains(r.Hosts, "bigquery.googleapis.com") }) {
		t.Errorf("BigQuery may be asked although the feature is off: %v", err)
	}
}
