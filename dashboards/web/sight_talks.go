package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

func (s sight) Opening(ctx context.Context, family string) (o inventory.Opening, found bool, err error) {
	if o, found, err = s.from.Opening(ctx, family); err != nil || !found {
		return o, false, err
	}
	o, err = s.opening(ctx, o)
	if errors.Is(err, errElse) {
		return inventory.Opening{}, false, nil
	}
	return o, err == nil, err
}

// Talk gives partners those that promise most, and auditors all in no order
// that tells. Builders are given theirs, whatever addresses are asked for.
func (s sight) Talk(ctx context.Context, q inventory.TalkSearch) (out inventory.FoundOpenings, err error) {
	v := access.Of(ctx)
	if !v.Is(access.Partner, access.Auditor) {
		return s.ownTalks(ctx, q)
	}
	q.Plain = !v.SeesNames()
	if out, err = s.from.Talk(ctx, q); err != nil {
		return out, err
	}
	for i, o := range out.Openings {
		if out.Openings[i], err = s.opening(ctx, o); err != nil {
			return inventory.FoundOpenings{}, err
		}
	}
	return out, nil
}

// ownTalks is a page of those that the viewer keeps or has a hand in. What they
// promise is for partners.
func (s sight) ownTalks(ctx context.Context, q inventory.TalkSearch) (out inventory.FoundOpenings, err error) {
	mine, err := s.addresses(ctx)
	if err != nil || len(mine) == 0 || !access.Of(ctx).Is(access.Builder) {
		return out, err // of nobody would be of everybody
	}
	q.Plain, q.Of = true, slices.Sorted(maps.Keys(mine))
	if out, err = s.from.Talk(ctx, q); err != nil {
		return out, err
	}
	for i := range out.Openings {
		o := &out.Openings[i]
		glanceOf(ctx).saw(o.Asset.Asset.ID, o.Conversation.ID)
		o.Worth = inventory.Worth{}
	}
	return out, nil
}

// Partners are named to everybody: that is their part.
func (s sight) Partners(ctx context.Context) ([]inventory.Partner, error) {
	return s.from.Partners(ctx)
}

// InvitedSince is for partners.
func (s sight) InvitedSince(ctx context.Context, partner string, since time.Time) (int, error) {
	if !seesAll(ctx) {
		return 0, errElse
	}
	return s.from.InvitedSince(ctx, partner, since)
}

func (s sight) opening(ctx context.Context, o inventory.Opening) (inventory.Opening, error) {
	if seesAll(ctx) {
		glanceOf(ctx).saw(o.Asset.Asset.ID, o.Conversation.ID)
		return o, nil
	}
	theirs, err := s.talks(ctx, o.Conversation)
	switch {
	case err != nil:
		return o, err
	case theirs:
		glanceOf(ctx).saw(o.Asset.Asset.ID, o.Conversation.ID)
		o.Worth = inventory.Worth{}
		return o, nil
	case access.Of(ctx).Is(access.Auditor):
		return s.mask(ctx).Opening(o), nil
	}
	return inventory.Opening{}, fmt.Errorf("conversation %s: %w", o.Conversation.ID, errElse)
}

func (s sight) Conversation(ctx context.Context, id string) (inventory.Conversation, error) {
	c, err := s.from.Conversation(ctx, id)
	if err != nil {
		return c, err
	}
	theirs := seesAll(ctx)
	if !theirs {
		if theirs, err = s.talks(ctx, c); err != nil {
			return inventory.Conversation{}, err
		}
	}
	switch {
	case theirs:
		glanceOf(ctx).saw("", id)
		return c, nil
	case access.Of(ctx).Is(access.Auditor):
		return s.mask(ctx).Conversation(c), nil
	}
	return inventory.Conversation{}, fmt.Errorf("conversation %s: %w", id, errElse)
}

func (s sight) Charters(ctx context.Context, conversation string) ([]inventory.Charter, error) {
	all, err := s.from.Charters(ctx, conversation)
	if err != nil || seesAll(ctx) {
		return all, err
	}
	c, err := s.from.Conversation(ctx, conversation)
	if err != nil {
		return nil, err
	}
	theirs, err := s.talks(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case theirs:
		return all, nil
	case !access.Of(ctx).Is(access.Auditor):
		return nil, fmt.Errorf("charter of conversation %s: %w", conversation, errElse)
	}
	masked := make([]inventory.Charter, len(all))
	for i := range all {
		masked[i] = s.mask(ctx).Charter(all[i])
	}
	return masked, nil
}

// Candidates are for partners: whom they talk to is theirs to find out.
func (s sight) Candidates(ctx context.Context, family string) ([]inventory.Candidate, error) {
	if !seesAll(ctx) {
		return nil, nil
	}
	return s.from.Candidates(ctx, family)
}
