package night

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// TestAgenda: lists are in the order in which to talk, a report tells of the
// first of each system and how many others there are, and what goes away in
// between is passed over.
func TestAgenda(t *testing.T) {
	r := talkedAbout(t, mostReported+5)
	agenda, err := r.Agenda(t.Context(), "")
	if err != nil || agenda.Len() != mostReported+5 {
		t.Fatalf("%d, %v", agenda.Len(), err)
	}
	all, err := agenda.All(t.Context())
	if err != nil || len(all) != agenda.Len() {
		t.Fatalf("%d, %v", len(all), err)
	}
	if !slices.IsSortedFunc(all, func(a, b inventory.Opening) int {
		return cmp.Or(cmp.Compare(a.System.Name, b.System.Name), cmp.Compare(b.Worth.Total, a.Worth.Total), cmp.Compare(a.Conversation.ID, b.Conversation.ID))
	}) {
		t.Error("they are in no order")
	}
	first, others, err := r.FirstOpenings(t.Context())
	if err != nil || len(first) != mostReported+1 || len(others) != 1 || others["hr"] != 4 {
		t.Errorf("%d and %v others, %v", len(first), others, err)
	}
	if pats, err := r.Agenda(t.Context(), "Pat@X"); err != nil || pats.Len() != 1 {
		t.Errorf("of one partner: %d, %v", pats.Len(), err)
	}
	if err := r.SaveFamilies(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if gone, err := agenda.All(t.Context()); err != nil || len(gone) != 0 {
		t.Errorf("what they were about is gone: %d, %v", len(gone), err)
	}
}

// talkedAbout is a store with so many families, each with a conversation of
// which the last is with Pat about another system.
func talkedAbout(t *testing.T, n int) Readings {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	place := inventory.Place{Tenant: "t", ID: "p", Kind: inventory.PlaceLibrary}
	page := inventory.Page{Next: "1", Full: true, Complete: true}
	var families []inventory.Family
	for i := range n {
		a := inventory.Asset{Name: fmt.Sprint(i, ".xlsx"), Kind: inventory.KindWorkbook, Revision: "1", Created: time.Unix(int64(-i)*1e7, 0)}
		page.Changes = append(page.Changes, inventory.Change{ID: fmt.Sprint(i), Asset: &a})
		id := inventory.NewAssetID(place, fmt.Sprint(i))
		families = append(families, inventory.Family{ID: fmt.Sprint("f", i), Kind: inventory.FamilySingle, Members: []inventory.AssetID{id}, Representative: id})
	}
	if _, err := store.Apply(t.Context(), place, "", page); err != nil {
		t.Fatal(err)
	}
	if err := store.SaveFamilies(t.Context(), families); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		c := inventory.Conversation{ID: fmt.Sprint("c", i), Family: fmt.Sprint("f", i), System: "hr", Partner: inventory.Partner{Name: "Kim", Address: "kim@x"}}
		if i == n-1 {
			c.System, c.Partner = "crm", inventory.Partner{Name: "Pat", Address: "pat@x"}
		}
		for _, to := range []inventory.State{inventory.Proposed, inventory.Invited} { // what was taken up stays, whatever it is near
			if err := c.Decide(inventory.Decision{Conversation: c.ID, To: to, By: "kim@x", At: time.Unix(1, 0), Why: "because"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.SaveConversation(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	return Readings{Store: store, Now: func() time.Time { return time.Unix(2, 0) }}
}
