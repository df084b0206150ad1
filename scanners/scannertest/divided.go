package scannertest

import (
	"context"
	"errors"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// dividedListing has places listed by a scanner that did not name them, as a
// worker in another process does, and what it begins gone on with by a third.
func dividedListing(b *bench) {
	b.listDivided()
	b.wantTruth("after a listing by several scanners")
	b.change()
	b.listDivided()
	b.wantTruth("after changes were listed by several scanners")
}

func (b *bench) listDivided() {
	b.Helper()
	names := b.Scanner()
	divisible, ok := names.(scanners.Divisible)
	b.needs("scanner that can be helped", ok)
	here := scanners.Engine{Sink: b.store}
	apart := 0
	lead := scanners.Engine{Sink: b.store, Elsewhere: func(ctx context.Context, p inventory.Place, report *inventory.PlaceReport) (why, err error) {
		if !divisible.Apart(p) {
			return here.Place(ctx, names, p, report)
		}
		apart++
		pages := 0
		first := scanners.Engine{Sink: b.store, Enough: func(underway bool) error {
			if pages++; underway && pages == 2 {
				return errors.New("its turn is over")
			}
			return nil
		}}
		if why, err := first.Place(ctx, b.helper(), p, report); err != nil || why == nil {
			return why, err
		}
		return here.Place(ctx, b.helper(), p, report)
	}}
	lead.Parallel = 1
	reports, err := lead.List(b.Context(), names)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range reports {
		if !r.Complete || !r.Tally.Balanced() {
			b.Errorf("place %s: %+v", r.Place, r)
		}
	}
	if apart == 0 {
		b.Skip("all places of this source go together")
	}
}

// helper is a scanner that has named no places.
func (b *bench) helper() scanners.Scanner {
	s := b.Scanner()
	s.(scanners.Divisible).Begin()
	return s
}
