package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
)

// trace finds what feeds what. It goes through the inventory twice: for what
// is linked to, and for what that may be.
func (n *Night) trace(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	lineage := classify.NewLineage(n.Catalogue)
	for r, err := range n.Store.Records(ctx, inventory.Filter{Looked: true}) {
		if err != nil {
			return false, fmt.Errorf("trace: %w", err)
		}
		lineage.Read(r.Asset, *r.Structure)
	}
	if lineage.Wanting() {
		for a, err := range n.Store.Assets(ctx) {
			if err != nil {
				return false, fmt.Errorf("trace: %w", err)
			}
			lineage.Offer(a)
		}
	}
	edges := lineage.Edges()
	n.stage("tracing", "", len(edges))
	if err := n.Store.SaveEdges(ctx, edges); err != nil {
		return false, fmt.Errorf("trace: %w", err)
	}
	return false, nil
}
