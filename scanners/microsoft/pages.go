package microsoft

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// itemFields are what is asked of each item. The download address is not among
// them: it is a secret, and goes stale within the hour.
const itemFields = "id,name,size,file,folder,package,root,deleted,malware,shared,parentReference,remoteItem," +
	"createdBy,createdDateTime,lastModifiedBy,lastModifiedDateTime,webUrl,eTag,cTag"

// feedHeaders go with every page, since links do not carry them. Folders above
// a change are left out: they come as changes of their own. Sharing is asked
// for in its hierarchical form: who shares a folder of a million files then
// changes one item, not a million. It is told of the folder it was given on and
// of what says otherwise below, and the store passes it down. Whether a file of
// a person's own may be opened hangs on it, so that Inspect, which asks for the
// file anyway, holds what that says itself against it
// (https://learn.microsoft.com/graph/api/driveitem-delta).
func feedHeaders() map[string]string {
	return map[string]string{"deltaExcludeParent": "true", "Prefer": "hierarchicalsharing"}
}

// A mark is what a cursor says: the link to go on at, below the endpoint, and
// whether that is within a listing from scratch.
type mark struct {
	full bool
	link string
}

func (m mark) cursor() inventory.Cursor {
	if m.full {
		return inventory.Cursor("listing:" + m.link)
	}
	return inventory.Cursor("changes:" + m.link)
}

// Pages implements scanners.Scanner.
func (s *Scanner) Pages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	for _, f := range s.features() {
		if slices.Contains(f.kinds, p.Kind) {
			return f.pages(ctx, p, since)
		}
	}
	if p.Kind == inventory.PlaceLists {
		return s.listPages(ctx, p, since)
	}
	return s.drivePages(ctx, p, since)
}

// drivePages follows the change feed of a drive
// (https://learn.microsoft.com/graph/api/driveitem-delta).
func (s *Scanner) drivePages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		at, err := s.start(p, since)
		for err == nil {
			var page inventory.Page
			if page, at, err = s.page(ctx, p, at); err != nil {
				break
			}
			if !yield(page, nil) || page.Complete {
				return
			}
		}
		yield(inventory.Page{}, fmt.Errorf("drive %s: %w", p.Name, err))
	}
}

func (s *Scanner) start(p inventory.Place, since inventory.Cursor) (mark, error) {
	kind, link, _ := strings.Cut(string(since), ":")
	switch kind {
	case "":
		query := url.Values{"$select": {itemFields}, "$top": {strconv.Itoa(s.o.PageSize)}}
		first := s.graph.path(query, "drives", p.ID, "root", "delta")
		return mark{full: true, link: strings.TrimPrefix(first, s.graph.base.String())}, nil
	case "listing", "changes":
		return mark{full: kind == "listing", link: link}, nil
	default:
		return mark{}, fmt.Errorf("%w: it is not one of ours", scanners.ErrCursorExpired)
	}
}

// attempts is how often a page that cannot be decoded is asked for.
const attempts = 3

// page asks for the page at a mark, and tells the mark of the next.
func (s *Scanner) page(ctx context.Context, p inventory.Place, at mark) (inventory.Page, mark, error) {
	feed, err := s.feed(ctx, at)
	if err != nil {
		return inventory.Page{}, mark{}, s.expired(err, p, at)
	}
	changes, err := s.changes(ctx, p, feed.items)
	if err != nil {
		return inventory.Page{}, mark{}, err
	}
	next, complete, err := s.next(feed, at)
	if err != nil {
		return inventory.Page{}, mark{}, err
	}
	return inventory.Page{Changes: changes, Next: next.cursor(), Full: at.full, Complete: complete}, next, nil
}

// feed reads a page, again if it cannot be decoded: then it was cut short in a
// way that HTTP did not notice.
func (s *Scanner) feed(ctx context.Context, at mark) (feedPage, error) {
	for try := 1; ; try++ {
		var feed feedPage
		err := s.graph.read(ctx, s.graph.base.String()+at.link, feedHeaders(), func(body []byte) (err error) {
			feed, err = decodeFeed(body)
			return err
		})
		if !errors.Is(err, errGarbled) || try == attempts {
			return feed, err
		}
	}
}

