package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// TestLetters holds every limit that keeps somebody from hearing twice.
func TestLetters(t *testing.T) {
	s, ctx := open(t, sqlstore.Options{}), t.Context()
	at := time.Date(2026, 4, 10, 9, 0, 0, 0, time.UTC)
	for id, keeper := range map[string]string{"c1": "a@example.org", "c2": "a@example.org", "c3": "b@example.org", "c4": "c@example.org"} {
		c := conversation(t, id, inventory.Proposed)
		c.Family, c.Keeper = id, keeper
		if err := s.SaveConversation(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	limits := inventory.LetterLimits{Daily: 10, Weekly: 10, Quiet: 180 * 24 * time.Hour}
	begin := func(id string, at time.Time, l inventory.LetterLimits) error {
		return s.BeginLetter(ctx, inventory.Letter{ID: "m-" + id + at.Format("150405"), Conversation: id, By: "Pat@example.org", Begun: at}, l)
	}
	if err := begin("c1", at, limits); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"the same again":       begin("c1", at.Add(time.Hour), limits),
		"the keeper's other":   begin("c2", at.Add(time.Hour), limits),
		"beyond the day":       begin("c3", at.Add(time.Hour), inventory.LetterLimits{Daily: 1, Weekly: 10}),
		"beyond the week":      begin("c3", at.AddDate(0, 0, 6), inventory.LetterLimits{Daily: 10, Weekly: 1}),
		"limits of nothing":    begin("c3", at.Add(time.Hour), inventory.LetterLimits{}),
		"letter to be settled": begin("c1", at.AddDate(1, 0, 0), limits),
	} {
		if !errors.Is(err, inventory.ErrLetter) {
			t.Errorf("%s: %v, want ErrLetter", name, err)
		}
	}
	if err := begin("no", at, limits); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("a conversation that is not there: %v", err)
	}
	if err := s.EndLetter(ctx, "m-c1090000", inventory.LetterLost, "550 no", at); err != nil {
		t.Fatal(err)
	}
	if err := begin("c2", at.Add(2*time.Hour), limits); err != nil {
		t.Fatalf("after one that never left: %v", err)
	}
	c := conversation(t, "c2", inventory.Proposed, inventory.Invited)
	c.Family, c.Keeper = "c2", "a@example.org"
	if err := s.LetterSent(ctx, "m-c2110000", c, at.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.LetterSent(ctx, "m-c2110000", c, at.Add(3*time.Hour)); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("sent twice: %v", err)
	}
	if err := begin("c2", at.AddDate(2, 0, 0), limits); !errors.Is(err, inventory.ErrLetter) {
		t.Errorf("to somebody who is invited: %v", err)
	}
	got, err := s.Letters(ctx)
	want := []inventory.Letter{
		{ID: "m-c1090000", Conversation: "c1", By: "pat@example.org", Begun: at, Fate: inventory.LetterLost, Ended: at, Why: "550 no"},
		{ID: "m-c2110000", Conversation: "c2", By: "pat@example.org", Begun: at.Add(2 * time.Hour), Fate: inventory.LetterSent, Ended: at.Add(3 * time.Hour)},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("letters: %v (-want +got):\n%s", err, diff)
	}
	if stored, err := s.Conversation(ctx, "c2"); err != nil || stored.State != inventory.Invited {
		t.Errorf("the conversation is %s, %v", stored.State, err)
	}
}

// Who asked not to be invited stays so in another copy of the inventory.
func TestSpared(t *testing.T) {
	s, ctx := open(t, sqlstore.Options{}), t.Context()
	if s.Spared("a@example.org") {
		t.Error("spared before anybody asked")
	}
	if err := s.Spare(ctx, " A@Example.org"); err != nil {
		t.Fatal(err)
	}
	key, stones, err := s.Tombstones(ctx)
	if err != nil {
		t.Fatal(err)
	}
	other := open(t, sqlstore.Options{})
	if err := other.CarryTombstones(ctx, key, stones); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*sqlstore.Store{s, other} {
		if !s.Spared("a@example.org") || s.Spared("b@example.org") {
			t.Error("the wrong people are spared")
		}
	}
}
