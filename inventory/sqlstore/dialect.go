package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

// A dialect is what one kind of database does in its own way. All else in the
// package is standard SQL that both run; PostgreSQL gets its "?" written "$n".
type dialect interface {
	// String is the store's address as people may read it.
	String() string
	// open gives connections that write, one transaction at a time, and
	// connections that see the last commit, hold up no writer and cannot write.
	open() (write, read *sql.DB, err error)
	// aside gives connections for what must not wait behind a page, and need
	// not outlast a power cut.
	aside(write *sql.DB) *sql.DB
	// clock is the database's time in microseconds.
	clock() string
	// goose names it to the migrations, whose text it makes its own.
	goose() goose.Dialect
	own(migration string) string
	// alone makes a transaction the only one that writes until it ends.
	alone(ctx context.Context, tx *sql.Tx) error
	// beside has a transaction wait for those only that are alone.
	beside(ctx context.Context, tx *sql.Tx) error
	// crossed reports whether a transaction was undone because it and another
	// waited for each other.
	crossed(error) bool
	// clear empties a table that is staged, and insert adds rows to any.
	clear(ctx context.Context, tx *sql.Tx, t staged) error
	insert(ctx context.Context, tx *sql.Tx, t staged, rows [][]any) error
	// lock takes the whole inventory for a run, or returns inventory.ErrLocked.
	lock(ctx context.Context, db *sql.DB) (release func() error, err error)
	// textColumns is a query for every column that holds text, of all tables
	// but the migrations' own and the tombstones: table, column, whether it is
	// part of the key.
	textColumns() string
	// matching is a query for the numbers of the cards that have words. It takes
	// what matchQuery makes of terms.
	matching() string
	matchQuery([]term) string
	indexing() []indexing
	// ofEachPart joins parts p with those cards c whose numbers a query gives
	// that is told the part.
	ofEachPart(numbers string) string
	// tables is a query for all tables but the migrations' own and the index of
	// words, in the order in which they were made.
	tables() string
	// indexes is a query for the names of all indexes.
	indexes() string
	// snapshot writes the inventory to a file; errors.ErrUnsupported where it
	// has to be copied for that.
	snapshot(ctx context.Context, path string) error
	// compact has the database's files forget what was removed.
	compact(ctx context.Context, db *sql.DB) error
	// remedy adds to an error of the database what can be done about it.
	remedy(err error) error
}

// dialectOf tells from an address which database it is of.
func dialectOf(address, password string) (dialect, error) {
	if IsPostgres(address) {
		return newPostgres(address, password)
	}
	return newSQLite(address)
}

// schema is what is read as the folder of migrations: their files, in the
// words of a dialect.
type schema struct {
	fs.FS
	own func(string) string
}

// Open implements fs.FS.
func (s schema) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return &migration{File: f, text: bytes.NewReader([]byte(s.own(string(text))))}, nil
}

type migration struct {
	fs.File
	text *bytes.Reader
}

// Read implements fs.File.
func (m *migration) Read(p []byte) (int, error) { return m.text.Read(p) }

// onlyFor keeps of a migration what all databases run and what is marked as
// one's own: the lines between "-- only postgres" and "-- end only".
func onlyFor(name, migration string) string {
	var kept strings.Builder
	skip := false
	for line := range strings.Lines(migration) {
		mark := strings.TrimSpace(line)
		if only, ok := strings.CutPrefix(mark, "-- only "); ok {
			skip = only != name
		}
		if !skip {
			kept.WriteString(line)
		}
		skip = skip && mark != "-- end only"
	}
	return kept.String()
}
