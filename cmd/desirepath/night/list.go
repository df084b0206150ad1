package night

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// A listing is how one source was listed.
type listing struct {
	places []inventory.PlaceReport
	whole  bool  // all of it was seen
	err    error // why nothing of it was
}

// list brings the accounts and every place of every source up to date: of all
// sources at once, since each waits for a quota of its own. A source that
// cannot be listed leaves the others alone; only when none can is the night
// over.
func (n *Night) list(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	if err := n.Store.SavePersonMap(ctx, n.People); err != nil {
		return false, fmt.Errorf("keep the mapping of people: %w", err)
	}
	n.begin(run.ID)
	first, err := n.leftOver(ctx, run)
	if err != nil {
		return false, err
	}
	until := n.window(run, listPart, len(n.Sources)-1) // the same for all
	listings := make([]listing, len(n.Sources))
	var wg sync.WaitGroup
	for i, s := range n.Sources {
		wg.Go(func() {
			listings[i] = n.listSource(ctx, s, run, scanners.Engine{First: first, Enough: func(bool) error { return n.late(until.end) }, Elsewhere: n.elsewhere(run, s, until)})
		})
	}
	wg.Wait()
	var failed []error
	for _, l := range listings {
		run.Places = append(run.Places, l.places...)
		if l.err != nil {
			failed = append(failed, l.err)
		}
		partial = partial || !l.whole
	}
	if ctx.Err() != nil {
		return true, context.Cause(ctx)
	}
	run.Listing = n.Now().Sub(run.Started)
	if len(failed) == len(n.Sources) {
		return true, errors.Join(failed...)
	}
	for _, err := range failed {
		n.Log.Warn("a source was not listed", "run", run.ID, "err", err)
	}
	return partial, errors.Join(n.markNames(ctx), n.knowNames(ctx, run.ID))
}

// markNames lets other processes know whose names are kept nowhere.
func (n *Night) markNames(ctx context.Context) error {
	if n.Names == nil {
		return nil
	}
	if names := n.Names.keptNowhere(); len(names) > 0 {
		return n.Store.MarkNames(ctx, names)
	}
	return nil
}

// knowNames takes in, once a run, who is in the directory, before anything is
// looked into.
func (n *Night) knowNames(ctx context.Context, run int64) error {
	n.knowing.Lock()
	defer n.knowing.Unlock()
	if n.Names == nil || n.named == run {
		return nil
	}
	names, err := n.Store.AccountNames(ctx)
	if err != nil {
		return fmt.Errorf("names in the directory: %w", err)
	}
	marked, err := n.Store.MarkedNames(ctx)
	if err != nil {
		return err
	}
	n.Names.learn(names, marked)
	n.named = run
	return nil
}

// listSource lists one source with an engine that knows what to begin with
// and when to stop.
func (n *Night) listSource(ctx context.Context, s Source, run *inventory.Run, engine scanners.Engine) listing {
	tenant := s.Scanner.Tenant().Name
	out := listing{whole: true}
	if err := n.accounts(ctx, s); err != nil {
		out.places = append(out.places, inventory.PlaceReport{Place: tenant, Name: tenant + " directory", Error: err.Error()})
		out.whole = false
	}
	engine.Sink, engine.Scope, engine.Parallel = n.Store, n.Store.Heeding(n.Scope), max(n.Parallel, n.crew().Hands())
	engine.Log, engine.Progress = n.Log.With("run", run.ID), n.listed()
	reports, err := engine.List(ctx, s.Scanner)
	out.places, out.err = append(out.places, reports...), err
	for _, r := range reports {
		out.whole = out.whole && r.Complete
	}
	out.whole = out.whole && err == nil
	return out
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
	return n.Store.SaveAccounts(ctx, s.Scanner.Tenant().Name, n.withoutErased(s.Directory.Accounts(ctx)))
}

// withoutErased takes in the names of people who were erased, as their accounts pass:
// these are not kept, and are dropped where a workbook shows them all the same.
func (n *Night) withoutErased(accounts iter.Seq2[inventory.Account, error]) iter.Seq2[inventory.Account, error] {
	if n.Names == nil {
		return accounts
	}
	return func(yield func(inventory.Account, error) bool) {
		for a, err := range accounts {
			if err == nil && n.Store.Erased(a) {
				n.Names.also(a.Name)
			}
			if !yield(a, err) {
				return
			}
		}
	}
}
