package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// weekFrom is a partner's week out of openings that are at hand: the report
// asks no source.
func (p *Portal) weekFrom(data *weekPage, openings []inventory.Opening) {
	var proposed []talk
	for _, o := range openings {
		if inventory.FoldAddress(o.System.Partner.Address) != inventory.FoldAddress(data.Partner.Address) || o.Conversation.Joined != "" {
			continue
		}
		t := p.talk(o)
		if invitedWithin(o.Conversation, p.Now(), 7*24*time.Hour) {
			data.Invited++
		}
		switch s := o.Conversation.State; {
		case t.Waits != "":
			data.Waiting = append(data.Waiting, t)
		case s == inventory.Proposed:
			proposed = append(proposed, t)
		case s == inventory.Talking || s == inventory.Agreed:
			data.Talking = append(data.Talking, t)
		}
	}
	slices.SortStableFunc(proposed, func(a, b talk) int { return cmp.Compare(b.Worth.Total, a.Worth.Total) })
	room := min(max(0, data.Weekly-data.Invited), len(proposed))
	data.Now, data.Later = proposed[:room], len(proposed)-room
}

func invitedWithin(c inventory.Conversation, now time.Time, d time.Duration) bool {
	return slices.ContainsFunc(c.Steps, func(s inventory.Step) bool {
		return s.To == inventory.Invited && s.From != inventory.Invited && now.Sub(s.At) < d
	})
}

// partners are all those that conversations have, by name.
func partners(openings []inventory.Opening) (out []inventory.Partner) {
	for _, o := range openings {
		if o.System.Partner.Address != "" && !slices.Contains(out, o.System.Partner) {
			out = append(out, o.System.Partner)
		}
	}
	slices.SortFunc(out, func(a, b inventory.Partner) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Address, b.Address))
	})
	return out
}
