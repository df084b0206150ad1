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
	var t inventory.Tally
	err := s.inTx(ctx, func(tx *sql.Tx) error {
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
		return l.save(ctx, page)
	})
	if err != nil {
		return inventory.Tally{}, fmt.Errorf("page of %s: %w", p.Key(), err)
	}
	return t, nil
}

// Restart forgets the cursor, so that the place is listed from scratch. What
// is stored stays until that listing is complete.
func (s *Store) Restart(ctx context.Context, p inventory.Place, from inventory.Cursor) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
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
	last := make(map[string]int, len(cs))
	for i, c := range cs {
		last[c.ID] = i
	}
	// In the order of the key, rows that are neighbours are written together.
	order := slices.SortedFunc(maps.Values(last), func(a, b int) int { return strings.Compare(cs[a].ID, cs[b].ID) })
	for _, step := range []func(context.Context, inventory.Change) error{l.folder, l.asset, l.removal} {
		for _, i := range order {
			if err := step(ctx, cs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *listing) folder(ctx context.Context, c inventory.Change) error {
	f := c.Folder
	if f == nil {
		return nil
	}
	n, err := l.exec(ctx, `UPDATE folders SET generation = ? WHERE tenant = ? AND place = ? AND id = ? AND parent = ? AND name = ? AND shared = ? AND inherits = ?`,
		l.generation, l.place.Tenant, l.place.ID, c.ID, f.Parent, f.Name, f.Shared, f.Inherits)
	if err != nil || n > 0 {
		return err
	}
	n, err = l.exec(ctx, `UPDATE folders SET generation = ?, shared = ?, inherits = ?, moved = TRUE WHERE tenant = ? AND place = ? AND id = ? AND parent = ? AND name = ?`,
		l.generation, f.Shared, f.Inherits, l.place.Tenant, l.place.ID, c.ID, f.Parent, f.Name)
	if err != nil || n > 0 {
		return err
	}
	n, err = l.exec(ctx, `UPDATE folders SET generation = ?, parent = ?, name = ?, shared = ?, inherits = ?, moved = TRUE WHERE tenant = ? AND place = ? AND id = ?`,
		l.generation, f.Parent, f.Name, f.Shared, f.Inherits, l.place.Tenant, l.place.ID, c.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		// What the scope left out below may be in it from now on, and is
		// only told of by a listing from scratch.
		l.relist = l.relist || l.store.pathRules()
		return nil
	}
	_, err = l.exec(ctx, `INSERT INTO folders (generation, parent, name, shared, inherits, tenant, place, id, moved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, TRUE)`,
		l.generation, f.Parent, f.Name, f.Shared, f.Inherits, l.place.Tenant, l.place.ID, c.ID)
	return err
}

func (l *listing) asset(ctx context.Context, c inventory.Change) error {
	if c.Asset == nil {
		return nil
	}
	a := *c.Asset
	a.ID, a.Tenant, a.Place, a.VendorID = inventory.NewAssetID(l.place, c.ID), l.place.Tenant, l.place.ID, c.ID
	l.tally.Found++
	out, err := l.outside(ctx, a)
	if err != nil {
		return err
	}
	if out {
		l.tally.Excluded++
		return l.drop(ctx, a.ID)
	}
	if a.Kind == inventory.KindOther {
		l.tally.Add(inventory.Tally{Skipped: map[string]int{SkippedOther: 1}})
		return l.drop(ctx, a.ID)
	}
	l.tally.Stored++
	a.CreatedBy, a.ModifiedBy = l.store.graves.living(a.CreatedBy), l.store.graves.living(a.ModifiedBy)
	if err := l.keep(ctx, a); err != nil {
		return err
	}
	return l.told(ctx, a, c)
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

// keep stores an asset. It tells apart what is as it was, which only gets its
// stamp, what was altered, and what is new.
func (l *listing) keep(ctx context.Context, a inventory.Asset) error {
	if err := l.paths.share(ctx, &a); err != nil {
		return err
	}
	values := assetValues(a)
	if l.generation == 1 { // nothing of this place was stored before, and little comes twice
		n, err := l.exec(ctx, insertAsset+` ON CONFLICT (id) DO NOTHING`, append(values, l.generation, a.ID)...)
		if err != nil {
			return err
		}
		if n > 0 {
			l.tally.Changed++
			return l.queue(ctx, a, true)
		}
	}
	n, err := l.exec(ctx, sameAsset, append([]any{l.generation, a.ID}, values...)...)
	if err != nil || n > 0 {
		return err
	}
	l.tally.Changed++
	values = append(values, l.generation, a.ID)
	if n, err = l.exec(ctx, updateAsset, values...); err != nil {
		return err
	}
	if n == 0 {
		if _, err := l.exec(ctx, insertAsset, values...); err != nil {
			return err
		}
		return l.queue(ctx, a, true)
	}
	if _, err := l.exec(ctx, `UPDATE structures SET judged = '' WHERE asset = ? AND judged <> ''`, a.ID); err != nil {
		return err
	}
	return l.queue(ctx, a, false)
}

func (l *listing) removal(ctx context.Context, c inventory.Change) error {
	if !c.Removed {
		return nil
	}
	before := l.tally.Removed
	if err := l.drop(ctx, inventory.NewAssetID(l.place, c.ID)); err != nil || l.tally.Removed > before {
		return err
	}
	_, err := l.exec(ctx, `UPDATE folders SET generation = -1 WHERE tenant = ? AND place = ? AND id = ?`, l.place.Tenant, l.place.ID, c.ID)
	return err
}

// drop removes an asset, if it is stored.
func (l *listing) drop(ctx context.Context, id inventory.AssetID) error {
	n, err := l.exec(ctx, `DELETE FROM assets WHERE id = ?`, id)
	l.tally.Removed += n
	return err
}
