package inventory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

func TestCourtesy(t *testing.T) {
	now := time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
	opening := func(id, partner, keeper string, worth float64, state inventory.State) inventory.Opening {
		return inventory.Opening{
			Conversation: inventory.Conversation{ID: id, State: state}, System: inventory.System{Partner: inventory.Partner{Address: partner}},
			Keeper: inventory.Person{Address: keeper}, Worth: inventory.Worth{Total: worth}, Asset: inventory.Record{Asset: inventory.Asset{Name: "tool " + id}},
		}
	}
	gone := opening("gone", "pat@x", "gone@x", 0.9, inventory.Proposed)
	gone.Keeper.Accounts = []inventory.Account{{Left: true}}
	openings := []inventory.Opening{
		opening("low", "pat@x", "a@x", 0.1, inventory.Proposed),
		opening("high", "pat@x", "A@x", 0.8, inventory.Proposed),
		opening("talking", "pat@x", "b@x", 0.9, inventory.Talking),
		opening("quiet", "pat@x", "c@x", 0.9, inventory.Proposed),
		opening("long ago", "pat@x", "d@x", 0.7, inventory.Proposed),
		opening("nobody", "pat@x", "", 0.9, inventory.Proposed),
		opening("spared", "pat@x", "e@x", 0.9, inventory.Proposed),
		opening("too many", "pat@x", "f@x", 0.2, inventory.Proposed),
		opening("other partner", "mel@x", "g@x", 0.1, inventory.Proposed),
		gone,
	}
	invited := func(keeper, partner string, at time.Time) inventory.Conversation {
		return inventory.Conversation{Keeper: keeper, Partner: inventory.Partner{Address: partner}, Steps: []inventory.Step{
			{To: inventory.Proposed, At: at}, {From: inventory.Proposed, To: inventory.Invited, At: at}, {From: inventory.Invited, To: inventory.Invited, Act: inventory.ActNote, At: now},
		}}
	}
	history := []inventory.Conversation{invited("c@x", "mel@x", now.AddDate(0, 0, -100)), invited("d@x", "pat@x", now.AddDate(-1, 0, 0)), invited("z@x", "pat@x", now.AddDate(0, 0, -1))}
	c := inventory.Courtesy{Now: now, Quiet: 180 * 24 * time.Hour, Weekly: 3, Spared: func(a string) bool { return a == "e@x" }}
	chosen, deferred := c.Choose(openings, history)
	var got []string
	for _, o := range chosen {
		got = append(got, o.Conversation.ID)
	}
	if s := strings.Join(got, ", "); s != "high, long ago, other partner" {
		t.Errorf("chosen: %s", s)
	}
	want := map[string]string{
		"low": `talk about "tool high" first`, "quiet": "quiet until 2026-07-09", "nobody": "nobody was found", "spared": "asked not to be",
		"too many": "time for 3 a week", "gone": "has left",
	}
	for _, d := range deferred {
		if !strings.Contains(d.Why, want[d.Conversation.ID]) || want[d.Conversation.ID] == "" {
			t.Errorf("%s waits because %s", d.Conversation.ID, d.Why)
		}
	}
	if len(deferred) != len(want) {
		t.Errorf("%d wait, want %d", len(deferred), len(want))
	}
	c.Weekly = 0
	if chosen, _ := c.Choose(openings, history); len(chosen) != 4 {
		t.Errorf("without a limit %d are chosen", len(chosen))
	}
}
