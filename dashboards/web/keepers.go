package web

import (
	"cmp"

	"github.com/desirepath/desirepath/inventory"
)

// keepers is who to talk to: everybody who has a hand in a family, ranked.
type keepers struct {
	Rows []keeperRow
	More int
	// Orphan tells that nobody who has a hand in it is there any more, or that
	// the one whom the conversation names is not.
	Orphan bool
	Ask    string // of an orphan: who could be asked, if anybody
	Team   string // of an orphan: where its last keeper worked
}

type keeperRow struct {
	inventory.Candidate
	Name   string
	Keeper bool // the one whom the conversation names
}

// keepersShown bounds the ranking on a page.
const keepersShown = 12

// whoKeeps puts the ranking into rows, and says what to do where nobody keeps
// the family.
func whoKeeps(o inventory.Opening, all []inventory.Candidate) (out keepers) {
	named := inventory.FoldAddress(o.Conversation.Keeper)
	for _, c := range all {
		row := keeperRow{Candidate: c, Name: cmp.Or(c.Person.Name, c.Person.Address), Keeper: c.Person.Address == named}
		if c.Here && !row.Keeper && out.Ask == "" {
			out.Ask = row.Name
		}
		if !c.Here {
			out.Team = cmp.Or(out.Team, c.Person.Team)
		}
		out.Rows = append(out.Rows, row)
	}
	out.Orphan = len(all) > 0 && (named == "" || o.Keeper.Left())
	out.More = max(0, len(out.Rows)-keepersShown)
	out.Rows = out.Rows[:len(out.Rows)-out.More]
	return out
}
