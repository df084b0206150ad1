package sqlstore_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestEdges(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 3)
	all := []inventory.Edge{
		{Reader: id("a"), System: "sis", By: inventory.EdgeConnection},
		{Reader: id("a"), Asset: id("b"), By: inventory.EdgeLink},
		{Reader: id("b"), Name: "fees.xlsx", By: inventory.EdgeLink},
		{Reader: id("gone"), Name: "x", By: inventory.EdgeLink},
	}
	for range 2 { // the second time replaces the first
		if err := s.SaveEdges(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	for asset, want := range map[inventory.AssetID][]inventory.Edge{"": all[:3], id("b"): all[1:3], id("c"): nil} {
		got, err := s.Edges(t.Context(), asset)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("of %q (-want +got):\n%s", asset, diff)
		}
	}
}
