package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What SQLite does in its own way stands in this file. All other statements
// of the package are standard SQL that PostgreSQL runs as well, once "?" is
// written "$n".

const gooseDialect = goose.DialectSQLite3

// openWriter opens the one connection that writes. SQLite has one writer at a
// time anyway; a second connection would only wait for it. Transactions take
// the write lock when they begin, because a reader that turns writer cannot
// wait for the lock and fails (https://sqlite.org/lang_transaction.html).
func openWriter(path string) (*sql.DB, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	// In WAL mode synchronous=NORMAL keeps the file sound in any crash. Only a
	// power cut may lose the last commits, whose pages are then listed again
	// (https://sqlite.org/pragma.html#pragma_synchronous).
	db, err := sql.Open("sqlite", dsn(path, "immediate", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "cache_size(-32000)", "wal_autocheckpoint(8000)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// openReader opens connections that see the last commit and hold up no writer.
func openReader(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "deferred", "query_only(1)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(4)
	return db, nil
}

// create makes sure that there is a file, which nobody else may read: it says
// who works on what. SQLite gives its side files the same permissions.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func dsn(path, lock string, pragmas ...string) string {
	q := url.Values{"_txlock": {lock}, "_pragma": append([]string{"busy_timeout(10000)"}, pragmas...)}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: q.Encode()}
	return u.String()
}

// remedy adds to an error of the database what can be done about it.
func remedy(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // the primary code: https://sqlite.org/rescode.html
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%w; the file is damaged or no inventory: put a copy of it back, or move it away and scan anew (conversations are kept in it alone)", err)
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%w; is there room on the disk? Nothing that was stored is lost: make room and run again", err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w; the file and its folder must be writable for whoever runs this", err)
	default:
		return err
	}
}

// textColumns gives every column that holds text, of all tables but the
// migrations' own and the tombstones.
func textColumns(ctx context.Context, q querier) ([]column, error) {
	return collect(ctx, q, func(r row) (c column, err error) {
		err = r.Scan(&c.table, &c.name, &c.key)
		return c, err
	}, `SELECT m.name, c.name, c.pk > 0 FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' AND m.name <> 'tombstones'
		AND UPPER(c.type) = 'TEXT' ORDER BY m.name, c.cid`)
}

// Compact has the database's files forget what was removed: rows that are
// deleted leave their bytes in free pages and in the log of changes until
// something else is written there (https://sqlite.org/pragma.html#pragma_secure_delete).
// It takes as much room again as the inventory has, for as long as it lasts.
func (s *Store) Compact(ctx context.Context) error {
	for _, statement := range []string{`PRAGMA secure_delete = ON`, `VACUUM`, `PRAGMA secure_delete = OFF`} {
		if _, err := s.write.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("compact the inventory: %w", remedy(err))
		}
	}
	var busy, log, moved int
	if err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved); err != nil {
		return fmt.Errorf("compact the inventory: %w", remedy(err))
	}
	if busy != 0 {
		return fmt.Errorf("compact the inventory: somebody is reading it, so that its log still holds what was removed; end that and run this again")
	}
	return nil
}
