package microsoft

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// campus has subsites of subsites, a OneDrive of somebody who left, a system
// library and people without a OneDrive.
func campus(t testing.TB) *emulator.World {
	w := office(t)
	add := func(p emulator.Person) emulator.Person {
		p.Microsoft = true
		return w.AddPerson(p)
	}
	lea := add(emulator.Person{Name: "Lea Left", Address: "lea@alderbay.example", Left: true})
	for i := range 30 {
		add(emulator.Person{Name: fmt.Sprint("Nobody ", i), Address: fmt.Sprintf("n%d@alderbay.example", i)})
	}
	own := w.AddSite(emulator.Site{Name: "Lea Left", Path: "personal/lea_alderbay_example", Personal: true})
	w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindPersonal, Name: "OneDrive", Owner: lea.ID, Site: own.ID})
	parent := ""
	for _, path := range []string{"sites/research", "sites/research/lab", "sites/research/lab/assays"} {
		s := w.AddSite(emulator.Site{Name: path[strings.LastIndex(path, "/")+1:], Path: path, Parent: parent})
		w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindLibrary, Name: "Documents", Site: s.ID})
		w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindLibrary, Name: "Style Library", Site: s.ID, System: true})
		parent = s.ID
	}
	w.AddSite(emulator.Site{Name: "Empty", Path: "sites/empty"})
	return w
}

func listPlaces(t *testing.T, s *Scanner) (names []string, places []inventory.Place, last error) {
	t.Helper()
	for p, err := range s.Places(t.Context()) {
		if last != nil {
			t.Error("an error was not the last thing told")
		}
		if last = err; err != nil {
			continue
		}
		names = append(names, fmt.Sprintf("%s %s <%s>", p.Kind, p.Name, p.Owner))
		places = append(places, p)
	}
	slices.Sort(names)
	return names, places, last
}

func TestPlaces(t *testing.T) {
	n := newTenant(t, campus(t), emulator.ServerOptions{})
	names, places, err := listPlaces(t, n.scanner())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"library Finance / Documents <>",
		"library assays / Documents <>",
		"library lab / Documents <>",
		"library research / Documents <>",
		"onedrive OneDrive of Ada Abbott <ada@alderbay.example>",
		"onedrive OneDrive of Lea Left <lea@alderbay.example>",
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("places (-want +got):\n%s", d)
	}
	if asked := n.server.Count("/users/{user}/drive"); asked != 0 {
		t.Errorf("%d people were asked for their OneDrive although the listing of sites has all of them", asked)
	}
	for _, p := range places {
		if p.Tenant != "alder" || p.ID == "" || p.Site == "" || !strings.HasPrefix(p.URL, "https://") {
			t.Errorf("place lacks something: %+v", p)
		}
	}
}

// Where the listing of sites has no personal ones, those with a licence are
// asked, each once, and nobody else.
func TestOneDrivesWithoutPersonalSites(t *testing.T) {
	w := emulator.NewWorld(emulator.Options{Domain: "alderbay.example"})
	for i := range 12 {
		p := w.AddPerson(emulator.Person{Name: fmt.Sprint("P", i), Address: fmt.Sprintf("p%d@alderbay.example", i), Microsoft: true})
		if i < 3 {
			w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindPersonal, Name: "OneDrive", Owner: p.ID})
		}
	}
	n := newTenant(t, w, emulator.ServerOptions{})
	names, _, err := listPlaces(t, n.scanner())
	if err != nil || len(names) != 3 || names[0] != "onedrive OneDrive of P0 <p0@alderbay.example>" {
		t.Errorf("places %q, %v", names, err)
	}
	if asked := n.server.Count("/users/{user}/drive"); asked != 3 {
		t.Errorf("%d people were asked for their OneDrive; want the 3 with a licence", asked)
	}
}

// breaking answers requests for some addresses with a status.
type breaking struct {
	next   http.RoundTripper
	match  string
	status int
}

