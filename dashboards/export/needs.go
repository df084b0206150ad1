package export

import (
	"io"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// NeedsXLSX writes needs as a workbook, in the order they are given: what to
// change first, first. Numbers of people and builders below
// five are not told.
func NeedsXLSX(w io.Writer, lines []inventory.NeedLine, systemName func(id string) string, organisation string) error {
	t := table{name: "Needs", n: len(lines), columns: []column{
		{name: "first", width: 8}, {name: "system", width: 20}, {name: "need", width: 30}, {name: "kind", width: 16}, {name: "people", width: 10},
		{name: "tools", width: 8}, {name: "builders", width: 10}, {name: "fragility", width: 10}, {name: "in_their_words", width: 44},
		{name: "examples", width: 34}, {name: "what_was_changed", width: 34}, {name: "told", width: 8}, {name: "helped", width: 8},
	}}
	n := 0
	t.rows = each(Given(lines), func(l inventory.NeedLine) []any {
		n++
		return needCells(n, l, systemName(l.System))
	})
	return t.workbook(w, "What people need, "+organisation, aboutNeeds(organisation), organisation)
}

func needCells(n int, l inventory.NeedLine, system string) []any {
	var said, examples []string
	for _, s := range l.Said {
		said = append(said, s.Word+" ("+strconv.Itoa(s.Families)+")")
	}
	for _, e := range l.Examples {
		examples = append(examples, e.Tool+", "+e.Keeper)
	}
	var latest inventory.Answered
	if len(l.Answers) > 0 {
		latest = l.Answers[0]
	}
	kind := map[string]string{inventory.ByHand: "done by hand", inventory.NeedFunction: "to do", inventory.NeedField: "to keep"}[l.Kind]
	return []any{n, system, l.Word, kind, told(l.People), l.Families, told(l.Builders), l.Fragility, strings.Join(said, ", "), strings.Join(examples, "; "), latest.What, latest.Told, latest.Helped}
}

// told keeps a small number from telling who it is.
func told(n int) string {
	if n < inventory.FewestTold {
		return "under " + strconv.Itoa(inventory.FewestTold)
	}
	return strconv.Itoa(n)
}

func aboutNeeds(organisation string) string {
	return "What people of " + organisation + ` need, gathered from what the tools do that they built for themselves.

Each row is a need. Those that come first help most people, through most tools, and hang on the fewest hands: people, times tools, times one and the fragility.

in_their_words: the headings they used, and how many tools use each.
people, builders: who rely on the tools, and who keep them; below five they are not told.
examples: only of those who said yes to being named. An empty cell means that nobody was asked, or that they said no.
told, helped: of the builders who had the need, how many heard of the change, and how many say that it helped.`
}
