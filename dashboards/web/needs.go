package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

type needsPage struct {
	page
	Groups []needGroup
}

// A needGroup is what people do around one system, or for a purpose that no
// system serves.
type needGroup struct {
	Key      string // of its report
	Name     string
	Unserved bool
	Partner  inventory.Partner
	Most     int // people behind the need that most have
	Lacks    []needRow
	ByHand   []needRow
}

type needRow struct {
	inventory.NeedLine
	Also string
}

// needs shows what people do for themselves around each system, and how many
// stand behind it. It names nobody.
func (p *Portal) needs(w http.ResponseWriter, r *http.Request) {
	lines, err := p.Source.Needs(r.Context(), r.URL.Query().Get("system"))
	if err != nil {
		p.fail(w, "needs", err)
		return
	}
	p.show(w, http.StatusOK, "needs", needsPage{p.page(r, "needs"), p.needGroups(lines)})
}

// needGroups puts needs together by system; those that none serves come last.
func (p *Portal) needGroups(lines []inventory.NeedLine) (groups []needGroup) {
	at := map[string]int{}
	for _, l := range lines {
		key := l.System + "\x00" + l.Capability
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, p.needGroup(l))
		}
		g := &groups[i]
		g.Most = max(g.Most, l.People)
		n := needRow{l, strings.Join(l.Words[min(1, len(l.Words)):], ", ")}
		if l.Kind == inventory.ByHand {
			g.ByHand = append(g.ByHand, n)
		} else {
			g.Lacks = append(g.Lacks, n)
		}
	}
	slices.SortStableFunc(groups, func(a, b needGroup) int { return cmp.Compare(rank(a.Unserved), rank(b.Unserved)) })
	return groups
}

// rank puts the systems there are before the purposes that none serves.
func rank(unserved bool) int {
	if unserved {
		return 1
	}
	return 0
}

func (p *Portal) needGroup(l inventory.NeedLine) needGroup {
	g := needGroup{Key: cmp.Or(l.System, l.Capability), Name: cmp.Or(p.systemName(l.System), l.System), Unserved: l.System == ""}
	if g.Unserved {
		g.Name = words.Capability(l.Capability, p.Language)
	}
	for _, s := range p.Systems {
		if s.ID == l.System {
			g.Partner = s.Partner
		}
	}
	return g
}

type coveragePage struct {
	page
	Tonight inventory.Underway
	Run     inventory.Run // the newest that is over
	Totals  []fact
	Places  []placeRow
	More    int // complete places that are not shown
	Unread  []fact
}

type placeRow struct {
	inventory.PlaceReport
	Skipped, Failed int
}

// placesShown bounds the list of places: those that were not seen whole come
// first, and all of them are shown.
const placesShown = 200

// runs gives the night under way, if there is one, and the newest that is over.
func (p *Portal) runs(ctx context.Context, newest inventory.Run) (tonight inventory.Underway, last inventory.Run, err error) {
	if tonight, err = p.Source.Underway(ctx); err != nil || tonight.Run != newest.ID {
		return tonight, newest, err
	}
	before, err := p.Source.Runs(ctx, 2)
	if err != nil || len(before) < 2 {
		return tonight, inventory.Run{}, err
	}
	return tonight, before[1], nil
}

// stepOf says in plain words what a step of a night does.
func stepOf(step string) string {
	plain := map[string]string{
		"list": "listing places", "look": "looking inside", "background": "what is common here", "judge": "comparing with systems",
		"observe": "who uses what comes close", "group": "copies and versions", "trace": "what feeds what", "propose": "conversations to propose",
		"expire": "letting go of what is old", "cards": "making it searchable", "around": "adding up by system and team",
	}
	return cmp.Or(plain[step], step)
}

// coverage says honestly what the newest run saw, and what it did not.
func (p *Portal) coverage(w http.ResponseWriter, r *http.Request) {
	summary, err := p.Source.Summary(r.Context())
	if err != nil {
		p.fail(w, "coverage", err)
		return
	}
	data := coveragePage{page: p.page(r, "coverage")}
	if data.Tonight, data.Run, err = p.runs(r.Context(), summary.LastRun); err != nil {
		p.fail(w, "coverage", err)
		return
	}
	data.Totals = seen(data.Run)
	var whole []placeRow
	for _, place := range data.Run.Places {
		if place.Place == "" {
			continue // left out on request: counted, never named
		}
		row := placeRow{PlaceReport: place}
		for _, n := range place.Tally.Skipped {
			row.Skipped += n
		}
		for _, n := range place.Tally.Failed {
			row.Failed += n
		}
		if place.Complete {
			whole = append(whole, row)
		} else {
			data.Places = append(data.Places, row)
		}
	}
	shown := min(len(whole), max(0, placesShown-len(data.Places)))
	data.Places, data.More = append(data.Places, whole[:shown]...), len(whole)-shown
	for _, c := range summary.Unread {
		data.Unread = append(data.Unread, fact{c.A + ": " + c.B, count(c.N)})
	}
	p.show(w, http.StatusOK, "coverage", data)
}
