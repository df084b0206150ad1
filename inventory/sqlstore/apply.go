package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// Cursor tells where the listing of a place resumes; "" is from scratch.
func (s *Store) Cursor(ctx context.Context, p inventory.Place) (inventory.Cursor, error) {
	c, err := scanString[inventory.Cursor](s.read.QueryRowContext(ctx, `SELECT resume FROM places WHERE tenant = ? AND id = ?`, p.Tenant, p.ID))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("cursor of %s: %w", p.Key(), err)
	}
	return c, nil
}

// Apply stores a page's changes and cursor in one transaction and accounts
// for what the page told. It returns inventory.ErrMoved, and changes nothing,
// when the stored cursor is no longer from.
//
// A page from "" begins a new generation of the place. Everything that pages
// mention carries the generation as its stamp, and when a listing that began
// as a Full one is Complete, what has an older stamp is removed. What lay in
// a folder that was removed, and was not moved elsewhere, is removed when the
// listing is complete.
//
// Files of inventory.KindOther and what the scope excludes are counted and not
// kept. Whether a pilot's path rules leave an asset out is known when the
// listing is complete and all folders are; until then Due holds it back.
func (s *Store) Apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page) (inventory.Tally, error) {
	return s.apply(ctx, p, from, page, nil)
}

// apply is Apply, with what is to be kept in the same transaction.
func (s *Store) apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page, also func(*sql.Tx, inventory.Tally) error) (inventory.Tally, error) {
	var t inventory.Tally
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error {
		// The transaction ends with ctx as it is; that each of its statements
		// watches it too costs a goroutine a row.
		ctx := context.WithoutCancel(ctx)
		if err := s.heed(ctx, tx); err != nil {
			return err
		}
		l, err := s.advance(ctx, tx, p, from, page)
		if err != nil {
			return err
		}
		if err := l.changes(ctx, page.Changes); err != nil {
			return err
		}
		if page.Complete {
			if err := l.finish(ctx); err != nil {
				return err
			}
		}
		t = l.tally
		if err := l.save(ctx, page); err != nil || also == nil {
			return err
		}
		return also(tx, t)
	})
	if err != nil {
		return inventory.Tally{}, fmt.Errorf("page of %s: %w", p.Key(), err)
	}
	return t, nil
}

// Restart forgets the cursor, so that the place is listed from scratch. What
// is stored stays until that listing is complete.
func (s *Store) Restart(ctx context.Context, p inventory.Place, from inventory.Cursor) error {
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error {
		n, err := changed(ctx, tx, `UPDATE places SET resume = '' WHERE tenant = ? AND id = ? AND resume = ?`, p.Tenant, p.ID, from)
		if err == nil && n == 0 && from != "" {
			err = inventory.ErrMoved
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("restart of %s: %w", p.Key(), err)
	}
	return nil
}

// changes applies a page: folders first, because the paths of its assets may
// need them, and removals last, so that what moved out of a folder is safe.
// Of repeated ids the last counts.
func (l *listing) changes(ctx context.Context, cs []inventory.Change) error {
	if len(cs) == 0 {
		return nil
	}
	cs = lastOfEach(cs)
	if err := l.folders(ctx, cs); err != nil {
		return err
	}
	kept, gone, err := l.sort(ctx, cs)
	if err != nil {
		return err
	}
	if err := l.mergeAssets(ctx, kept); err != nil {
		return err
	}
	for _, k := range kept {
		if err := l.told(ctx, k); err != nil {
			return err
		}
	}
	return l.mergeGone(ctx, gone)
}

// lastOfEach gives the last change of each id in the order of the key: rows
// that are neighbours are written together.
func lastOfEach(cs []inventory.Change) []inventory.Change {
	last := make(map[string]int, len(cs))
	for i, c := range cs {
		last[c.ID] = i
	}
	ordered := make([]inventory.Change, 0, len(last))
	for _, i := range slices.SortedFunc(maps.Values(last), func(a, b int) int { return strings.Compare(cs[a].ID, cs[b].ID) }) {
		ordered = append(ordered, cs[i])
	}
	return ordered
}

func (l *listing) folders(ctx context.Context, cs []inventory.Change) error {
	var rows [][]any
	for _, c := range cs {
		if f := c.Folder; f != nil {
			rows = append(rows, []any{c.ID, f.Parent, f.Name, f.Shared, f.Inherits})
		}
	}
	return l.mergeFolders(ctx, rows)
}

// A keeping is an asset of a page that is kept, with what the page told of it.
type keeping struct {
	inventory.Asset
	inside *inventory.Structure
	usage  *inventory.Usage
}

// sort accounts for the assets of a page: those to keep, and rows of pageGone
// for what must not be there.
func (l *listing) sort(ctx context.Context, cs []inventory.Change) (kept []keeping, gone [][]any, err error) {
	for _, c := range cs {
		id := inventory.NewAssetID(l.place, c.ID)
		if c.Removed {
			gone = append(gone, []any{string(id), c.ID, true})
		}
		if c.Asset == nil {
			continue
		}
		a := *c.Asset
		a.ID, a.Tenant, a.Place, a.VendorID = id, l.place.Tenant, l.place.ID, c.ID
		stays, err := l.account(ctx, &a)
		if err != nil {
			return nil, nil, err
		}
		if !stays {
			gone = append(gone, []any{string(id), c.ID, false})
			continue
		}
		kept = append(kept, keeping{a, c.Inside, c.Usage})
	}
	return kept, gone, nil
}

// account counts an asset, and completes one that is to be kept.
func (l *listing) account(ctx context.Context, a *inventory.Asset) (stays bool, err error) {
	l.tally.Found++
	out, err := l.outside(ctx, *a)
	switch {
	case err != nil:
		return false, err
	case out:
		l.tally.Excluded++
		return false, nil
	case a.Kind == inventory.KindOther:
		l.tally.Add(inventory.Tally{Skipped: map[string]int{SkippedOther: 1}})
		return false, nil
	}
	l.tally.Stored++
	a.CreatedBy, a.ModifiedBy = l.store.graves.living(a.CreatedBy), l.store.graves.living(a.ModifiedBy)
	return true, l.paths.share(ctx, a)
}

// SkippedOther is the reason under which files of no interest are counted.
const SkippedOther = "not something people build in"

// outside reports whether the scope leaves an asset of a page out. A pilot's
// path rules cannot say so yet, for the folders above may still be to come.
func (l *listing) outside(ctx context.Context, a inventory.Asset) (bool, error) {
	scope := l.store.scope
	if l.store.pathRules() && a.Path == "" && a.Parent != "" {
		if err := l.paths.tell(ctx, &a); err != nil {
			return false, err
		}
		if len(scope.Pilot.Paths) > 0 {
			scope.Pilot = inventory.Rules{}
		}
	}
	return scope.ExcludesAsset(a), nil
}
