package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/classify/families"
	"github.com/desirepath/desirepath/inventory"
)

// group finds copies and versions of the same thing.
func (n *Night) group(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	accounts, err := n.do(ctx, run, inventory.Job{Step: stepGroup})
	if err != nil {
		return false, err
	}
	n.stage("grouping", "", accounts[0].Done)
	return false, nil
}

// workGroup groups the whole inventory. Of each asset only a small signature
// is held.
func (n *Night) workGroup(ctx context.Context, a *inventory.JobAccount) error {
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
		return fmt.Errorf("group: %w", failed)
	}
	a.Done = len(grouped)
	return nil
}

func member(r inventory.Record) families.Member {
	return families.Member{
		ID: r.Asset.ID, Name: r.Asset.Name, Hash: r.Asset.Hash, Signature: families.NewSignature(*r.Structure),
		Created: r.Asset.Created, Modified: r.Asset.Modified, Editor: r.Asset.ModifiedBy,
	}
}
