package microsoft

import (
	"errors"
	"fmt"
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

// withLists switches lists on.
func withLists(o *Options, _ *wire.Options) { o.Features.Lists = true }

// A shelf is the lists of an emulated organisation as a conformance tenant.
type shelf struct {
	*testing.T
	scannertest.NoFolders
	world *emulator.World
	edits int
}

func (s *shelf) Truth(p inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	for _, l := range s.world.Lists(site(p)) {
		out[l.ID] = scannertest.Fact{Name: l.Name}
	}
	return out
}

func (s *shelf) Create(p inventory.Place, _, name string) string {
	s.edits++
	return s.world.AddList(emulator.SiteList{ID: fmt.Sprintf("list %d", s.edits), Site: site(p), Name: name}).ID
}

func (s *shelf) Edit(p inventory.Place, id string) {
	s.edits++
	s.try(s.world.SetColumns(site(p), id, []emulator.ListColumn{{Heading: fmt.Sprint("Column ", s.edits)}}))
}

func (s *shelf) Rename(p inventory.Place, id, name string) string {
	s.try(s.world.RenameList(site(p), id, name))
	return id
}

func (s *shelf) Delete(p inventory.Place, id string) { s.try(s.world.RemoveList(site(p), id)) }

func (s *shelf) try(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func site(p inventory.Place) string { return strings.TrimPrefix(p.ID, listsPrefix) }

// Lists have no cursors that could expire, and lie in no folders.
func TestListsConform(t *testing.T) {
	scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
		w := emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example"})
		for _, name := range []string{"Finance", "Health"} {
			w.AddSite(emulator.Site{Name: name, Path: "sites/" + strings.ToLower(name)})
		}
		n := newTenant(t, w, emulator.ServerOptions{})
		return &scannertest.Fixture{
			Scanner: func() scanners.Scanner { return n.scanner(withLists) }, Tenant: &shelf{T: t, world: w}, Flat: true, Kind: inventory.KindList,
			Faults: n.faults, Early: n.server.EarlyRequests, Requests: n.recorder.Requests,
		}
	}})
}

// planner is an organisation with a list of which every sort of column is told.
func planner(t *testing.T) (*emulator.World, emulator.SiteList) {
	w := office(t)
	ada, _ := w.Person("ada@alderbay.example")
	finance := w.Sites()[0]
	l := w.AddList(emulator.SiteList{Site: finance.ID, Name: "Leave planner", CreatedBy: ada.ID, Columns: []emulator.ListColumn{
		{Name: "Title", Heading: "Who"}, {Heading: "First day", Type: emulator.ColumnDate}, {Heading: "# of days", Type: emulator.ColumnNumber},
		{Heading: "Cost", Type: emulator.ColumnCurrency}, {Heading: "Left", Type: emulator.ColumnCalculated, Formula: `=20-[# of days]`},
		{Heading: "Approved", Type: emulator.ColumnBoolean}, {Heading: "Status", Type: emulator.ColumnChoice, Choices: []string{"Approved", "Pending", "Canary Yellow"}},
		{Heading: "Approver", Type: emulator.ColumnPerson}, {Heading: "Team", Type: emulator.ColumnLookup}, {Heading: "Secret", Hidden: true},
		{Heading: "Ada Abbott"},
	}})
	for _, other := range []emulator.SiteList{
		{Name: "Hidden", Hidden: true}, {Name: "Of the system", System: true}, {Name: "Pictures", Template: "pictureLibrary"}, {Name: "News", Template: "announcements"},
	} {
		other.Site = finance.ID
		w.AddList(other)
	}
	return w, l
}

// listsOf lists the first place of lists.
func listsOf(t *testing.T, s *Scanner) (inventory.Place, map[string]inventory.Asset) {
	t.Helper()
	return listed(t, s, inventory.PlaceLists)
}

