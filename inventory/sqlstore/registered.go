package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// Register keeps a tool that its builder told of, and finds it in the
// inventory if its address is known there. It gives it an id.
func (s *Store) Register(ctx context.Context, r inventory.Registered) (inventory.Registered, error) {
	if err := r.Check(); err != nil {
		return r, err
	}
	r.ID, r.By = rand.Text(), inventory.FoldAddress(r.By)
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		found, err := scanString[inventory.AssetID](tx.QueryRowContext(ctx, `SELECT id FROM assets WHERE url = ? ORDER BY id LIMIT 1`, r.Lies))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		r.Asset = found
		_, err = tx.ExecContext(ctx, `INSERT INTO registered (`+registeredColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, r.Name, r.Lies, r.Purpose, r.System, r.Asset, r.By, micros(r.At))
		return err
	})
	if err != nil {
		return r, fmt.Errorf("register: %w", err)
	}
	return r, nil
}

// Registered gives the tools that a filter passes, the newest first.
func (s *Store) Registered(ctx context.Context, f inventory.RegisteredFilter) ([]inventory.Registered, error) {
	conditions, args := []string{"TRUE"}, []any(nil)
	if len(f.By) > 0 {
		conditions = append(conditions, `told_by IN (?`+strings.Repeat(`, ?`, len(f.By)-1)+`)`)
		for _, a := range f.By {
			args = append(args, inventory.FoldAddress(a))
		}
	}
	if f.System != "" {
		conditions, args = append(conditions, `system = ?`), append(args, f.System)
	}
	rs, err := collect(ctx, s.read, scanRegistered, `SELECT `+registeredColumns+` FROM registered WHERE `+strings.Join(conditions, ` AND `)+` ORDER BY told_at DESC, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("registered: %w", err)
	}
	return rs, nil
}

// Unregister forgets a tool that somebody with one of these addresses told of.
// It returns inventory.ErrNotFound when there is none of theirs of that id.
func (s *Store) Unregister(ctx context.Context, id string, by []string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for _, address := range by {
			n, err := changed(ctx, tx, `DELETE FROM registered WHERE id = ? AND told_by = ?`, id, inventory.FoldAddress(address))
			if err != nil || n > 0 {
				return err
			}
		}
		return inventory.ErrNotFound
	})
	if err != nil {
		return fmt.Errorf("registered %s: %w", id, err)
	}
	return nil
}

const registeredColumns = `id, name, lies, purpose, system, asset, told_by, told_at`

func scanRegistered(r row) (g inventory.Registered, err error) {
	err = r.Scan(&g.ID, &g.Name, &g.Lies, &g.Purpose, &g.System, &g.Asset, &g.By, utc{&g.At})
	return g, err
}
