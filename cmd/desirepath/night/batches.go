package night

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/desirepath/desirepath/inventory"
	"golang.org/x/sync/errgroup"
)

// batch is how many due assets are taken from the store at once.
const batch = 128

// eachSource does a step of the night for one source after the other.
func (n *Night) eachSource(do func(i int, s Source) (partial bool, err error)) (partial bool, err error) {
	for i, s := range n.Sources {
		short, err := do(i, s)
		partial = partial || short
		if err != nil {
			return true, fmt.Errorf("%s: %w", s.Scanner.Tenant().Name, err)
		}
	}
	return partial, nil
}

// inBatches takes assets until there are none left and does something to each,
// a few at once. What do reports false of wants a later try; it is the store
// that puts it off and hands it out no more tonight. When the window is over,
// or the tenant wants no more requests, the rest is the next night's.
func (n *Night) inBatches(ctx context.Context, w window, stage Stage, take func() ([]inventory.Due, error), do func(context.Context, inventory.Due) (ok bool, err error)) (partial bool, err error) {
	var failed atomic.Bool
	for {
		due, err := take()
		if err != nil || len(due) == 0 {
			return failed.Load(), err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(n.Parallel)
		for _, d := range due {
			group.Go(func() error {
				if err := w.enough(false); err != nil {
					return err
				}
				ok, err := do(ctx, d)
				if !ok {
					failed.Store(true)
				}
				return err
			})
		}
		err = group.Wait()
		if over(err) {
			n.Log.Warn("the rest is left for the next run", "scanner", stage.What, "step", stage.Name, "err", err)
			return true, nil
		}
		if err != nil {
			return true, err
		}
		stage.Done += len(due)
		n.stage(stage.Name, stage.What, stage.Done)
	}
}
