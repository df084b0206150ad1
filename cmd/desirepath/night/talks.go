package night

import (
	"context"
	"errors"
	"fmt"
	"iter"

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
		f, err := r.Family(ctx, c.Family)
		if errors.Is(err, inventory.ErrNotFound) {
			continue // meanwhile everything it was about is gone
		}
		if err != nil {
			return out, err
		}
		o, holds, err := r.opening(ctx, c, f, quiet)
		if err != nil {
			return out, err
		}
		if holds {
			out.Openings = append(out.Openings, o)
		}
	}
	return out, nil
}

// eachOpening gives the openings of all conversations, a page at a time, so
// that however many there are only a few are held.
func (r Readings) eachOpening(ctx context.Context) iter.Seq2[inventory.Opening, error] {
	return func(yield func(inventory.Opening, error) bool) {
		q := inventory.TalkSearch{Plain: true, Limit: 200}
		for more := true; more; more = q.Cursor != "" {
			found, err := r.Talk(ctx, q)
			if err != nil {
				yield(inventory.Opening{}, err)
				return
			}
			for _, o := range found.Openings {
				if !yield(o, nil) {
					return
				}
			}
			q.Cursor = found.Next
		}
	}
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
