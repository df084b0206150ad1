package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// membersAsked bounds how many members of a family a page asks for who has
// a hand in it.
const membersAsked = 200

// Candidates ranks everybody who has a hand in a family.
func (r Readings) Candidates(ctx context.Context, family string) ([]inventory.Candidate, error) {
	var records []inventory.Record
	for record, err := range r.Records(ctx, inventory.Filter{Family: family, Limit: membersAsked}) {
		if err != nil {
			return nil, fmt.Errorf("candidates of family %s: %w", family, err)
		}
		records = append(records, record)
	}
	return candidates(ctx, r.Store, records)
}

// candidates ranks them by records that are at hand.
func candidates(ctx context.Context, store *sqlstore.Store, records []inventory.Record) (out []inventory.Candidate, err error) {
	known := map[string]inventory.Person{}
	out = classify.Candidates(records, func(address string) inventory.Person {
		person, asked := known[address]
		if !asked && err == nil {
			person, err = store.Person(ctx, address)
			known[address] = person
		}
		return person
	})
	return out, err
}
