package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
)

// GatherAtMost has Search walk from so many cards on, as it does in an
// inventory of a million.
func (s *Store) GatherAtMost(n int) { s.mostGathered = n }

// LimitPages lets the file grow to so many pages, as a full disk would; of
// fewer than it has, to what it has.
func (s *Store) LimitPages(ctx context.Context, most int) error {
	_, err := s.write.ExecContext(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, most))
	return err
}

// OfSQLite gives migrations in SQLite's words.
func OfSQLite(files fs.FS) fs.FS { return schema{files, sqliteFile{}.own} }

// Writing runs f while nobody else can write.
func (s *Store) Writing(ctx context.Context, f func() error) error {
	return s.inTx(ctx, func(*sql.Tx) error { return f() })
}

// InSharedTx has statements done one after the other beside other writers.
func (s *Store) InSharedTx(ctx context.Context, between func(), statements ...string) error {
	return s.inSharedTx(ctx, func(tx *sql.Tx) error {
		for i, statement := range statements {
			if i > 0 {
				between()
			}
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}
