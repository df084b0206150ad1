package export

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// A Correspondent is a keeper with all the conversations there are to have
// with them, the one that promises most first. It is a row of the mail-merge
// sheet: whoever keeps three things gets one letter, not three.
type Correspondent struct {
	Keeper   inventory.Person
	Openings []inventory.Opening
}

// Correspondents gathers openings by keeper, sorted by name. Conversations
// that have nobody to talk to, or go on in another, are in none.
func Correspondents(openings []inventory.Opening) (out []Correspondent) {
	at := map[string]int{}
	for _, o := range openings {
		address := inventory.FoldAddress(o.Keeper.Address)
		if address == "" || o.Keeper.Left() || o.Conversation.Joined != "" {
			continue
		}
		i, ok := at[address]
		if !ok {
			i = len(out)
			at[address] = i
			out = append(out, Correspondent{Keeper: o.Keeper})
		}
		out[i].Openings = append(out[i].Openings, o)
	}
	for _, c := range out {
		slices.SortStableFunc(c.Openings, func(a, b inventory.Opening) int {
			return cmp.Or(cmp.Compare(b.Worth.Total, a.Worth.Total), cmp.Compare(a.Conversation.ID, b.Conversation.ID))
		})
	}
	slices.SortFunc(out, func(a, b Correspondent) int {
		return cmp.Or(cmp.Compare(a.Keeper.Name, b.Keeper.Name), cmp.Compare(a.Keeper.Address, b.Keeper.Address))
	})
	return out
}

// merged are the columns of the mail-merge sheet.
func merged() []column {
	return []column{
		{name: "keeper_name", width: 22}, {name: "keeper_email", width: 30}, {name: "team", width: 24},
		{name: "partner_name", width: 20}, {name: "partner_email", width: 30}, {name: "other_partners", width: 22},
		{name: "conversations", width: 16}, {name: "tools", width: 40}, {name: "systems", width: 22}, {name: "status", width: 18},
		{name: "urls", width: 20, narrow: true}, {name: "why", width: 60}, {name: "what_it_adds", width: 34}, {name: "first_question", width: 48},
		{name: "conversation_ids", width: 20, narrow: true},
	}
}

// cells gives the row of a correspondent in the order of merged. What is said
// of several conversations is gathered; the question is about the first.
func (c Correspondent) cells(lang string) []any {
	var tools, systems, states, urls, why, adds, partners, ids []string
	question := ""
	for _, o := range c.Openings {
		r := NewRow(o, lang)
		tools, urls, ids = append(tools, r.AssetName), append(urls, r.AssetURL), append(ids, r.ConversationID)
		systems, states = append(systems, r.System), append(states, words.State(r.Status, lang))
		why, adds, partners = append(why, r.AssetName+": "+r.Why), append(adds, r.WhatItAdds), append(partners, r.Partner)
		question = cmp.Or(question, r.FirstQuestion)
	}
	first := c.Openings[0].System.Partner
	return []any{
		c.Keeper.Name, c.Keeper.Address, c.Keeper.Team, first.Name, first.Address,
		said(slices.DeleteFunc(partners, func(p string) bool { return p == first.Name })),
		len(c.Openings), said(tools), said(systems), said(states), said(urls), strings.Join(slices.Compact(why), " "), strings.Join(slices.Compact(adds), " "), question, said(ids),
	}
}

// said lists what is said once.
func said(all []string) string {
	var out []string
	for _, s := range all {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

// MergeCSV writes the mail-merge sheet as csv.
func MergeCSV(w io.Writer, people []Correspondent, lang string) error {
	var headings []string
	for _, c := range merged() {
		headings = append(headings, c.name)
	}
	return writeCSV(w, headings, each(Given(people), func(c Correspondent) []any { return c.cells(lang) }))
}

// MergeXLSX writes the mail-merge sheet as a workbook, one table on its first
// sheet, as word processors want it.
func MergeXLSX(w io.Writer, people []Correspondent, organisation, lang string) error {
	t := table{name: "People", columns: merged(), n: len(people), rows: each(Given(people), func(c Correspondent) []any { return c.cells(lang) })}
	return t.workbook(w, "Whom to write to, "+organisation, `
Whom to write to

Each row is one person with everything there is to talk about with them, so that nobody hears from you twice.
Merge the sheet "People" into a letter of your own, or begin with one of desirepath outreach templates.
The first partner is the one of the conversation that promises most; other_partners would like to talk, too: agree on who writes.
conversations counts them; tools, systems, status, urls and conversation_ids are in the same order, each said once.
`, organisation)
}
