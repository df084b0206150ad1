package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Courtesy says whom it is good manners to invite: nobody twice within the
// quiet time, nobody who asked not to be, and no more than a partner has time
// for.
type Courtesy struct {
	Now    time.Time
	Quiet  time.Duration
	Weekly int                       // invitations a partner has time for in a week; 0 is any number
	Spared func(address string) bool // asked not to be invited; nil: nobody
}

// A Deferral is a proposed conversation whose invitation waits, and why.
type Deferral struct {
	Opening
	Why string
}

// Choose gives the proposed conversations to invite people to now, those that
// promise most first, and why the others wait. Of conversations with the same
// keeper one is chosen. The history is that of all conversations: an
// invitation to talk about something that is gone by now was one, too.
func (c Courtesy) Choose(openings []Opening, history []Conversation) (chosen []Opening, deferred []Deferral) {
	openings = slices.Clone(openings)
	slices.SortStableFunc(openings, func(a, b Opening) int {
		return cmp.Or(cmp.Compare(b.Worth.Total, a.Worth.Total), cmp.Compare(a.Conversation.ID, b.Conversation.ID))
	})
	past := c.remember(history)
	for _, o := range openings {
		if o.Conversation.State != Proposed || o.Conversation.Joined != "" {
			continue
		}
		if why := c.waits(o, past); why != "" {
			deferred = append(deferred, Deferral{o, why})
			continue
		}
		chosen = append(chosen, o)
		past.about[FoldAddress(o.Keeper.Address)] = o.Asset.Asset.Name
		past.week[FoldAddress(o.System.Partner.Address)]++
	}
	return chosen, deferred
}

// remembered is what counts of the past.
type remembered struct {
	invited map[string]time.Time // by keeper: when last
	about   map[string]string    // by keeper: what a letter that was chosen is about
	week    map[string]int       // by partner: invitations of the last seven days
}

func (c Courtesy) remember(history []Conversation) remembered {
	past := remembered{map[string]time.Time{}, map[string]string{}, map[string]int{}}
	for _, h := range history {
		for _, s := range h.Steps {
			if s.To != Invited || s.From == Invited {
				continue
			}
			if keeper := FoldAddress(h.Keeper); s.At.After(past.invited[keeper]) {
				past.invited[keeper] = s.At
			}
			if c.Now.Sub(s.At) < 7*24*time.Hour {
				past.week[FoldAddress(h.Partner.Address)]++
			}
		}
	}
	return past
}

// waits says why an invitation is not for now; "" when it is.
func (c Courtesy) waits(o Opening, past remembered) string {
	keeper := FoldAddress(o.Keeper.Address)
	invited := past.invited[keeper]
	about, chosen := past.about[keeper]
	switch {
	case keeper == "":
		return "nobody was found who keeps it"
	case o.Keeper.Left():
		return "its keeper has left; find out who keeps it now"
	case c.Spared != nil && c.Spared(keeper):
		return "its keeper asked not to be invited"
	case c.Now.Before(o.Quiet):
		return "its keeper asked to be left alone until " + o.Quiet.Format(time.DateOnly)
	case !invited.IsZero() && c.Now.Sub(invited) < c.Quiet:
		return fmt.Sprintf("its keeper was invited on %s, and has quiet until %s", invited.Format(time.DateOnly), invited.Add(c.Quiet).Format(time.DateOnly))
	case chosen: // about something that may have no name
		return fmt.Sprintf("its keeper is invited to talk about %q first", about)
	case c.Weekly > 0 && past.week[FoldAddress(o.System.Partner.Address)] >= c.Weekly:
		return fmt.Sprintf("its partner has time for %d a week", c.Weekly)
	default:
		return ""
	}
}
