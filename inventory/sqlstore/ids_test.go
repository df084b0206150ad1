package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// TestIDs keeps samples of ids apart from structures, looks again for those
// that were read without the key, and lets go of them when the key is taken
// away.
func TestIDs(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", book("a"), book("b"), book("c"))))
	sampled := inventory.IDs{Key: "k1", Columns: []inventory.IDColumn{{Distinct: 9, Sample: inventory.IDSample{3, 5, 1 << 40}}}}
	for _, d := range due(t, s, heads) {
		st := structure(d.Asset.Revision)
		if d.Asset.VendorID == "a" {
			st.IDs = sampled
		}
		if err := s.Looked(t.Context(), d.Asset.ID, st); err != nil {
			t.Fatal(err)
		}
	}
	wantDue(t, s, heads)
	wantIDs(t, s, map[string]inventory.IDs{"a": sampled, "b": {}, "c": {}})

	n, err := s.LookAgainForIDs(t.Context(), "k1", func(k inventory.Kind, st inventory.Structure) bool {
		return k == inventory.KindWorkbook && st.Sheets[0].Regions[0].Headings[0] == "Student"
	})
	if err != nil || n != 2 {
		t.Fatalf("%d are looked at again, %v", n, err)
	}
	wantDue(t, s, heads, "b", "c")
	for _, d := range due(t, s, heads) {
		st := structure(d.Asset.Revision)
		st.IDs.Key = "k1"
		if err := s.Looked(t.Context(), d.Asset.ID, st); err != nil {
			t.Fatal(err)
		}
	}
	wantDue(t, s, heads)
	if n, err := s.LookAgainForIDs(t.Context(), "k1", func(inventory.Kind, inventory.Structure) bool { return true }); n != 0 || err != nil {
		t.Errorf("%d are looked at a third time, %v", n, err)
	}

	if err := s.ForgetIDs(t.Context(), "k1"); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, s, map[string]inventory.IDs{"a": sampled, "b": {Key: "k1"}, "c": {Key: "k1"}})
	if err := s.ForgetIDs(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, s, map[string]inventory.IDs{"a": {}, "b": {}, "c": {}})
}

func wantIDs(t *testing.T, s *sqlstore.Store, want map[string]inventory.IDs) {
	t.Helper()
	got := map[string]inventory.IDs{}
	for _, x := range subjects(t, s, "basis") {
		got[x.Asset.VendorID] = x.Structure.IDs
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	for r, err := range s.Records(t.Context(), inventory.Filter{}) {
		if err != nil || r.Structure.IDs.Key != "" || strings.Contains(string(r.Asset.ID), "k1") {
			t.Errorf("a record shows a sample: %v", err)
		}
	}
}
