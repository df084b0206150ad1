package sqlstore_test

import (
	"fmt"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestRecordsFilter(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 4)
	judge(t, s, "b1", "lms", "a", "b")
	judge(t, s, "b1", "", "c")
	if err := s.SaveFamilies(t.Context(), []inventory.Family{{ID: "fam", Kind: inventory.FamilySingle, Members: []inventory.AssetID{id("b")}, Representative: id("b")}}); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", delta("2", folder("f", "", "Über uns"), bookIn("d", "f"),
		bookWith("e", func(a *inventory.Asset) { a.Kind, a.Name = inventory.KindForm, "Anmeldung_100%" })))
	other := inventory.Place{Tenant: "u", ID: "drive", Kind: inventory.PlaceMyDrive}
	apply(t, s, other, "", full("1", bookWith("z", func(a *inventory.Asset) { a.Shared = true })))
	tests := []struct {
		filter sqlstore.Filter
		want   []string
	}{
		{sqlstore.Filter{}, []string{"a", "b", "c", "d", "e", "z"}},
		{sqlstore.Filter{Tenant: "t"}, []string{"a", "b", "c", "d", "e"}},
		{sqlstore.Filter{Tenant: "u", Place: "drive"}, []string{"z"}},
		{sqlstore.Filter{Place: "drive"}, []string{"a", "b", "c", "d", "e", "z"}},
		{sqlstore.Filter{Kind: inventory.KindForm}, []string{"e"}},
		{sqlstore.Filter{Capability: "lms"}, []string{"a", "b"}},
		{sqlstore.Filter{Family: "fam"}, []string{"b"}},
		{sqlstore.Filter{Judged: true}, []string{"a", "b", "c"}},
		{sqlstore.Filter{Looked: true}, []string{"a", "b", "c", "d"}},
		{sqlstore.Filter{Text: "über"}, []string{"d"}},
		{sqlstore.Filter{Text: "100%"}, []string{"e"}},
		{sqlstore.Filter{Text: "_"}, []string{"e"}},
		{sqlstore.Filter{After: id("b"), Limit: 2}, []string{"c", "d"}},
		{sqlstore.Filter{Text: ".XLSX", After: id("d"), Limit: 1}, []string{"z"}},
		{sqlstore.Filter{System: "moodle"}, nil},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%+v", tt.filter), func(t *testing.T) {
			var got []string
			for _, r := range records(t, s, tt.filter) {
				got = append(got, r.Asset.VendorID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
}

// What a reader of Records writes meanwhile neither waits nor shows.
func TestRecordsAreOfOneMoment(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 3)
	n := 0
	for r, err := range s.Records(t.Context(), sqlstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			apply(t, s, drive, "1", delta("2", removed("b"), book("d")))
		}
		if _, err := s.Record(t.Context(), r.Asset.ID); n != 1 && err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d records, want the three of the beginning", n)
	}
	wantNames(t, s, "a", "c", "d")
}
