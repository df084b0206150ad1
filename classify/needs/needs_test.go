package needs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/desirepath/desirepath/inventory"
)

func TestGather(t *testing.T) {
	field := func(w string) inventory.Need { return inventory.Need{Kind: "field", Word: w} }
	got := Gather([]Voice{
		{System: "hr", Family: "a", Keeper: "Ana@x", People: 12, Needs: []inventory.Need{field("Carer's leave balance"), field("Balance of carer's leave")}, ByHand: []string{"approval"}},
		{System: "hr", Family: "b", Keeper: "ana@x", People: 3, Needs: []inventory.Need{field("Carers leave balance"), field("??")}},
		{System: "hr", Family: "c", People: 1, Needs: []inventory.Need{field("carer's Leave  balance")}},
		{Capability: "fleet", Family: "d", Keeper: "bo@x", Needs: []inventory.Need{field("Tyre pressure")}},
		{System: "hr", Capability: "leave", Family: "e", Keeper: "cy@x", People: 2, Needs: []inventory.Need{{Kind: "function", Word: "Carer's leave balance"}}},
	})
	want := []inventory.NeedLine{
		{Capability: "fleet", Kind: "field", Word: "Tyre pressure", Words: []string{"Tyre pressure"}, Families: 1, Builders: 1},
		{System: "hr", Kind: "field", Word: "Carer's leave balance", Words: []string{"Carer's leave balance", "Carers leave balance", "carer's Leave balance"}, Families: 3, Builders: 1, People: 16},
		{System: "hr", Kind: inventory.ByHand, Word: "approval", Words: []string{"approval"}, Families: 1, Builders: 1, People: 12},
		{System: "hr", Kind: "function", Word: "Carer's leave balance", Words: []string{"Carer's leave balance"}, Families: 1, Builders: 1, People: 2},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(inventory.NeedLine{}, "Said")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Gather(nil); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
