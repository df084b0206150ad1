package night

import (
	"context"

	"github.com/desirepath/desirepath/inventory"
)

// cards brings up to date what the inventory's pages find and sort by, and
// count.
func (n *Night) cards(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	made, err := n.Store.UpdateCards(ctx)
	n.stage("indexing", "", made)
	return false, err
}
