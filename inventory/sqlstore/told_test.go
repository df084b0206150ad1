package sqlstore_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// TestListingTellsTheInside lists a flow every night. It is judged when its
// listing shows something new, and only then.
func TestListingTellsTheInside(t *testing.T) {
	s := open(t, sqlstore.Options{})
	p := inventory.Place{Tenant: "t", ID: "env", Kind: inventory.PlaceEnvironment, Name: "Default"}
	inside := func(connector string) *inventory.Structure {
		st := inventory.EmptyStructure()
		st.Format, st.Depth = "flow", inventory.DepthFull
		st.Connections = append(st.Connections, inventory.Connection{Kind: "connector", Target: connector})
		return &st
	}
	night := func(c inventory.Change, unjudged int) {
		t.Helper()
		c.ID, c.Asset = "f", &inventory.Asset{Kind: inventory.KindFlow, Name: "Leave approval", Revision: "1"}
		if _, err := s.Apply(t.Context(), p, "", inventory.Page{Changes: []inventory.Change{c}, Full: true, Complete: true}); err != nil {
			t.Fatal(err)
		}
		ids, err := s.Unjudged(t.Context(), "b", 10)
		if err != nil || len(ids) != unjudged {
			t.Fatalf("%d to judge, want %d; %v", len(ids), unjudged, err)
		}
		if err := s.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{"t/env/f": {Capability: "hris", Basis: "b"}}); err != nil {
			t.Fatal(err)
		}
	}
	usage := &inventory.Usage{People: 3, Facets: inventory.FacetSharing | inventory.FacetEditors}
	night(inventory.Change{Inside: inside("shared_sql"), Usage: usage}, 1)
	night(inventory.Change{Inside: inside("shared_sql"), Usage: usage}, 0)
	night(inventory.Change{}, 0)
	night(inventory.Change{Inside: inside("shared_sharepointonline")}, 1)
	night(inventory.Change{Usage: &inventory.Usage{People: 4}}, 1)

	r := records(t, s, sqlstore.Filter{})[0]
	want := inside("shared_sharepointonline")
	want.Revision = "1"
	if diff := cmp.Diff(want, r.Structure); diff != "" {
		t.Errorf("inside (-want +got):\n%s", diff)
	}
	if r.Usage == nil || r.Usage.People != 4 {
		t.Errorf("usage %+v", r.Usage)
	}
}
