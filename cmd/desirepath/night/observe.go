package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// candidatesTaken is how many candidates are taken from the store at once: it
// sorts all of them anew each time.
const candidatesTaken = 32 * batch

// observe reads who edits and relies on the candidates, and on nothing else:
// it costs more requests than listing does. The surest come first, and what
// does not fit into the night's share of the units is the next night's.
func (n *Night) observe(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	return n.eachSource(func(i int, s Source) (bool, error) {
		if s.Observer == nil {
			return false, nil
		}
		query := sqlstore.ObserveQuery{
			Tenant: s.Scanner.Tenant().Name, Facets: inventory.FacetSharing | inventory.FacetEditors,
			Before: n.Now().Add(-n.Observe), Limit: candidatesTaken,
		}
		before := spent(s)
		used := func() bool { return s.Watching > 0 && spent(s)-before >= s.Watching }
		partial, err := n.inBatches(ctx, n.window(run, observePart, i), Stage{Name: "observing", What: query.Tenant},
			func() ([]inventory.Due, error) {
				if used() {
					return nil, nil
				}
				return n.Store.ToObserve(ctx, query)
			},
			func(ctx context.Context, d inventory.Due) (bool, error) {
				if used() {
					return true, nil // it stays as it is, a candidate of the next night
				}
				return n.observeOne(ctx, s, d, query.Facets)
			})
		if err == nil && used() {
			err = n.tellUnobserved(ctx, run, query, spent(s)-before)
		}
		return partial, err
	})
}

// spent is what the requests to a source have cost so far in this run.
func spent(s Source) (units int) {
	if s.Ledger == nil {
		return 0
	}
	for _, l := range s.Ledger.Lines() {
		units += l.Units
	}
	return units
}

// tellUnobserved puts into the run's report what the budget left unobserved.
func (n *Night) tellUnobserved(ctx context.Context, run *inventory.Run, query sqlstore.ObserveQuery, units int) error {
	query.Limit = 1000
	left, err := n.Store.ToObserve(ctx, query)
	if err != nil || len(left) == 0 {
		return err
	}
	how := fmt.Sprint(len(left))
	if len(left) == query.Limit {
		how += " or more"
	}
	run.Places = append(run.Places, inventory.PlaceReport{
		Place: query.Tenant, Name: query.Tenant, Complete: true,
		Error: fmt.Sprintf("who uses %s candidates is left for the next nights: %d units were spent on it, all that scan.observe_share gives a night", how, units),
	})
	return nil
}

// observeOne observes one asset. It reports false when a later try may see
// what this one did not.
func (n *Night) observeOne(ctx context.Context, s Source, d inventory.Due, want inventory.Facets) (ok bool, err error) {
	usage, err := s.Observer.Observe(ctx, d.Place, d.Asset, want)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if over(err) {
		return false, err
	}
	if err != nil {
		n.Log.Debug("not observed", "asset", d.Asset.ID, "err", err)
		f := n.failure(err, d.Attempts)
		return f.Final, n.Store.ObserveFailed(ctx, d.Asset.ID, d.Asset.Revision, f)
	}
	usage.Revision, usage.Observed, usage.Facets = d.Asset.Revision, n.Now(), want
	return true, n.Store.Observed(ctx, d.Asset.ID, usage)
}
