// Package sqlstore keeps an inventory in a SQLite file or on PostgreSQL. It is the
// [scanners.Sink] that listings are written to, the queue of what wants
// looking inside or observing, and what verdicts, families, conversations and
// reports are kept in and read from.
//
// One transaction writes at a time, any number read; every method that writes
// is one transaction. Two runs are kept apart by [Store.Lock].
//
// [scanners.Sink]: https://pkg.go.dev/github.com/desirepath/desirepath/scanners#Sink
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewerSchema is wrapped by Open when a newer desirepath wrote the inventory.
var ErrNewerSchema = errors.New("the inventory was written by a newer desirepath")

// Options are what a Store is told by its owner. All are optional.
type Options struct {
	Password    string           // of PostgreSQL, when the address needs one
	Scope       inventory.Scope  // where desirepath stays out
	Now         func() time.Time // time.Now unless set
	AfterCommit func()           // called after every commit; tests end the process there
	Log         *slog.Logger     // silent unless set
}

// A Store is an open inventory. Its methods may be called concurrently.
type Store struct {
	dialect     dialect
	write, read *sql.DB
	aside       *sql.DB // see dialect.aside
	scope       inventory.Scope
	now         func() time.Time
	afterCommit func()
	log         *slog.Logger
	graves      graves

	mostGathered int // see there; tests have it small
}

// Open opens the inventory at an address, the path of a SQLite file or
// postgres://..., creates it when there is none, and brings an older one up to
// date.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	s, err := newStore(address, o)
	if err != nil {
		return nil, fmt.Errorf("inventory %s: %w", Public(address), err)
	}
	if err := s.open(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("inventory %s: %w", s.dialect, s.dialect.remedy(err))
	}
	return s, nil
}

func newStore(address string, o Options) (*Store, error) {
	d, err := dialectOf(address, o.Password)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: d, scope: o.Scope, now: o.Now, afterCommit: o.AfterCommit, log: o.Log, mostGathered: mostGathered}
	if s.now == nil {
		s.now = time.Now
	}
	if s.afterCommit == nil {
		s.afterCommit = func() {}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

// Close closes the store. Rows that are still being streamed fail.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.aside, s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

func (s *Store) open(ctx context.Context) (err error) {
	if s.write, s.read, err = s.dialect.open(); err != nil {
		return err
	}
	s.aside = s.dialect.aside(s.write)
	if err := s.migrate(ctx); err != nil {
		return err
	}
	s.scope = s.Heeding(s.scope)
	if err := s.heed(ctx, s.read); err != nil {
		return err
	}
	return s.resumeErasing(ctx)
}

// Lock takes the inventory for one run. It returns inventory.ErrLocked when
// another process, or another Store of this one, has it. However the process
// ends, the lock ends with it.
func (s *Store) Lock(ctx context.Context) (release func() error, err error) {
	release, err = s.dialect.lock(ctx, s.read)
	if err != nil {
		return nil, fmt.Errorf("inventory %s: lock: %w", s.dialect, s.dialect.remedy(err))
	}
	return release, nil
}

func (s *Store) migrate(ctx context.Context) error {
	p, err := s.known(ctx)
	if err != nil {
		return err
	}
	if err := s.upgrade(ctx, p); err != nil {
		return err
	}
	return s.mendSorts(ctx)
}

// upgrade brings the schema up to date. Of many processes that find it behind
// one does it, and none while a run is under way, perhaps of an older program.
func (s *Store) upgrade(ctx context.Context, p *goose.Provider) error {
	const patience, pause = 10 * time.Second, 50 * time.Millisecond
	for began := time.Now(); ; time.Sleep(pause) {
		pending, err := p.HasPending(ctx)
		if err != nil || !pending {
			return err
		}
		release, err := s.dialect.lock(ctx, s.read)
		if err == nil {
			_, err = p.Up(ctx)
			return errors.Join(err, release())
		}
		if !errors.Is(err, inventory.ErrLocked) {
			return err
		}
		if time.Since(began) > patience {
			return fmt.Errorf("%w; it is of an older desirepath and is brought up to date when that run is over", err)
		}
	}
}

// known gives the steps of the schema that this program knows, and refuses a
// store that has more.
func (s *Store) known(ctx context.Context) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(s.dialect.goose(), s.write, schema{files, s.dialect.own}, goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.log))
	if err != nil {
		return nil, err
	}
	have, known, err := p.GetVersions(ctx)
	if err == nil && have > known {
		err = fmt.Errorf("%w: its schema is %d, this program knows up to %d; run the newer desirepath, or give this one another store", ErrNewerSchema, have, known)
	}
	return p, err
}

// inTx runs f in a transaction that writes, the only one.
func (s *Store) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	return s.inTxThat(ctx, s.dialect.alone, f)
}

// inSharedTx runs f in a transaction that others may write beside: what f
// alters is one place's or one asset's, which hardly anybody else alters
// meanwhile. Where somebody does, and each waits for the other, the database
// undoes one of the two, which is done again: f may be called more than once.
func (s *Store) inSharedTx(ctx context.Context, f func(*sql.Tx) error) error {
	const often = 5
	for tries := 1; ; tries++ {
		err := s.inTxThat(ctx, s.dialect.beside, f)
		if err == nil || tries == often || !s.dialect.crossed(err) {
			return err
		}
	}
}

func (s *Store) inTxThat(ctx context.Context, waits func(context.Context, *sql.Tx) error, f func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.dialect.remedy(err)
	}
	defer tx.Rollback()
	if err := waits(ctx, tx); err != nil {
		return s.dialect.remedy(err)
	}
	if err := f(tx); err != nil {
		return s.dialect.remedy(err)
	}
	if err := tx.Commit(); err != nil {
		return s.dialect.remedy(err)
	}
	s.afterCommit()
	return nil
}

// A querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// collect gives every row of a query, as scan reads it.
func collect[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// A row is what Scan reads: *sql.Row or *sql.Rows.
type row interface{ Scan(dest ...any) error }

func scanString[T ~string](r row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// changed runs a statement and tells how many rows it changed.
func changed(ctx context.Context, tx *sql.Tx, query string, args ...any) (int, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// A utc reads a time that is stored as microseconds.
type utc struct{ *time.Time }

func micros(t time.Time) int64 { return t.UnixMicro() }

// Scan implements sql.Scanner.
func (u utc) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", v)
	}
	*u.Time = time.UnixMicro(n).UTC()
	return nil
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
