package night

import (
	"context"

	"github.com/desirepath/desirepath/inventory"
)

// cards brings up to date what the pages find and sort by, and count.
func (n *Night) cards(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	made, err := n.Store.UpdateCards(ctx)
	if err != nil {
		return false, err
	}
	n.stage("indexing", "", made)
	return false, n.readings().weigh(ctx)
}

func (n *Night) readings() Readings {
	return Readings{Store: n.Store, Systems: n.Catalogue.Systems, Worth: n.Outreach.Worth, Now: n.Now}
}
