package google

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Plan counts people and shared drives and reads nothing else. How many files there are shows only in a listing, so that the estimate is
// its least: a thousand files more in a place are one request more.
func (s *Scanner) Plan(ctx context.Context, scope inventory.Scope) (scanners.Plan, error) {
	var plan scanners.Plan
	closed, shared := 0, 0
	for p, err := range s.Places(ctx) {
		switch {
		case err != nil:
			return plan, err
		case scope.ExcludesPlace(p):
			plan.Excluded++
			continue
		case p.Kind == inventory.PlaceSharedDrive:
			shared++
		case s.isClosed(p.Owner):
			closed++
		}
		plan.Places++
	}
	read := plan.Places - closed
	plan.Requests = 2*read + 2*shared + plan.Places/500 + shared/100 + 2
	plan.Units = read*(100+5) + shared*(5+5) + (shared/100+1)*100
	plan.Seconds = float64(plan.Units) / (s.o.Share * driveUnits) * 60
	plan.Unseen = unseen(closed)
	return plan, nil
}

func unseen(closed int) []string {
	var out []string
	if closed > 0 {
		out = append(out, fmt.Sprintf("what is new in the drives of %d suspended people: Google lets nobody act for them", closed))
	}
	return append(out,
		"scripts inside spreadsheets and forms: they do not appear in Drive",
		"shared drives whose members are all guests",
		"what people keep with accounts of other organisations and share into this one")
}
