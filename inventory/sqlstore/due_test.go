package sqlstore_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func dueIDs(t *testing.T, s *sqlstore.Store, q sqlstore.DueQuery) []string {
	t.Helper()
	var ids []string
	for _, d := range due(t, s, q) {
		ids = append(ids, d.Asset.VendorID)
	}
	return ids
}

func wantDue(t *testing.T, s *sqlstore.Store, q sqlstore.DueQuery, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, dueIDs(t, s, q)); diff != "" {
		t.Fatalf("due (-want +got):\n%s", diff)
	}
}

func TestDueOrder(t *testing.T) {
	s := open(t, sqlstore.Options{})
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	at := func(id string, n int, shared bool) inventory.Change {
		return bookWith(id, func(a *inventory.Asset) { a.Modified, a.Shared = day(n), shared })
	}
	app := bookWith("app", func(a *inventory.Asset) { a.Kind = inventory.KindApp })
	apply(t, s, drive, "", full("1", folder("f", "", "F"), at("old", 1, false), at("new", 9, false), at("shared-old", 2, true), at("shared-new", 8, true), at("same", 9, false), app))
	wantDue(t, s, heads, "shared-new", "shared-old", "new", "same", "old")
	q := heads
	q.Limit = 2
	wantDue(t, s, q, "shared-new", "shared-old")
	apply(t, s, drive, "1", delta("2", at("old", 10, true)))
	wantDue(t, s, q, "old", "shared-new")
	d := due(t, s, q)[0]
	if d.Depth != inventory.DepthHeads || d.Place.Name != drive.Name || d.Attempts != 0 {
		t.Errorf("due = %+v", d)
	}
	q.Tenant = "other"
	wantDue(t, s, q)
}

func TestRevisionMakesDueRenameDoesNot(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", book("a"))))
	a := due(t, s, heads)[0].Asset
	look(t, s, a)
	wantDue(t, s, heads)

	apply(t, s, drive, "1", delta("2", bookWith("a", func(a *inventory.Asset) { a.Name, a.Parent, a.Shared = "b.xlsx", "f", true })))
	wantDue(t, s, heads)

	apply(t, s, drive, "2", delta("3", bookWith("a", func(a *inventory.Asset) { a.Revision = "2" })))
	wantDue(t, s, heads, "a")
	if err := s.Looked(t.Context(), a.ID, structure("1")); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("a look at the old revision: %v, want ErrStale", err)
	}
	if err := s.LookFailed(t.Context(), a.ID, "1", inventory.Failure{Reason: "encrypted", Final: true}); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("a failed look at the old revision: %v, want ErrStale", err)
	}
	r := records(t, s, sqlstore.Filter{})[0]
	if r.Structure == nil || r.Structure.Revision != "1" {
		t.Errorf("the structure of the old revision is not readable: %+v", r.Structure)
	}
	wantDue(t, s, heads, "a")

	// Back to what was read: nothing to look at.
	apply(t, s, drive, "3", delta("4", book("a")))
	wantDue(t, s, heads)

	apply(t, s, drive, "4", delta("5", removed("a")))
	if err := s.Looked(t.Context(), a.ID, structure("1")); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("a look at what is gone: %v, want ErrStale", err)
	}
}

func TestFinalFailureWaitsForRevisionOrReader(t *testing.T) {
	clock := newClock()
	s := open(t, sqlstore.Options{Now: clock.Now})
	apply(t, s, drive, "", complete(full("1", book("a"), book("b"))))
	for _, d := range due(t, s, heads) {
		if err := s.LookFailed(t.Context(), d.Asset.ID, d.Asset.Revision, inventory.Failure{Reason: "encrypted", Detail: "it has a password", Final: true}); err != nil {
			t.Fatal(err)
		}
	}
	clock.Advance(1000 * time.Hour)
	wantDue(t, s, heads)
	if _, ok, err := s.NextDue(t.Context(), "t"); ok || err != nil {
		t.Errorf("NextDue = %v, %v; final failures are not postponed", ok, err)
	}
	if r := records(t, s, sqlstore.Filter{})[0]; r.Unread != "encrypted" {
		t.Errorf("Unread = %q", r.Unread)
	}
	apply(t, s, drive, "1", delta("2", bookWith("a", func(a *inventory.Asset) { a.Name = "renamed.xlsx" })))
	wantDue(t, s, heads)
	apply(t, s, drive, "2", delta("3", bookWith("a", func(a *inventory.Asset) { a.Revision = "2" })))
	wantDue(t, s, heads, "a")
	newer := heads
	newer.Reader = 2
	wantDue(t, s, newer, "a", "b")
}

