package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

type weekPage struct {
	page
	Partners []inventory.Partner
	Partner  inventory.Partner
	Weekly   int
	Invited  int    // in the last seven days
	Now      []talk // to invite this week, within the capacity
	Later    int    // proposals beyond it
	HandOver []talk // whoever's they were: their partner has left
	Waiting  []talk
	Talking  []talk
}

// week shows a partner whom to talk to this week.
func (p *Portal) week(w http.ResponseWriter, r *http.Request) {
	partners, err := p.Source.Partners(r.Context())
	if err != nil {
		p.fail(w, "week", err)
		return
	}
	data := weekPage{page: p.page(r, "week"), Weekly: p.Weekly, Partners: partners}
	asked := cmp.Or(r.URL.Query().Get("partner"), me(r))
	for _, partner := range data.Partners {
		if inventory.FoldAddress(partner.Address) == inventory.FoldAddress(asked) {
			data.Partner = partner
		}
	}
	if data.Partner.Address == "" && len(data.Partners) > 0 {
		data.Partner = data.Partners[0]
	}
	if err := p.readWeek(r.Context(), &data); err != nil {
		p.fail(w, "week", err)
		return
	}
	p.show(w, http.StatusOK, "week", data)
}

// listed bounds what is read for each list of a week: nobody has time for more.
const listed = 30

// readWeek reads as much of the partner's conversations as a week can hold,
// and those of partners who have left.
func (p *Portal) readWeek(ctx context.Context, data *weekPage) error {
	if data.Partner.Address == "" {
		return nil
	}
	long := p.Now().Add(-waiting)
	ended := slices.DeleteFunc(inventory.States(), func(s inventory.State) bool { return !s.Ended() || s == inventory.OurMistake })
	proposals, err := p.Source.Talk(ctx, inventory.TalkSearch{Partner: data.Partner.Address, States: []inventory.State{inventory.Proposed}, Limit: listed})
	if err != nil {
		return err
	}
	openings := proposals.Openings
	for _, q := range []inventory.TalkSearch{
		{States: []inventory.State{inventory.Invited, inventory.Agreed}, Before: long}, {States: []inventory.State{inventory.NotNow}},
		{States: ended, Before: long, Unsaid: true}, {States: []inventory.State{inventory.Talking}}, {States: []inventory.State{inventory.Agreed}},
	} {
		q.Partner, q.Limit = data.Partner.Address, listed
		found, err := p.Source.Talk(ctx, q)
		if err != nil {
			return err
		}
		openings = append(openings, found.Openings...)
	}
	left, err := p.orphaned(ctx, data)
	if err != nil {
		return err
	}
	p.fillWeek(data, once(append(openings, left...)))
	if data.Invited, err = p.Source.InvitedSince(ctx, data.Partner.Address, p.Now().Add(-7*24*time.Hour)); err != nil {
		return err
	}
	data.Now = data.Now[:min(len(data.Now), max(0, data.Weekly-data.Invited))]
	data.Later += max(0, proposals.Total.N-len(data.Now)-data.Later)
	glanceOf(ctx).only(slices.Concat(data.Now, data.HandOver, data.Waiting, data.Talking))
	return nil
}

// orphaned are conversations under way whose partner has left.
func (p *Portal) orphaned(ctx context.Context, data *weekPage) (out []inventory.Opening, err error) {
	open := slices.DeleteFunc(inventory.States(), inventory.State.Ended)
	for _, partner := range data.Partners {
		person, err := p.Directory.Person(ctx, partner.Address)
		if err != nil {
			return nil, err
		}
		if !person.Left() {
			continue
		}
		found, err := p.Source.Talk(ctx, inventory.TalkSearch{Partner: partner.Address, States: open, Limit: listed})
		if err != nil {
			return nil, err
		}
		out = append(out, found.Openings...)
	}
	return out, nil
}

// once gives each conversation once.
func once(openings []inventory.Opening) (out []inventory.Opening) {
	seen := map[string]bool{}
	for _, o := range openings {
		if id := o.Conversation.ID; !seen[id] {
			seen[id] = true
			out = append(out, o)
		}
	}
	return out
}

func (p *Portal) fillWeek(data *weekPage, openings []inventory.Opening) {
	var proposed []talk
	about := map[string]int{} // open conversations, by family
	for _, o := range openings {
		if o.Conversation.Open() && o.Family.ID != "" {
			about[o.Family.ID]++
		}
	}
	for _, o := range openings {
		if o.PartnerLeft {
			data.HandOver = append(data.HandOver, p.talk(o))
		}
		if inventory.FoldAddress(o.System.Partner.Address) != inventory.FoldAddress(data.Partner.Address) || o.Conversation.Joined != "" {
			continue
		}
		t := p.talk(o)
		if about[o.Family.ID] > 1 && o.Conversation.Open() {
			t.Waits = cmp.Or(t.Waits, "another conversation is about the same: join them")
		}
		if invitedWithin(o.Conversation, p.Now(), 7*24*time.Hour) {
			data.Invited++
		}
		switch s := o.Conversation.State; {
		case t.Waits != "":
			data.Waiting = append(data.Waiting, t)
		case s == inventory.Proposed && o.Quiet.IsZero():
			proposed = append(proposed, t)
		case s == inventory.Talking || s == inventory.Agreed:
			data.Talking = append(data.Talking, t)
		}
	}
	slices.SortStableFunc(proposed, func(a, b talk) int { return cmp.Compare(b.Worth.Total, a.Worth.Total) })
	data.Now = onceEach(proposed, data.Weekly-data.Invited)
	data.Later = len(proposed) - len(data.Now)
}

// onceEach gives the first conversations that there is room for, one with each
// keeper: whoever keeps three tools is asked about one of them first.
func onceEach(proposed []talk, room int) (now []talk) {
	seen := map[string]bool{}
	for _, t := range proposed {
		keeper := inventory.FoldAddress(t.Opening.Keeper.Address)
		if len(now) < room && !seen[keeper] {
			now = append(now, t)
		}
		seen[keeper] = seen[keeper] || keeper != ""
	}
	return now
}

func invitedWithin(c inventory.Conversation, now time.Time, d time.Duration) bool {
	return slices.ContainsFunc(c.Steps, func(s inventory.Step) bool {
		return s.To == inventory.Invited && s.From != inventory.Invited && now.Sub(s.At) < d
	})
}
