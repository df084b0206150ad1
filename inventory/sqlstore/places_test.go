package sqlstore_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestPlacesKeepEveryField(t *testing.T) {
	s := open(t, sqlstore.Options{})
	want := inventory.Place{Tenant: "t", ID: "i", Kind: inventory.PlaceMyDrive, Name: "n", URL: "u", Site: "s", Owner: "o", Unit: "/x", Via: "v"}
	for _, p := range []inventory.Place{{Tenant: "t", ID: "i"}, want} {
		if err := s.SeenPlaces(t.Context(), "t", []inventory.Place{p}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Place(t.Context(), "t", "i")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("place: %v (-want +got):\n%s", err, diff)
	}
	if err := s.SeenPlaces(t.Context(), "u", []inventory.Place{want}); err == nil {
		t.Error("another tenant's place was taken")
	}
}

// Places that are told of again keep their cursor.
func TestSeenPlacesKeepsCursors(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", full("1", book("a")))
	if err := s.SeenPlaces(t.Context(), "t", []inventory.Place{drive}); err != nil {
		t.Fatal(err)
	}
	wantCursor(t, s, drive, "1")
	wantNames(t, s, "a")
}
