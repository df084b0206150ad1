package google

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Pages yields what changed in a My Drive or a shared drive.
//
// From scratch, the place where changes begin is asked for first, then its files are listed; the next scan follows the changes from
// that place on. Pages shorter than asked for are common, empty ones legal. A My Drive holds what its person owns, wherever in Drive
// it lies, so that no file is listed twice.
func (s *Scanner) Pages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	if pages, ok := s.ownPages(p.Kind); ok {
		return pages(ctx, p, since)
	}
	if s.fromExport(p) {
		return s.exportPages(ctx, p, since)
	}
	return s.drivePages(ctx, p, since)
}

func (s *Scanner) drivePages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		at, err := parse(since)
		closed := p.Owner != "" && s.isClosed(p.Owner)
		switch {
		case closed && at.listing() && since != "":
			// Complete would say that what the part of the listing did not show is gone.
			err = fmt.Errorf("%w: the account was suspended before its drive was listed to its end: what is known of it stays", inventory.ErrNotPermitted)
		case closed:
			asLastSeen(since)(yield)
			return
		}
		if err != nil {
			yield(inventory.Page{}, err)
			return
		}
		for {
			page, next, err := s.nextPage(ctx, p, at)
			if err != nil {
				yield(inventory.Page{}, err)
				return
			}
			if !yield(page, nil) || page.Complete {
				return
			}
			at = next
		}
	}
}

// nextPage reads the page at a position, as another member if the one who was known can no longer read a shared drive.
func (s *Scanner) nextPage(ctx context.Context, p inventory.Place, at position) (inventory.Page, position, error) {
	who, err := s.reader(ctx, p, at.Via)
	if err != nil {
		return inventory.Page{}, at, err
	}
	page, next, err := s.pageAs(ctx, p, at, who)
	if err == nil || p.Kind != inventory.PlaceSharedDrive || !isLost(err) {
		return page, next, expired(at, err)
	}
	other, findErr := s.findMember(ctx, p)
	if findErr != nil {
		return page, at, findErr
	}
	if other == who {
		return page, at, expired(at, err)
	}
	page, next, err = s.pageAs(ctx, p, at, other)
	return page, next, expired(at, err)
}

func (s *Scanner) pageAs(ctx context.Context, p inventory.Place, at position, who string) (page inventory.Page, next position, err error) {
	f := feed{s: s, place: p}
	if f.book, err = s.labelsOf(ctx); err != nil {
		return inventory.Page{}, at, err
	}
	ctx = as(ctx, who, scopeMetadata)
	if at.listing() && at.Start == "" {
		at.Start, err = f.start(ctx)
	}
	switch {
	case err != nil:
	case at.listing():
		page, next, err = f.list(ctx, at)
	default:
		page, next, err = f.changes(ctx, at)
	}
	if err != nil {
		return inventory.Page{}, at, explain(err, scopeMetadata)
	}
	if p.Kind == inventory.PlaceSharedDrive {
		next.Via = who
	}
	page.Next = next.cursor()
	return page, next, nil
}

// expired turns what Drive says to a token it does not know into scanners.ErrCursorExpired. Without a token the error stands.
func expired(at position, err error) error {
	var refusal *googleapi.Error
	if at.Page == "" && at.At == "" || !errors.As(err, &refusal) {
		return err
	}
	switch refusal.Code {
	case 400, 404, 410:
		return fmt.Errorf("%w: Drive says %d", scanners.ErrCursorExpired, refusal.Code)
	}
	return err
}

// isLost tells the errors of somebody who is no longer a member.
func isLost(err error) bool {
	var refusal *googleapi.Error
	return errors.Is(err, inventory.ErrNotPermitted) || errors.As(err, &refusal) && refusal.Code == 404
}
