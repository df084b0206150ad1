package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

const tokenColumns = `id, name, role, created, until, ended`

func scanToken(r row) (t inventory.Token, err error) {
	err = r.Scan(&t.ID, &t.Name, &t.Role, utc{&t.Created}, utc{&t.Until}, utc{&t.Ended})
	return t, err
}

// SaveToken keeps a new token under the hash of its secret.
func (s *Store) SaveToken(ctx context.Context, t inventory.Token, hash string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO tokens (`+tokenColumns+`, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			t.ID, t.Name, t.Role, micros(t.Created), micros(t.Until), micros(time.Time{}), hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("token %s: %w", t.ID, err)
	}
	return nil
}

// Tokens gives all tokens, those that ended too, the newest first.
func (s *Store) Tokens(ctx context.Context) ([]inventory.Token, error) {
	ts, err := collect(ctx, s.read, scanToken, `SELECT `+tokenColumns+` FROM tokens ORDER BY created DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	return ts, nil
}

// Token gives the token whose secret has a hash. It returns
// inventory.ErrNotFound when there is none.
func (s *Store) Token(ctx context.Context, hash string) (inventory.Token, error) {
	t, err := scanToken(s.read.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM tokens WHERE hash = ?`, hash))
	if err != nil {
		return inventory.Token{}, fmt.Errorf("token: %w", notFound(err))
	}
	return t, nil
}

// EndToken ends a token for good. It returns inventory.ErrNotFound when there
// is none of that id that holds.
func (s *Store) EndToken(ctx context.Context, id string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		n, err := changed(ctx, tx, `UPDATE tokens SET ended = ? WHERE id = ? AND ended = ?`, micros(s.now()), id, micros(time.Time{}))
		if err == nil && n == 0 {
			err = inventory.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("token %s: %w", id, err)
	}
	return nil
}
