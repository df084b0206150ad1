// Package night holds the order of a night's work: list what changed, look
// inside, judge, observe the candidates, judge again, group into families,
// propose conversations, publish. Every step keeps its results as it goes and
// takes up where the last run stopped, so a night that is cut short is
// finished by the next one. It is the only room that knows all the others.
package night

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A Source is one tenant with what can be done in it. Only Scanner is needed;
// what is nil is not done.
type Source struct {
	Scanner   scanners.Scanner
	Inspector scanners.Inspector
	Observer  scanners.Observer
	Directory scanners.Directory
	Ledger    *wire.Ledger
	Budget    *wire.Budget // of the tenant's day; kept from run to run
	// Rest lets go of connections that are kept for the next request.
	Rest func()
	// Watching is how many units observing may take of a night; 0: any number.
	Watching int
}

// A Night is one run over all sources.
type Night struct {
	Store        *sqlstore.Store
	Sources      []Source
	Names        *Names          // dropped wherever a workbook shows them; may be nil
	IDKey        inventory.IDKey // that the sources sample columns of ids with; the zero key for none
	Scope        inventory.Scope
	People       map[string]string // joins accounts: address to the person's own
	Classifier   *classify.Classifier
	Tuned        func(context.Context) (*classify.Classifier, error) // the classifier with the weights of now, and no background; may be nil
	Catalogue    catalogue.Catalogue
	Outreach     Outreach
	Retention    sqlstore.Retention // for how long what is no longer needed is kept
	Organisation string
	Out          string // the folder that results are written to
	Metrics      Metrics
	Parallel     int           // places listed, and assets looked into, at once
	Observe      time.Duration // how long an observation of use stays good
	Deadline     time.Time     // when it must be over; what is left is the next night's. Zero: none
	Log          *slog.Logger
	Progress     func(Stage) // may be nil; need not be safe for concurrent use
	Now          func() time.Time

	// Crew has the jobs done that the night is cut into; nil: this process.
	Crew Crew

	telling sync.Mutex   // held during Progress
	given   atomic.Int64 // jobs so far
	asked   asking
	opened  sync.Once
	slots   chan struct{} // filled by the assets that are looked into and observed

	knowing sync.Mutex // held while one of these is found out
	begun   int64      // the run that the sources know of
	named   int64      // the run that the names were learnt for
	heard   map[inventory.AssetID]inventory.Feedback
	heardAt time.Time
}

// Outreach says how conversations are proposed.
type Outreach struct {
	Certainty float64       // propose from this certainty up
	Quiet     time.Duration // nobody is invited twice within it
	Language  string
	Worth     classify.WorthWeights // nil: classify.DefaultWorth
}

// A Stage tells how far the night is, for a progress display.
type Stage struct {
	Name string // listing, looking ...
	What string // the tenant, if it is about one
	Done int    // of whatever the stage counts
}

// Run does the night's work under the store's lock and keeps its account. The
// error is what stopped the run; places and assets that could not be seen
// make its result partial instead.
func (n *Night) Run(ctx context.Context) (run inventory.Run, err error) {
	release, err := n.Store.Lock(ctx)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, release()) }()
	id, err := n.Store.StartRun(ctx)
	if err != nil {
		return run, fmt.Errorf("begin the run: %w", err)
	}
	run = inventory.Run{ID: id, Started: n.Now()}
	partial, err := n.work(ctx, &run)
	for _, s := range n.Sources {
		if s.Rest != nil {
			s.Rest()
		}
	}
	run.Finished = n.Now()
	run.Result = result(ctx, partial, err)
	if err != nil {
		run.Error = scanners.Told(err)
	}
	run.Ledger = n.Ledger().Merge(n.asked.lines)
	if keep := n.Store.FinishRun(context.WithoutCancel(ctx), run); keep != nil {
		return run, errors.Join(err, fmt.Errorf("keep the run's account: %w", keep))
	}
	if err == nil {
		err = n.Store.Settle(ctx, n.publish)
	}
	return run, errors.Join(err, n.tellMetrics(context.WithoutCancel(ctx)))
}

// work is the order of the night.
func (n *Night) work(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	if err := n.carryBudgets(ctx); err != nil {
		return false, err
	}
	keep := n.bookkeeping(ctx)
	defer func() { err = errors.Join(err, keep()) }()
	for _, step := range []struct {
		name string
		take func(context.Context, *inventory.Run) (short bool, err error)
	}{
		{"list", n.list}, {"look", n.ids}, {"look", n.look}, {"background", n.background}, {"judge", n.judge}, {"observe", n.observe},
		{"judge", n.judge}, {"group", n.group}, {"trace", n.trace}, {"propose", n.propose}, {"expire", n.expire},
		{"cards", n.cards}, {"around", n.surround},
	} {
		began := n.Now()
		done := n.showing(ctx, run, step.name)
		short, err := step.take(ctx, run)
		done()
		run.Took(step.name, n.Now().Sub(began))
		partial = partial || short
		if err != nil {
			return partial, err
		}
	}
	return partial, nil
}

func result(ctx context.Context, partial bool, err error) inventory.RunResult {
	switch {
	case err != nil && ctx.Err() != nil:
		return inventory.RunCut
	case err != nil:
		return inventory.RunFailed
	case partial:
		return inventory.RunPartial
	default:
		return inventory.RunComplete
	}
}

func (n *Night) stage(name, what string, done int) {
	if n.Progress != nil {
		n.telling.Lock()
		defer n.telling.Unlock()
		n.Progress(Stage{Name: name, What: what, Done: done})
	}
}
