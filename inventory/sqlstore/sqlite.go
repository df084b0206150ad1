package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// A sqliteFile is an inventory in one file.
type sqliteFile struct{ path string }

func newSQLite(path string) (sqliteFile, error) {
	abs, err := filepath.Abs(path)
	return sqliteFile{path: abs}, err
}

func (s sqliteFile) String() string { return s.path }

func (s sqliteFile) open() (write, read *sql.DB, err error) {
	if write, err = openWriter(s.path); err != nil {
		return nil, nil, err
	}
	if read, err = openReader(s.path); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	return write, read, nil
}

// aside is the one connection that writes: SQLite has one writer anyway.
func (sqliteFile) aside(write *sql.DB) *sql.DB { return write }

func (sqliteFile) clock() string { return `CAST(unixepoch('subsec') * 1000000 AS INTEGER)` }

func (sqliteFile) goose() goose.Dialect { return goose.DialectSQLite3 }

func (sqliteFile) own(migration string) string { return onlyFor("sqlite", migration) }

// alone has nothing to do: a transaction of the writer begins with the lock.
func (sqliteFile) alone(context.Context, *sql.Tx) error { return nil }

// beside neither: of transactions that write SQLite has but one at a time.
func (sqliteFile) beside(context.Context, *sql.Tx) error { return nil }

// crossed never happens, for the same reason.
func (sqliteFile) crossed(error) bool { return false }

func (sqliteFile) clear(ctx context.Context, tx *sql.Tx, t staged) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM `+t.name)
	return err
}

func (sqliteFile) insert(ctx context.Context, tx *sql.Tx, t staged, rows [][]any) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO `+t.name+` (`+strings.Join(t.columns, `, `)+`) VALUES (?`+strings.Repeat(`, ?`, len(t.columns)-1)+`)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, r := range rows {
		if _, err := insert.ExecContext(ctx, r...); err != nil {
			return err
		}
	}
	return nil
}

// lock locks a file beside the inventory. The operating system gives it back
// when the process ends, however it ends; so the file may be there without
// anybody holding it.
func (s sqliteFile) lock(context.Context, *sql.DB) (release func() error, err error) {
	name := s.path + ".lock"
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

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

func (sqliteFile) remedy(err error) error {
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

func (sqliteFile) textColumns() string {
	return `SELECT m.name, c.name, c.pk > 0 FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' AND m.name <> 'tombstones'
		AND UPPER(c.type) = 'TEXT' ORDER BY m.name, c.cid`
}

func (sqliteFile) tables() string {
	return `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' AND name NOT LIKE 'search%' ORDER BY rowid`
}

func (sqliteFile) indexes() string { return `SELECT name FROM sqlite_schema WHERE type = 'index'` }

// snapshot reads in one transaction, which holds up no writer.
func (s sqliteFile) snapshot(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(s.path, "deferred"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return errors.Join(err, db.Close())
}

// compact: rows that are deleted leave their bytes in free pages and in the
// log of changes until something else is written there
// (https://sqlite.org/pragma.html#pragma_secure_delete).
func (sqliteFile) compact(ctx context.Context, db *sql.DB) error {
	// The index of words drops what was removed when its parts are put together
	// (https://sqlite.org/fts5.html#the_optimize_command).
	for _, statement := range []string{`PRAGMA secure_delete = ON`, `INSERT INTO search (search) VALUES ('optimize')`, `VACUUM`, `PRAGMA secure_delete = OFF`} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	var busy, log, moved int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("somebody is reading it, so that its log still holds what was removed; end that and run this again")
	}
	return nil
}
