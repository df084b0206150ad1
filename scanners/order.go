package scanners

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// order is the order in which places are listed, as indices: those that were
// left over, then the latest active, then those of which nothing is known as
// the scanner named them. A run that is cut short has seen what matters.
func (r *run) order() []int {
	order, rank := make([]int, len(r.included)), make([]int, len(r.included))
	for i, p := range r.included {
		order[i] = i
		if r.First == nil || !r.First(p) {
			rank[i] = 1
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(rank[a]-rank[b], r.included[b].Active.Compare(r.included[a].Active))
	})
	return order
}

// enough says why no further place is begun, or no further page asked for of
// one that is under way; nil: go on.
func (r *run) enough(underway bool) error {
	if !underway {
		r.stopping.Lock()
		defer r.stopping.Unlock()
		if r.stopped != nil {
			return r.stopped
		}
	}
	if r.Enough != nil {
		return r.Enough(underway)
	}
	return nil
}

// heed takes note of an error of one place that the next would meet too.
func (r *run) heed(err error) {
	if errors.Is(err, wire.ErrSpent) {
		r.stopping.Lock()
		defer r.stopping.Unlock()
		r.stopped = err
	}
}

// leave reports a place as one for the next run.
func leave(report *inventory.PlaceReport, why error) {
	report.Left = true
	report.Error = "left for the next run: " + Told(why)
}

// summarise tells of all places that were left, in one line.
func (r *run) summarise() {
	left, why := 0, ""
	for _, rep := range r.reports {
		if rep.Left {
			left, why = left+1, rep.Error
		}
	}
	if left > 0 {
		r.log.Warn(fmt.Sprintf("%d of %d places were not begun", left, len(r.reports)), "err", why)
	}
}
