package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// Talk finds a page of conversations, with all that is needed to open each.
func (r Readings) Talk(ctx context.Context, q inventory.TalkSearch) (out inventory.FoundOpenings, err error) {
	found, err := r.Talks(ctx, q)
	if err != nil {
		return out, err
	}
	out.Next, out.Total = found.Next, found.Total
	quiet, err := r.Quiet(ctx)
	if err != nil {
		return out, err
	}
	for _, c := range found.Conversations {
		o, holds, err := r.openingOf(ctx, c, quiet)
		if err != nil {
			return out, err
		}
		if holds {
			out.Openings = append(out.Openings, o)
		}
	}
	return out, nil
}

// weigh keeps what each conversation promises, for lists to be sorted by.
func (r Readings) weigh(ctx context.Context) error {
	const batch = 1000
	worth := make(map[string]float64, batch)
	for o, err := range r.eachOpening(ctx) {
		if err != nil {
			return fmt.Errorf("weigh conversations: %w", err)
		}
		if worth[o.Conversation.ID] = o.Worth.Total; len(worth) == batch {
			if err := r.SaveWorth(ctx, worth); err != nil {
				return err
			}
			clear(worth)
		}
	}
	return r.SaveWorth(ctx, worth)
}
