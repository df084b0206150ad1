package night

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
	"golang.org/x/sync/errgroup"
)

// batch is how many due assets are taken from the store at once.
const batch = 128

// look reads the inside of every asset that is due. One that fails is put off
// and holds up no other.
func (n *Night) look(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	for _, s := range n.Sources {
		if s.Inspector == nil {
			continue
		}
		short, err := n.lookAt(ctx, s)
		partial = partial || short
		if err != nil {
			return partial, fmt.Errorf("look into %s: %w", s.Scanner.Tenant().Name, err)
		}
	}
	return partial, nil
}

func (n *Night) lookAt(ctx context.Context, s Source) (partial bool, err error) {
	tenant := s.Scanner.Tenant().Name
	query := sqlstore.DueQuery{Tenant: tenant, Depth: inventory.DepthHeads, Reader: workbook.ReaderVersion, Limit: batch}
	var done atomic.Int64
	var failed atomic.Bool
	for {
		due, err := n.Store.Due(ctx, query)
		if err != nil || len(due) == 0 {
			return failed.Load(), err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(n.Parallel)
		for _, d := range due {
			group.Go(func() error {
				ok, err := n.inspect(ctx, s, d)
				if !ok {
					failed.Store(true)
				}
				n.stage("looking", tenant, int(done.Add(1)))
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return true, err
		}
	}
}

// inspect looks into one asset and keeps what it learned, be it a structure
// or the reason why there is none. It reports false when a later try may
// succeed where this one did not.
func (n *Night) inspect(ctx context.Context, s Source, d inventory.Due) (ok bool, err error) {
	structure, err := s.Inspector.Inspect(ctx, d)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err == nil {
		err = n.Store.Looked(ctx, d.Asset.ID, structure)
		if err != nil && !errors.Is(err, inventory.ErrStale) {
			return false, err
		}
	}
	if err == nil {
		return true, nil
	}
	f := n.failure(err, d.Attempts)
	n.Log.Debug("not looked into", "asset", d.Asset.ID, "err", err)
	return f.Final, n.Store.LookFailed(ctx, d.Asset.ID, d.Asset.Revision, f)
}

// failure says why a look inside did not succeed and when it may be tried
// again: after a quarter of an hour, doubling up to a week, and never where
// the content itself is at fault.
func (n *Night) failure(err error, attempts int) inventory.Failure {
	wait := min(15*time.Minute<<min(attempts, 10), 7*24*time.Hour)
	return inventory.Failure{
		Reason: reason(err), Detail: scanners.Told(err),
		Final: errors.Is(err, inventory.ErrUnreadable), Retry: n.Now().Add(wait),
	}
}

// reason is the short word under which a failure is counted.
func reason(err error) string {
	word := workbook.Reason(err)
	switch {
	case errors.Is(err, wire.ErrBudget):
		return "too-large"
	case errors.Is(err, inventory.ErrNotPermitted):
		return "forbidden"
	case errors.Is(err, inventory.ErrStale):
		return "changing"
	case errors.Is(err, inventory.ErrUnreadable) && word == "error":
		return "unreadable"
	default:
		return word
	}
}
