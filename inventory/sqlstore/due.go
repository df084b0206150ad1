package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A DueQuery asks which assets of a tenant want looking inside.
type DueQuery struct {
	Tenant string
	Depth  inventory.Depth     // how far in
	Reader int                 // the version of the reader; what an older one read is due
	Limit  int                 // at most so many; 100 when 0
	Only   []inventory.AssetID // of these, unless it is empty
}

// Due gives assets that want looking inside and may be tried now: those least
// often tried first, so that one that fails holds up no other, and among these
// those worth most, and the newest before the older; see inventory.Asset.Worth.
//
// It holds the scope against each of them: what is left out is removed, and
// what may not be opened is never handed out.
func (s *Store) Due(ctx context.Context, q DueQuery) ([]inventory.Due, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	ds, err := s.due(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("due in tenant %s: %w", q.Tenant, err)
	}
	return ds, nil
}

// NextDue tells when the earliest postponed look may be tried; false when none
// is postponed.
func (s *Store) NextDue(ctx context.Context, tenant string) (time.Time, bool, error) {
	var at sql.NullInt64
	err := s.read.QueryRowContext(ctx, nextDueQuery, tenant, micros(s.now())).Scan(&at)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next due in tenant %s: %w", tenant, err)
	}
	return time.UnixMicro(at.Int64).UTC(), at.Valid, nil
}

const nextDueQuery = `SELECT MIN(not_before) FROM due WHERE tenant = ? AND final = FALSE AND attempts > 0 AND not_before > ?`

func (s *Store) due(ctx context.Context, q DueQuery) ([]inventory.Due, error) {
	if err := s.wanting(ctx, q); err != nil {
		return nil, err
	}
	ds, err := s.inside(ctx, func() ([]inventory.Due, error) { return s.ready(ctx, q) }, s.closed)
	for i := range ds {
		ds[i].Depth = q.Depth
	}
	return ds, err
}

func (s *Store) ready(ctx context.Context, q DueQuery) ([]inventory.Due, error) {
	only, args := onlyOf("d.asset", q.Only)
	args = append(append([]any{q.Tenant, micros(s.now()), q.Depth, q.Reader}, args...), q.Limit)
	return collect(ctx, s.read, scanDue, dueQuery(only), args...)
}

func dueQuery(only string) string {
	return `SELECT ` + assetColumns + `, ` + placeColumns + `, d.attempts, d.not_before
	FROM due d JOIN assets a ON a.id = d.asset JOIN places p ON p.tenant = a.tenant AND p.id = a.place
	WHERE d.tenant = ? AND d.final = FALSE AND d.not_before <= ? AND NOT EXISTS
		(SELECT 1 FROM structures s WHERE s.asset = d.asset AND s.revision = d.revision AND s.depth >= ? AND s.reader >= ?)` + only + `
	ORDER BY d.attempts, d.worth DESC, d.modified DESC, d.asset LIMIT ?`
}

// onlyOf is a condition that a column is one of some ids, and its arguments;
// none for no ids.
func onlyOf(column string, ids []inventory.AssetID) (condition string, args []any) {
	if len(ids) == 0 {
		return "", nil
	}
	for _, id := range ids {
		args = append(args, id)
	}
	return ` AND ` + column + ` IN (?` + strings.Repeat(`, ?`, len(ids)-1) + `)`, args
}

// inside asks for assets until all of an answer may be handed out. It takes
// back those that are barred and asks again.
func (s *Store) inside(ctx context.Context, ask func() ([]inventory.Due, error), barred func(inventory.Due) bool) ([]inventory.Due, error) {
	for {
		ds, err := ask()
		if err != nil {
			return nil, err
		}
		paths := newPaths(s.read)
		for i := range ds {
			if err := paths.tell(ctx, &ds[i].Asset); err != nil {
				return nil, err
			}
		}
		out := slices.DeleteFunc(slices.Clone(ds), func(d inventory.Due) bool { return !barred(d) })
		if len(out) == 0 {
			return ds, nil
		}
		if err := s.withdraw(ctx, out); err != nil {
			return nil, err
		}
	}
}

