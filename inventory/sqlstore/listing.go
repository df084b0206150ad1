package sqlstore

import (
	"context"
	"database/sql"

	"github.com/desirepath/desirepath/inventory"
)

// A listing is the state of listing one place, within one transaction.
type listing struct {
	store      *Store
	tx         *sql.Tx
	place      inventory.Place
	generation int64
	whole      bool // it began from scratch, as a full one
	dirty      bool // something changed since a listing was complete
	relist     bool // the place must be listed from scratch when this is complete
	want       want
	paths      *paths
	tally      inventory.Tally
	behind     bool                // assets are stored that have no card yet
	stale      []inventory.AssetID // assets that need another card
	prepared   map[string]*sql.Stmt
}

// listing reads the state of a place's listing as it is stored, and the cursor.
func (s *Store) listing(ctx context.Context, tx *sql.Tx, p inventory.Place) (*listing, inventory.Cursor, error) {
	l := &listing{store: s, tx: tx, place: p, paths: newPaths(tx), prepared: map[string]*sql.Stmt{}}
	var at inventory.Cursor
	err := tx.QueryRowContext(ctx, `SELECT resume, generation, whole, dirty, relist FROM places WHERE tenant = ? AND id = ?`, p.Tenant, p.ID).
		Scan(&at, &l.generation, &l.whole, &l.dirty, &l.relist)
	if err != nil {
		return nil, "", err
	}
	l.want, _, err = readWant(ctx, tx, p.Tenant)
	return l, at, err
}

// advance begins a page that goes on from a cursor.
func (s *Store) advance(ctx context.Context, tx *sql.Tx, p inventory.Place, from inventory.Cursor, page inventory.Page) (*listing, error) {
	p.Via = s.graves.living(p.Via)
	if err := savePlace(ctx, tx, p); err != nil {
		return nil, err
	}
	l, at, err := s.listing(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	if at != from {
		return nil, inventory.ErrMoved
	}
	if from == "" {
		l.generation++
		l.whole = page.Full
		l.relist = l.relist && !l.whole
	}
	l.dirty = l.dirty || len(page.Changes) > 0
	return l, nil
}

// save stores the cursor and the state for the next page.
func (l *listing) save(ctx context.Context, page inventory.Page) error {
	next := page.Next
	if page.Complete {
		if l.relist {
			next = ""
		}
		l.whole, l.dirty, l.relist = false, false, false
	}
	if err := l.markStale(ctx); err != nil {
		return err
	}
	_, err := l.exec(ctx, `UPDATE places SET resume = ?, generation = ?, whole = ?, dirty = ?, relist = ?, behind = (behind OR ?) WHERE tenant = ? AND id = ?`,
		next, l.generation, l.whole, l.dirty, l.relist, l.behind, l.place.Tenant, l.place.ID)
	return err
}

// markStale says whose cards are no longer right for what a page told of their
// inside.
func (l *listing) markStale(ctx context.Context) error {
	for _, id := range l.stale {
		if _, err := l.exec(ctx, `INSERT INTO stale (asset) VALUES (?) ON CONFLICT DO NOTHING`, id); err != nil {
			return err
		}
	}
	l.stale = nil
	return nil
}

// finish does what can be done only when a listing is complete.
func (l *listing) finish(ctx context.Context) error {
	if !l.dirty && !l.whole {
		return nil
	}
	steps := []func(context.Context) error{l.emptyRemovedFolders, l.sweep, l.recheckPaths, l.passSharing, l.unjudgeMoved}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// emptyRemovedFolders removes what still lies in folders that were removed:
// some vendors report the folder alone.
func (l *listing) emptyRemovedFolders(ctx context.Context) error {
	n, err := l.exec(ctx, below(`generation = -1`)+`DELETE FROM assets WHERE `+inPlace+` AND parent IN (SELECT id FROM below)`, l.belowArgs()...)
	if err != nil {
		return err
	}
	l.tally.Removed += n
	_, err = l.exec(ctx, below(`generation = -1`)+`DELETE FROM folders WHERE tenant = ? AND place = ? AND id IN (SELECT id FROM below)`,
		l.place.Tenant, l.place.ID, l.place.Tenant, l.place.ID, l.place.Tenant, l.place.ID)
	return err
}

// sweep removes what a listing from scratch did not mention.
func (l *listing) sweep(ctx context.Context) error {
	if !l.whole || l.generation == 1 {
		return nil // nothing can be older
	}
	n, err := l.exec(ctx, `DELETE FROM assets WHERE `+inPlace+` AND generation < ?`, placeArgs(l.place, l.generation)...)
	if err != nil {
		return err
	}
	l.tally.Removed += n
	_, err = l.exec(ctx, `DELETE FROM folders WHERE tenant = ? AND place = ? AND generation < ?`, l.place.Tenant, l.place.ID, l.generation)
	return err
}

// recheckPaths holds the scope's path rules against paths that are known only
// now. What a listing from scratch counted as stored counts as excluded then.
func (l *listing) recheckPaths(ctx context.Context) error {
	if !l.store.pathRules() {
		return nil
	}
	l.paths = newPaths(l.tx)
	n, err := l.removeOutside(ctx)
	if l.whole {
		l.tally.Stored -= n
		l.tally.Excluded += n
	} else {
		l.tally.Removed += n
	}
	return err
}

// passSharing settles which assets are shared that are so if their folder is,
// below folders that were told of in this listing: a folder may come after
// what lies in it. Due asks the folders once more before it hands anything
// out, so that an asset is never opened on what is settled here alone.
func (l *listing) passSharing(ctx context.Context) error {
	l.paths = newPaths(l.tx)
	var moved bool
	err := l.tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM folders WHERE tenant = ? AND place = ? AND moved)`, l.place.Tenant, l.place.ID).Scan(&moved)
	if err != nil || !moved {
		return err
	}
	const batch = 1000
	args := append([]any{l.place.Tenant, l.place.ID, l.place.Tenant, l.place.ID}, placeArgs(l.place, batch)...)
	for {
		as, err := collect(ctx, l.tx, scanAsset, unsettled, args...)
		if err != nil {
			return err
		}
		if err := l.settle(ctx, as); err != nil {
			return err
		}
		if len(as) < batch {
			return nil
		}
		args[4] = as[len(as)-1].ID
	}
}

// unsettled are the assets of a place that are stored as shared and are not,
// or the other way round.
const unsettled = `WITH RECURSIVE open (id) AS (
	SELECT f.id FROM folders f WHERE f.tenant = ? AND f.place = ? AND f.shared
	UNION SELECT f.id FROM folders f JOIN open o ON f.parent = o.id WHERE f.tenant = ? AND f.place = ? AND f.inherits)
	SELECT ` + assetColumns + ` FROM assets a WHERE ` + inPlace + ` AND a.inherits AND a.shared <> (a.parent IN (SELECT id FROM open)) ORDER BY id LIMIT ?`

func (l *listing) settle(ctx context.Context, as []inventory.Asset) error {
	for i := range as {
		as[i].Shared = !as[i].Shared
	}
	if err := l.queue(ctx, as); err != nil {
		return err
	}
	if _, err := l.exec(ctx, `UPDATE assets SET shared = i.shared FROM page_assets i WHERE i.id = assets.id`); err != nil {
		return err
	}
	_, err := l.exec(ctx, unjudgePage)
	return err
}

// unjudgeMoved has everything below folders that are new, renamed or moved
// judged again, for its path may speak.
func (l *listing) unjudgeMoved(ctx context.Context) error {
	var judged bool
	err := l.tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM structures WHERE asset > ? AND asset < ? AND judged <> '')`, placeArgs(l.place)[:2]...).Scan(&judged)
	if err != nil {
		return err
	}
	if judged {
		err = l.unjudgeBelow(ctx)
	}
	if err == nil && l.generation > 1 {
		_, err = l.exec(ctx, below(`moved`)+`INSERT INTO stale (asset) SELECT id FROM assets WHERE `+inPlace+` AND parent IN (SELECT id FROM below) ON CONFLICT DO NOTHING`, l.belowArgs()...)
	}
	if err == nil {
		_, err = l.exec(ctx, `UPDATE folders SET moved = FALSE WHERE tenant = ? AND place = ? AND moved`, l.place.Tenant, l.place.ID)
	}
	return err
}