func TestFailuresWithoutATimeAreSpacedOut(t *testing.T) {
	clock := newClock()
	s := open(t, sqlstore.Options{Now: clock.Now})
	apply(t, s, drive, "", complete(full("1", book("a"))))
	want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 168, 168}
	for n, hours := range want {
		d := due(t, s, heads)[0]
		if err := s.LookFailed(t.Context(), d.Asset.ID, d.Asset.Revision, inventory.Failure{Reason: "timeout"}); err != nil {
			t.Fatal(err)
		}
		at, ok, err := s.NextDue(t.Context(), "t")
		if wait := at.Sub(clock.Now()); err != nil || !ok || wait != hours*time.Hour {
			t.Fatalf("after failure %d: wait %v, %v, %v; want %d hours", n+1, wait, ok, err, hours)
		}
		clock.Advance(hours * time.Hour)
	}
}

func TestDeeperOrNewerReadsAgain(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", book("a"), book("b"))))
	wantDue(t, s, heads, "a", "b")
	for _, d := range due(t, s, heads) {
		look(t, s, d.Asset)
	}
	deep := heads
	deep.Depth = inventory.DepthFull
	wantDue(t, s, deep, "a", "b")
	wantDue(t, s, heads) // who asks for less still has enough

	st := structure("1")
	st.Depth = inventory.DepthFull
	if err := s.Looked(t.Context(), "t/drive/a", st); err != nil {
		t.Fatal(err)
	}
	wantDue(t, s, deep, "b")
	deep.Reader = 2
	wantDue(t, s, deep, "a", "b")
	st.Reader = 2
	if err := s.Looked(t.Context(), "t/drive/a", st); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", delta("2", bookWith("a", func(a *inventory.Asset) { a.Name = "c.xlsx" })))
	wantDue(t, s, deep, "b")
}

func TestPrivateIsNeverHandedOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	mine := inventory.Place{Tenant: "t", ID: "mine", Kind: inventory.PlaceOneDrive, Owner: "me@example.org"}
	shared := bookWith("shared", func(a *inventory.Asset) { a.Shared = true })
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, mine, "", complete(full("1", book("private"), shared)))
	wantDue(t, s, heads, "shared")
	unread := func(s *sqlstore.Store) (us []string) {
		for _, r := range records(t, s, sqlstore.Filter{}) {
			us = append(us, r.Unread)
		}
		return us
	}
	if diff := cmp.Diff([]string{"private", ""}, unread(s)); diff != "" {
		t.Errorf("unread (-want +got):\n%s", diff)
	}
	sum, err := s.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]inventory.Count{{A: "t", B: "private", N: 1}}, sum.Unread); diff != "" {
		t.Errorf("summary of unread (-want +got):\n%s", diff)
	}
	closeStore(t, s)

	s = openAt(t, path, sqlstore.Options{Scope: inventory.Scope{Private: true}})
	wantDue(t, s, heads, "shared", "private")
	closeStore(t, s)

	s = openAt(t, path, sqlstore.Options{}) // switched off again
	wantDue(t, s, heads, "shared")
	apply(t, s, mine, "1", delta("2", bookWith("shared", func(a *inventory.Asset) { a.Shared = false })))
	wantDue(t, s, heads)
	apply(t, s, mine, "2", delta("3", shared, bookWith("private", func(a *inventory.Asset) { a.Shared = true })))
	wantDue(t, s, heads, "private", "shared")
}

func TestDueHoldsTheScopeAgainstEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", folder("hr", "", "HR"), bookIn("a", "hr"), bookIn("b", "hr"), bookIn("c", "hr"), book("d"))))
	closeStore(t, s)
	s = openAt(t, path, sqlstore.Options{Scope: inventory.Scope{Exclude: inventory.Rules{Paths: []string{"hr"}}}})
	q := heads
	q.Limit = 1 // what is left out must not fill an answer
	wantDue(t, s, q, "d")
	wantNames(t, s, "d")
}
