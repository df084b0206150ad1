package night

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// TestBackground learns how common headings are once there is enough to learn
// from, keeps it for a month, and judges on another basis from then on.
func TestBackground(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "i.db"), sqlstore.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	cat, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	n := &Night{Store: store, Catalogue: cat, Classifier: classify.New(cat, classify.Background{}, classify.Expert()), Now: clock}
	plain := n.Classifier.Basis()

	p := inventory.Place{Tenant: "t", ID: "p", Kind: inventory.PlaceEnvironment}
	fill := func(count int) {
		t.Helper()
		page := inventory.Page{Full: true, Complete: true}
		for i := range count {
			st := inventory.EmptyStructure()
			st.Sheets = []inventory.Sheet{{Regions: []inventory.Region{{HeaderRows: 1, Headings: []string{"Cost centre", "Own " + string([]rune{rune('a' + i%26), rune('b' + i/26%25), rune('c' + i/650)})}}}}}
			page.Changes = append(page.Changes, inventory.Change{ID: fmt.Sprint(i), Asset: &inventory.Asset{Kind: inventory.KindApp, Name: "a", Revision: "1"}, Inside: &st})
		}
		if _, err := store.Apply(t.Context(), p, "", page); err != nil {
			t.Fatal(err)
		}
		if _, err := n.background(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if fill(backgroundFrom - 1); n.Classifier.Basis() != plain {
		t.Error("a background of too few")
	}
	fill(backgroundFrom)
	s, err := n.snapshot(t.Context())
	if err != nil || s.Background.Structures != backgroundFrom || s.Background.Headings["cost center"] != backgroundFrom || len(s.Background.Headings) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if n.Classifier.Basis() == plain {
		t.Error("it judges as before")
	}
	learnt := n.Classifier.Basis()
	now = now.Add(backgroundStays / 2)
	if fill(backgroundFrom + 1); n.Classifier.Basis() != learnt {
		t.Error("it was learnt again within the month")
	}
	now = now.Add(backgroundStays)
	if fill(backgroundFrom + 1); n.Classifier.Basis() == learnt {
		t.Error("it was not learnt again after a month")
	}
}
