package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pressly/goose/v3"
)

// Backup writes the inventory, as it is at one moment, to a SQLite file that
// must not be there yet, and looks whether it is sound. Whoever writes
// meanwhile goes on.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := s.backup(ctx, path); err != nil {
		return fmt.Errorf("backup to %s: %w", path, err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, path string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path)) // half a backup is none
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	err = s.dialect.snapshot(ctx, path)
	if errors.Is(err, errors.ErrUnsupported) {
		err = s.copyToFile(ctx, path)
	}
	if err != nil {
		return s.dialect.remedy(err)
	}
	return sound(ctx, path)
}

func (s *Store) copyToFile(ctx context.Context, path string) error {
	to, err := Open(ctx, path, Options{Now: s.now, Log: s.log})
	if err != nil {
		return err
	}
	_, err = s.CopyTo(ctx, to, false)
	return errors.Join(err, to.Close())
}

// sound asks SQLite whether a file is as it should be.
func sound(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(path, "deferred", "query_only(1)"))
	if err != nil {
		return err
	}
	defer db.Close()
	said, err := scanString[string](db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`))
	if err == nil && said != "ok" {
		err = fmt.Errorf("the copy is not sound: %s", said)
	}
	return err
}

// A Migration is a step of the schema.
type Migration struct {
	Version int64  `json:"version"`
	Name    string `json:"name"`
	Pending bool   `json:"pending"`
	SQL     string `json:"sql"` // what it does in this store
}

// Plan gives the steps of the schema, and which of them Open would make, and
// makes none. A newer schema than this program's is refused as Open does.
func Plan(ctx context.Context, address string, o Options) ([]Migration, error) {
	all, err := planned(ctx, address, o)
	if err != nil {
		return nil, fmt.Errorf("inventory %s: %w", Public(address), err)
	}
	return all, nil
}

func planned(ctx context.Context, address string, o Options) (all []Migration, err error) {
	s, err := newStore(address, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if s.write, s.read, err = s.dialect.open(); err != nil {
		return nil, s.dialect.remedy(err)
	}
	p, err := s.known(ctx)
	if err != nil {
		return nil, s.dialect.remedy(err)
	}
	states, err := p.Status(ctx)
	if err != nil {
		return nil, s.dialect.remedy(err)
	}
	for _, state := range states {
		text, err := migrations.ReadFile("migrations/" + state.Source.Path)
		if err != nil {
			return nil, err
		}
		all = append(all, Migration{Version: state.Source.Version, Name: state.Source.Path, Pending: state.State == goose.StatePending, SQL: s.dialect.own(upOf(string(text)))})
	}
	return all, nil
}

// upOf gives the part of a migration that is applied.
func upOf(text string) string {
	text, _, _ = strings.Cut(text, "-- +goose Down")
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "-- +goose Up")) + "\n"
}
