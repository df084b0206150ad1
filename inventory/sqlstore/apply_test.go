package sqlstore_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestApplyAccountsForAPage(t *testing.T) {
	s := open(t, sqlstore.Options{Scope: inventory.Scope{Exclude: inventory.Rules{Labels: []string{"secret"}}}})
	other := bookWith("photo", func(a *inventory.Asset) { a.Kind = inventory.KindOther })
	secret := bookWith("secret", func(a *inventory.Asset) { a.Label = "Secret" })
	got := apply(t, s, drive, "", full("1", folder("f", "", "Docs"), book("a"), other, secret, removed("unknown"), book("b")))
	want := inventory.Tally{Found: 4, Stored: 2, Excluded: 1, Changed: 2, Skipped: map[string]int{sqlstore.SkippedOther: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("first page (-want +got):\n%s", diff)
	}
	renamed := bookWith("a", func(a *inventory.Asset) { a.Name = "a.bin"; a.Kind = inventory.KindOther })
	got = apply(t, s, drive, "1", complete(full("2", book("b"), renamed)))
	want = inventory.Tally{Found: 2, Stored: 1, Removed: 1, Skipped: map[string]int{sqlstore.SkippedOther: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
	wantNames(t, s, "b")
	got = apply(t, s, drive, "2", delta("3", removed("b")))
	if diff := cmp.Diff(inventory.Tally{Removed: 1}, got); diff != "" {
		t.Errorf("third page (-want +got):\n%s", diff)
	}
	wantNames(t, s)
}

func TestApplyRepeatedAssetLastWins(t *testing.T) {
	s := open(t, sqlstore.Options{})
	named := func(name string) inventory.Change {
		return bookWith("a", func(a *inventory.Asset) { a.Name = name })
	}
	got := apply(t, s, drive, "", full("1", named("one"), book("b"), named("two"), removed("b")))
	if got.Found != 1 || got.Stored != 1 {
		t.Errorf("tally of a page that repeats itself: %+v", got)
	}
	wantNames(t, s, "a")
	apply(t, s, drive, "1", complete(full("2", named("three"))))
	if r := records(t, s, sqlstore.Filter{}); r[0].Asset.Name != "three" {
		t.Errorf("name = %q, want the last one", r[0].Asset.Name)
	}
}

func TestApplyKeepsEveryField(t *testing.T) {
	s := open(t, sqlstore.Options{})
	at := time.Date(2026, 5, 6, 7, 8, 9, 123456789, time.FixedZone("", 3600))
	a := inventory.Asset{
		ID: "t/drive/x", Tenant: "t", Place: "drive", VendorID: "x", Kind: inventory.KindTable, Name: "Ünïcode 'n\" quotes.csv", Parent: "p",
		Path: "told/by scanner", URL: "https://example.org/x", MIME: "text/csv", Revision: "r", Size: 1 << 40, Hash: "sha256:00",
		Created: time.Time{}, Modified: at, CreatedBy: "a@example.org", ModifiedBy: "b@example.org", Owner: "c@example.org", Shared: true, Label: "Internal",
	}
	apply(t, s, drive, "", full("1", inventory.Change{ID: "x", Asset: &a}))
	want := a
	want.Modified = at.UTC().Truncate(time.Microsecond)
	got, err := s.Record(t.Context(), "t/drive/x")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(inventory.Record{Asset: want, PlaceName: "Documents"}, got); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if !got.Asset.Created.IsZero() {
		t.Errorf("zero time came back as %v", got.Asset.Created)
	}
	if tally := apply(t, s, drive, "1", full("2", inventory.Change{ID: "x", Asset: &a})); tally.Changed != 0 {
		t.Errorf("the same asset again counts as changed: %+v", tally)
	}
	if _, err := s.Record(t.Context(), "t/drive/none"); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("unknown record: %v, want ErrNotFound", err)
	}
}

// A place whose id continues another's with a slash lies in the same range of
// the key.
func TestRelistingLeavesOtherPlacesAlone(t *testing.T) {
	s := open(t, sqlstore.Options{})
	inner := inventory.Place{Tenant: "t", ID: "drive/inner", Kind: inventory.PlaceLibrary}
	next := inventory.Place{Tenant: "t", ID: "drive2", Kind: inventory.PlaceLibrary}
	for _, p := range []inventory.Place{drive, inner, next} {
		apply(t, s, p, "", complete(full("1", book("a"))))
	}
	if err := s.Restart(t.Context(), drive, "1"); err != nil {
		t.Fatal(err)
	}
	if got := apply(t, s, drive, "", complete(full("2"))); got.Removed != 1 {
		t.Errorf("removed %d, want 1", got.Removed)
	}
	wantNames(t, s, "a", "a")
	if err := s.SeenPlaces(t.Context(), "t", []inventory.Place{inner, next}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, s, "a", "a")
	if err := s.SeenPlaces(t.Context(), "t", []inventory.Place{next}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, s, "a")
	ps, err := s.Places(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]inventory.Place{next}, ps); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if _, err := s.Place(t.Context(), "t", "drive"); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("gone place: %v, want ErrNotFound", err)
	}
}

