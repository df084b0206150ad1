package night

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
)

// An Agenda is conversations in the order in which to talk: within each system
// by what they promise. Of each it holds a few words, and whoever goes through
// it reads the rest anew, so that lists may be of any length.
type Agenda struct {
	readings Readings
	points   []point
}

// A point is where a conversation stands on an agenda.
type point struct {
	system, systemID, partner string
	worth                     float64
	conversation              string
	asset                     inventory.AssetID
}

func newPoint(o inventory.Opening) point {
	return point{o.System.Name, o.System.ID, inventory.FoldAddress(o.System.Partner.Address), o.Worth.Total, o.Conversation.ID, o.Asset.Asset.ID}
}

func (p point) compare(q point) int {
	return cmp.Or(cmp.Compare(p.system, q.system), cmp.Compare(q.worth, p.worth), cmp.Compare(p.conversation, q.conversation))
}

// Agenda reads all conversations once for their order. Partner narrows it to
// one's, "" is everybody's.
func (r Readings) Agenda(ctx context.Context, partner string) (Agenda, error) {
	a, partner := Agenda{readings: r}, inventory.FoldAddress(partner)
	for o, err := range r.eachOpening(ctx) {
		if err != nil {
			return a, fmt.Errorf("conversations in their order: %w", err)
		}
		if p := newPoint(o); partner == "" || partner == p.partner {
			a.points = append(a.points, p)
		}
	}
	slices.SortFunc(a.points, point.compare)
	return a, nil
}

// Len is how many conversations there are.
func (a Agenda) Len() int { return len(a.points) }

// About gives the conversations, and what they are about, by their ids.
func (a Agenda) About() (conversations []string, assets []inventory.AssetID) {
	for _, p := range a.points {
		conversations = append(conversations, p.conversation)
		if p.asset != "" {
			assets = append(assets, p.asset)
		}
	}
	return conversations, assets
}

// first keeps the first of each system, and tells by system's id how many
// others there are.
func (a Agenda) first(each int) (first Agenda, more map[string]int) {
	first, more = Agenda{readings: a.readings}, map[string]int{}
	kept := map[string]int{}
	for _, p := range a.points {
		if kept[p.systemID] == each {
			more[p.systemID]++
			continue
		}
		kept[p.systemID]++
		first.points = append(first.points, p)
	}
	return first, more
}

// Openings gives what is needed to open each conversation. What has meanwhile
// nothing to be about is passed over.
func (a Agenda) Openings(ctx context.Context) iter.Seq2[inventory.Opening, error] {
	return func(yield func(inventory.Opening, error) bool) {
		quiet, err := a.readings.Quiet(ctx)
		if err != nil {
			yield(inventory.Opening{}, err)
			return
		}
		for _, p := range a.points {
			c, err := a.readings.Conversation(ctx, p.conversation)
			if err != nil {
				yield(inventory.Opening{}, err)
				return
			}
			o, holds, err := a.readings.openingOf(ctx, c, quiet)
			if (holds || err != nil) && !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// Rows puts the openings into the rows of an outreach list.
func (a Agenda) Rows(ctx context.Context, language string) iter.Seq2[export.Row, error] {
	return func(yield func(export.Row, error) bool) {
		for o, err := range a.Openings(ctx) {
			if err != nil {
				yield(export.Row{}, err)
				return
			}
			if !yield(export.NewRow(o, language), nil) {
				return
			}
		}
	}
}

// All gives the openings to those who need them at hand.
func (a Agenda) All(ctx context.Context) (out []inventory.Opening, err error) {
	for o, err := range a.Openings(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// Openings gives the openings of all conversations, in the order in which to
// talk.
func (r Readings) Openings(ctx context.Context) ([]inventory.Opening, error) {
	agenda, err := r.Agenda(ctx, "")
	if err != nil {
		return nil, err
	}
	return agenda.All(ctx)
}

// mostReported is how many conversations about one system a report tells of.
const mostReported = 100

// FirstOpenings gives as many of each system as a report tells of, in the order
// in which to talk, and by system's id how many others there are.
func (r Readings) FirstOpenings(ctx context.Context) (first []inventory.Opening, others map[string]int, err error) {
	agenda, err := r.Agenda(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	return agenda.firstOpenings(ctx)
}

func (a Agenda) firstOpenings(ctx context.Context) (first []inventory.Opening, others map[string]int, err error) {
	a, others = a.first(mostReported)
	first, err = a.All(ctx)
	return first, others, err
}

// eachOpening gives the openings of all conversations, in the order of their
// ids.
func (r Readings) eachOpening(ctx context.Context) iter.Seq2[inventory.Opening, error] {
	return func(yield func(inventory.Opening, error) bool) {
		quiet, err := r.Quiet(ctx)
		if err != nil {
			yield(inventory.Opening{}, err)
			return
		}
		for c, err := range r.EachConversation(ctx) {
			if err != nil {
				yield(inventory.Opening{}, err)
				return
			}
			o, holds, err := r.openingOf(ctx, c, quiet)
			if (holds || err != nil) && !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// openingOf is opening for a conversation whose family may be gone: its
// history stays in the store, and there is nothing to open.
func (r Readings) openingOf(ctx context.Context, c inventory.Conversation, quiet map[string]time.Time) (o inventory.Opening, holds bool, err error) {
	f, err := r.Family(ctx, c.Family)
	if errors.Is(err, inventory.ErrNotFound) {
		return o, false, nil
	}
	if err != nil {
		return o, false, err
	}
	return r.opening(ctx, c, f, quiet)
}
