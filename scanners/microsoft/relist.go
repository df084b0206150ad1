package microsoft

import (
	"context"
	"fmt"
	"iter"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// relist yields what has no feed of changes as the pages of a listing from
// scratch. One that was cut starts again: its links skip by position, so that
// going on the next night could leave out what is there.
func relist(ctx context.Context, p inventory.Place, since inventory.Cursor, size int, all iter.Seq2[inventory.Change, error]) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		if since != "" {
			yield(inventory.Page{}, fmt.Errorf("%s: a listing that was cut starts again: %w", p.Name, scanners.ErrCursorExpired))
			return
		}
		page := inventory.Page{Full: true}
		pages := 0
		for c, err := range all {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(inventory.Page{}, fmt.Errorf("%s: %w", p.Name, err))
				return
			}
			if len(page.Changes) == size {
				pages++
				page.Next = inventory.Cursor(fmt.Sprintf("listed:%d", pages))
				if !yield(page, nil) {
					return
				}
				page.Changes = nil
			}
			page.Changes = append(page.Changes, c)
		}
		page.Next, page.Complete = "", true
		yield(page, nil)
	}
}
