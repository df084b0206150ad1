package sqlstore_test

import (
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// looked opens a store with n books a, b, c ... that were looked into.
func looked(t testing.TB, o sqlstore.Options, n int) *sqlstore.Store {
	t.Helper()
	s := open(t, o)
	var cs []inventory.Change
	for i := range n {
		cs = append(cs, book(string(rune('a'+i))))
	}
	apply(t, s, drive, "", complete(full("1", cs...)))
	for _, d := range due(t, s, heads) {
		look(t, s, d.Asset)
	}
	return s
}

func id(vendor string) inventory.AssetID { return inventory.NewAssetID(drive, vendor) }

func judge(t testing.TB, s *sqlstore.Store, basis, capability string, ids ...string) {
	t.Helper()
	vs := map[inventory.AssetID]inventory.Verdict{}
	for _, v := range ids {
		vs[id(v)] = inventory.Verdict{Capability: capability, Score: 0.5, Basis: basis}
	}
	if err := s.SaveVerdicts(t.Context(), vs); err != nil {
		t.Fatal(err)
	}
}

func wantUnjudged(t testing.TB, s *sqlstore.Store, basis string, want ...string) {
	t.Helper()
	var got []string
	for _, s := range subjects(t, s, basis) {
		got = append(got, s.Asset.VendorID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("unjudged on %s (-want +got):\n%s", basis, diff)
	}
}

// subjects gives what is to be judged on a basis.
func subjects(t testing.TB, s *sqlstore.Store, basis string) []inventory.Subject {
	t.Helper()
	ids, err := s.Unjudged(t.Context(), basis, 100)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Subjects(t.Context(), append(ids, "t/gone"))
	if err != nil || len(all) != len(ids) {
		t.Fatalf("%d subjects of %d ids, %v", len(all), len(ids), err)
	}
	return all
}

func TestUnjudged(t *testing.T) {
	clock := newClock()
	s := looked(t, sqlstore.Options{Now: clock.Now}, 3)
	apply(t, s, drive, "1", delta("2", book("unread")))
	wantUnjudged(t, s, "b1", "a", "b", "c")
	judge(t, s, "b1", "lms", "a", "c")
	judge(t, s, "b1", "", "b")
	wantUnjudged(t, s, "b1")
	wantUnjudged(t, s, "b0", "a", "b", "c")
	wantUnjudged(t, s, "b2", "a", "b", "c")

	// Each of these lets the verdict be given again, the clock standing still.
	if err := s.Looked(t.Context(), id("a"), structure("1")); err != nil {
		t.Fatal(err)
	}
	if err := s.Observed(t.Context(), id("b"), inventory.Usage{People: 3, Revision: "1"}); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "2", delta("3", bookWith("c", func(a *inventory.Asset) { a.Name = "gradebook.xlsx" })))
	wantUnjudged(t, s, "b1", "a", "b", "c")
	judge(t, s, "b1", "lms", "a", "b", "c")
	wantUnjudged(t, s, "b1")
	// The same use seen again says nothing new.
	if err := s.Observed(t.Context(), id("b"), inventory.Usage{People: 3, Revision: "1", Observed: clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	wantUnjudged(t, s, "b1")
	// A folder's name is in the path of what lies below.
	apply(t, s, drive, "3", delta("4", bookIn("a", "f"), folder("f", "", "F"), folder("g", "", "G")))
	judge(t, s, "b1", "lms", "a")
	apply(t, s, drive, "4", delta("5", folder("f", "g", "F")))
	wantUnjudged(t, s, "b1", "a")
	judge(t, s, "b1", "lms", "a")
	apply(t, s, drive, "5", delta("6", folder("g", "", "Gradebooks")))
	wantUnjudged(t, s, "b1", "a")
}

func TestUnjudgedProgressesPageByPage(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 10)
	judge(t, s, "a-basis", "", "c", "d")
	judge(t, s, "z-basis", "", "e")
	seen := map[inventory.AssetID]int{}
	for range 10 {
		ids, err := s.Unjudged(t.Context(), "m-basis", 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) == 0 {
			break
		}
		vs := map[inventory.AssetID]inventory.Verdict{}
		for _, id := range ids {
			seen[id]++
			vs[id] = inventory.Verdict{Basis: "m-basis"}
		}
		if err := s.SaveVerdicts(t.Context(), vs); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d of 10 were judged: %v", len(seen), seen)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was judged %d times", id, n)
		}
	}
}

func TestSaveVerdicts(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 1)
	want := inventory.Verdict{
		Capability: "lms", System: "moodle", Score: 0.875, Basis: "b1",
		Alternatives: []inventory.Alternative{{Capability: "hris", Score: 0.1}},
		Evidence:     []inventory.Evidence{{Signal: "headings", Args: []string{"Grade", "Student"}, Weight: 2.5}},
		Needs:        []inventory.Need{{Kind: "field", Word: "late penalty"}},
	}
	err := s.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{id("a"): want, id("gone"): want})
	if err != nil {
		t.Fatal(err)
	}
	rs := records(t, s, sqlstore.Filter{})
	if diff := cmp.Diff(&want, rs[0].Verdict); len(rs) != 1 || diff != "" {
		t.Errorf("%d records, verdict (-want +got):\n%s", len(rs), diff)
	}
	if err := s.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{id("a"): {}}); err == nil {
		t.Error("a verdict without a basis was stored")
	}
	st := structure("1")
	if diff := cmp.Diff(&st, rs[0].Structure); diff != "" {
		t.Errorf("structure (-want +got):\n%s", diff)
	}
}
