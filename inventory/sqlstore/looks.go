package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// Looked stores what is inside an asset. It returns inventory.ErrStale when
// the structure is not of the asset's revision.
func (s *Store) Looked(ctx context.Context, id inventory.AssetID, st inventory.Structure) error {
	body, err := toJSON(st)
	if err != nil {
		return fmt.Errorf("asset %s: %w", id, err)
	}
	ids, err := idColumns(st.IDs)
	if err != nil {
		return fmt.Errorf("asset %s: %w", id, err)
	}
	return s.onRevision(ctx, id, st.Revision, func(tx *sql.Tx, tenant string) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO structures (asset, revision, depth, reader, body, id_key, ids) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (asset) DO UPDATE SET revision = excluded.revision, depth = excluded.depth, reader = excluded.reader,
			judged = '', body = excluded.body, id_key = excluded.id_key, ids = excluded.ids`, id, st.Revision, st.Depth, st.Reader, body, st.IDs.Key, ids)
		if err != nil {
			return err
		}
		if err := markStale(ctx, tx, id); err != nil {
			return err
		}
		w, _, err := readWant(ctx, tx, tenant)
		if err != nil || st.Depth < w.depth || st.Reader < w.reader {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM due WHERE asset = ?`, id)
		return err
	})
}

// LookFailed records that looking inside did not succeed. A final failure is
// not tried again until the revision or the version of the reader changes. Of
// others, f.Retry says when; when it is zero, the store waits an hour after
// the first failure, twice as long after each further one, a week at most.
func (s *Store) LookFailed(ctx context.Context, id inventory.AssetID, revision string, f inventory.Failure) error {
	return s.onRevision(ctx, id, revision, func(tx *sql.Tx, _ string) error {
		var attempts int
		err := tx.QueryRowContext(ctx, `SELECT attempts FROM due WHERE asset = ?`, id).Scan(&attempts)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // somebody else looked meanwhile
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE due SET attempts = ?, not_before = ?, final = ?, reason = ?, detail = ? WHERE asset = ?`,
			attempts+1, micros(s.retryAt(f, attempts)), f.Final, f.Reason, f.Detail, id)
		return err
	})
}

// SwitchedOn lets assets of these kinds be tried again that a source refused
// to look into while that was switched off.
func (s *Store) SwitchedOn(ctx context.Context, tenant string, kinds []inventory.Kind) error {
	const query = `UPDATE due SET final = FALSE, attempts = 0, not_before = ?, reason = '', detail = ''
		WHERE tenant = ? AND final = TRUE AND reason = ? AND EXISTS (SELECT 1 FROM assets a WHERE a.id = due.asset AND a.kind = ?)`
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for _, k := range kinds {
			if _, err := tx.ExecContext(ctx, query, micros(time.Time{}), tenant, inventory.SwitchedOff, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("switched on in tenant %s: %w", tenant, err)
	}
	return nil
}

// retryAt tells when to try again after so many attempts before this one.
func (s *Store) retryAt(f inventory.Failure, attempts int) time.Time {
	if !f.Retry.IsZero() {
		return f.Retry
	}
	const week = 7 * 24 * time.Hour
	return s.now().Add(min(time.Hour<<min(attempts, 8), week))
}

// onRevision runs f in a transaction if the asset is of that revision. What is
// no longer in the inventory is stale too.
func (s *Store) onRevision(ctx context.Context, id inventory.AssetID, revision string, f func(tx *sql.Tx, tenant string) error) error {
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error {
		var tenant, now string
		err := tx.QueryRowContext(ctx, `SELECT tenant, revision FROM assets WHERE id = ?`, id).Scan(&tenant, &now)
		if errors.Is(err, sql.ErrNoRows) || err == nil && now != revision {
			return inventory.ErrStale
		}
		if err != nil {
			return err
		}
		return f(tx, tenant)
	})
	if err != nil {
		return fmt.Errorf("asset %s: %w", id, err)
	}
	return nil
}
