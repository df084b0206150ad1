package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
)

// group finds copies and versions of the same thing. Of each asset only a
// small signature is held.
func (n *Night) group(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	var failed error
	members := func(yield func(classify.Member) bool) {
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
	families := classify.Families(members)
	if failed == nil {
		failed = n.Store.SaveFamilies(ctx, families)
	}
	if failed != nil {
		return false, fmt.Errorf("group: %w", failed)
	}
	n.stage("grouping", "", len(families))
	return false, nil
}

func member(r inventory.Record) classify.Member {
	return classify.Member{
		ID: r.Asset.ID, Name: r.Asset.Name, Hash: r.Asset.Hash, Signature: classify.NewSignature(*r.Structure),
		Created: r.Asset.Created, Modified: r.Asset.Modified, Editor: r.Asset.ModifiedBy,
	}
}