// A listing from scratch may end in pages of changes, as Google's does.
func TestFullListingMayEndInChanges(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", book("a"), book("b"))))
	if err := s.Restart(t.Context(), drive, "1"); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "", full("2", book("b")))
	apply(t, s, drive, "2", delta("3", book("c")))
	wantNames(t, s, "b", "c")
	apply(t, s, drive, "3", delta("4", book("d")))
	wantNames(t, s, "b", "c", "d")
}

func TestFoldersTellPaths(t *testing.T) {
	s := open(t, sqlstore.Options{})
	path := func(id string) string {
		t.Helper()
		r, err := s.Record(t.Context(), inventory.AssetID("t/drive/"+id))
		if err != nil {
			t.Fatal(err)
		}
		return r.Asset.Path
	}
	// The child is told of before its folders, over two pages.
	apply(t, s, drive, "", full("1", bookIn("x", "inner"), bookIn("top", "")))
	apply(t, s, drive, "1", complete(full("2", folder("inner", "outer", "Inner"), folder("outer", "root", "Outer"))))
	if got := path("x"); got != "Outer/Inner" {
		t.Errorf("path = %q", got)
	}
	if got := path("top"); got != "" {
		t.Errorf("path at the root = %q", got)
	}
	look(t, s, records(t, s, sqlstore.Filter{})[1].Asset)
	apply(t, s, drive, "2", delta("3", folder("outer", "root", "Renamed")))
	if got := path("x"); got != "Renamed/Inner" {
		t.Errorf("path after a rename = %q", got)
	}
	apply(t, s, drive, "3", delta("4", folder("inner", "root", "Inner")))
	if got := path("x"); got != "Inner" {
		t.Errorf("path after a move = %q", got)
	}
	for _, d := range due(t, s, heads) {
		if d.Asset.VendorID == "x" {
			t.Error("a move made what was read due again")
		}
	}
	// For a moment two folders contain each other.
	apply(t, s, drive, "4", delta("5", folder("outer", "inner", "Outer"), folder("inner", "outer", "Inner")))
	if got := path("x"); got == "" {
		t.Error("no path while folders contain each other")
	}
}

func TestRemovedFolderTakesWhatLiesInIt(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", folder("f", "", "F"), folder("g", "f", "G"),
		bookIn("in", "g"), bookIn("saved", "g"), bookIn("out", ""))))
	// The removal may come pages before the move that saves something.
	if got := apply(t, s, drive, "1", inventory.Page{Changes: []inventory.Change{removed("f")}, Next: "2"}); got.Removed != 0 {
		t.Errorf("removed %d before the listing was complete", got.Removed)
	}
	if got := apply(t, s, drive, "2", delta("3", bookIn("saved", ""))); got.Removed != 1 {
		t.Errorf("removed %d, want what still lay in the folder", got.Removed)
	}
	wantNames(t, s, "out", "saved")
}