func (l *listing) unjudgeBelow(ctx context.Context) error {
	_, err := l.exec(ctx, below(`moved`)+`UPDATE structures SET judged = '' WHERE judged <> '' AND asset IN
		(SELECT id FROM assets WHERE `+inPlace+` AND parent IN (SELECT id FROM below))`, l.belowArgs()...)
	return err
}

// removeOutside removes the place's assets that the scope leaves out.
func (l *listing) removeOutside(ctx context.Context) (int, error) {
	removed := 0
	err := l.each(ctx, func(as []inventory.Asset) error {
		for _, a := range as {
			if !l.store.scope.ExcludesAsset(a) {
				continue
			}
			removed++
			if _, err := l.exec(ctx, `DELETE FROM assets WHERE id = ?`, a.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return removed, err
}

// each calls f for all assets of the place, with their paths, a batch at a
// time, so that f may write.
func (l *listing) each(ctx context.Context, f func([]inventory.Asset) error) error {
	const batch = 1000
	args := placeArgs(l.place, batch)
	for {
		as, err := collect(ctx, l.tx, scanAsset, `SELECT `+assetColumns+` FROM assets a WHERE `+inPlace+` ORDER BY id LIMIT ?`, args...)
		if err != nil {
			return err
		}
		for i := range as {
			if err := l.paths.tell(ctx, &as[i]); err != nil {
				return err
			}
		}
		if err := f(as); err != nil {
			return err
		}
		if len(as) < batch {
			return nil
		}
		args[0] = as[len(as)-1].ID
	}
}

// exec runs a statement and tells how many rows it changed.
func (l *listing) exec(ctx context.Context, query string, args ...any) (int, error) {
	st, err := l.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// prepare prepares a statement once for the transaction, which closes it.
func (l *listing) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if st := l.prepared[query]; st != nil {
		return st, nil
	}
	st, err := l.tx.PrepareContext(ctx, query)
	if err == nil {
		l.prepared[query] = st
	}
	return st, err
}

// below begins a statement that knows the folders which a condition is true of
// and all folders below them.
func below(condition string) string {
	return `WITH RECURSIVE below (id) AS (
		SELECT f.id FROM folders f WHERE f.tenant = ? AND f.place = ? AND f.` + condition + `
		UNION SELECT f.id FROM folders f JOIN below b ON f.parent = b.id WHERE f.tenant = ? AND f.place = ?) `
}

func (l *listing) belowArgs() []any {
	p := l.place
	return append([]any{p.Tenant, p.ID, p.Tenant, p.ID}, placeArgs(p)...)
}
