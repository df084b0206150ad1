package classify

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestWorth(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	st := inventory.EmptyStructure()
	st.Macros.Present, st.ExternalLinks = true, []string{"fees.xlsx"}
	st.Sheets = []inventory.Sheet{{Functions: map[string]int{"SUM": 4, "VLOOKUP": 9}}}
	r := inventory.Record{
		Asset:     inventory.Asset{Created: time.Date(2019, 11, 23, 0, 0, 0, 0, time.UTC)},
		Structure: &st,
		Usage:     &inventory.Usage{People: 12, Editors: []inventory.Editor{{Address: "kay@x"}}},
		Verdict:   &inventory.Verdict{Capability: "lms", System: "lagoon", Score: 0.8, Needs: []inventory.Need{{Kind: inventory.NeedField}, {Kind: inventory.NeedFunction}}},
	}
	got := Worth(r, true, now, DefaultWorth())
	want := inventory.Worth{Total: 0.754, Parts: []inventory.Part{
		{Name: inventory.PartPeople, Value: 0.7, Weight: 3, Facts: []string{"people=12"}},
		{Name: inventory.PartNeed, Value: 0.6, Weight: 2, Facts: []string{"needs=2"}},
		{Name: inventory.PartFragility, Value: 1, Weight: 2, Facts: []string{"keeper-gone", "one-keeper", "macros", "links=1"}},
		{Name: inventory.PartCraft, Value: 0.64, Weight: 1, Facts: []string{"functions=2", "macros", "years=6"}},
		{Name: inventory.PartCertainty, Value: 0.8, Weight: 2},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if nothing := Worth(inventory.Record{}, false, now, DefaultWorth()); nothing.Total != 0 {
		t.Errorf("nothing is worth %v", nothing)
	}
	if w := Worth(r, true, now, WorthWeights{inventory.PartCertainty: 1}); w.Total != 0.8 {
		t.Errorf("certainty alone: %v", w.Total)
	}
}
