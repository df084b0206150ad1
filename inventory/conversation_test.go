package inventory

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		steps []State
		legal bool // the last one
	}{
		{"the usual way", []State{Proposed, Invited, Talking, Agreed, Adopted}, true},
		{"not now, then later", []State{Proposed, Invited, NotNow, Invited, Talking, Connected}, true},
		{"our mistake, seen at once", []State{Proposed, OurMistake}, true},
		{"left alone without an invitation", []State{Proposed, LeftAlone}, true},
		{"taken up again", []State{Proposed, LeftAlone, Talking}, true},
		{"nobody retires a tool that its builder was not asked about", []State{Proposed, Retired}, false},
		{"nothing is adopted before anybody talked", []State{Proposed, Invited, Adopted}, false},
		{"a conversation begins with a proposal", []State{Invited}, false},
		{"no step back to proposed", []State{Proposed, Invited, Proposed}, false},
		{"an unknown state", []State{Proposed, "blocked"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			conversation := Conversation{ID: "c"}
			for i, to := range c.steps {
				err := conversation.Decide(Decision{Conversation: "c", To: to, By: "mele@example.org", At: at, Why: "because"})
				last := i == len(c.steps)-1
				if legal := err == nil; legal != (c.legal || !last) {
					t.Fatalf("step to %s: %v", to, err)
				}
				if err != nil && (!errors.Is(err, ErrIllegalStep) || conversation.State == to || len(conversation.Steps) != i) {
					t.Errorf("a refused step left %+v, %v", conversation, err)
				}
			}
		})
	}
}

func TestDecideNeedsSomebody(t *testing.T) {
	var c Conversation
	if err := c.Decide(Decision{To: Proposed}); !errors.Is(err, ErrIllegalStep) {
		t.Errorf("nobody decided it: %v", err)
	}
}

func TestOutcomesAreEnds(t *testing.T) {
	ends := []State{Adopted, Supported, Connected, SystemChanged, LeftAlone, Retired, OurMistake}
	for _, s := range append([]State{Proposed, Invited, NotNow, Talking, Agreed}, ends...) {
		if s.Ended() != slices.Contains(ends, s) {
			t.Errorf("%s: ended is %v", s, s.Ended())
		}
	}
}
