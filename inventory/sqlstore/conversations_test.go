package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func conversation(t testing.TB, id string, states ...inventory.State) inventory.Conversation {
	t.Helper()
	c := inventory.Conversation{ID: id, Family: "fam", System: "moodle", Keeper: "k@example.org", Partner: inventory.Partner{Name: "Pat", Address: "pat@example.org"}}
	for n, to := range states {
		at := time.Date(2026, 4, 1+n, 0, 0, 0, 0, time.UTC)
		if err := c.Decide(inventory.Decision{Conversation: id, To: to, By: "pat@example.org", At: at, Why: "because"}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestConversationsAreAppendOnly(t *testing.T) {
	s := open(t, sqlstore.Options{})
	save := func(c inventory.Conversation) error { return s.SaveConversation(t.Context(), c) }
	first := conversation(t, "c1", inventory.Proposed, inventory.Invited)
	if err := save(first); err != nil {
		t.Fatal(err)
	}
	longer := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	longer.Keeper = "successor@example.org"
	if err := save(longer); err != nil {
		t.Fatal(err)
	}
	if err := save(longer); err != nil {
		t.Fatalf("the same again: %v", err)
	}
	altered := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking, inventory.Agreed)
	altered.Steps[1].Why = "something else"
	elsewhere := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	elsewhere.State = inventory.Adopted
	for name, c := range map[string]inventory.Conversation{"shorter": first, "altered": altered, "elsewhere": elsewhere} {
		if err := save(c); err == nil {
			t.Errorf("a history that is %s was stored", name)
		}
	}
	if err := save(first); !errors.Is(err, sqlstore.ErrRewritten) {
		t.Errorf("a shorter history: %v, want ErrRewritten", err)
	}
	second := conversation(t, "c0", inventory.Proposed)
	if err := save(second); err != nil {
		t.Fatal(err)
	}
	got, err := s.Conversations(t.Context())
	if diff := cmp.Diff([]inventory.Conversation{second, longer}, got); err != nil || diff != "" {
		t.Errorf("conversations: %v (-want +got):\n%s", err, diff)
	}
	one, err := s.Conversation(t.Context(), "c1")
	if diff := cmp.Diff(longer, one); err != nil || diff != "" {
		t.Errorf("conversation: %v (-want +got):\n%s", err, diff)
	}
	if _, err := s.Conversation(t.Context(), "none"); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("unknown conversation: %v, want ErrNotFound", err)
	}
}
