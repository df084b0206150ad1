package google

import (
	"context"
	"fmt"
	"iter"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// seenWhole is the cursor of a place that tells no changes and was listed to its end.
const seenWhole = inventory.Cursor("whole")

// relist yields what has no feed of changes as the pages of a listing from scratch. One that was cut starts again.
func relist(ctx context.Context, p inventory.Place, since inventory.Cursor, size int, all iter.Seq2[inventory.Change, error]) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		if since != "" {
			yield(inventory.Page{}, fmt.Errorf("%s: it tells no changes and is listed anew: %w", p.Kind, scanners.ErrCursorExpired))
			return
		}
		page, pages := inventory.Page{Full: true}, 0
		for c, err := range all {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(inventory.Page{}, err)
				return
			}
			if len(page.Changes) == size {
				pages++
				page.Next = inventory.Cursor(fmt.Sprintf("page:%d", pages))
				if !yield(page, nil) {
					return
				}
				page.Changes = nil
			}
			page.Changes = append(page.Changes, c)
		}
		page.Next, page.Complete = seenWhole, true
		yield(page, nil)
	}
}

// asLastSeen yields nothing new of a place that cannot be read any more. The page is not Full, cursor or none: what was stored of a place
// outlives its cursor when it is to be listed anew, and an empty listing from scratch would make all of it disappear.
func asLastSeen(since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		yield(inventory.Page{Next: since, Complete: true}, nil)
	}
}
