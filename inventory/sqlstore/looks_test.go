package sqlstore_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// TestSwitchedOffUntilSwitchedOn refuses to look into a form for good, until
// looking into forms is switched on. A file that cannot be read stays so.
func TestSwitchedOffUntilSwitchedOn(t *testing.T) {
	s := open(t, sqlstore.Options{})
	form := bookWith("form", func(a *inventory.Asset) { a.Kind = inventory.KindForm })
	script := bookWith("script", func(a *inventory.Asset) { a.Kind = inventory.KindScript })
	apply(t, s, drive, "", complete(full("1", form, script, book("broken"))))
	for _, d := range due(t, s, heads) {
		f := inventory.Failure{Reason: inventory.SwitchedOff, Final: true}
		if d.Asset.Kind == inventory.KindWorkbook {
			f.Reason = "encrypted"
		}
		if err := s.LookFailed(t.Context(), d.Asset.ID, d.Asset.Revision, f); err != nil {
			t.Fatal(err)
		}
	}
	wantDue(t, s, heads)
	on := func(kinds ...inventory.Kind) {
		t.Helper()
		if err := s.SwitchedOn(t.Context(), drive.Tenant, kinds); err != nil {
			t.Fatal(err)
		}
	}
	on(inventory.KindWorkbook)
	wantDue(t, s, heads)
	on(inventory.KindWorkbook, inventory.KindForm)
	wantDue(t, s, heads, "form")
	on(inventory.KindWorkbook, inventory.KindForm)
	wantDue(t, s, heads, "form")
}
