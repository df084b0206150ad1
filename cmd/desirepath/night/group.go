package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/classify/families"
	"github.com/desirepath/desirepath/inventory"
)

// group finds copies and versions of the same thing. Of each asset only a
// small signature is held.
func (n *Night) group(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	var failed error
	members := func(yield func(families.Member) bool) {
		for r, err := range n.Store.Records(ctx, inventory.Filter{Looked: true}) {
			if err != nil {
				failed = err
				return
			}
			if !yield(member(r)) {
				return
			}
		}
	}
	grouped := families.Group(members)
	if failed == nil {
		failed = n.Store.SaveFamilies(ctx, grouped)
	}
	if failed != nil {
		return false, fmt.Errorf("group: %w", failed)
	}
	n.stage("grouping", "", len(grouped))
	return false, nil
}

func member(r inventory.Record) families.Member {
	return families.Member{
		ID: r.Asset.ID, Name: r.Asset.Name, Hash: r.Asset.Hash, Signature: families.NewSignature(*r.Structure),
		Created: r.Asset.Created, Modified: r.Asset.Modified, Editor: r.Asset.ModifiedBy,
	}
}
