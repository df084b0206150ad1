package night

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
)

// propose opens a conversation for every family that comes close enough to a
// system and was never talked about.
func (n *Night) propose(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	conversations, err := n.Store.Conversations(ctx)
	if err != nil {
		return false, fmt.Errorf("propose: %w", err)
	}
	families, err := n.near(ctx)
	if err != nil {
		return false, fmt.Errorf("propose: %w", err)
	}
	past := newPast(conversations)
	if past.quiet, err = n.Store.Quiet(ctx); err != nil {
		return false, fmt.Errorf("propose: %w", err)
	}
	proposed := 0
	for _, f := range families {
		if past.about[f.ID] {
			continue
		}
		made, err := n.proposeFor(ctx, f, past)
		if err != nil {
			return false, fmt.Errorf("propose for family %s: %w", f.ID, err)
		}
		proposed += made
		n.stage("proposing", "", proposed)
	}
	return false, nil
}

// near gives the families with a member that comes close to a capability.
func (n *Night) near(ctx context.Context) ([]inventory.Family, error) {
	families, err := n.Store.Families(ctx)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for r, err := range n.Store.Records(ctx, inventory.Filter{Near: true}) {
		if err != nil {
			return nil, err
		}
		wanted[r.Family] = true
	}
	return slices.DeleteFunc(families, func(f inventory.Family) bool { return !wanted[f.ID] }), nil
}

func (n *Night) proposeFor(ctx context.Context, f inventory.Family, past past) (made int, err error) {
	records, verdicts, err := n.members(ctx, f)
	if err != nil || len(verdicts) == 0 {
		return 0, err
	}
	keeper, err := n.keeper(ctx, records)
	if err != nil {
		return 0, err
	}
	history := classify.History{Keeper: keeper, LastInvited: past.invited[keeper], QuietUntil: past.quiet[inventory.FoldAddress(keeper)], Now: n.Now()}
	policy := classify.Policy{MinScore: n.Outreach.Certainty, Quiet: n.Outreach.Quiet}
	for _, p := range classify.Propose(f, verdicts, history, policy, n.Catalogue) {
		if err := n.tellOrigin(ctx, f.ID, &p.Decision); err != nil {
			return made, err
		}
		if err := p.Conversation.Decide(p.Decision); err != nil {
			return made, err
		}
		if err := n.Store.SaveConversation(ctx, p.Conversation); err != nil {
			return made, err
		}
		made++
	}
	return made, nil
}

// tellOrigin adds to a proposal which conversation is about what this was part
// of, so that a person sees both.
func (n *Night) tellOrigin(ctx context.Context, family string, d *inventory.Decision) error {
	from, err := n.Store.PartedFrom(ctx, family)
	if err != nil || from == "" {
		return err
	}
	talk, err := n.Store.ConversationOf(ctx, from)
	if errors.Is(err, inventory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	d.Why += "; it was part of what conversation " + talk.ID + " is about"
	return nil
}

// members gives a family's records, and the verdicts of those that come close
// to a capability at all.
func (n *Night) members(ctx context.Context, f inventory.Family) (records []inventory.Record, verdicts []inventory.Verdict, err error) {
	for _, id := range f.Members {
		r, err := n.Store.Record(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		records = append(records, r)
		if r.Verdict != nil && !r.Verdict.None() {
			verdicts = append(verdicts, *r.Verdict)
		}
	}
	return records, verdicts, nil
}

// keeper finds who keeps a family going and is still there.
func (n *Night) keeper(ctx context.Context, records []inventory.Record) (address string, err error) {
	all, err := candidates(ctx, n.Store, records)
	return classify.Keeper(all), err
}

// past is what was said so far.
type past struct {
	about   map[string]bool      // families that were ever talked about
	invited map[string]time.Time // by keeper: when last, about anything
	quiet   map[string]time.Time // by keeper: until when they asked not to be invited
}

func newPast(conversations []inventory.Conversation) past {
	p := past{about: map[string]bool{}, invited: map[string]time.Time{}}
	for _, c := range conversations {
		p.about[c.Family] = true
		for _, s := range c.Steps {
			if s.To == inventory.Invited && s.At.After(p.invited[c.Keeper]) {
				p.invited[c.Keeper] = s.At
			}
		}
	}
	return p
}
