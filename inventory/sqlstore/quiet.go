package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// KeepQuiet keeps that somebody asked not to be invited before a time; the
// zero time takes that back.
func (s *Store) KeepQuiet(ctx context.Context, address string, until time.Time) error {
	address = inventory.FoldAddress(address)
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if until.IsZero() {
			_, err := tx.ExecContext(ctx, `DELETE FROM quiet WHERE address = ?`, address)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO quiet (address, until) VALUES (?, ?)
			ON CONFLICT (address) DO UPDATE SET until = excluded.until`, address, micros(until))
		return err
	})
	if err != nil {
		return fmt.Errorf("a quiet time: %w", err)
	}
	return nil
}

// Quiet gives who asked not to be invited for now, and until when.
func (s *Store) Quiet(ctx context.Context) (map[string]time.Time, error) {
	type quiet struct {
		address string
		until   time.Time
	}
	all, err := collect(ctx, s.read, func(r row) (q quiet, err error) {
		err = r.Scan(&q.address, utc{&q.until})
		return q, err
	}, `SELECT address, until FROM quiet WHERE until > ?`, micros(s.now()))
	if err != nil {
		return nil, fmt.Errorf("quiet times: %w", err)
	}
	out := make(map[string]time.Time, len(all))
	for _, q := range all {
		out[q.address] = q.until
	}
	return out, nil
}
