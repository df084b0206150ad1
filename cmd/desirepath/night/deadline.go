package night

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// What part of the time to the deadline is over when a step begins nothing
// more. The rest is for judging, grouping and publishing, which a night of
// many changes needs.
const (
	listPart    = 0.60
	lookPart    = 0.85
	observePart = 0.92
)

// errLate ends a step that has used up its part of the time.
var errLate = errors.New("its part of the time to the deadline is used up")

// A window is the time that a step has for one source; zero times: any.
type window struct {
	end  time.Time // nothing more is begun then
	last time.Time // what is under way ends: to leave it costs more than to finish it
}

// window shares what is left of a step's time among the sources that are
// left, so that the first does not use up the last one's.
func (n *Night) window(run *inventory.Run, part float64, source int) window {
	if n.Deadline.IsZero() {
		return window{}
	}
	now := n.Now()
	end := run.Started.Add(time.Duration(part * float64(n.Deadline.Sub(run.Started))))
	mine := end.Sub(now) / time.Duration(len(n.Sources)-source)
	return window{end: now.Add(mine), last: now.Add(mine + max(0, mine/4))}
}

// late is errLate from a time on; never, if that is zero.
func (n *Night) late(from time.Time) error {
	if from.IsZero() || n.Now().Before(from) {
		return nil
	}
	return errLate
}

// leftOver tells the places that the last run did not list to their end.
func (n *Night) leftOver(ctx context.Context, run *inventory.Run) (func(inventory.Place) bool, error) {
	runs, err := n.Store.Runs(ctx, 4)
	if err != nil {
		return nil, err
	}
	for _, earlier := range runs {
		if earlier.ID == run.ID || len(earlier.Places) == 0 {
			continue // this one, or one that was cut before it could tell
		}
		left := map[string]bool{}
		for _, p := range earlier.Places {
			if !p.Complete {
				left[p.Place] = true
			}
		}
		return func(p inventory.Place) bool { return left[p.Key()] }, nil
	}
	return nil, nil
}

// over reports whether an error means that nothing more can be had of a
// source tonight, which is no fault of what was asked for.
func over(err error) bool {
	return errors.Is(err, wire.ErrSpent) || errors.Is(err, errLate)
}

// carryBudgets gives every source what was spent in its tenant within the
// last day. Where the day is shared, that is what was spent before it was.
func (n *Night) carryBudgets(ctx context.Context) error {
	for _, s := range n.Sources {
		if s.Budget == nil {
			continue
		}
		var earlier wire.Spent
		text, err := n.Store.Setting(ctx, budgetName(s))
		if err == nil && text != "" {
			err = earlier.UnmarshalText([]byte(text))
		}
		if err != nil {
			return fmt.Errorf("what was spent of the day's budget: %w", err)
		}
		s.Budget.Carry(earlier)
	}
	return nil
}

// keepBudgets keeps what was spent, for the next run. What a shared day has is
// kept where it is shared.
func (n *Night) keepBudgets(ctx context.Context) error {
	for _, s := range n.Sources {
		if s.Budget == nil || s.Budget.Shared() {
			continue
		}
		text, err := s.Budget.Spent().MarshalText()
		if err == nil {
			err = n.Store.SaveSetting(ctx, budgetName(s), string(text))
		}
		if err != nil {
			return fmt.Errorf("what was spent of the day's budget: %w", err)
		}
	}
	return nil
}

func budgetName(s Source) string { return "spent " + s.Scanner.Tenant().Name }

// bookkeeping keeps the budgets once a minute while a night goes on, so that
// a run which is killed is not forgotten. The function it gives ends it.
func (n *Night) bookkeeping(ctx context.Context) (end func() error) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		tick := time.NewTicker(time.Minute)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				done <- n.keepBudgets(context.WithoutCancel(ctx))
				return
			case <-tick.C:
				if err := n.keepBudgets(ctx); err != nil {
					n.Log.Warn("the budget was not kept", "err", err)
				}
			}
		}
	}()
	return func() error {
		cancel()
		return <-done
	}
}
