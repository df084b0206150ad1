package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Pages implements scanners.Scanner. Every listing is one from scratch; the
// cursor only resumes one that was cut short.
//
// When parts of the tree cannot be read, the rest is listed all the same. The
// listing then ends in an error instead of being complete, so that nothing
// below those parts is taken to be gone, and starts over next time.
func (s *Scanner) Pages(ctx context.Context, _ inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		l := listing{Scanner: s, yield: yield}
		if err := l.run(ctx, since); err != nil && !errors.Is(err, errEnough) {
			yield(inventory.Page{}, err)
		}
	}
}

// errEnough ends a walk whose pages nobody wants any more.
var errEnough = errors.New("enough")

// A bookmark is what a cursor says, in JSON: the last path that was listed,
// and what could not be read before it.
type bookmark struct {
	After  string `json:"after"`
	Unread int    `json:"unread,omitempty"`
	First  string `json:"first,omitempty"` // the first that could not be read, and why
}

// A listing is one walk, cut into pages.
type listing struct {
	*Scanner
	yield   func(inventory.Page, error) bool
	at      bookmark
	changes []inventory.Change
}

func (l *listing) run(ctx context.Context, since inventory.Cursor) error {
	if since != "" {
		if err := json.Unmarshal([]byte(since), &l.at); err != nil {
			return scanners.ErrCursorExpired
		}
	}
	root, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := l.walker(root).walk(ctx, ".", segments(l.at.After), l.visit); err != nil {
		return fmt.Errorf("folder %s: %w", l.Root, err)
	}
	return l.finish()
}

func (s *Scanner) open(ctx context.Context) (*os.Root, error) {
	root, err := patiently(ctx, s.Patience, func(context.Context) (*os.Root, error) { return os.OpenRoot(s.Root) })
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("folder %s: there is no such folder: check the path, and that the share is mounted", s.Root)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("folder %s: %w: let this account read it", s.Root, inventory.ErrNotPermitted)
	case err != nil:
		return nil, fmt.Errorf("folder %s: %w", s.Root, err)
	}
	return root, nil
}

// visit takes what the walk finds, in its order.
func (l *listing) visit(f found) error {
	if f.unread != nil {
		if l.at.Unread++; l.at.Unread == 1 {
			l.at.First = fmt.Sprintf("%q: %s", f.path, reason(f.unread))
		}
		return nil
	}
	l.at.After = f.path
	l.changes = append(l.changes, inventory.Change{ID: f.path, Asset: l.asset(f)})
	if len(l.changes) < l.PageSize {
		return nil
	}
	next, err := json.Marshal(l.at)
	if err != nil {
		return err
	}
	return l.turn(inventory.Page{Full: true, Next: inventory.Cursor(next)})
}

func (l *listing) turn(page inventory.Page) error {
	page.Changes, l.changes = l.changes, nil
	if !l.yield(page, nil) {
		return errEnough
	}
	return nil
}

func (l *listing) finish() error {
	whole := l.at.Unread == 0
	if err := l.turn(inventory.Page{Full: true, Complete: whole}); err != nil || whole {
		return err
	}
	return fmt.Errorf("folder %s: folders in it could not be read: %d, the first is %s. "+
		"All else is listed, but nothing leaves the inventory meanwhile: let this account read them, or exclude them",
		l.Root, l.at.Unread, l.at.First)
}

func (l *listing) asset(f found) *inventory.Asset {
	dir, name := path.Split(f.path)
	a := &inventory.Asset{
		ID:       inventory.NewAssetID(l.place, f.path),
		Tenant:   l.place.Tenant,
		Place:    l.place.ID,
		VendorID: f.path,
		Kind:     inventory.KindOther,
		Name:     name,
		Path:     strings.TrimSuffix(dir, "/"),
		URL:      l.URL + "/" + escape(f.path),
	}
	if f.mode.IsRegular() {
		a.Revision, a.Size, a.Modified = revision(f.size, f.modified), f.size, f.modified.UTC()
		if !passing(name) {
			a.Kind = inventory.KindOfName(name)
		}
	}
	return a
}

// revision changes when a file is saved; nothing cheaper than reading it does so surely.
func revision(size int64, modified time.Time) string {
	return fmt.Sprintf("%d-%d", modified.UnixNano(), size)
}

// reason is a file system's error without the path.
func reason(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return inventory.ErrNotPermitted.Error()
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}
