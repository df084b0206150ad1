package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// owedKey is the setting that stands while the files hold what was erased.
const owedKey = "erasure owed"

// Settle publishes, and before that does what erasures owe: it has the
// database's files forget what was removed. Where that fails, because somebody
// reads, it says so in the log, publishes all the same and goes on to owe it.
// It is for whoever has the store's lock.
func (s *Store) Settle(ctx context.Context, publish func(context.Context) error) error {
	owed, err := s.Setting(ctx, owedKey)
	if err != nil {
		return err
	}
	settled := owed != ""
	if settled {
		if err := s.Compact(ctx); err != nil {
			s.log.WarnContext(ctx, "the file still holds what was erased; the next night, or desirepath forget, tries again", "error", err)
			settled = false
		}
	}
	if err := publish(ctx); err != nil || !settled {
		return err
	}
	return s.inTx(ctx, func(tx *sql.Tx) error { // unless more was erased meanwhile
		_, err := tx.ExecContext(ctx, `DELETE FROM settings WHERE name = ? AND value = ?`, owedKey, owed)
		return err
	})
}

// Owes tells whether something was erased that Settle has not seen to.
func (s *Store) Owes(ctx context.Context) (bool, error) {
	owed, err := s.Setting(ctx, owedKey)
	return owed != "", err
}

// Compact has the database's files forget what was removed. It takes as much
// room again as the inventory has, for as long as it lasts.
func (s *Store) Compact(ctx context.Context) error {
	if err := s.dialect.compact(ctx, s.write); err != nil {
		return fmt.Errorf("compact the inventory: %w", s.dialect.remedy(err))
	}
	return nil
}