func TestScopeHoldsInApply(t *testing.T) {
	exclude := func(paths ...string) inventory.Scope {
		return inventory.Scope{Exclude: inventory.Rules{Paths: paths}}
	}
	pilot := func(paths ...string) inventory.Scope { return inventory.Scope{Pilot: inventory.Rules{Paths: paths}} }
	tree := []inventory.Change{folder("hr", "", "HR"), folder("it", "", "IT"), folder("deep", "hr", "Deep"),
		bookIn("h", "hr"), bookIn("d", "deep"), bookIn("i", "it"), bookIn("r", "")}
	tests := []struct {
		name  string
		scope inventory.Scope
		pages [][]inventory.Change
		tally inventory.Tally
		want  []string
	}{
		{"folder and all below", exclude("hr"), [][]inventory.Change{tree}, inventory.Tally{Found: 4, Stored: 2, Excluded: 2, Changed: 2}, []string{"i", "r"}},
		{"folders told later", exclude("HR/*"), [][]inventory.Change{tree[3:], tree[:3]}, inventory.Tally{Found: 4, Stored: 2, Excluded: 2, Changed: 4}, []string{"i", "r"}},
		{"pilot", pilot("it"), [][]inventory.Change{tree}, inventory.Tally{Found: 4, Stored: 1, Excluded: 3, Changed: 3}, []string{"i"}},
		{"pilot, folders told later", pilot("hr/**"), [][]inventory.Change{tree[3:], tree[:3]}, inventory.Tally{Found: 4, Stored: 2, Excluded: 2, Changed: 3}, []string{"d", "h"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, sqlstore.Options{Scope: tt.scope})
			var total inventory.Tally
			from := inventory.Cursor("")
			for n, cs := range tt.pages {
				page := full(inventory.Cursor(fmt.Sprint(n+1)), cs...)
				page.Complete = n == len(tt.pages)-1
				total.Add(apply(t, s, drive, from, page))
				from = page.Next
			}
			if diff := cmp.Diff(tt.tally, total); diff != "" {
				t.Errorf("tally (-want +got):\n%s", diff)
			}
			wantNames(t, s, tt.want...)
		})
	}
}

func TestScopeFollowsFolderRenames(t *testing.T) {
	s := open(t, sqlstore.Options{Scope: inventory.Scope{Exclude: inventory.Rules{Paths: []string{"private"}}}})
	apply(t, s, drive, "", complete(full("1", folder("a", "", "A"), folder("p", "", "Private"), bookIn("x", "a"), bookIn("y", "p"))))
	wantNames(t, s, "x")
	// Renamed into the pattern: gone, at the latest when Due is asked.
	apply(t, s, drive, "1", inventory.Page{Changes: []inventory.Change{folder("a", "", "private")}, Next: "2"})
	if d := due(t, s, heads); len(d) != 0 {
		t.Errorf("excluded and still due: %+v", d)
	}
	wantNames(t, s)
	// Renamed out of it: what was never kept is found by listing from scratch.
	apply(t, s, drive, "2", delta("3", folder("a", "", "A"), folder("p", "", "P")))
	wantCursor(t, s, drive, "")
	apply(t, s, drive, "", complete(full("4", folder("a", "", "A"), folder("p", "", "P"), bookIn("x", "a"), bookIn("y", "p"))))
	wantNames(t, s, "x", "y")
	wantCursor(t, s, drive, "4")
}

func TestChangedScopeIsEnforcedWhenARunStarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	start := func(scope inventory.Scope) *sqlstore.Store {
		s := openAt(t, path, sqlstore.Options{Scope: scope})
		if _, err := s.StartRun(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := start(inventory.Scope{})
	apply(t, s, drive, "", complete(full("1", folder("hr", "", "HR"), bookIn("h", "hr"), bookIn("r", ""))))
	closeStore(t, s)

	s = start(inventory.Scope{Private: true}) // says nothing about what is kept
	wantCursor(t, s, drive, "1")
	closeStore(t, s)

	s = start(inventory.Scope{Exclude: inventory.Rules{Paths: []string{"hr"}}})
	wantNames(t, s, "r")
	wantCursor(t, s, drive, "")
}

func TestAppliedPagesSurviveReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "with ? and # and %20", "inventory.db")
	mkdir(t, filepath.Dir(path))
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", full("1", book("a")))
	closeStore(t, s)
	s = openAt(t, path, sqlstore.Options{})
	wantNames(t, s, "a")
	wantCursor(t, s, drive, "1")
}
