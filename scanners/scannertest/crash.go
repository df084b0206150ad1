package scannertest

import (
	"errors"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// maxPages bounds the loops that crash at every page.
const maxPages = 200

func crashAtEveryPage(b *bench) {
	for n := 1; ; n++ {
		if n > maxPages {
			b.Fatalf("a listing has more than %d pages; make the fixture smaller", maxPages)
		}
		for _, stored := range []bool{false, true} {
			b.fresh()
			when := fmt.Sprintf("crash at page %d, stored: %v", n, stored)
			died := b.die(n, stored)
			b.list()
			b.wantTruth(when)
			if !died {
				if n < 4 {
					b.Errorf("there were only %d pages to crash at; make the fixture's pages smaller", n-1)
				}
				return
			}
		}
	}
}

// die makes a pass that ends at its n-th page: just before the page is stored,
// or just after. It tells whether the pass got that far.
func (b *bench) die(n int, stored bool) bool {
	b.Helper()
	count := func(inventory.Page) error {
		if n--; n == 0 {
			return errKilled
		}
		return nil
	}
	s := &tap{Store: b.store, before: count}
	if stored {
		s = &tap{Store: b.store, after: count}
	}
	_, err := b.pass(b.Context(), s, 1)
	if err != nil && !errors.Is(err, errKilled) {
		b.Fatalf("the pass ended by itself: %v", err)
	}
	return err != nil
}

func crashBetweenChanges(b *bench) {
	p := b.places[0]
	b.list()
	for n := 1; n <= 2; n++ {
		for _, stored := range []bool{false, true} {
			name := fmt.Sprintf("%d %v.xlsx", n, stored)
			for i := range 8 {
				b.Tenant.Create(p, "", fmt.Sprint(i, " of ", name))
			}
			b.Tenant.Delete(p, b.Tenant.Rename(p, b.Tenant.Create(p, "", "a "+name), "b "+name))
			b.die(n, stored)
			b.list()
			b.wantTruth("changes cut at " + name)
		}
	}
}

func changesWhileCut(b *bench) {
	p := b.places[0]
	b.die(2, true)
	b.Tenant.Create(p, "", "A first one.xlsx")
	b.Tenant.Create(p, "", "Zz a last one.xlsx")
	b.Tenant.Edit(p, b.find(p, "", "Budget.xlsx"))
	b.Tenant.Rename(p, b.find(p, "Finance", "Costs.xlsx"), "Expenses.xlsx")
	b.Tenant.Delete(p, b.find(p, "Finance/2026", "Q2.xlsx"))
	b.Tenant.Delete(p, b.find(p, "Teaching & Learning/Archive", "Gradebook.xlsx"))
	// What changed behind the cursor may be missed by the first pass, but not
	// by the next one.
	b.list()
	b.list()
	b.wantTruth("after the changes")
}

func relistingCut(b *bench) {
	p := b.places[0]
	b.list()
	before := b.records()
	b.Tenant.Delete(p, b.find(p, "", "Budget.xlsx"))
	b.Tenant.Delete(p, b.find(p, "Finance/2026", "Q3.xlsx"))
	b.restart(p)
	if !b.die(2, true) {
		b.Fatal("the relisting had one page only; make the fixture's pages smaller")
	}
	b.wantKept("a relisting that was cut", before)
	b.list()
	b.wantTruth("after the relisting")
}

// restart makes the next listing of a place one from scratch.
func (b *bench) restart(p inventory.Place) {
	b.Helper()
	at, err := b.store.Cursor(b.Context(), p)
	if err != nil {
		b.Fatal(err)
	}
	if err := b.store.Restart(b.Context(), p, at); err != nil {
		b.Fatal(err)
	}
}

func expiredCursor(b *bench) {
	b.needs("cursors that expire", b.Expire != nil)
	p := b.places[0]
	b.list()
	b.Tenant.Delete(p, b.find(p, "", "Budget.xlsx"))
	b.Tenant.Edit(p, b.find(p, "Finance", "Costs.xlsx"))
	before := b.records()
	b.Expire(p)
	s := &tap{Store: b.store, after: func(page inventory.Page) error {
		if !page.Complete {
			b.wantKept("while listing from scratch", before)
		}
		return nil
	}}
	reports, err := b.pass(b.Context(), s, 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range reports {
		if !r.Complete {
			b.Errorf("place %s is not complete: %s", r.Place, r.Error)
		}
	}
	if s.restarts != 1 {
		b.Errorf("%d restarts, want 1", s.restarts)
	}
	b.wantTruth("after the restart")
}
