package night

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"golang.org/x/sync/errgroup"
)

// observe reads who edits and relies on the candidates, and on nothing else:
// it costs more requests than listing does.
func (n *Night) observe(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	for _, s := range n.Sources {
		if s.Observer == nil {
			continue
		}
		short, err := n.observeAt(ctx, s)
		partial = partial || short
		if err != nil {
			return true, fmt.Errorf("observe %s: %w", s.Scanner.Tenant().Name, err)
		}
	}
	return partial, nil
}

func (n *Night) observeAt(ctx context.Context, s Source) (partial bool, err error) {
	tenant, done := s.Scanner.Tenant().Name, 0
	query := sqlstore.ObserveQuery{
		Tenant: tenant, Facets: inventory.FacetSharing | inventory.FacetEditors,
		Before: n.Now().Add(-n.Observe), Limit: batch,
	}
	var failed atomic.Bool
	for {
		due, err := n.Store.ToObserve(ctx, query)
		if err != nil || len(due) == 0 {
			return failed.Load(), err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(n.Parallel)
		for _, d := range due {
			group.Go(func() error {
				ok, err := n.observeOne(ctx, s, d, query.Facets)
				if !ok {
					failed.Store(true)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return true, err
		}
		done += len(due)
		n.stage("observing", tenant, done)
	}
}

// observeOne observes one asset. It reports false when a later try may see
// what this one did not.
func (n *Night) observeOne(ctx context.Context, s Source, d inventory.Due, want inventory.Facets) (ok bool, err error) {
	usage, err := s.Observer.Observe(ctx, d.Place, d.Asset, want)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		n.Log.Debug("not observed", "asset", d.Asset.ID, "err", err)
		f := n.failure(err, d.Attempts)
		return f.Final, n.Store.ObserveFailed(ctx, d.Asset.ID, d.Asset.Revision, f)
	}
	usage.Revision, usage.Observed, usage.Facets = d.Asset.Revision, n.Now(), want
	return true, n.Store.Observed(ctx, d.Asset.ID, usage)
}