// excluded reports whether the scope leaves an asset out.
func (s *Store) excluded(d inventory.Due) bool { return s.scope.ExcludesAsset(d.Asset) }

// closed reports whether an asset must not be looked into.
func (s *Store) closed(d inventory.Due) bool {
	return s.excluded(d) || !s.scope.OpensContent(d.Place, d.Asset)
}

// withdraw takes back what may not be opened, and removes what is left out.
func (s *Store) withdraw(ctx context.Context, ds []inventory.Due) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		for _, d := range ds {
			query := `DELETE FROM due WHERE asset = ?`
			if s.excluded(d) {
				query = `DELETE FROM assets WHERE id = ?`
			}
			if _, err := tx.ExecContext(ctx, query, d.Asset.ID); err != nil {
				return err
			}
			// The folders may know better than what was settled last.
			if _, err := tx.ExecContext(ctx, `UPDATE assets SET shared = ? WHERE id = ?`, d.Asset.Shared, d.Asset.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanDue(r row) (d inventory.Due, err error) {
	err = r.Scan(append(append(assetDest(&d.Asset), placeDest(&d.Place)...), &d.Attempts, utc{&d.NotBefore})...)
	tellVendorID(&d.Asset)
	return d, err
}

// A want is what a tenant's assets shall be read to.
type want struct {
	depth   inventory.Depth
	reader  int
	private bool
}

func readWant(ctx context.Context, q querier, tenant string) (w want, known bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT depth, reader, private FROM wants WHERE tenant = ?`, tenant).Scan(&w.depth, &w.reader, &w.private)
	if errors.Is(err, sql.ErrNoRows) {
		return want{}, false, nil
	}
	return w, err == nil, err
}

// wanting makes sure that everything which falls short of a query is queued.
// Pages queue what changes; the rest must be gone through when more is wanted
// than before: deeper, by a newer reader, or of private content.
func (s *Store) wanting(ctx context.Context, q DueQuery) error {
	have, known, err := readWant(ctx, s.read, q.Tenant)
	if err != nil {
		return err
	}
	w := want{depth: max(q.Depth, have.depth), reader: max(q.Reader, have.reader), private: s.scope.Private}
	if w == have && known {
		return nil
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if err := saveWant(ctx, tx, q.Tenant, w); err != nil {
			return err
		}
		if !known {
			return nil // nothing was ever looked into: all is queued
		}
		if w.reader > have.reader {
			if err := retryAll(ctx, tx, q.Tenant); err != nil {
				return err
			}
		}
		return s.requeue(ctx, tx, q.Tenant)
	})
}

func saveWant(ctx context.Context, tx *sql.Tx, tenant string, w want) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO wants (tenant, depth, reader, private) VALUES (?, ?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET depth = excluded.depth, reader = excluded.reader, private = excluded.private`,
		tenant, w.depth, w.reader, w.private)
	return err
}

// retryAll lets a newer reader try what the older ones could not read.
func retryAll(ctx context.Context, tx *sql.Tx, tenant string) error {
	_, err := tx.ExecContext(ctx, `UPDATE due SET final = FALSE, attempts = 0, not_before = ? WHERE tenant = ? AND attempts > 0`,
		micros(time.Time{}), tenant)
	return err
}

// requeue goes through all assets of a tenant.
func (s *Store) requeue(ctx context.Context, tx *sql.Tx, tenant string) error {
	ps, err := collect(ctx, tx, scanPlace, `SELECT `+placeColumns+` FROM places p WHERE p.tenant = ? ORDER BY p.id`, tenant)
	if err != nil {
		return err
	}
	for _, p := range ps {
		l, _, err := s.listing(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := l.each(ctx, func(as []inventory.Asset) error { return l.queue(ctx, as) }); err != nil {
			return err
		}
	}
	return nil
}
