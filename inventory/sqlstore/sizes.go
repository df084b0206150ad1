package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// Sizes gives the version of the schema and how many rows each table has.
func (s *Store) Sizes(ctx context.Context) (schema int, rows []inventory.Count, err error) {
	if err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&schema); err != nil {
		return 0, nil, fmt.Errorf("schema: %w", err)
	}
	columns, err := collect(ctx, s.read, scanColumn, s.dialect.textColumns())
	if err != nil {
		return 0, nil, fmt.Errorf("tables: %w", err)
	}
	tables := []string{"tombstones"}
	for _, c := range columns {
		tables = append(tables, c.table)
	}
	slices.Sort(tables)
	for _, table := range slices.Compact(tables) {
		c := inventory.Count{A: table}
		if err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table).Scan(&c.N); err != nil {
			return 0, nil, fmt.Errorf("table %s: %w", table, err)
		}
		rows = append(rows, c)
	}
	return schema, rows, nil
}
