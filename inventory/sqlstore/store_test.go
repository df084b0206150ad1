package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// The three promises that stood before the first scanner did.

func TestApplyRefusesAStaleCursor(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", full("c1", book("a")))
	if _, err := s.Apply(t.Context(), drive, "", full("c9", book("b"))); !errors.Is(err, inventory.ErrMoved) {
		t.Fatalf("a page from the start, after another: %v, want ErrMoved", err)
	}
	if _, err := s.Apply(t.Context(), drive, "c0", full("c9", book("b"))); !errors.Is(err, inventory.ErrMoved) {
		t.Fatalf("a page from an unknown cursor: %v, want ErrMoved", err)
	}
	if err := s.Restart(t.Context(), drive, "c0"); !errors.Is(err, inventory.ErrMoved) {
		t.Fatalf("a restart from an unknown cursor: %v, want ErrMoved", err)
	}
	wantNames(t, s, "a")
	wantCursor(t, s, drive, "c1")
}

func TestRelistingKilledBeforeCompleteRemovesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", full("c1", book("a"), book("b")))
	apply(t, s, drive, "c1", complete(full("d1", book("c"))))
	wantNames(t, s, "a", "b", "c")

	if err := s.Restart(t.Context(), drive, "d1"); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "", full("c2", book("b")))
	closeStore(t, s) // the relisting is cut off here
	s = openAt(t, path, sqlstore.Options{})
	wantNames(t, s, "a", "b", "c")
	wantCursor(t, s, drive, "c2")

	// Resumed, it still knows that it is from scratch, whatever its pages say.
	got := apply(t, s, drive, "c2", inventory.Page{Next: "d2", Complete: true})
	if diff := cmp.Diff(inventory.Tally{Removed: 2}, got); diff != "" {
		t.Errorf("tally of the completing page (-want +got):\n%s", diff)
	}
	wantNames(t, s, "b")
}

func TestFailedLookIsRetriedAndHoldsUpNoOther(t *testing.T) {
	clock := newClock()
	s := open(t, sqlstore.Options{Now: clock.Now})
	var changes []inventory.Change
	for n := range 5 {
		changes = append(changes, book(fmt.Sprintf("b%d", n)))
	}
	apply(t, s, drive, "", complete(full("d1", changes...)))

	q := sqlstore.DueQuery{Tenant: "t", Depth: inventory.DepthHeads, Reader: 1, Limit: 1}
	first := due(t, s, q)[0].Asset
	retry := clock.Now().Add(time.Hour)
	for range 3 { // it fails again whenever it is tried
		err := s.LookFailed(t.Context(), first.ID, first.Revision, inventory.Failure{Reason: "timeout", Retry: retry})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		d := due(t, s, q)
		if len(d) != 1 || d[0].Asset.ID == first.ID {
			t.Fatalf("due while %s is postponed: %+v", first.ID, d)
		}
		look(t, s, d[0].Asset)
	}
	if d := due(t, s, q); len(d) != 0 {
		t.Fatalf("due before its time: %+v", d)
	}
	at, ok, err := s.NextDue(t.Context(), "t")
	if err != nil || !ok || !at.Equal(retry) {
		t.Fatalf("NextDue = %v, %v, %v; want %v", at, ok, err, retry)
	}
	clock.Advance(time.Hour)
	d := due(t, s, q)
	if len(d) != 1 || d[0].Asset.ID != first.ID || d[0].Attempts != 3 {
		t.Fatalf("due at its time: %+v, want %s after 3 attempts", d, first.ID)
	}
	look(t, s, d[0].Asset)
	if d := due(t, s, q); len(d) != 0 {
		t.Fatalf("due when all is read: %+v", d)
	}
}

// Helpers.

var drive = inventory.Place{Tenant: "t", ID: "drive", Kind: inventory.PlaceLibrary, Name: "Documents"}

// A fakeClock stands still until it is moved.
type fakeClock struct{ now time.Time }

func newClock() *fakeClock {
	return &fakeClock{now: time.Date(2026, 3, 1, 2, 0, 0, 123456000, time.UTC)}
}

