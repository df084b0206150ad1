package night

import (
	"context"
	"errors"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// list brings the accounts and every place of every source up to date. A
// source that cannot be listed leaves the others alone; only when none can is
// the night over.
func (n *Night) list(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	if err := n.Store.SavePersonMap(ctx, n.People); err != nil {
		return false, fmt.Errorf("keep the mapping of people: %w", err)
	}
	first, err := n.leftOver(ctx, run)
	if err != nil {
		return false, err
	}
	var failed []error
	for i, s := range n.Sources {
		whole, err := n.listSource(ctx, s, run, scanners.Engine{First: first, Enough: n.window(run, listPart, i).enough})
		if ctx.Err() != nil {
			return true, context.Cause(ctx)
		}
		if err != nil {
			failed = append(failed, err)
		}
		partial = partial || !whole
	}
	run.Listing = n.Now().Sub(run.Started)
	if len(failed) == len(n.Sources) {
		return true, errors.Join(failed...)
	}
	for _, err := range failed {
		n.Log.Warn("a source was not listed", "run", run.ID, "err", err)
	}
	return partial, n.learnNames(ctx)
}

// learnNames takes in who is in the directory, before anything is looked into.
func (n *Night) learnNames(ctx context.Context) error {
	if n.Names == nil {
		return nil
	}
	names, err := n.Store.AccountNames(ctx)
	if err != nil {
		return fmt.Errorf("names in the directory: %w", err)
	}
	n.Names.learn(names)
	return nil
}

// listSource lists one source with an engine that knows what to begin with
// and when to stop, and reports whether all of it was seen.
func (n *Night) listSource(ctx context.Context, s Source, run *inventory.Run, engine scanners.Engine) (whole bool, err error) {
	tenant := s.Scanner.Tenant().Name
	whole = true
	if err := n.accounts(ctx, s); err != nil {
		run.Places = append(run.Places, inventory.PlaceReport{Place: tenant, Name: tenant + " directory", Error: err.Error()})
		whole = false
	}
	engine.Sink, engine.Scope, engine.Parallel = n.Store, n.Scope, n.Parallel
	engine.Log, engine.Progress = n.Log.With("run", run.ID), n.listed()
	reports, err := engine.List(ctx, s.Scanner)
	run.Places = append(run.Places, reports...)
	for _, r := range reports {
		whole = whole && r.Complete
	}
	return whole && err == nil, err
}

// listed tells a progress display how many assets were found so far.
func (n *Night) listed() func(scanners.Event) {
	found := 0
	return func(e scanners.Event) {
		if e.Stage == scanners.StageFinished {
			found += e.Report.Tally.Found
		}
		n.stage("listing", e.Tenant, found)
	}
}

func (n *Night) accounts(ctx context.Context, s Source) error {
	if s.Directory == nil {
		return nil
	}
	return n.Store.SaveAccounts(ctx, s.Scanner.Tenant().Name, s.Directory.Accounts(ctx))
}
