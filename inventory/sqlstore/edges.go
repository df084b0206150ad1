package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// SaveEdges replaces what is known of what feeds what, in one transaction.
// Edges of assets that are gone meanwhile are left out.
func (s *Store) SaveEdges(ctx context.Context, es []inventory.Edge) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM edges`); err != nil {
			return err
		}
		st, err := tx.PrepareContext(ctx, `INSERT INTO edges (reader, asset, system, name, means)
			SELECT a.id, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT) FROM assets a WHERE a.id = ?`)
		if err != nil {
			return err
		}
		defer st.Close()
		for _, e := range es {
			if _, err := st.ExecContext(ctx, e.Asset, e.System, e.Name, e.By, e.Reader); err != nil {
				return fmt.Errorf("asset %s: %w", e.Reader, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("edges: %w", err)
	}
	return nil
}

// Edges gives what an asset reads and what reads it, sorted; "" is all edges.
func (s *Store) Edges(ctx context.Context, id inventory.AssetID) ([]inventory.Edge, error) {
	where, args := ``, []any(nil)
	if id != "" {
		where, args = ` WHERE reader = ? OR asset = ?`, []any{id, id}
	}
	es, err := collect(ctx, s.read, scanEdge, `SELECT reader, asset, system, name, means FROM edges`+where+` ORDER BY reader, asset, system, name`, args...)
	if err != nil {
		return nil, fmt.Errorf("edges: %w", err)
	}
	return es, nil
}

func scanEdge(r row) (e inventory.Edge, err error) {
	err = r.Scan(&e.Reader, &e.Asset, &e.System, &e.Name, &e.By)
	return e, err
}