func (c *fakeClock) Now() time.Time          { return c.now }
func (c *fakeClock) Advance(d time.Duration) { c.now = c.now.Add(d) }

func open(t testing.TB, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "inventory.db"), o)
}

func openAt(t testing.TB, path string, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), address(t, path), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func closeStore(t testing.TB, s *sqlstore.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func book(id string) inventory.Change {
	return inventory.Change{ID: id, Asset: &inventory.Asset{
		VendorID: id, Kind: inventory.KindWorkbook, Name: id + ".xlsx", Revision: "1", Size: 10,
		Modified: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}}
}

// bookWith is a book that edit has altered.
func bookWith(id string, edit func(*inventory.Asset)) inventory.Change {
	c := book(id)
	edit(c.Asset)
	return c
}

func bookIn(id, parent string) inventory.Change {
	return bookWith(id, func(a *inventory.Asset) { a.Parent = parent })
}

func folder(id, parent, name string) inventory.Change {
	return inventory.Change{ID: id, Folder: &inventory.Folder{ID: id, Parent: parent, Name: name}}
}

func removed(id string) inventory.Change { return inventory.Change{ID: id, Removed: true} }

func full(next inventory.Cursor, cs ...inventory.Change) inventory.Page {
	return inventory.Page{Changes: cs, Next: next, Full: true}
}

func delta(next inventory.Cursor, cs ...inventory.Change) inventory.Page {
	return inventory.Page{Changes: cs, Next: next, Complete: true}
}

func complete(p inventory.Page) inventory.Page {
	p.Complete = true
	return p
}

func apply(t testing.TB, s *sqlstore.Store, p inventory.Place, from inventory.Cursor, pg inventory.Page) inventory.Tally {
	t.Helper()
	tally, err := s.Apply(context.Background(), p, from, pg)
	if err != nil {
		t.Fatal(err)
	}
	if !tally.Balanced() {
		t.Fatalf("tally is not balanced: %+v", tally)
	}
	return tally
}

func due(t testing.TB, s *sqlstore.Store, q sqlstore.DueQuery) []inventory.Due {
	t.Helper()
	d, err := s.Due(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// heads asks for all that is due in tenant t.
var heads = sqlstore.DueQuery{Tenant: "t", Depth: inventory.DepthHeads, Reader: 1, Limit: 1000}

func look(t testing.TB, s *sqlstore.Store, a inventory.Asset) {
	t.Helper()
	if err := s.Looked(context.Background(), a.ID, structure(a.Revision)); err != nil {
		t.Fatal(err)
	}
}

func structure(revision string) inventory.Structure {
	return inventory.Structure{
		Format: "xlsx", Revision: revision, Depth: inventory.DepthHeads, Reader: 1,
		Sheets: []inventory.Sheet{{Name: "Sheet1", Regions: []inventory.Region{{Range: "A1:B9", HeaderRows: 1, Headings: []string{"Student", "Grade"}}}}},
	}
}

func records(t testing.TB, s *sqlstore.Store, f sqlstore.Filter) []inventory.Record {
	t.Helper()
	var rs []inventory.Record
	for r, err := range s.Records(context.Background(), f) {
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	return rs
}

// wantNames says which books the store holds, by vendor id.
func wantNames(t testing.TB, s *sqlstore.Store, want ...string) {
	t.Helper()
	var got []string
	for _, r := range records(t, s, sqlstore.Filter{}) {
		got = append(got, r.Asset.VendorID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("assets (-want +got):\n%s", diff)
	}
}

func wantCursor(t testing.TB, s *sqlstore.Store, p inventory.Place, want inventory.Cursor) {
	t.Helper()
	got, err := s.Cursor(context.Background(), p)
	if err != nil || got != want {
		t.Fatalf("Cursor = %q, %v; want %q", got, err, want)
	}
}

// TestDamagedFile opens what is no inventory and is told what can be done.
func TestDamagedFile(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "inv.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqlstore.Open(t.Context(), path, sqlstore.Options{})
	if err == nil || !strings.Contains(err.Error(), "put a copy of it back") || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}
