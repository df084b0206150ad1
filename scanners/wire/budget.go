package wire

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// ErrSpent is wrapped when the units of a day are used up. The error says when
// more can be asked.
var ErrSpent = errors.New("the day's share of what this tenant may be asked is used up")

// Spent is how many units were spent in each hour.
type Spent = inventory.Spent

// A Budget is what may be spent within 24 hours, whichever run spends it: hand
// what was spent on with Spent, and to the next run with Carry. Where a day is
// shared with other processes, Shared keeps the account: then the Budget counts
// what this one sent. The zero Budget is without limit and counts all the same.
// It is safe for concurrent use.
type Budget struct {
	mu      sync.Mutex
	limit   float64 // units in 24 hours; 0: none
	hours   Spent
	carried Spent // the part of hours that earlier runs spent
	shared  bool
}

// Carry adds what earlier runs spent.
func (b *Budget) Carry(earlier Spent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hours.Carry(earlier)
	b.carried.Carry(earlier)
}

// Spent is what was spent in the last day, this run included.
func (b *Budget) Spent() Spent {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hours.Forget(time.Now())
	return maps.Clone(b.hours)
}

// Shared reports whether the account of the day is kept where all processes
// share it, and not to be kept from this Budget.
func (b *Budget) Shared() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shared
}

// setLimit says how many units 24 hours have, 0 for any number, and whether
// they are shared.
func (b *Budget) setLimit(perDay float64, shared bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.shared = perDay, shared
}

// spend books units. When they would exceed the budget it books nothing and
// returns an error that wraps ErrSpent; units of a shared day were granted
// already.
func (b *Budget) spend(now time.Time, units int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hours.Forget(now)
	if at := b.hours.Again(b.limit, units); !at.IsZero() && !b.shared {
		return spentUntil(at)
	}
	b.hours.Add(now, units)
	return nil
}

// perDay is how many units a shared day has, without what was spent before it
// was shared; 0 for any number.
func (b *Budget) perDay(now time.Time) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit <= 0 {
		return 0
	}
	b.carried.Forget(now)
	const none = 0.5 // of a unit
	return max(none, b.limit-float64(b.carried.Sum()))
}

func spentUntil(at time.Time) error {
	return fmt.Errorf("%w: it can go on from %s", ErrSpent, at.UTC().Format("2 January 15:04 MST"))
}
