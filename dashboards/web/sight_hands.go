package web

import (
	"context"
	"slices"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// owns tells whether the viewer is shown all of an asset: it was built, is
// owned or edited by them, or is kept by them in a conversation.
func (s sight) owns(ctx context.Context, r inventory.Record) (bool, error) {
	return s.theirs(ctx, r, built)
}

// mayForget tells whether the viewer may have an asset forgotten: for good,
// so to have edited it once is not enough.
func (s sight) mayForget(ctx context.Context, r inventory.Record) (bool, error) {
	return s.theirs(ctx, r, begun)
}

// theirs tells whether the viewer has a hand of some kind in an asset, or keeps
// it in a conversation.
func (s sight) theirs(ctx context.Context, r inventory.Record, by func(inventory.Record, map[string]bool) bool) (bool, error) {
	mine, err := s.addresses(ctx)
	if err != nil || len(mine) == 0 {
		return false, err
	}
	if by(r, mine) {
		return true, nil
	}
	if r.Family == "" {
		return false, nil
	}
	o, found, err := s.from.Opening(ctx, r.Family)
	return found && mine[inventory.FoldAddress(o.Conversation.Keeper)], err
}

// begun tells whether somebody with one of the addresses built or owns an
// asset, or the drive that it lies in.
func begun(r inventory.Record, mine map[string]bool) bool {
	return slices.ContainsFunc([]string{r.Asset.CreatedBy, r.Asset.Owner, r.PlaceOwner}, func(address string) bool {
		return mine[inventory.FoldAddress(address)]
	})
}

// built tells the same, or whether they edit it.
func built(r inventory.Record, mine map[string]bool) bool {
	if begun(r, mine) || mine[inventory.FoldAddress(r.Asset.ModifiedBy)] {
		return true
	}
	return r.Usage != nil && slices.ContainsFunc(r.Usage.Editors, func(e inventory.Editor) bool { return mine[inventory.FoldAddress(e.Address)] })
}

// familyMost bounds how many copies are looked at for one that is the viewer's.
const familyMost = 200

// talks tells whether a conversation is the viewer's: they keep what it is
// about, or built one of its copies.
func (s sight) talks(ctx context.Context, c inventory.Conversation) (bool, error) {
	if !access.Of(ctx).Is(access.Builder) {
		return false, nil
	}
	mine, err := s.addresses(ctx)
	if err != nil || len(mine) == 0 || mine[inventory.FoldAddress(c.Keeper)] {
		return err == nil && len(mine) > 0, err
	}
	for r, err := range s.from.Records(ctx, inventory.Filter{Family: c.Family, Limit: familyMost}) {
		if err != nil || built(r, mine) {
			return err == nil, err
		}
	}
	return false, nil
}
