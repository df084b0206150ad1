package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Setting gives what was kept under a name; "" when nothing was.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	value, err := setting(ctx, s.read, name)
	if err != nil {
		return "", fmt.Errorf("setting %s: %w", name, err)
	}
	return value, nil
}

// SaveSetting keeps a small value under a name, from run to run.
func (s *Store) SaveSetting(ctx context.Context, name, value string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error { return saveSetting(ctx, tx, name, value) })
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return nil
}

func setting(ctx context.Context, q querier, name string) (string, error) {
	value, err := scanString[string](q.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = ?`, name))
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

func saveSetting(ctx context.Context, tx *sql.Tx, name, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
