package access

import (
	"cmp"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// Discreet gives the totals of teams so that nobody's own can be told from
// them: teams of at least five people one by one, the largest first, and all
// smaller ones together as rest. Where that rest would be one team alone, or
// fewer than five people, the next larger team goes into it, so that taking
// what is shown from a sum known otherwise leaves nobody standing out. hidden
// is how many teams the rest is of; when not even all of them together have
// five people, nothing is given of them.
func Discreet(all []inventory.TeamTotal) (shown []inventory.TeamTotal, rest inventory.TeamTotal, hidden int) {
	shown = slices.SortedFunc(slices.Values(all), func(a, b inventory.TeamTotal) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Team, b.Team))
	})
	for len(shown) > 0 {
		last := shown[len(shown)-1]
		if last.People >= teamLeast && (hidden == 0 || hidden > 1 && rest.People >= teamLeast) {
			break
		}
		rest.People, rest.Tools, rest.Helped = rest.People+last.People, rest.Tools+last.Tools, rest.Helped+last.Helped
		hidden++
		shown = shown[:len(shown)-1]
	}
	if rest.People < teamLeast {
		rest = inventory.TeamTotal{}
	}
	return shown, rest, hidden
}
