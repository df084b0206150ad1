package sqlstore

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver
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
	db, err := sql.Open("sqlite", dsn(path, "immediate", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "cache_size(-32000)"))
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
