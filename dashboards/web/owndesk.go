package web

import (
	"context"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// ownDesk is a Desk that takes from each viewer what is theirs to decide:
// partners all of it, builders what concerns their own tools. It names each
// method of Desk: a new one needs its own answer to who may do what.
type ownDesk struct {
	desk  Desk
	sight sight
}

func (o ownDesk) Decide(ctx context.Context, d inventory.Decision) error {
	if !access.Of(ctx).Is(access.Partner) {
		if !buildersWord(d) {
			return fmt.Errorf("conversation %s: %w: that is decided by both sides; say it to the partner", d.Conversation, inventory.ErrIllegalStep)
		}
		if err := o.speaks(ctx, d); err != nil {
			return err
		}
	}
	return o.desk.Decide(ctx, d)
}

// buildersWord tells what a builder can put down without the partner: that it
// is not the time, that it helped or has not yet, whether it may be told of, and a
// note.
func buildersWord(d inventory.Decision) bool {
	switch d.Act {
	case inventory.ActHelped, inventory.ActNotYet, inventory.ActNote, inventory.ActExample, inventory.ActNoExample:
		return true
	default:
		return d.Act == "" && d.To == inventory.NotNow
	}
}

// speaks returns an error unless a word is the viewer's: to being named it is
// the keeper's alone, whoever else has built a copy.
func (o ownDesk) speaks(ctx context.Context, d inventory.Decision) error {
	if d.Act != inventory.ActExample && d.Act != inventory.ActNoExample {
		return o.talks(ctx, d.Conversation)
	}
	talk, err := o.sight.from.Conversation(ctx, d.Conversation)
	if err != nil {
		return err
	}
	mine, err := o.sight.addresses(ctx)
	if err == nil && !mine[inventory.FoldAddress(talk.Keeper)] {
		err = fmt.Errorf("conversation %s: %w", d.Conversation, errElse)
	}
	return err
}

func (o ownDesk) WriteCharter(ctx context.Context, ch inventory.Charter) (inventory.Charter, error) {
	if err := o.talks(ctx, ch.Conversation); err != nil {
		return inventory.Charter{}, err
	}
	return o.desk.WriteCharter(ctx, ch)
}

// AgreeCharter takes a builder's word for the builder's side alone. A partner
// can put down either: the charter says who did.
func (o ownDesk) AgreeCharter(ctx context.Context, conversation string, version int, a inventory.Agreement) error {
	if err := o.talks(ctx, conversation); err != nil {
		return err
	}
	if a.Side != inventory.SideBuilder && !access.Of(ctx).Is(access.Partner) {
		return fmt.Errorf("charter of conversation %s: %w: the partner speaks for that side", conversation, inventory.ErrCharter)
	}
	return o.desk.AgreeCharter(ctx, conversation, version, a)
}

func (o ownDesk) SaveFeedback(ctx context.Context, f inventory.Feedback) error {
	named, err := o.sight.names(ctx, f.Asset)
	if err == nil && !named {
		err = fmt.Errorf("feedback on %s: %w", f.Asset, errElse)
	}
	if err != nil {
		return err
	}
	return o.desk.SaveFeedback(ctx, f)
}

// ShipAnswer is for partners: what was changed is theirs to say.
func (o ownDesk) ShipAnswer(ctx context.Context, need inventory.NeedLine, what, by string, at time.Time) (inventory.Answer, error) {
	if !access.Of(ctx).Is(access.Partner) {
		return inventory.Answer{}, errElse
	}
	return o.desk.ShipAnswer(ctx, need, what, by, at)
}

// TakeAnswer takes from builders their own word alone, under whichever of
// their addresses they were told.
func (o ownDesk) TakeAnswer(ctx context.Context, id string, step inventory.AnswerStep) error {
	if !access.Of(ctx).Is(access.Partner) {
		mine, err := o.sight.addresses(ctx)
		if err != nil {
			return err
		}
		if step.Act == inventory.AnswerTold || !mine[inventory.FoldAddress(step.Builder)] {
			return fmt.Errorf("answer %s: %w", id, errElse)
		}
		step.By = step.Builder
	}
	return o.desk.TakeAnswer(ctx, id, step)
}

// talks returns an error unless the viewer takes part in a conversation.
func (o ownDesk) talks(ctx context.Context, id string) error {
	if seesAll(ctx) {
		return nil
	}
	talk, err := o.sight.from.Conversation(ctx, id)
	if err != nil {
		return err
	}
	theirs, err := o.sight.talks(ctx, talk)
	if err == nil && !theirs {
		err = fmt.Errorf("conversation %s: %w", id, errElse)
	}
	return err
}
