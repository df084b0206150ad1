package night

import (
	"context"
	"errors"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// look reads the inside of every asset that is due. One that fails is put off
// and holds up no other.
func (n *Night) look(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	return n.eachSource(func(i int, s Source) (bool, error) {
		if s.Inspector == nil {
			return false, nil
		}
		if err := n.reconsider(ctx, s); err != nil {
			return false, err
		}
		tenant := s.Scanner.Tenant().Name
		until := n.window(run, lookPart, i).end
		return n.inBatches(ctx, run, Stage{Name: "looking", What: tenant}, func(limit int) (inventory.Job, error) {
			due, err := n.Store.Due(ctx, toLook(tenant, limit))
			return inventory.Job{Step: stepLook, Tenant: tenant, Until: until, Assets: idsOf(due)}, err
		})
	})
}

func toLook(tenant string, limit int) sqlstore.DueQuery {
	return sqlstore.DueQuery{Tenant: tenant, Depth: inventory.DepthHeads, Reader: workbook.ReaderVersion, Limit: limit}
}

// workLook looks into the assets of a job that still want it.
func (n *Night) workLook(ctx context.Context, j inventory.Job, t Turn, a *inventory.JobAccount) error {
	s, err := n.source(j.Tenant)
	if err != nil {
		return err
	}
	if err := n.knowNames(ctx, j.Run); err != nil {
		return err
	}
	query := toLook(j.Tenant, len(j.Assets))
	query.Only = j.Assets
	due, err := n.Store.Due(ctx, query)
	if err != nil {
		return err
	}
	return n.eachDue(ctx, j, t, a, due, func(ctx context.Context, d inventory.Due) (bool, error) { return n.inspect(ctx, s, d) })
}

// reconsider lets what a source refused while a feature was off be tried now
// that it is on.
func (n *Night) reconsider(ctx context.Context, s Source) error {
	selective, ok := s.Inspector.(scanners.Selective)
	if !ok {
		return nil
	}
	return n.Store.SwitchedOn(ctx, s.Scanner.Tenant().Name, selective.Looks())
}

// inspect looks into one asset and keeps what it learned, be it a structure
// or the reason why there is none. It reports false when a later try may
// succeed where this one did not.
func (n *Night) inspect(ctx context.Context, s Source, d inventory.Due) (ok bool, err error) {
	structure, err := s.Inspector.Inspect(ctx, d)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if over(err) {
		return false, err
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
	return f.Final, unlessStale(n.Store.LookFailed(ctx, d.Asset.ID, d.Asset.Revision, f))
}

// unlessStale leaves out that an asset was altered, or was taken out of the
// inventory, while it was looked into or observed: it is due again or gone.
func unlessStale(err error) error {
	if errors.Is(err, inventory.ErrStale) {
		return nil
	}
	return err
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
	case errors.Is(err, inventory.ErrMalware):
		return "malware"
	case errors.Is(err, inventory.ErrNotPermitted):
		return "forbidden"
	case errors.Is(err, inventory.ErrStale):
		return "changing"
	case errors.Is(err, inventory.ErrPrivate):
		return sqlstore.UnreadPrivate
	case errors.Is(err, inventory.ErrUnreadable) && word == "error":
		return "unreadable"
	default:
		return word
	}
}
