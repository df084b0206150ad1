package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
	"github.com/google/go-cmp/cmp"
)

// An inventory moves to the other database and back, and is the same in both.
func TestCopyToPostgresAndBack(t *testing.T) {
	at := server(t)
	dir := t.TempDir()
	file, err := sqlstore.Open(t.Context(), filepath.Join(dir, "plain.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fill(t, file)
	moved := openAt(t, pgtest.Schema(t, at, dir+"moved"), sqlstore.Options{})
	there, err := file.CopyTo(t.Context(), moved, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dump(t, file), dump(t, moved)); diff != "" {
		t.Errorf("records (-file +server):\n%s", diff)
	}
	if _, err := file.CopyTo(t.Context(), moved, false); !errors.Is(err, sqlstore.ErrNotEmpty) {
		t.Errorf("onto an inventory: %v, want ErrNotEmpty", err)
	}
	backup := filepath.Join(dir, "back.db")
	if err := moved.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	back, err := sqlstore.Open(t.Context(), backup, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	again, err := back.CopyTo(t.Context(), moved, true)
	if err != nil {
		t.Fatal(err)
	}
	// Whose cards are to be made, and by what, is a store's own.
	if diff := cmp.Diff(without(there, "places", "settings"), without(again, "places", "settings")); diff != "" || len(there) < 20 {
		t.Errorf("%d tables, there and back (-there +back):\n%s", len(there), diff)
	}
}

// without leaves tables out, and how many rows stayed of what was replaced.
func without(all []sqlstore.Copied, tables ...string) []sqlstore.Copied {
	for i := range all {
		all[i].Kept = 0
	}
	return slices.DeleteFunc(all, func(c sqlstore.Copied) bool { return slices.Contains(tables, c.Table) })
}

// fill makes an inventory with something in most tables.
func fill(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	night(t, s)
	people(t, s, inventory.Account{Tenant: "t", ID: "1", Address: "bo@uni.example", Name: "Bo Lind"})
	c := conversation(t, "c1", inventory.Proposed, inventory.Invited)
	charter := inventory.Charter{Conversation: "c1", By: "bo", Scope: "s", Ownership: "o", Input: "i", Authority: "a"}
	for _, err := range []error{
		s.SaveConversation(t.Context(), c), ignore(s.WriteCharter(t.Context(), charter)),
		s.SaveEdges(t.Context(), []inventory.Edge{{Reader: "t/p1/a", System: "lagoon"}}),
		s.SavePersonMap(t.Context(), map[string]string{"b@x.example": "bo@uni.example"}),
		s.SaveVisits(t.Context(), []inventory.Visit{{Who: "it@uni.example", Page: "asset", About: []inventory.AssetID{"t/p1/a"}}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A backup is made while pages are written: it is of one moment between two of
// them, and the writer does not wait.
func TestBackupWhilePagesAreWritten(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "inventory.db"), sqlstore.Options{})
	const books = 200
	write := func(round int) error {
		var cs []inventory.Change
		for n := range books {
			cs = append(cs, bookWith(fmt.Sprint("b", n), func(a *inventory.Asset) { a.Revision = fmt.Sprint(round) }))
		}
		from, err := s.Cursor(context.Background(), drive)
		if err == nil {
			_, err = s.Apply(context.Background(), drive, from, full(inventory.Cursor(fmt.Sprint(round)), cs...))
		}
		return err
	}
	if err := write(0); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	done := make(chan error, 1)
	go func() {
		var err error
		for round := 1; err == nil && !stop.Load(); round++ {
			err = write(round)
		}
		done <- err
	}()
	for n := range 3 {
		path := filepath.Join(dir, fmt.Sprintf("backup%d.db", n))
		if err := s.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		wantOneMoment(t, path, books)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read the backup: %v, %v", info.Mode(), err)
		}
	}
	stop.Store(true)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), filepath.Join(dir, "backup0.db")); !errors.Is(err, os.ErrExist) {
		t.Errorf("onto a file: %v", err)
	}
}

// wantOneMoment looks that all books of a backup are of the page that its
// cursor is of.
func wantOneMoment(t *testing.T, path string, books int) {
	t.Helper()
	copied, err := sqlstore.Open(t.Context(), path, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, copied)
	at, err := copied.Cursor(t.Context(), drive)
	if err != nil {
		t.Fatal(err)
	}
	rs := records(t, copied, sqlstore.Filter{})
	for _, r := range rs {
		if r.Asset.Revision != string(at) {
			t.Fatalf("%s is at %s, and %s at %s", path, at, r.Asset.ID, r.Asset.Revision)
		}
	}
	if len(rs) != books {
		t.Errorf("%s has %d books", path, len(rs))
	}
}

// What was erased after a backup stays erased when that is put back.
func TestRestoreHeedsTombstones(t *testing.T) {
	dir := t.TempDir()
	s := livedIn(t, filepath.Join(dir, "inventory.db"))
	backup := filepath.Join(dir, "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ErasePerson(t.Context(), ada, false); err != nil {
		t.Fatal(err)
	}
	older, err := sqlstore.Open(t.Context(), backup, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer older.Close()
	if !strings.Contains(dump(t, older), ada) {
		t.Fatal("the backup does not hold her")
	}
	if _, err := older.CopyTo(t.Context(), s, true); err != nil {
		t.Fatal(err)
	}
	if all := dump(t, s); strings.Contains(all, ada) || !strings.Contains(all, "shared") {
		t.Errorf("restored:\n%s", all)
	}
}