// expired knows the ways in which Graph says that it no longer knows a token.
// Whether it wants our differences applied or uploaded is the same to who only
// reads: what a listing from scratch does not show is gone.
func (s *Scanner) expired(err error, p inventory.Place, at mark) error {
	status, code := failure(err)
	lost := status == http.StatusGone || strings.HasPrefix(code, "resync") || code == "SyncStateNotFound" || code == "SyncStateInvalid" ||
		status == http.StatusBadRequest && strings.Contains(at.link, "token=")
	if !lost {
		return explain(err, permFiles)
	}
	return &scanners.Expired{
		Resume: s.begin(err, p, at),
		Err:    fmt.Errorf("Microsoft Graph answered %d %s: the place is listed from scratch", status, code),
	}
}

// begin is where Graph says that the listing from scratch begins, if that
// leads to the same drive and not back to where we are; "" is our own beginning.
func (s *Scanner) begin(err error, p inventory.Place, at mark) inventory.Cursor {
	var gone *goneError
	if !errors.As(err, &gone) || gone.location == "" {
		return ""
	}
	u, err := s.graph.pin(gone.location)
	if err != nil {
		return ""
	}
	drive := strings.TrimPrefix(u.Path, s.graph.base.Path)
	if !strings.HasPrefix(drive, "/drives/"+p.ID+"/") && !strings.HasPrefix(drive, "/drives('"+p.ID+"')/") {
		return ""
	}
	link := s.relative(u)
	if link == at.link {
		return ""
	}
	return mark{full: true, link: link}.cursor()
}

// next follows the link of a page. An empty page with a next link is not the
// last one.
func (s *Scanner) next(feed feedPage, at mark) (next mark, complete bool, err error) {
	link, full := feed.nextLink, at.full
	if link == "" {
		link, full, complete = feed.deltaLink, false, true
	}
	if link == "" {
		return mark{}, false, errors.New("Microsoft Graph sent a page of changes that leads nowhere")
	}
	u, err := s.graph.pin(link)
	if err != nil {
		return mark{}, false, err
	}
	relative := s.relative(u)
	if relative == at.link && !complete {
		return mark{}, false, errors.New("Microsoft Graph sent a page of changes that leads to itself")
	}
	return mark{full: full, link: relative}, complete, nil
}

// relative is a link that was pinned, without the endpoint.
func (s *Scanner) relative(u *url.URL) string {
	link := strings.TrimPrefix(u.EscapedPath(), s.graph.base.EscapedPath())
	if u.RawQuery != "" {
		link += "?" + u.RawQuery
	}
	return link
}

// changes translates the items of a page.
func (s *Scanner) changes(ctx context.Context, p inventory.Place, items []driveItem) ([]inventory.Change, error) {
	out := make([]inventory.Change, 0, len(items))
	for i := range items {
		it := &items[i]
		switch {
		case it.id == "" || it.root:
		case it.deleted:
			out = append(out, inventory.Change{ID: it.id, Removed: true})
		case it.folder:
			out = append(out, inventory.Change{ID: it.id, Folder: &inventory.Folder{
				ID: it.id, Parent: it.parent, Name: it.name, Shared: it.shared, Inherits: it.inherits()}})
		default:
			a, err := s.asset(ctx, p, it)
			if err != nil {
				return nil, err
			}
			out = append(out, inventory.Change{ID: it.id, Asset: a})
		}
	}
	return out, nil
}

func (s *Scanner) asset(ctx context.Context, p inventory.Place, it *driveItem) (*inventory.Asset, error) {
	creator, err := s.address(ctx, it.createdBy)
	if err != nil {
		return nil, err
	}
	editor, err := s.address(ctx, it.modifiedBy)
	if err != nil {
		return nil, err
	}
	kind := inventory.KindOther
	if it.file && !it.remote {
		kind = inventory.KindOfName(it.name)
	}
	return &inventory.Asset{
		ID: inventory.NewAssetID(p, it.id), Tenant: p.Tenant, Place: p.ID, VendorID: it.id,
		Kind: kind, Name: it.name, Parent: it.parent, URL: it.url, MIME: it.mime,
		Revision: it.revision(), Size: it.size, Hash: it.hash,
		Created: it.created, Modified: it.modified, CreatedBy: creator, ModifiedBy: editor,
		Owner: p.Owner, Shared: it.shared, Inherits: it.inherits(),
	}, nil
}
