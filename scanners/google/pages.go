package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"google.golang.org/api/drive/v3"
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
			// As it was last seen. Without a cursor nothing of it was ever seen to its end.
			yield(inventory.Page{Next: since, Full: since == "", Complete: true}, nil)
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
	f := feed{s, p}
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

// A feed asks for the files of one place.
type feed struct {
	s     *Scanner
	place inventory.Place
}

func (f feed) shared() bool { return f.place.Kind == inventory.PlaceSharedDrive }

// start asks where the changes begin.
func (f feed) start(ctx context.Context) (string, error) {
	call := f.s.drive.Changes.GetStartPageToken().Context(ctx).Fields("startPageToken")
	if f.shared() {
		call.DriveId(f.place.ID).SupportsAllDrives(true)
	}
	answer, err := call.Do()
	if err != nil {
		return "", err
	}
	if answer.StartPageToken == "" {
		return "", errors.New("Drive gave no token to start from")
	}
	return answer.StartPageToken, nil
}

func (f feed) list(ctx context.Context, at position) (inventory.Page, position, error) {
	call := f.s.drive.Files.List().Context(ctx).PageSize(int64(f.s.o.PageSize)).Spaces("drive").
		Fields("nextPageToken,incompleteSearch,files(" + fileFields + ")")
	if f.shared() {
		call.Corpora("drive").DriveId(f.place.ID).IncludeItemsFromAllDrives(true).SupportsAllDrives(true).Q("trashed = false")
	} else {
		call.Corpora("user").Q("'me' in owners and trashed = false")
	}
	if at.Page != "" {
		call.PageToken(at.Page)
	}
	answer, err := f.whole(ctx, call)
	switch {
	case err != nil:
		return inventory.Page{}, at, err
	case answer.NextPageToken != "" && answer.NextPageToken == at.Page:
		return inventory.Page{}, at, errSamePage
	}
	page := inventory.Page{Full: true, Changes: make([]inventory.Change, 0, len(answer.Files))}
	for _, file := range answer.Files {
		page.Changes = append(page.Changes, changeOf(f.place, file))
	}
	if answer.NextPageToken == "" {
		page.Complete = true
		return page, position{At: at.Start}, nil
	}
	return page, position{Start: at.Start, Page: answer.NextPageToken}, nil
}

// whole asks for a page until Drive could search everything for it: what is too busy now may not be in a while.
func (f feed) whole(ctx context.Context, call *drive.FilesListCall) (*drive.FileList, error) {
	wait := cmp.Or(f.s.o.Transport.Pace().Backoff, time.Second)
	for try := 1; ; try++ {
		answer, err := call.Do()
		if err != nil || !answer.IncompleteSearch {
			return answer, err
		}
		if try == searches {
			return nil, errors.New("Drive says that it could not search everything: the listing would have holes")
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait << try):
		}
	}
}

// searches is how often a page is asked for that Drive could not search everything for.
const searches = 5

func (f feed) changes(ctx context.Context, at position) (inventory.Page, position, error) {
	call := f.s.drive.Changes.List(at.At).Context(ctx).PageSize(int64(f.s.o.PageSize)).Spaces("drive").IncludeRemoved(true).
		Fields("nextPageToken,newStartPageToken,changes(changeType,removed,fileId,file(" + fileFields + "))")
	if f.shared() {
		call.DriveId(f.place.ID).IncludeItemsFromAllDrives(true).SupportsAllDrives(true)
	}
	answer, err := call.Do()
	switch {
	case err != nil:
		return inventory.Page{}, at, err
	case answer.NextPageToken == at.At:
		return inventory.Page{}, at, errSamePage
	case answer.NextPageToken == "" && answer.NewStartPageToken == "":
		return inventory.Page{}, at, errors.New("Drive did not say where the changes go on")
	}
	page := inventory.Page{Changes: make([]inventory.Change, 0, len(answer.Changes)), Complete: answer.NextPageToken == ""}
	for _, c := range answer.Changes {
		if told, ok := f.told(c); ok {
			page.Changes = append(page.Changes, told)
		}
	}
	if page.Complete {
		return page, position{At: answer.NewStartPageToken}, nil
	}
	return page, position{At: answer.NextPageToken}, nil
}

// told translates an entry of the changes; those about a shared drive itself say nothing about its files.
func (f feed) told(c *drive.Change) (inventory.Change, bool) {
	switch {
	case c.FileId == "":
		return inventory.Change{}, false
	case c.Removed || c.File == nil:
		return inventory.Change{ID: c.FileId, Removed: true}, true
	}
	return changeOf(f.place, c.File), true
}

var errSamePage = errors.New("Drive answers with the same page again and again")
