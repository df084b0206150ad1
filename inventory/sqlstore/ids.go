package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// idColumns is how samples are stored; "" for none.
func idColumns(ids inventory.IDs) (string, error) {
	if len(ids.Columns) == 0 {
		return "", nil
	}
	return toJSON(ids.Columns)
}

func readIDs(key, columns string) (ids inventory.IDs, err error) {
	ids.Key = key
	if columns != "" {
		err = json.Unmarshal([]byte(columns), &ids.Columns)
	}
	return ids, err
}

// ForgetIDs lets go of all samples that were made with another key than this
// one; of all there are when it is "".
func (s *Store) ForgetIDs(ctx context.Context, key string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE structures SET judged = CASE WHEN ids = '' THEN judged ELSE '' END, id_key = '', ids = ''
			WHERE id_key <> '' AND id_key <> ?`, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget samples of ids: %w", err)
	}
	return nil
}

// LookAgainForIDs puts everything back on the due table that was read without
// this key and holds ids, and tells how much that is. It comes after all else
// that is due.
func (s *Store) LookAgainForIDs(ctx context.Context, key string, holds func(inventory.Kind, inventory.Structure) bool) (n int, err error) {
	for after := inventory.AssetID(""); ; {
		batch, err := collect(ctx, s.read, scanUnsampled, unsampledQuery, key, after, 500)
		if err == nil && len(batch) > 0 {
			after = batch[len(batch)-1].id
			err = s.inTx(ctx, func(tx *sql.Tx) error {
				for _, u := range batch {
					if !holds(u.kind, u.structure) {
						continue
					}
					if err := lookAgain(ctx, tx, u.id); err != nil {
						return err
					}
					n++
				}
				return nil
			})
		}
		if err != nil {
			return n, fmt.Errorf("look again for ids: %w", err)
		}
		if len(batch) == 0 {
			return n, nil
		}
	}
}

const unsampledQuery = `SELECT a.id, a.kind, s.body FROM structures s JOIN assets a ON a.id = s.asset
	WHERE s.id_key <> ? AND s.asset > ? ORDER BY s.asset LIMIT ?`

type unsampled struct {
	id        inventory.AssetID
	kind      inventory.Kind
	structure inventory.Structure
}

func scanUnsampled(r row) (u unsampled, err error) {
	var body string
	if err := r.Scan(&u.id, &u.kind, &body); err != nil {
		return u, err
	}
	return u, json.Unmarshal([]byte(body), &u.structure)
}

// lookAgain makes what is stored of an asset fall short of any reader. Its
// verdict stays until then.
func lookAgain(ctx context.Context, tx *sql.Tx, id inventory.AssetID) error {
	if _, err := tx.ExecContext(ctx, `UPDATE structures SET reader = 0 WHERE asset = ?`, id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO due (asset, tenant, revision, shared, worth, modified, not_before)
		SELECT id, tenant, revision, shared, 0, modified, ? FROM assets WHERE id = ? ON CONFLICT (asset) DO NOTHING`, micros(time.Time{}), id)
	return err
}
