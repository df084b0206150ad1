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

// TestActs goes through what happens beside the states.
func TestActs(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 4, n, 0, 0, 0, 0, time.UTC) }
	begin := func(states ...inventory.State) *inventory.Conversation {
		c := &inventory.Conversation{ID: "c", Partner: inventory.Partner{Address: "pat@x"}, Keeper: "kay@x"}
		for _, s := range states {
			if err := c.Decide(inventory.Decision{To: s, By: "pat@x", At: day(1), Until: day(9)}); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	for name, c := range map[string]struct {
		in    *inventory.Conversation
		d     inventory.Decision
		legal bool
	}{
		"a note":                       {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActNote, Why: "called"}, true},
		"an empty note":                {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActNote}, false},
		"a note on nothing":            {begin(), inventory.Decision{Act: inventory.ActNote, Why: "called"}, false},
		"another partner":              {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActHandOver, Partner: inventory.Partner{Address: "quin@x"}}, true},
		"the same partner":             {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActHandOver, Partner: inventory.Partner{Address: "Pat@x"}}, false},
		"another keeper":               {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActNewKeeper, Keeper: "Lee@x"}, true},
		"no keeper":                    {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActNewKeeper}, false},
		"goes on elsewhere":            {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActJoin, With: "d"}, true},
		"goes on in itself":            {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActJoin, With: "c"}, false},
		"it helped":                    {begin(inventory.Proposed, inventory.LeftAlone), inventory.Decision{Act: inventory.ActHelped}, true},
		"it helped before it ended":    {begin(inventory.Proposed), inventory.Decision{Act: inventory.ActHelped}, false},
		"it has not helped yet":        {begin(inventory.Proposed, inventory.LeftAlone), inventory.Decision{Act: inventory.ActNotYet}, true},
		"an ended one is handed over":  {begin(inventory.Proposed, inventory.LeftAlone), inventory.Decision{Act: inventory.ActHandOver, Partner: inventory.Partner{Address: "quin@x"}}, false},
		"asked again too early":        {begin(inventory.Proposed, inventory.Invited, inventory.NotNow), inventory.Decision{To: inventory.Invited, At: day(8)}, false},
		"asked again in time":          {begin(inventory.Proposed, inventory.Invited, inventory.NotNow), inventory.Decision{To: inventory.Invited, At: day(9)}, true},
		"an act that is none":          {begin(inventory.Proposed), inventory.Decision{Act: "block"}, false},
		"a program invites":            {begin(inventory.Proposed), inventory.Decision{To: inventory.Invited, By: inventory.Program}, false},
		"a program closes its mistake": {begin(inventory.Proposed), inventory.Decision{To: inventory.OurMistake, By: inventory.Program}, false},
	} {
		if c.d.By == "" {
			c.d.By = "pat@x"
		}
		steps := len(c.in.Steps)
		err := c.in.Decide(c.d)
		if (err == nil) != c.legal || (err == nil) != (len(c.in.Steps) == steps+1) || err != nil && !errors.Is(err, inventory.ErrIllegalStep) {
			t.Errorf("%s: %v", name, err)
		}
	}

	c := begin(inventory.Proposed, inventory.LeftAlone)
	for _, d := range []inventory.Decision{{Act: inventory.ActHelped}, {Act: inventory.ActNotYet}} {
		d.By = "kay@x"
		if err := c.Decide(d); err != nil {
			t.Fatal(err)
		}
		if open := d.Act == inventory.ActNotYet; c.Open() != open || c.Helped == open {
			t.Errorf("after %q it is open: %v, helped: %v", d.Act, c.Open(), c.Helped)
		}
	}
	if c.State != inventory.Talking || !slices.Equal([]inventory.Act{"", "", inventory.ActHelped, inventory.ActNotYet}, []inventory.Act{c.Steps[0].Act, c.Steps[1].Act, c.Steps[2].Act, c.Steps[3].Act}) {
		t.Errorf("%+v", c)
	}
	joined := begin(inventory.Proposed)
	if err := errors.Join(joined.Decide(inventory.Decision{Act: inventory.ActJoin, With: "d", By: "pat@x"}),
		joined.Decide(inventory.Decision{Act: inventory.ActNote, Why: "see there", By: "pat@x"})); err != nil || joined.Open() {
		t.Errorf("%v, open %v", err, joined.Open())
	}
	if err := joined.Decide(inventory.Decision{To: inventory.Invited, By: "pat@x"}); !errors.Is(err, inventory.ErrIllegalStep) {
		t.Errorf("a joined conversation goes on: %v", err)
	}
}
