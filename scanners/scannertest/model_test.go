package scannertest_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

// TestStoreDoesAsItsModel gives the store and Memory the same pages, more
// wilful ones than any scanner's, and wants the same of both.
func TestStoreDoesAsItsModel(t *testing.T) {
	place := inventory.Place{Tenant: "t", ID: "p", Kind: inventory.PlaceShare, Name: "Place"}
	rapid.Check(t, func(rt *rapid.T) {
		real, model := openStore(t, inventory.Scope{}).(store), scannertest.NewMemory(inventory.Scope{})
		defer real.Close()
		var at inventory.Cursor
		whole := true
		for n := range rapid.IntRange(1, 20).Draw(rt, "pages") {
			if rapid.IntRange(0, 9).Draw(rt, "restart") == 0 {
				for _, s := range []scannertest.Store{real, model} {
					if err := s.Restart(t.Context(), place, at); err != nil {
						rt.Fatal(err)
					}
				}
				at, whole = "", true
			}
			page := inventory.Page{
				Full:     whole,
				Complete: rapid.Bool().Draw(rt, "complete"),
				Next:     inventory.Cursor(fmt.Sprint("after ", n)),
				Changes:  rapid.SliceOfN(rapid.Custom(anyChange), 0, 6).Draw(rt, "changes"),
			}
			got, err := real.Apply(t.Context(), place, at, page)
			if err != nil {
				rt.Fatal(err)
			}
			want, err := model.Apply(t.Context(), place, at, page)
			if err != nil {
				rt.Fatal(err)
			}
			if got.Removed != want.Removed || !got.Balanced() {
				rt.Errorf("page %d: the store says %+v, the model %+v", n, got, want)
			}
			if d := cmp.Diff(contents(t, model), contents(t, real)); page.Complete && d != "" {
				rt.Fatalf("page %d (-model +store):\n%s", n, d)
			}
			at, whole = page.Next, whole && !page.Complete
		}
	})
}

// anyChange is about one of few ids, so that pages contradict one another.
func anyChange(rt *rapid.T) inventory.Change {
	parent := rapid.SampledFrom([]string{"", "f1", "f2", "f3"}).Draw(rt, "parent")
	word := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "word")
	id := rapid.SampledFrom([]string{"f1", "f2", "f3", "x", "y", "z"}).Draw(rt, "id")
	switch {
	case rapid.IntRange(0, 3).Draw(rt, "removed") == 0:
		return inventory.Change{ID: id, Removed: true}
	case id[0] == 'f':
		if parent >= id {
			parent = "" // no rings
		}
		return inventory.Change{ID: id, Folder: &inventory.Folder{ID: id, Parent: parent, Name: word}}
	default:
		return inventory.Change{ID: id, Asset: &inventory.Asset{
			ID: inventory.AssetID("t/p/" + id), Tenant: "t", Place: "p", VendorID: id,
			Kind: inventory.KindWorkbook, Name: word, Parent: parent, Revision: word,
		}}
	}
}
