package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNotEmpty is wrapped by CopyTo when there is something already where the
// copy shall go.
var ErrNotEmpty = errors.New("there is an inventory already")

// ErrOtherInventory is wrapped by CopyTo and CarryTombstones when both sides
// have tombstones, and not with the same key: they were never the same inventory.
var ErrOtherInventory = errors.New("the tombstones are of another inventory")

// A Copied is what CopyTo copied of one table, and compared afterwards.
type Copied struct {
	Table string `json:"table"`
	Rows  int    `json:"rows"`
	Hash  string `json:"hash"` // of all rows, in whatever order
	Kept  int    `json:"kept"` // rows that stay of what was replaced
}

// CopyTo copies the whole inventory, as it is at one moment, to another store,
// in one transaction there. It reads back what it wrote and compares it, and
// leaves the other store as it was if anything differs. It refuses a store that
// is not empty unless that shall be replaced.
//
// Of what is replaced stays what people rely on: tombstones, every token as it
// is there, letters and the conversations in which somebody was written to, and
// who asked for quiet. A store whose tombstones are of another inventory is not
// replaced. The cards that pages are listed by are made anew.
func (s *Store) CopyTo(ctx context.Context, to *Store, replace bool) ([]Copied, error) {
	all, err := s.copyTo(ctx, to, replace)
	if err == nil {
		err = to.eraseAfterCarry(ctx)
	}
	if err == nil {
		_, err = to.UpdateCards(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("copy of %s to %s: %w", s.dialect, to.dialect, err)
	}
	return all, nil
}

func (s *Store) copyTo(ctx context.Context, to *Store, replace bool) (all []Copied, err error) {
	from, err := s.read.BeginTx(ctx, nil) // all tables are of one moment
	if err != nil {
		return nil, s.dialect.remedy(err)
	}
	defer from.Rollback()
	err = to.inTx(ctx, func(tx *sql.Tx) error {
		k, err := to.replaced(ctx, from, tx, replace)
		if err != nil {
			return err
		}
		if all, err = s.copyTables(ctx, from, to, tx); err != nil {
			return err
		}
		rows, err := k.giveBack(ctx, tx)
		for i := range all {
			all[i].Kept = rows[all[i].Table]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, to.heed(ctx, to.read)
}

// replaced empties the store for a copy, and gives what of it stays. Whether
// the tombstones of both can stand together is looked at before that.
func (s *Store) replaced(ctx context.Context, from, tx *sql.Tx, replace bool) (keepsakes, error) {
	k, err := keep(ctx, tx)
	if err != nil {
		return k, err
	}
	theirs, err := setting(ctx, from, tombstoneKey)
	if err == nil && replace && len(k.stones) > 0 {
		err = sameKey(theirs, k.key)
	}
	if err != nil {
		return k, err
	}
	return k, s.empty(ctx, tx, replace)
}

func (s *Store) copyTables(ctx context.Context, from *sql.Tx, to *Store, tx *sql.Tx) (all []Copied, err error) {
	tables, err := tablesOf(ctx, from, s.dialect)
	if err != nil {
		return nil, err
	}
	for _, table := range slices.DeleteFunc(tables, made) {
		done, err := to.copyTable(ctx, from, tx, table)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", table, err)
		}
		all = append(all, done)
	}
	_, err = tx.ExecContext(ctx, `UPDATE places SET behind = TRUE`)
	return all, err
}

// tablesOf gives the tables of the schema in the order in which they were
// made, so that those which others refer to come first. Paces, jobs and workers
// are not of the inventory: they are about its processes and the tenants, now.
func tablesOf(ctx context.Context, q querier, d dialect) ([]string, error) {
	all, err := collect(ctx, q, scanString[string], d.tables())
	return slices.DeleteFunc(all, func(table string) bool { return table == "paces" || table == "jobs" || table == "workers" }), err
}

// made reports whether a table is made from the others: the cards.
func made(table string) bool {
	return table == "cards" || table == "parts" || table == "stale"
}

// empty makes sure that nothing is in the store.
func (s *Store) empty(ctx context.Context, tx *sql.Tx, replace bool) error {
	tables, err := tablesOf(ctx, tx, s.dialect)
	if err != nil {
		return err
	}
	for _, table := range slices.Backward(tables) {
		n, err := changed(ctx, tx, `DELETE FROM `+table)
		if err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
		if n > 0 && !replace {
			return ErrNotEmpty
		}
	}
	return nil
}

// copyTable copies a table and compares what is there then with what was read.
func (s *Store) copyTable(ctx context.Context, from, to *sql.Tx, table string) (Copied, error) {
	var t staged
	rows := make([][]any, 0, copyBatch)
	flush := func() error {
		err := s.dialect.insert(ctx, to, t, rows)
		rows = rows[:0]
		return err
	}
	read, err := eachRow(ctx, from, table, func(columns []string, row []any) error {
		t = staged{name: table, columns: columns}
		if rows = append(rows, row); len(rows) < copyBatch {
			return nil
		}
		return flush()
	})
	if err == nil && len(rows) > 0 {
		err = flush()
	}
	if err != nil {
		return Copied{}, err
	}
	written, err := eachRow(ctx, to, table, func([]string, []any) error { return nil })
	if err == nil && written != read {
		err = fmt.Errorf("%d rows (%s) were read, and %d (%s) are there", read.Rows, read.Hash, written.Rows, written.Hash)
	}
	return written, err
}

const copyBatch = 5000 // rows; bounds the memory

// eachRow reads a table and tells how many rows it has and a hash of them,
// which is the same on both databases, whatever the order.
func eachRow(ctx context.Context, q querier, table string, do func(columns []string, row []any) error) (Copied, error) {
	rows, err := q.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return Copied{}, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return Copied{}, err
	}
	columns, order := columnsOf(types)
	all := Copied{Table: table}
	var hash [sha256.Size]byte
	for rows.Next() {
		row, err := scanRow(rows, types)
		if err != nil {
			return all, err
		}
		h := sha256.New()
		for _, i := range order {
			fmt.Fprintf(h, "%s=%v\x00", columns[i], row[i])
		}
		for i, b := range h.Sum(nil) {
			hash[i] ^= b // no two rows of a table are the same
		}
		all.Rows++
		if err := do(columns, row); err != nil {
			return all, err
		}
	}
	all.Hash = fmt.Sprintf("%x", hash[:8])
	return all, rows.Err()
}

// columnsOf gives the names of columns, and their places by name.
func columnsOf(types []*sql.ColumnType) (names []string, order []int) {
	for i, t := range types {
		names, order = append(names, t.Name()), append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	return names, order
}

// scanRow reads a row in the types that both databases write. Columns are never
// null here.
func scanRow(r row, types []*sql.ColumnType) ([]any, error) {
	values, dest := make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		switch t.DatabaseTypeName() {
		case "BOOLEAN", "BOOL":
			dest[i] = new(bool)
		case "BIGINT", "INTEGER", "INT8", "INT4":
			dest[i] = new(int64)
		case "DOUBLE PRECISION", "FLOAT8":
			dest[i] = new(float64)
		case "TEXT":
			dest[i] = new(string)
		default:
			return nil, fmt.Errorf("column %s is of a type that is not copied: %s", t.Name(), t.DatabaseTypeName())
		}
	}
	if err := r.Scan(dest...); err != nil {
		return nil, err
	}
	for i, d := range dest {
		switch v := d.(type) {
		case *bool:
			values[i] = *v
		case *int64:
			values[i] = *v
		case *float64:
			values[i] = *v
		case *string:
			values[i] = plainText(*v)
		}
	}
	return values, nil
}
