package night

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

// TestNeedsKeepTheirNumbers: pages show what the last night counted, and name
// a tool for as long as its keeper says yes.
func TestNeedsKeepTheirNumbers(t *testing.T) {
	r := talkedAbout(t, 3)
	asset := inventory.NewAssetID(inventory.Place{Tenant: "t", ID: "p"}, "0")
	verdict := inventory.Verdict{Capability: "hr", System: "hr", Score: 0.9, Basis: "b", Needs: []inventory.Need{{Kind: inventory.NeedField, Word: "Tyre pressure"}}}
	look := r.Looked(t.Context(), asset, inventory.Structure{Revision: "1", Depth: inventory.DepthHeads})
	judge := r.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{asset: verdict})
	if look != nil || judge != nil {
		t.Fatal(look, judge)
	}
	decide := func(d inventory.Decision) {
		t.Helper()
		d.Conversation, d.By, d.At, d.Why = "c0", "kim@x", time.Unix(2, 0), "because"
		if err := r.Decide(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	want := inventory.NeedLine{System: "hr", Kind: inventory.NeedField, Word: "Tyre pressure", Words: []string{"Tyre pressure"}, Families: 1,
		Said: []inventory.Saying{{Word: "Tyre pressure", Families: 1}}}
	expect := func(when string, builders int, examples ...inventory.Example) {
		t.Helper()
		want.Builders, want.Examples = builders, examples
		got, err := r.Needs(t.Context(), "hr")
		for i := range got {
			got[i].Fragility = 0
		}
		if diff := cmp.Diff([]inventory.NeedLine{want}, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", when, err, diff)
		}
	}
	expect("gathered now", 0)
	if err := (&Night{Store: r.Store, Now: r.Now}).totals(t.Context()); err != nil {
		t.Fatal(err)
	}
	decide(inventory.Decision{Act: inventory.ActNewKeeper, Keeper: "ana@x"})
	expect("kept", 0)
	decide(inventory.Decision{Act: inventory.ActExample})
	expect("said yes", 0, inventory.Example{Tool: "0.xlsx", Keeper: "ana@x"})
	decide(inventory.Decision{Act: inventory.ActNoExample})
	expect("took it back", 0)
	if err := r.SaveNeeds(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if other, err := r.Needs(t.Context(), "crm"); err != nil || len(other) != 0 {
		t.Errorf("of another system: %v, %v", other, err)
	}
}
