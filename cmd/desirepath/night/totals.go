package night

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// totals counts what the pages and the metrics show of the whole inventory
// and would take too long to count whenever they are asked.
func (n *Night) totals(ctx context.Context) error {
	readings := Readings{Store: n.Store, Systems: n.Catalogue.Systems, Worth: n.Outreach.Worth, Now: n.Now}
	lines, err := readings.Needs(ctx, "")
	if err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	var t inventory.Totals
	t.Needs = tally(func(count func(inventory.Count)) {
		for _, line := range lines {
			count(inventory.Count{A: line.System, B: line.Kind})
		}
	})
	t.Certainty = tally(func(count func(inventory.Count)) {
		for record, failed := range n.Store.Records(ctx, inventory.Filter{Near: true}) {
			if failed != nil {
				err = failed
				return
			}
			count(inventory.Count{A: inventory.CertaintyBand(record.Verdict.Score)})
		}
	})
	if err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	return n.Store.SaveTotals(ctx, t)
}

// tally counts how often each is told, in their order.
func tally(tell func(count func(inventory.Count))) []inventory.Count {
	times := map[inventory.Count]int{}
	tell(func(c inventory.Count) { times[c]++ })
	out := make([]inventory.Count, 0, len(times))
	for c := range maps.Keys(times) {
		out = append(out, inventory.Count{A: c.A, B: c.B, N: times[c]})
	}
	slices.SortFunc(out, func(a, b inventory.Count) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return out
}
