package inventory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whatever is asked for, in whatever order: a conversation stays within its
// states, its history only grows and leads to where it stands, nobody is
// invited in a quiet time they asked for, and what is refused changes nothing.
func TestConversationHoldsWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := inventory.Conversation{ID: "c", Keeper: "kay@x", Partner: inventory.Partner{Address: "mele@x"}}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		var until time.Time // of the quiet time that was asked for last
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "days")) * 24 * time.Hour)
			before := c
			before.Steps = slices.Clone(c.Steps)
			d := decision(t, now)
			err := c.Decide(d)
			if err != nil {
				if diff := cmp.Diff(before, c); diff != "" || !errors.Is(err, inventory.ErrIllegalStep) {
					t.Fatalf("refused with %v, and changed:\n%s", err, diff)
				}
				continue
			}
			if !slices.Contains(inventory.States(), c.State) || len(c.Steps) != len(before.Steps)+1 || c.State != c.Steps[len(c.Steps)-1].To {
				t.Fatalf("%+v led to %+v", d, c)
			}
			if diff := cmp.Diff(append([]inventory.Step{}, before.Steps...), append([]inventory.Step{}, c.Steps[:len(before.Steps)]...)); diff != "" {
				t.Fatalf("the history was rewritten:\n%s", diff)
			}
			step := c.Steps[len(c.Steps)-1]
			if step.To == inventory.Invited && step.From == inventory.NotNow && now.Before(until) {
				t.Fatalf("invited on %v, and asked not to be before %v", now, until)
			}
			if step.Act == "" && step.To == inventory.NotNow {
				until = d.Until
			}
			if c.Example && (c.Keeper != before.Keeper || c.Keeper == "") {
				t.Fatalf("%q may be named, who never said so", c.Keeper)
			}
			if d.By == inventory.Program && len(c.Steps) > 1 {
				t.Fatalf("a program decided %+v", step)
			}
		}
	})
}

func decision(t *rapid.T, now time.Time) inventory.Decision {
	who := rapid.SampledFrom([]string{"mele@x", "kay@x", inventory.Program, ""})
	d := inventory.Decision{Conversation: "c", By: who.Draw(t, "by"), At: now, Why: rapid.SampledFrom([]string{"", "so"}).Draw(t, "why")}
	if rapid.Bool().Draw(t, "acts") {
		d.Act = rapid.SampledFrom(append(inventory.Acts(), "block")).Draw(t, "act")
		d.Keeper, d.Partner.Address = who.Draw(t, "keeper"), who.Draw(t, "partner")
		d.With = rapid.SampledFrom([]string{"", "c", "", "", "d"}).Draw(t, "with")
		return d
	}
	d.To = rapid.SampledFrom(append(inventory.States(), "blocked")).Draw(t, "to")
	d.Until = now.AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, "until"))
	return d
}

// Nobody is chosen twice within the quiet time, and no partner beyond their
// week, however often the list is made and people are invited from it.
func TestNobodyIsInvitedTwiceInAQuietTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		quiet := time.Duration(rapid.IntRange(8, 120).Draw(t, "quiet")) * 24 * time.Hour
		weekly := rapid.IntRange(1, 3).Draw(t, "weekly")
		keepers := []string{"kay@x", "lee@x", "moe@x"}
		var all []inventory.Conversation
		for i := range rapid.IntRange(1, 9).Draw(t, "conversations") {
			c := inventory.Conversation{ID: string(rune('a' + i)), Keeper: rapid.SampledFrom(keepers).Draw(t, "keeper"), Partner: inventory.Partner{Address: "mele@x"}}
			if err := c.Decide(inventory.Decision{To: inventory.Proposed, By: inventory.Program, At: now}); err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		last := map[string]time.Time{}
		for range 40 {
			now = now.AddDate(0, 0, rapid.IntRange(1, 9).Draw(t, "days"))
			var openings []inventory.Opening
			for _, c := range all {
				openings = append(openings, inventory.Opening{Conversation: c, Keeper: inventory.Person{Address: c.Keeper}, System: inventory.System{Partner: c.Partner}})
			}
			chosen, _ := inventory.Courtesy{Now: now, Quiet: quiet, Weekly: weekly}.Choose(openings, all)
			if len(chosen) > weekly {
				t.Fatalf("%d chosen in a week of %d", len(chosen), weekly)
			}
			for _, o := range chosen {
				keeper := o.Conversation.Keeper
				if at, invited := last[keeper]; invited && now.Sub(at) < quiet {
					t.Fatalf("%s is invited %v after the last time, and the quiet time is %v", keeper, now.Sub(at), quiet)
				}
				last[keeper] = now
				i := slices.IndexFunc(all, func(c inventory.Conversation) bool { return c.ID == o.Conversation.ID })
				if err := all[i].Decide(inventory.Decision{To: inventory.Invited, By: "mele@x", At: now}); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
