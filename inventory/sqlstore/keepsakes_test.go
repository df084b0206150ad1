package sqlstore_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// backedUp gives a backup of a store, opened.
func backedUp(t *testing.T, s *sqlstore.Store) *sqlstore.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	older, err := sqlstore.Open(t.Context(), path, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { older.Close() })
	return older
}

// An inventory whose tombstones have another key is not replaced, and keeps
// them and all it has.
func TestReplaceRefusesAnotherKey(t *testing.T) {
	s := livedIn(t, filepath.Join(t.TempDir(), "inventory.db"))
	older := backedUp(t, s)
	for _, each := range []*sqlstore.Store{s, older} { // each with a key of its own
		if err := each.Spare(t.Context(), "no@uni.example"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.ErasePerson(t.Context(), ada, false); err != nil {
		t.Fatal(err)
	}
	before := dump(t, s)
	key, stones, err := s.Tombstones(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.CopyTo(t.Context(), s, true); !errors.Is(err, sqlstore.ErrOtherInventory) {
		t.Errorf("%v, want ErrOtherInventory", err)
	}
	keyAfter, stonesAfter, err := s.Tombstones(t.Context())
	if diff := cmp.Diff(stones, stonesAfter); err != nil || diff != "" || key != keyAfter {
		t.Errorf("tombstones: %v (-before +after):\n%s", err, diff)
	}
	if diff := cmp.Diff(before, dump(t, s)); diff != "" {
		t.Errorf("records (-before +after):\n%s", diff)
	}
}

// A restore that is cut once the backup is in place has laid the tombstones,
// and what they stand for goes when the inventory is opened again.
func TestReplaceCutBeforeErasing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := livedIn(t, path)
	older := backedUp(t, s)
	if _, err := s.ErasePerson(t.Context(), ada, false); err != nil {
		t.Fatal(err)
	}
	_, stones, err := s.Tombstones(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	ctx, cut := context.WithCancel(t.Context())
	s = openAt(t, path, sqlstore.Options{AfterCommit: func() { cut() }})
	if _, err := older.CopyTo(ctx, s, true); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want it to be cut", err)
	}
	if all := dump(t, s); !strings.Contains(all, ada) {
		t.Fatal("it was cut too late to show anything")
	}
	closeStore(t, s)
	s = openAt(t, path, sqlstore.Options{})
	if all := dump(t, s); strings.Contains(all, ada) || !strings.Contains(all, "shared") {
		t.Errorf("opened again:\n%s", all)
	}
	if _, after, err := s.Tombstones(t.Context()); err != nil || len(after) != len(stones) {
		t.Errorf("%d tombstones, %d before; %v", len(after), len(stones), err)
	}
}

// A backup that takes an inventory's place does not let in again whose token
// has ended, nor have anybody written to again, nor break a quiet time.
func TestReplaceKeepsWhatPeopleRelyOn(t *testing.T) {
	s, ctx := open(t, sqlstore.Options{}), t.Context()
	at := time.Now().UTC().Truncate(time.Second)
	save(t,
		s.SaveToken(ctx, inventory.Token{ID: "ended", Name: "ended", Role: "reader", Created: at, Until: at.AddDate(1, 0, 0)}, "h1"),
		s.SaveToken(ctx, inventory.Token{ID: "holds", Name: "holds", Role: "reader", Created: at, Until: at.AddDate(1, 0, 0)}, "h2"),
		s.SaveConversation(ctx, conversation(t, "c1", inventory.Proposed)))
	older := backedUp(t, s)
	talked := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	letter := inventory.Letter{ID: "m1", Conversation: "c1", By: "pat@example.org", Begun: at}
	later := inventory.Letter{ID: "m2", Conversation: "c2", By: "pat@example.org", Begun: at}
	other, untouched := conversation(t, "c2", inventory.Proposed), conversation(t, "c3", inventory.Proposed)
	other.Keeper, other.Family, untouched.Family = "o@example.org", "fam2", "fam3"
	limits := inventory.LetterLimits{Daily: 9, Weekly: 9, Quiet: time.Hour}
	save(t,
		s.EndToken(ctx, "ended"),
		s.SaveToken(ctx, inventory.Token{ID: "newer", Name: "newer", Role: "reader", Created: at, Until: at.AddDate(1, 0, 0)}, "h3"),
		s.BeginLetter(ctx, letter, limits), s.LetterSent(ctx, "m1", talked, at),
		s.SaveConversation(ctx, other), s.SaveConversation(ctx, untouched), s.BeginLetter(ctx, later, limits),
		s.KeepQuiet(ctx, "q@example.org", at.AddDate(1, 0, 0)), s.Spare(ctx, "never@example.org"))
	save(t, ignore(s.WriteCharter(ctx, inventory.Charter{Conversation: "c1", By: "bo", Scope: "s", Ownership: "o", Input: "i", Authority: "a"})),
		s.AgreeCharter(ctx, "c1", 1, inventory.Agreement{Side: inventory.SideBuilder, By: "bo", At: at}))
	before := reliedOn(t, s)
	all, err := older.CopyTo(ctx, s, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, reliedOn(t, s)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	cs, err := s.Conversations(ctx)
	if err != nil || len(cs) != 2 || cs[0].ID != "c1" || cs[1].ID != "c2" {
		t.Errorf("%d conversations, %v: whom nobody wrote to is as old as the backup", len(cs), err)
	}
	if !s.Spared("never@example.org") {
		t.Error("who asked not to be invited is forgotten")
	}
	kept := map[string]int{}
	for _, c := range all {
		if c.Kept > 0 {
			kept[c.Table] = c.Kept
		}
	}
	want := map[string]int{"tombstones": 1, "tokens": 3, "letters": 2, "quiet": 1, "conversations": 2, "steps": 4, "charters": 1, "agreements": 1}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// An inventory that was begun anew does not shorten the history of a backup.
func TestReplaceKeepsTheLongerHistory(t *testing.T) {
	s, begunAnew, ctx := open(t, sqlstore.Options{}), open(t, sqlstore.Options{}), t.Context()
	long := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	until := time.Now().UTC().AddDate(1, 0, 0).Truncate(time.Second)
	save(t, s.SaveConversation(ctx, long), s.KeepQuiet(ctx, "q@example.org", until),
		begunAnew.SaveConversation(ctx, conversation(t, "c1", inventory.Proposed, inventory.Invited)))
	if _, err := backedUp(t, s).CopyTo(ctx, begunAnew, true); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(reliedOn(t, s), reliedOn(t, begunAnew)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// reliedOn is what people rely on.
func reliedOn(t *testing.T, s *sqlstore.Store) (all []any) {
	t.Helper()
	tokens, err1 := s.Tokens(t.Context())
	letters, err2 := s.Letters(t.Context())
	quiet, err3 := s.Quiet(t.Context())
	talk, err4 := s.Conversation(t.Context(), "c1")
	charters, err5 := s.Charters(t.Context(), "c1")
	save(t, err1, err2, err3, err4, err5)
	return append(all, tokens, letters, quiet, talk, charters)
}

func save(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
