package night

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
)

// propose opens a conversation for every family that comes close enough to a
// system and was never talked about.
func (n *Night) propose(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	families, err := n.Store.Untold(ctx)
	if err != nil {
		return false, fmt.Errorf("propose: %w", err)
	}
	past, err := n.past(ctx)
	if err != nil {
		return false, fmt.Errorf("propose: %w", err)
	}
	proposed := 0
	for _, id := range families {
		made, err := n.proposeFor(ctx, id, past)
		if err != nil {
			return false, fmt.Errorf("propose for family %s: %w", id, err)
		}
		proposed += made
		n.stage("proposing", "", proposed)
	}
	return false, nil
}

// proposeFor asks who keeps a family, for which all its members must be read,
// only when there is something to propose at all.
func (n *Night) proposeFor(ctx context.Context, family string, past past) (made int, err error) {
	verdicts, err := n.Store.Nearness(ctx, family)
	if err != nil {
		return 0, err
	}
	f, err := n.Store.Family(ctx, family)
	if err != nil {
		return 0, err
	}
	policy := classify.Policy{MinScore: n.Outreach.Certainty, Quiet: n.Outreach.Quiet}
	if len(classify.Propose(f, verdicts, classify.History{Now: n.Now()}, policy, n.Catalogue)) == 0 {
		return 0, nil
	}
	keeper, err := n.keeper(ctx, family)
	if err != nil {
		return 0, err
	}
	history := classify.History{Keeper: keeper, LastInvited: past.invited[keeper], QuietUntil: past.quiet[inventory.FoldAddress(keeper)], Now: n.Now()}
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

// keeper finds who keeps a family going and is still there. What is inside its
// members does not tell, and is not held: they may be thousands.
func (n *Night) keeper(ctx context.Context, family string) (address string, err error) {
	var records []inventory.Record
	for r, err := range n.Store.Records(ctx, inventory.Filter{Family: family}) {
		if err != nil {
			return "", err
		}
		r.Structure, r.Verdict = nil, nil
		records = append(records, r)
	}
	all, err := candidates(ctx, n.Store, records)
	return classify.Keeper(all), err
}

// past is what was said so far.
type past struct {
	invited map[string]time.Time // by keeper: when last, about anything
	quiet   map[string]time.Time // by keeper: until when they asked not to be invited
}

func (n *Night) past(ctx context.Context) (p past, err error) {
	if p.invited, err = n.Store.LastInvited(ctx); err != nil {
		return p, err
	}
	p.quiet, err = n.Store.Quiet(ctx)
	return p, err
}
