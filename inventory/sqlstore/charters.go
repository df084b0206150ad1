package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// Charters gives every version of a conversation's charter, the first one
// first, with who agreed to it.
func (s *Store) Charters(ctx context.Context, conversation string) ([]inventory.Charter, error) {
	cs, err := chartersOf(ctx, s.read, conversation)
	if err != nil {
		return nil, fmt.Errorf("charter of conversation %s: %w", conversation, err)
	}
	return cs, nil
}

func chartersOf(ctx context.Context, q querier, conversation string) ([]inventory.Charter, error) {
	cs, err := collect(ctx, q, scanCharter, `SELECT body FROM charters WHERE conversation = ? ORDER BY version`, conversation)
	if err != nil {
		return nil, err
	}
	type word struct {
		version int
		inventory.Agreement
	}
	words, err := collect(ctx, q, func(r row) (w word, err error) {
		err = r.Scan(&w.version, &w.Side, &w.By, utc{&w.At})
		return w, err
	}, `SELECT version, side, said_by, said_at FROM agreements WHERE conversation = ? ORDER BY version, said_at, side`, conversation)
	if err != nil {
		return nil, err
	}
	for _, w := range words {
		cs[w.version-1].Agreed = append(cs[w.version-1].Agreed, w.Agreement)
	}
	return cs, nil
}

func scanCharter(r row) (c inventory.Charter, err error) {
	var body string
	if err = r.Scan(&body); err == nil {
		err = json.Unmarshal([]byte(body), &c)
	}
	return c, err
}

// WriteCharter keeps a new version of a charter, numbered after the last one,
// and returns it. Who agreed to an earlier version has not agreed to this one.
func (s *Store) WriteCharter(ctx context.Context, c inventory.Charter) (inventory.Charter, error) {
	c.Agreed = nil
	err := c.Check()
	if err == nil {
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			last := 0
			err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM charters WHERE conversation = ?`, c.Conversation).Scan(&last)
			if err != nil {
				return err
			}
			c.Version = last + 1
			body, err := toJSON(c)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `INSERT INTO charters (conversation, version, body) VALUES (?, ?, ?)`, c.Conversation, c.Version, body)
			return err
		})
	}
	if err != nil {
		return c, fmt.Errorf("charter of conversation %s: %w", c.Conversation, err)
	}
	return c, nil
}

// AgreeCharter records one side's word on the newest version. It returns
// inventory.ErrStale when there is a newer version than the one agreed to.
func (s *Store) AgreeCharter(ctx context.Context, conversation string, version int, a inventory.Agreement) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		cs, err := chartersOf(ctx, tx, conversation)
		switch {
		case err != nil:
			return err
		case len(cs) == 0:
			return inventory.ErrNotFound
		case version != len(cs):
			return inventory.ErrStale
		}
		if err := cs[version-1].Agree(a); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO agreements (conversation, version, side, said_by, said_at) VALUES (?, ?, ?, ?, ?)`,
			conversation, version, a.Side, a.By, micros(a.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("charter of conversation %s: %w", conversation, err)
	}
	return nil
}

// SaveFeedback keeps what somebody said about a verdict, and has the asset
// judged again with its copies. It returns inventory.ErrNotFound when the asset is not there.
func (s *Store) SaveFeedback(ctx context.Context, f inventory.Feedback) error {
	if f.By == "" {
		return fmt.Errorf("feedback on %s: %w", f.Asset, errors.New("nobody said it"))
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var there int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM assets WHERE id = ?`, f.Asset).Scan(&there); err != nil {
			return err
		}
		if there == 0 {
			return inventory.ErrNotFound
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO feedback (n, asset, said, holds, capability, said_by, said_at, why)
			SELECT COALESCE(MAX(n), 0) + 1, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BOOLEAN), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT) FROM feedback`,
			f.Asset, f.Said, f.Right, f.Capability, f.By, micros(f.At), f.Why)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE structures SET judged = '' WHERE asset = ? OR asset IN (`+copiesQuery+`)`, f.Asset, f.Asset)
		return err
	})
	if err != nil {
		return fmt.Errorf("feedback on %s: %w", f.Asset, err)
	}
	return nil
}

// copiesQuery finds the copies and versions of an asset; of a template each is
// somebody's own.
const copiesQuery = `SELECT m.asset FROM family_members o JOIN families f ON f.id = o.family JOIN family_members m ON m.family = o.family
	WHERE o.asset = ? AND f.kind IN ('` + inventory.FamilyCopies + `', '` + inventory.FamilyVersions + `')`

// Copies gives the copies and versions of an asset, itself among them, sorted;
// none when it has none.
func (s *Store) Copies(ctx context.Context, asset inventory.AssetID) ([]inventory.AssetID, error) {
	ids, err := collect(ctx, s.read, scanString[inventory.AssetID], copiesQuery+` ORDER BY m.asset`, asset)
	if err != nil {
		return nil, fmt.Errorf("copies of %s: %w", asset, err)
	}
	return ids, nil
}

// Feedback gives the newest word on each asset, in the order it was said; of
// one asset alone if it is named.
func (s *Store) Feedback(ctx context.Context, asset inventory.AssetID) ([]inventory.Feedback, error) {
	where, args := ``, []any(nil)
	if asset != "" {
		where, args = ` AND f.asset = ?`, []any{asset}
	}
	fs, err := collect(ctx, s.read, func(r row) (f inventory.Feedback, err error) {
		err = r.Scan(&f.Asset, &f.Said, &f.Right, &f.Capability, &f.By, utc{&f.At}, &f.Why)
		return f, err
	}, `SELECT f.asset, f.said, f.holds, f.capability, f.said_by, f.said_at, f.why FROM feedback f
		WHERE f.n = (SELECT MAX(g.n) FROM feedback g WHERE g.asset = f.asset)`+where+` ORDER BY f.n`, args...)
	if err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	return fs, nil
}