func (b breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, b.match) {
		return b.next.RoundTrip(r)
	}
	return &http.Response{StatusCode: b.status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"error":{"code":"accessDenied","message":"canary: nobody may"}}`))}, nil
}

// A site that cannot be read costs none of the others, and is not forgotten.
func TestPlacesOfABrokenSite(t *testing.T) {
	w := campus(t)
	n := newTenant(t, w, emulator.ServerOptions{})
	broken := slices.IndexFunc(w.Sites(), func(s emulator.Site) bool { return s.Name == "Finance" })
	for status, want := range map[int]error{403: inventory.ErrNotPermitted, 423: nil, 404: nil} {
		s := n.scanner(func(_ *Options, o *wire.Options) {
			o.Base = breaking{n.recorder, w.Sites()[broken].ID + "/drives", status}
		})
		names, _, err := listPlaces(t, s)
		if len(names) != 5 {
			t.Errorf("%d: places %q; want the other 5", status, names)
		}
		if gone := status == 404; gone != (err == nil) || want != nil && !errors.Is(err, want) {
			t.Errorf("%d: error %v", status, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "site Finance") || strings.Contains(err.Error(), "canary")) {
			t.Errorf("%d: error %v; want one that names the site and quotes nobody", status, err)
		}
	}
}

// What is missing from the token is named, with the remedy.
func TestMissingPermissions(t *testing.T) {
	for _, tc := range []struct {
		roles []string
		want  string
		ask   func(*Scanner) error
	}{
		{[]string{"User.Read.All"}, "Sites.Read.All", func(s *Scanner) error { _, _, err := listPlaces(t, s); return err }},
		{[]string{"Sites.Read.All"}, "User.Read.All", func(s *Scanner) error { _, _, err := listPlaces(t, s); return err }},
		{[]string{"Sites.Read.All"}, "User.Read.All", func(s *Scanner) error { _, err := collect(s.Accounts(t.Context())); return err }},
		{[]string{"User.Read.All"}, "Files.Read.All", func(s *Scanner) error {
			_, err := collect(s.Pages(t.Context(), inventory.Place{ID: "x"}, ""))
			return err
		}},
	} {
		n := newTenant(t, campus(t), emulator.ServerOptions{Roles: tc.roles})
		err := tc.ask(n.scanner())
		if !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("with %v: %v; want it to name %s", tc.roles, err, tc.want)
		}
	}
}

func TestAccounts(t *testing.T) {
	w := campus(t)
	w.AddPerson(emulator.Person{Name: "Gil Guest", Address: "gil@elsewhere.example", Microsoft: true, Guest: true})
	w.AddPerson(emulator.Person{Name: "Only Google", Address: "g@alderbay.example", Google: true})
	n := newTenant(t, w, emulator.ServerOptions{})
	all, err := collect(n.scanner().Accounts(t.Context()))
	if err != nil || len(all) != 33 {
		t.Fatalf("%d accounts, %v; want 33", len(all), err)
	}
	got := map[string]inventory.Account{}
	for _, a := range all {
		got[a.Name] = a
		got[a.Name] = inventory.Account{Tenant: a.Tenant, Address: a.Address, Name: a.Name, Department: a.Department, Guest: a.Guest, Left: a.Left, Aliases: a.Aliases}
		if a.ID == "" {
			t.Errorf("account without id: %+v", a)
		}
	}
	for _, want := range []inventory.Account{
		{Tenant: "alder", Name: "Ada Abbott", Address: "ada@alderbay.example", Department: "Finance"},
		{Tenant: "alder", Name: "Lea Left", Address: "lea@alderbay.example", Left: true},
		{Tenant: "alder", Name: "Gil Guest", Address: "gil@elsewhere.example", Guest: true},
	} {
		if d := cmp.Diff(want, got[want.Name]); d != "" {
			t.Errorf("account (-want +got):\n%s", d)
		}
	}
}

func TestPlan(t *testing.T) {
	n := newTenant(t, campus(t), emulator.ServerOptions{})
	s := n.scanner(func(_ *Options, o *wire.Options) { o.Pace = wire.Pace{PerMinute: 6000, Burst: 6000} })
	plan, err := s.Plan(t.Context(), inventory.Scope{Exclude: inventory.Rules{People: []string{"ada@*"}}})
	if err != nil || plan.Places != 5 || plan.Excluded != 1 || plan.Requests < 5+8 || plan.Units < 2*plan.Places || plan.Seconds <= 0 || len(plan.Unseen) == 0 {
		t.Errorf("plan %+v, %v", plan, err)
	}
	if n.server.Count("delta")+n.server.Count("/items/") != 0 {
		t.Errorf("a plan looked into drives: %v", n.server.Requests())
	}
}

// Where the listing of all sites has subsites, no site is asked for its own
// any more; where it has none, and tells things twice, each is.
func TestSubsitesAreAskedForWhereTheyMustBe(t *testing.T) {
	for name, tc := range map[string]struct {
		listed bool
		faults string
		most   int // requests for subsites
	}{
		"not in the listing": {false, "", 100}, "in the listing": {true, "", 0}, "told twice": {false, "repeat=1", 100},
	} {
		n := newTenant(t, campus(t), emulator.ServerOptions{Subsites: tc.listed})
		n.faults(tc.faults)
		names, _, err := listPlaces(t, n.scanner())
		asked := n.server.Count("/sites/{site}/sites")
		if err != nil || len(names) != 6 || asked > tc.most || !tc.listed && asked < 5 {
			t.Errorf("%s: %d requests for subsites, places %q, %v", name, asked, names, err)
		}
	}
}

// Places come and go between runs; each tells where its data is kept.
func TestPlacesComeAndGo(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "Budget.xlsx", []byte("x"))
	n := newTenant(t, w, emulator.ServerOptions{})
	store := scannertest.NewMemory(inventory.Scope{})
	if got := stored(t, n, store, 1); len(got) != 1 {
		t.Fatalf("at first %v", got)
	}
	s := w.AddSite(emulator.Site{Name: "Sydney", Path: "sites/sydney", Geo: "AUS"})
	added := w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindLibrary, Name: "Documents", Site: s.ID})
	file(t, w, added.ID, "Roster.xlsx", []byte("x"))
	if got := stored(t, n, store, 1); len(got) != 2 {
		t.Errorf("with a new site %v", got)
	}
	geos := map[string]string{}
	_, places, err := listPlaces(t, n.scanner(withLists))
	for _, p := range places {
		geos[p.Name] = p.Geo
	}
	want := map[string]string{"Finance / Documents": "EUR", "Finance / Lists": "EUR", "Sydney / Documents": "AUS", "Sydney / Lists": "AUS", "OneDrive of Ada Abbott": "EUR"}
	if d := cmp.Diff(want, geos); err != nil || d != "" {
		t.Errorf("%v, geographies (-want +got):\n%s", err, d)
	}
	w.RemovePlace(place)
	if got := stored(t, n, store, 1); len(got) != 1 {
		t.Errorf("with a OneDrive gone %v", got)
	}
}

// A site that is locked or archived is named, costs none of the others, and
// nothing of it is forgotten.
func TestLockedSitesAreLeft(t *testing.T) {
	w := campus(t)
	finance := w.Sites()[0]
	library, _ := w.Place(w.Places()[0].ID)
	file(t, w, library.ID, "Ledger.xlsx", []byte("x"))
	n := newTenant(t, w, emulator.ServerOptions{})
	store := scannertest.NewMemory(inventory.Scope{})
	before := stored(t, n, store, 1)
	s := n.scanner(func(_ *Options, o *wire.Options) {
		o.Base = breaking{n.recorder, finance.ID + "/drives", http.StatusLocked}
	})
	reports, err := (&scanners.Engine{Sink: store}).List(t.Context(), s)
	told := ""
	for _, r := range reports {
		told += r.Error
	}
	if err != nil || !strings.Contains(told, "site Finance") || !strings.Contains(told, "locked or archived") {
		t.Errorf("%v, told %q", err, told)
	}
	if after := stored(t, n, store, 1); len(before) == 0 || !cmp.Equal(before, after) {
		t.Errorf("before %v, after %v", before, after)
	}
}
