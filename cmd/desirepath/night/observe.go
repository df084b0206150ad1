package night

import (
	"context"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// observe reads who edits and relies on the candidates, and on nothing else:
// it costs more requests than listing does.
func (n *Night) observe(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	return n.eachSource(func(i int, s Source) (bool, error) {
		if s.Observer == nil {
			return false, nil
		}
		query := sqlstore.ObserveQuery{
			Tenant: s.Scanner.Tenant().Name, Facets: inventory.FacetSharing | inventory.FacetEditors,
			Before: n.Now().Add(-n.Observe), Limit: batch,
		}
		return n.inBatches(ctx, n.window(run, observePart, i), Stage{Name: "observing", What: query.Tenant},
			func() ([]inventory.Due, error) { return n.Store.ToObserve(ctx, query) },
			func(ctx context.Context, d inventory.Due) (bool, error) { return n.observeOne(ctx, s, d, query.Facets) })
	})
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
