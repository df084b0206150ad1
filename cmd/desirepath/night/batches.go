package night

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// batch is how many due assets make a job.
const batch = 128

// oftenIdle is how often jobs may come back of which nothing was done, such as
// from workers that end, before the rest is left for the next run.
const oftenIdle = 20

var errIdle = errors.New("nobody gets on with it; do the clocks of all machines agree?")

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

// inBatches takes jobs until there is nothing left to do, and has each batch of
// a job's assets done as a job of its own. What cannot be done now the store puts off, and hands it
// out no more tonight. When the job's time is over, or the tenant wants no more
// requests, the rest is the next night's.
func (n *Night) inBatches(ctx context.Context, run *inventory.Run, stage Stage, take func(limit int) (inventory.Job, error)) (partial bool, err error) {
	for idle := 0; ; {
		all, err := take(batch * n.crew().Hands())
		if err != nil || len(all.Assets) == 0 {
			return partial, err
		}
		var jobs []inventory.Job
		for part := range slices.Chunk(all.Assets, batch) {
			job := all
			job.Assets = part
			jobs = append(jobs, job)
		}
		accounts, err := n.do(ctx, run, jobs...)
		if err != nil {
			return true, err
		}
		before := stage.Done
		for _, a := range accounts {
			partial = partial || a.Partial
			stage.Done += a.Done
		}
		if idle++; stage.Done > before {
			idle = 0
		}
		n.stage(stage.Name, stage.What, stage.Done)
		if err := whyNotOn(accounts, idle); err != nil {
			n.Log.Warn("the rest is left for the next run", "scanner", stage.What, "step", stage.Name, "err", err)
			return true, nil
		}
	}
}

// whyNotOn is why no further jobs of a step are given out.
func whyNotOn(accounts []inventory.JobAccount, idle int) error {
	for _, a := range accounts {
		if err := why(a); err != nil {
			return err
		}
	}
	if idle >= oftenIdle {
		return errIdle
	}
	return nil
}

// idsOf names due assets.
func idsOf(due []inventory.Due) []inventory.AssetID {
	ids := make([]inventory.AssetID, len(due))
	for i, d := range due {
		ids[i] = d.Asset.ID
	}
	return ids
}
