package night

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// Readings reads the inventory the way dashboards want it: conversations
// joined with the people, the systems and the assets they are about.
type Readings struct {
	*sqlstore.Store
	Systems []inventory.System
	Worth   classify.WorthWeights // nil: classify.DefaultWorth
	Now     func() time.Time      // nil: time.Now
}

// Summary is the one that was kept: pages and scrapes wait for no count of
// the whole inventory.
func (r Readings) Summary(ctx context.Context) (inventory.Summary, error) { return r.KeptSummary(ctx) }

// Opening gives what is needed to open the conversation about a family.
func (r Readings) Opening(ctx context.Context, family string) (o inventory.Opening, found bool, err error) {
	c, err := r.ConversationOf(ctx, family)
	if errors.Is(err, inventory.ErrNotFound) {
		return o, false, nil
	}
	if err != nil {
		return o, false, err
	}
	quiet, err := r.Quiet(ctx)
	if err != nil {
		return o, false, err
	}
	return r.openingOf(ctx, c, quiet)
}

// opening reports false for a conversation that there is nothing to open with:
// what it was about is gone. quiet are those who asked for it.
func (r Readings) opening(ctx context.Context, c inventory.Conversation, f inventory.Family, quiet map[string]time.Time) (o inventory.Opening, holds bool, err error) {
	o = inventory.Opening{Conversation: c, Family: f, System: r.system(c), Quiet: quiet[inventory.FoldAddress(c.Keeper)]}
	o.Asset, err = r.subject(ctx, c, f)
	if errors.Is(err, inventory.ErrNotFound) {
		return o, false, nil
	}
	if err != nil {
		return o, false, fmt.Errorf("conversation %s: %w", c.ID, err)
	}
	if c.Keeper != "" {
		if o.Keeper, err = r.Person(ctx, c.Keeper); err != nil {
			return o, false, fmt.Errorf("conversation %s: keeper: %w", c.ID, err)
		}
	}
	if c.Open() && c.Partner.Address != "" {
		partner, err := r.Person(ctx, c.Partner.Address)
		if err != nil {
			return o, false, fmt.Errorf("conversation %s: partner: %w", c.ID, err)
		}
		o.PartnerLeft = partner.Left()
	}
	o.Worth = classify.Worth(o.Asset, o.Keeper.Left(), r.now(), r.weights())
	return o, true, nil
}

func (r Readings) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

func (r Readings) weights() classify.WorthWeights {
	if r.Worth == nil {
		return classify.DefaultWorth()
	}
	return r.Worth
}

// subject is the member of a family to talk about: the living copy or, where
// that is no longer close to the system, one that is. A proposal that nobody
// took up before its whole family changed has none; it stays in the store.
func (r Readings) subject(ctx context.Context, c inventory.Conversation, f inventory.Family) (inventory.Record, error) {
	living, err := r.Record(ctx, f.Representative)
	if err != nil || c.State != inventory.Proposed || near(living, c.System) {
		return living, err
	}
	for _, id := range f.Members {
		if member, err := r.Record(ctx, id); err != nil || near(member, c.System) {
			return member, err
		}
	}
	return living, inventory.ErrNotFound
}

func near(r inventory.Record, system string) bool {
	return r.Verdict != nil && r.Verdict.System == system
}

// system is the conversation's system as the catalogue knows it today, with
// the partner that the conversation has.
func (r Readings) system(c inventory.Conversation) inventory.System {
	i := slices.IndexFunc(r.Systems, func(s inventory.System) bool { return s.ID == c.System })
	if i < 0 {
		return inventory.System{ID: c.System, Name: c.System, Partner: c.Partner}
	}
	s := r.Systems[i]
	s.Partner = c.Partner
	return s
}

// Decide takes a step of a conversation and keeps it.
func (r Readings) Decide(ctx context.Context, d inventory.Decision) error {
	c, err := r.Conversation(ctx, d.Conversation)
	if err != nil {
		return err
	}
	if d.Act == "" && d.To == inventory.Invited {
		if err := r.mayInvite(ctx, c); err != nil {
			return err
		}
	}
	if err := c.Decide(d); err != nil {
		return err
	}
	return r.SaveConversation(ctx, c)
}

// mayInvite says why somebody must not be invited now.
func (r Readings) mayInvite(ctx context.Context, c inventory.Conversation) error {
	quiet, err := r.Quiet(ctx)
	if err != nil {
		return err
	}
	if until, asked := quiet[inventory.FoldAddress(c.Keeper)]; asked {
		return fmt.Errorf("conversation %s: %w: the keeper asked to be left alone until %s", c.ID, inventory.ErrIllegalStep, until.Format(time.DateOnly))
	}
	return nil
}