func TestLists(t *testing.T) {
	w, l := planner(t)
	n := newTenant(t, w, emulator.ServerOptions{})
	s := n.scanner(withLists, func(o *Options, _ *wire.Options) { o.Personal = func(name string) bool { return name == "Ada Abbott" } })
	p, assets := listsOf(t, s)
	if p.Name != "Finance / Lists" || p.Personal() || p.Site == "" {
		t.Errorf("place %+v", p)
	}
	kinds := map[string]inventory.Kind{}
	for name, a := range assets {
		kinds[name] = a.Kind
	}
	if d := cmp.Diff(map[string]inventory.Kind{"Leave planner": inventory.KindList, "News": inventory.KindOther}, kinds); d != "" {
		t.Errorf("lists (-want +got):\n%s", d)
	}
	a := assets["Leave planner"]
	if a.VendorID != l.ID || a.CreatedBy != "ada@alderbay.example" || a.Created.IsZero() || a.URL == "" || !a.Kind.Inspectable() {
		t.Errorf("asset %+v", a)
	}
	n.server.ResetRequests()
	st, err := s.Inspect(t.Context(), inventory.Due{Asset: a, Place: p, Depth: inventory.DepthHeads})
	if err != nil {
		t.Fatal(err)
	}
	if n.server.Count("/columns") != 1 || len(n.server.Requests()) != 1 {
		t.Errorf("requests %v", n.server.Requests())
	}
	checkPlanner(t, a, st)
	// Who made it and changed it last is known without a request; who edits its items is not asked.
	n.server.ResetRequests()
	u, err := s.Observe(t.Context(), p, a, inventory.FacetEditors|inventory.FacetSharing)
	if err != nil || u.People != 1 || len(u.Editors) != 1 || u.Editors[0].Address != a.CreatedBy || !u.Widely || len(n.server.Requests()) != 0 {
		t.Errorf("observed: %+v, %v, requests %v", u, err, n.server.Requests())
	}
}

func checkPlanner(t *testing.T, a inventory.Asset, st inventory.Structure) {
	t.Helper()
	if st.Format != "list" || st.Revision != a.Revision || st.Reader != 7 || st.Depth != inventory.DepthHeads || len(st.Sheets) != 1 || st.Sheets[0].Name != "Leave planner" {
		t.Fatalf("structure %+v", st)
	}
	text, number := inventory.ColumnText, inventory.ColumnNumber
	r := st.Sheets[0].Regions[0]
	headings := []string{"Who", "First day", "# of days", "Cost", "Left", "Approved", "Status", "Approver", "Team"}
	types := []inventory.ColumnType{text, inventory.ColumnDate, number, number, inventory.ColumnFormula, inventory.ColumnBool, text, text, text}
	if d := cmp.Diff(headings, r.Headings) + cmp.Diff(types, r.Types); d != "" {
		t.Errorf("columns (-want +got):\n%s", d)
	}
	if !slices.Equal(st.ListWords, []string{"approved", "pending"}) || st.Validations != 1 || st.Sheets[0].Formulas != 1 {
		t.Errorf("words %q, %d validations, %d formulas", st.ListWords, st.Validations, st.Sheets[0].Formulas)
	}
	if told := fmt.Sprintf("%+v", st); strings.Contains(told, "Canary") || strings.Contains(told, "Abbott") {
		t.Errorf("it keeps what it must not: %s", told)
	}
}

// A list that went away, or that the token may not see, is not broken.
func TestListsThatCannotBeRead(t *testing.T) {
	w, l := planner(t)
	p, assets := listsOf(t, newTenant(t, w, emulator.ServerOptions{}).scanner(withLists))
	due := inventory.Due{Asset: assets["Leave planner"], Place: p}
	barred := newTenant(t, w, emulator.ServerOptions{Roles: []string{"User.Read.All", "Files.Read.All"}})
	_, err := barred.scanner(withLists).Inspect(t.Context(), due)
	if !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), permSites) {
		t.Errorf("without the permission: %v", err)
	}
	if err := w.RemoveList(l.Site, l.ID); err != nil {
		t.Fatal(err)
	}
	_, err = newTenant(t, w, emulator.ServerOptions{}).scanner(withLists).Inspect(t.Context(), due)
	if !errors.Is(err, inventory.ErrStale) {
		t.Errorf("of a list that is gone: %v", err)
	}
}

// Nothing of lists is asked for unless they are switched on, nothing of the
// lists of an excluded site ever, and personal sites have no place of lists.
func TestWhereListsAreAskedFor(t *testing.T) {
	w, _ := planner(t)
	n := newTenant(t, w, emulator.ServerOptions{})
	for name, tc := range map[string]struct {
		on     bool
		scope  inventory.Scope
		places int
		asked  int
	}{
		"off":      {false, inventory.Scope{}, 2, 0},
		"on":       {true, inventory.Scope{}, 3, 1},
		"excluded": {true, inventory.Scope{Exclude: inventory.Rules{Places: []string{"*finance*"}}}, 1, 0},
	} {
		n.server.ResetRequests()
		s := n.scanner(func(o *Options, _ *wire.Options) { o.Features.Lists, o.PageSize = tc.on, 50 })
		reports, err := (&scanners.Engine{Sink: scannertest.NewMemory(tc.scope), Scope: tc.scope}).List(t.Context(), s)
		named := slices.DeleteFunc(reports, func(r inventory.PlaceReport) bool { return r.Place == "" })
		if err != nil || len(named) != tc.places || n.server.Count("/lists") != tc.asked {
			t.Errorf("%s: %v, %d places, %d requests for lists", name, err, len(named), n.server.Count("/lists"))
		}
	}
}
