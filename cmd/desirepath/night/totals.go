package night

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// totals counts what the pages and the metrics show of the whole inventory
// and would take too long to count whenever they are asked.
func (n *Night) totals(ctx context.Context) error {
	lines, err := n.readings().gatherNeeds(ctx)
	if err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	for i := range lines {
		lines[i].Examples = nil // they are told for as long as their keepers say yes
	}
	if err := n.Store.SaveNeeds(ctx, lines); err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	needs, certainty := map[inventory.Count]int{}, map[inventory.Count]int{}
	for _, line := range lines {
		needs[inventory.Count{A: line.System, B: line.Kind}]++
	}
	scores, err := n.Store.Scores(ctx)
	if err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	for _, score := range scores {
		certainty[inventory.Count{A: inventory.CertaintyBand(score)}]++
	}
	return n.Store.SaveTotals(ctx, inventory.Totals{Needs: counted(needs), Certainty: counted(certainty)})
}

// counted gives counts in the order of their words.
func counted(times map[inventory.Count]int) []inventory.Count {
	out := make([]inventory.Count, 0, len(times))
	for c, n := range times {
		out = append(out, inventory.Count{A: c.A, B: c.B, N: n})
	}
	slices.SortFunc(out, func(a, b inventory.Count) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return out
}
