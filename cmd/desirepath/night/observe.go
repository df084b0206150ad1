package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// candidatesTaken is how many candidates are named by the store at once: it
// sorts all of them anew each time.
const candidatesTaken = 1 << 18

// unitsApiece is what observing an asset costs about: of a tenant's units that
// is how many assets are taken, so that the surest have them.
const unitsApiece = 5

// observe reads who edits and relies on the candidates, and on nothing else:
// it costs more requests than listing does. The surest come first, and what
// does not fit into the night's share of the units is the next night's.
func (n *Night) observe(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	return n.eachSource(func(i int, s Source) (bool, error) {
		if s.Observer == nil {
			return false, nil
		}
		tenant := s.Scanner.Tenant().Name
		job := inventory.Job{Step: stepObserve, Tenant: tenant, Until: n.window(run, observePart, i).end}
		before := n.spent(s)
		left := func() int { return s.Watching - (n.spent(s) - before) }
		var queue []inventory.AssetID
		partial, err := n.inBatches(ctx, run, Stage{Name: "observing", What: tenant}, func(limit int) (_ inventory.Job, err error) {
			if s.Watching > 0 {
				if left() <= 0 {
					return inventory.Job{}, nil
				}
				limit = max(1, min(limit, left()/unitsApiece))
			}
			if len(queue) == 0 {
				queue, err = n.Store.Candidates(ctx, n.toObserve(tenant, candidatesTaken))
			}
			limit = min(limit, len(queue))
			job.Assets, queue = queue[:limit], queue[limit:]
			if s.Watching > 0 {
				job.Units = max(1, left()*batch/max(batch, limit))
			}
			return job, err
		})
		if err == nil && s.Watching > 0 && left() <= 0 {
			err = n.tellUnobserved(ctx, run, n.toObserve(tenant, 0), s.Watching-left())
		}
		return partial, err
	})
}

func (n *Night) toObserve(tenant string, limit int) sqlstore.ObserveQuery {
	return sqlstore.ObserveQuery{
		Tenant: tenant, Facets: inventory.FacetSharing | inventory.FacetEditors,
		Before: n.Now().Add(-n.Observe), Limit: limit,
	}
}

// workObserve observes the assets of a job that still want it.
func (n *Night) workObserve(ctx context.Context, j inventory.Job, t Turn, a *inventory.JobAccount) error {
	s, err := n.source(j.Tenant)
	if err != nil {
		return err
	}
	query := n.toObserve(j.Tenant, len(j.Assets))
	query.Only = j.Assets
	due, err := n.Store.ToObserve(ctx, query)
	if err != nil {
		return err
	}
	if j.Units > 0 {
		before, over := s.Ledger.Units(), t.over
		t.Over = func() bool { return over() || s.Ledger.Units()-before >= j.Units }
	}
	return n.eachDue(ctx, j, t, a, due, func(ctx context.Context, d inventory.Due) (bool, error) { return n.observeOne(ctx, s, d, query.Facets) })
}

// spent is what the requests to a source have cost so far in this run.
func (n *Night) spent(s Source) int {
	units := n.asked.units(s.Scanner.Tenant().Name)
	if s.Ledger != nil {
		for _, l := range s.Ledger.Lines() {
			units += l.Units
		}
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
		return f.Final, unlessStale(n.Store.ObserveFailed(ctx, d.Asset.ID, d.Asset.Revision, f))
	}
	usage.Revision, usage.Observed, usage.Facets = d.Asset.Revision, n.Now(), want
	return true, unlessStale(n.Store.Observed(ctx, d.Asset.ID, usage))
}
