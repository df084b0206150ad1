package inventory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/google/go-cmp/cmp"
)

var allStates = []inventory.State{
	"", inventory.Proposed, inventory.Invited, inventory.NotNow, inventory.Talking, inventory.Agreed,
	inventory.Adopted, inventory.Supported, inventory.Connected, inventory.SystemChanged, inventory.LeftAlone, inventory.Retired, inventory.OurMistake,
}

// The whole table: what is not listed here must be refused.
func TestDecide(t *testing.T) {
	outcomes := allStates[6:]
	legal := map[inventory.State][]inventory.State{
		"":                 {inventory.Proposed},
		inventory.Proposed: {inventory.Invited, inventory.LeftAlone, inventory.OurMistake},
		inventory.Invited:  {inventory.Talking, inventory.NotNow, inventory.LeftAlone, inventory.OurMistake},
		inventory.NotNow:   {inventory.Invited, inventory.LeftAlone, inventory.OurMistake},
		inventory.Talking:  append([]inventory.State{inventory.Agreed, inventory.NotNow}, outcomes...),
		inventory.Agreed:   append([]inventory.State{inventory.Talking}, outcomes...),
	}
	for _, o := range outcomes {
		legal[o] = []inventory.State{inventory.Talking}
	}
	for _, from := range allStates {
		for _, to := range append(allStates, "blocked") {
			c := inventory.Conversation{ID: "c", State: from}
			at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
			err := c.Decide(inventory.Decision{Conversation: "c", To: to, By: "pat@example.org", At: at, Why: "asked"})
			if !slices.Contains(legal[from], to) {
				if !errors.Is(err, inventory.ErrIllegalStep) || c.State != from || len(c.Steps) != 0 {
					t.Errorf("%q to %q: %v, now %+v; want it refused and nothing changed", from, to, err, c)
				}
				continue
			}
			want := inventory.Conversation{ID: "c", State: to, Since: at,
				Steps: []inventory.Step{{From: from, To: to, By: "pat@example.org", At: at, Why: "asked"}}}
			if diff := cmp.Diff(want, c); err != nil || diff != "" {
				t.Errorf("%q to %q: %v (-want +got):\n%s", from, to, err, diff)
			}
		}
	}
}

func TestDecideNeedsSomebody(t *testing.T) {
	c := inventory.Conversation{ID: "c"}
	if err := c.Decide(inventory.Decision{To: inventory.Proposed}); !errors.Is(err, inventory.ErrIllegalStep) || c.State != "" {
		t.Errorf("nobody decided: %v, state %q", err, c.State)
	}
}

func TestEnded(t *testing.T) {
	for i, s := range allStates {
		if s.Ended() != (i >= 6) {
			t.Errorf("%q ended = %v", s, s.Ended())
		}
	}
}

// Every conversation that was begun can come to every outcome by legal steps,
// so that no rule leaves a builder stuck.
func TestEveryOutcomeIsInReach(t *testing.T) {
	for _, start := range allStates {
		reached := map[inventory.State]bool{start: true}
		for open := []inventory.State{start}; len(open) > 0; open = open[1:] {
			for _, to := range allStates {
				c := inventory.Conversation{State: open[0]}
				if c.Decide(inventory.Decision{To: to, By: "x"}) == nil && !reached[to] {
					reached[to] = true
					open = append(open, to)
				}
			}
		}
		for _, o := range allStates[6:] {
			if !reached[o] {
				t.Errorf("from %q there is no way to %q", start, o)
			}
		}
	}
}
