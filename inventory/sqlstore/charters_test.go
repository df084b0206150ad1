package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestCharters(t *testing.T) {
	clock := newClock()
	s := looked(t, sqlstore.Options{Now: clock.Now}, 1)
	c := inventory.Conversation{ID: "c", Family: "f", System: "lms", Partner: inventory.Partner{Name: "Pat", Address: "pat@x"}, Keeper: "kay@x"}
	decide := func(d inventory.Decision) {
		t.Helper()
		if err := c.Decide(d); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveConversation(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	decide(inventory.Decision{To: inventory.Proposed, By: inventory.Program, At: clock.Now()})
	decide(inventory.Decision{Act: inventory.ActHandOver, By: "pat@x", At: clock.Now(), Partner: inventory.Partner{Name: "Quin", Address: "quin@x"}, Why: "on leave"})
	decide(inventory.Decision{To: inventory.Invited, By: "quin@x", At: clock.Now()})
	decide(inventory.Decision{To: inventory.NotNow, By: "kay@x", At: clock.Now(), Until: clock.Now().Add(24 * time.Hour)})
	stored, err := s.ConversationOf(t.Context(), "f")
	if diff := cmp.Diff(c, stored); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}

	draft := inventory.Charter{Conversation: "c", By: "quin@x", At: clock.Now(), Scope: "s", Ownership: "o", Input: "i", Authority: "a",
		Roles: []inventory.RoleHolder{{Role: inventory.RoleCustomer, Name: "Kay"}}}
	if _, err := s.WriteCharter(t.Context(), inventory.Charter{Conversation: "c", By: "quin@x"}); !errors.Is(err, inventory.ErrCharter) {
		t.Errorf("an empty charter: %v", err)
	}
	for range 2 {
		if draft, err = s.WriteCharter(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
	}
	word := inventory.Agreement{Side: inventory.SideBuilder, By: "kay@x", At: clock.Now()}
	if err := s.AgreeCharter(t.Context(), "c", 1, word); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("agreeing to an old version: %v", err)
	}
	if err := s.AgreeCharter(t.Context(), "c", 2, word); err != nil {
		t.Fatal(err)
	}
	if err := s.AgreeCharter(t.Context(), "c", 2, word); !errors.Is(err, inventory.ErrCharter) {
		t.Errorf("agreeing twice: %v", err)
	}
	all, err := s.Charters(t.Context(), "c")
	if err != nil || len(all) != 2 || all[0].Holds() || all[1].Holds() {
		t.Fatalf("%v, %v", all, err)
	}
	draft.Agreed = []inventory.Agreement{word}
	if diff := cmp.Diff(draft, all[1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFeedback(t *testing.T) {
	clock := newClock()
	s := looked(t, sqlstore.Options{Now: clock.Now}, 2)
	judge(t, s, "b1", "lms", "a", "b")
	say := func(f inventory.Feedback) {
		t.Helper()
		if err := s.SaveFeedback(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	first := inventory.Feedback{Asset: id("a"), Said: "lms", Right: true, By: "kay@x", At: clock.Now()}
	say(first)
	ids, err := s.Unjudged(t.Context(), "b1", 10)
	if err != nil || len(ids) != 1 || ids[0] != id("a") {
		t.Errorf("to judge again: %v, %v", ids, err)
	}
	second := inventory.Feedback{Asset: id("a"), Said: "lms", Capability: "events", By: "kay@x", At: clock.Now(), Why: "it is about the open day"}
	other := inventory.Feedback{Asset: id("b"), Said: "lms", By: "bo@x", At: clock.Now()}
	say(second)
	say(other)
	got, err := s.Feedback(t.Context(), "")
	if diff := cmp.Diff([]inventory.Feedback{second, other}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if first.Answer() != "lms" || second.Answer() != "events" || other.Answer() != "" {
		t.Error("what was said is not what it answers")
	}
	if err := s.SaveFeedback(t.Context(), inventory.Feedback{Asset: "nothing", By: "x"}); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
}
