package web

import (
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// A Report is what the one-file report shows, for those who run no server.
type Report struct {
	Summary  inventory.Summary
	Openings []inventory.Opening // in the order in which to talk
}

type reportPage struct {
	page
	Style  template.CSS
	Tiles  []fact
	Groups []group
	Places []fact
}

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
func (p *Portal) Report(w io.Writer, r Report) error {
	style, err := files.ReadFile("static/style.css")
	if err != nil {
		return err
	}
	return p.render(w, "report", reportPage{
		page: page{Organisation: p.Organisation}, Style: template.CSS(style), Tiles: tiles(r.Summary),
		Groups: p.groups(r.Openings), Places: seen(r.Summary.LastRun),
	})
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
	done := 0
	for _, p := range run.Places {
		t.Add(p.Tally)
		if p.Complete {
			done++
		}
	}
	out := []fact{
		{"places listed to the end", strconv.Itoa(done) + " of " + strconv.Itoa(len(run.Places))},
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
