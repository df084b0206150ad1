package night

import (
	"context"
	"fmt"

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
		if err := n.observeAt(ctx, s); err != nil {
			return true, fmt.Errorf("observe %s: %w", s.Scanner.Tenant().Name, err)
		}
	}
	return false, nil
}

func (n *Night) observeAt(ctx context.Context, s Source) error {
	tenant, done := s.Scanner.Tenant().Name, 0
	query := sqlstore.ObserveQuery{
		Tenant: tenant, Facets: inventory.FacetSharing | inventory.FacetEditors,
		Before: n.Now().Add(-n.Observe), Limit: batch,
	}
	for {
		due, err := n.Store.ToObserve(ctx, query)
		if err != nil || len(due) == 0 {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(n.Parallel)
		for _, d := range due {
			group.Go(func() error { return n.observeOne(ctx, s, d, query.Facets) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		done += len(due)
		n.stage("observing", tenant, done)
	}
}

func (n *Night) observeOne(ctx context.Context, s Source, d inventory.Due, want inventory.Facets) error {
	usage, err := s.Observer.Observe(ctx, d.Place, d.Asset, want)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		n.Log.Debug("not observed", "asset", d.Asset.ID, "err", err)
		return n.Store.ObserveFailed(ctx, d.Asset.ID, d.Asset.Revision, n.failure(err, d.Attempts))
	}
	usage.Revision, usage.Observed, usage.Facets = d.Asset.Revision, n.Now(), want
	return n.Store.Observed(ctx, d.Asset.ID, usage)
}
