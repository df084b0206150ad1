package sqlstore_test

import (
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestVisits(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 3)
	if err := s.SaveFamilies(t.Context(), []inventory.Family{{ID: "fam", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{id("a"), id("b")}, Representative: id("a")}}); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveConversation(t.Context(), conversation(t, "c1", inventory.Proposed)); err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	visits := []inventory.Visit{
		{Who: "Pat@X", Role: "partner", Page: "asset", At: noon, About: []inventory.AssetID{id("a"), id("a")}},
		{Who: "pat@x", Role: "partner", Page: "conversation", At: noon.Add(time.Hour), Talks: []string{"c1"}},
		{Who: "quin@x", Role: "auditor", Page: "audit", At: noon.Add(26 * time.Hour)},
		{Who: "quin@x", Role: "partner", Page: "asset", At: noon.Add(27 * time.Hour), About: []inventory.AssetID{id("c")}},
	}
	for _, batch := range [][]inventory.Visit{visits[:1], nil, visits[1:]} {
		if err := s.SaveVisits(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	numbers := func(vs []inventory.Visit, err error) (ns []int64) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			ns = append(ns, v.N)
		}
		return ns
	}
	list := func(f inventory.VisitFilter) []int64 { return numbers(s.Visits(t.Context(), f)) }
	lookers := func(vendor string) []int64 { return numbers(s.Lookers(t.Context(), id(vendor))) }
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ got, want []int64 }{
		"all":         {list(inventory.VisitFilter{}), []int64{4, 3, 2, 1}},
		"a page":      {list(inventory.VisitFilter{Before: 4, Limit: 2}), []int64{3, 2}},
		"of somebody": {list(inventory.VisitFilter{Who: " PAT@x "}), []int64{2, 1}},
		"of a day":    {list(inventory.VisitFilter{From: day, Until: day.AddDate(0, 0, 1)}), []int64{2, 1}},
		"at a":        {lookers("a"), []int64{2, 1}},
		"at its copy": {lookers("b"), []int64{2}},
		"at another":  {lookers("c"), []int64{4}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	vs, err := s.Visits(t.Context(), inventory.VisitFilter{Before: 3, Limit: 1})
	want := []inventory.Visit{{N: 2, Who: "pat@x", Role: "partner", Page: "conversation", At: noon.Add(time.Hour), Amount: 1}}
	if diff := cmp.Diff(want, vs); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
