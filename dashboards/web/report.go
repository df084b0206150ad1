package web

import (
	"cmp"
	"context"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// A Report is what the one-file report shows, for those who run no server.
type Report struct {
	Summary  inventory.Summary
	Openings []inventory.Opening // in the order in which to talk; as many as anybody reads
	Others   map[string]int      // how many more there are, by system's id
	Needs    []inventory.NeedLine
	Mask     *access.Mask // takes people out, all but partners; nil names keepers
}

type reportPage struct {
	page
	Style  template.CSS
	Tiles  []fact
	Weeks  []weekOf
	Groups []group
	Others map[string]int
	Needs  []needGroup
	More   map[string]int // needs that are not shown, by group
	Places []fact
	Named  bool
}

// A weekOf is whom a partner talks to this week.
type weekOf struct {
	Partner inventory.Partner
	Now     []talk
	Later   int
	Waiting int
}

// needsShown is how many needs of each system a report shows.
const needsShown = 5

// A group is the openings around one system.
type group struct {
	System  inventory.System
	Entries []entry
}

type entry struct {
	assetPage
	Keeper string
	State  string
	Copies int
}

// Report writes the report as one HTML file that loads nothing.
func (p *Portal) Report(ctx context.Context, w io.Writer, r Report) error {
	style, err := files.ReadFile("static/style.css")
	if err != nil {
		return err
	}
	weeks, err := p.weeks(ctx, r)
	if err != nil {
		return err
	}
	data := reportPage{
		page: page{Organisation: p.Organisation}, Style: template.CSS(style), Tiles: tiles(r.Summary), More: map[string]int{},
		Weeks: weeks, Groups: p.groups(r.shown()), Others: r.Others, Places: seen(r.Summary.LastRun), Named: r.Mask == nil,
	}
	data.Needs = p.needGroups(inventory.DiscreetNeeds(r.Needs))
	for i := range data.Needs {
		g := &data.Needs[i]
		slices.SortStableFunc(g.Lacks, func(a, b needRow) int { return cmp.Compare(b.First(), a.First()) })
		data.More[g.Key] = max(0, len(g.Lacks)-needsShown)
		g.Lacks = g.Lacks[:min(len(g.Lacks), needsShown)]
	}
	return p.render(w, "report", data)
}

// shown are the openings as the report may show them.
func (r Report) shown() []inventory.Opening {
	out := slices.Clone(r.Openings)
	for i := range out {
		out[i] = r.masked(out[i])
	}
	return out
}

func (r Report) masked(o inventory.Opening) inventory.Opening {
	if r.Mask != nil {
		return r.Mask.Opening(o)
	}
	return o
}

// weeks are whom each partner talks to this week, who has anybody.
func (p *Portal) weeks(ctx context.Context, r Report) (out []weekOf, err error) {
	ctx = access.With(ctx, access.Viewer{Roles: []access.Role{access.Partner}})
	partners, err := p.Source.Partners(ctx)
	if err != nil {
		return nil, err
	}
	for _, partner := range partners {
		week := weekPage{Partner: partner, Partners: []inventory.Partner{partner}, Weekly: p.Weekly}
		if err := p.readWeek(ctx, &week); err != nil {
			return nil, err
		}
		of := weekOf{Partner: partner, Later: week.Later, Waiting: len(week.Waiting)}
		for _, t := range week.Now {
			of.Now = append(of.Now, p.talk(r.masked(t.Opening)))
		}
		if len(of.Now)+of.Waiting > 0 {
			out = append(out, of)
		}
	}
	return out, nil
}

func (p *Portal) groups(openings []inventory.Opening) (out []group) {
	index := map[string]int{}
	for _, o := range openings {
		i, known := index[o.System.ID]
		if !known {
			i, out = len(out), append(out, group{System: o.System})
			index[o.System.ID] = i
		}
		out[i].Entries = append(out[i].Entries, entry{
			assetPage: p.describe(o.Asset), Keeper: keeperName(o.Keeper),
			State: words.State(o.Conversation.State, p.Language), Copies: len(o.Family.Members),
		})
	}
	return out
}

// seen says honestly what the newest run saw and what it did not.
func seen(run inventory.Run) []fact {
	var t inventory.Tally
	done, all := 0, 0
	for _, p := range run.Places {
		t.Add(p.Tally)
		if p.Place == "" {
			continue // left out on request: counted, never listed
		}
		all++
		if p.Complete {
			done++
		}
	}
	out := []fact{
		{"places listed to the end", strconv.Itoa(done) + " of " + strconv.Itoa(all)},
		{"places left out on request", strconv.Itoa(len(run.Places) - all)},
		{"files found", strconv.Itoa(t.Found)},
		{"kept in the inventory", strconv.Itoa(t.Stored)},
		{"left out on request", strconv.Itoa(t.Excluded)},
	}
	return append(append(out, reasons("skipped", t.Skipped)...), reasons("failed", t.Failed)...)
}

func reasons(what string, counts map[string]int) (out []fact) {
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, fact{what + ": " + reason, strconv.Itoa(counts[reason])})
	}
	return out
}
