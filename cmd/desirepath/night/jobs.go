package night

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"golang.org/x/sync/errgroup"
)

// The steps of a night that are cut into jobs.
const (
	stepList    = "list"
	stepLook    = "look"
	stepObserve = "observe"
	stepJudge   = "judge"
	stepGroup   = "group"
)

// A Crew has the jobs of a night done.
type Crew interface {
	// Do has jobs done, all at once if it can, and gives their accounts in the
	// same order. It may be called concurrently.
	Do(ctx context.Context, jobs []inventory.Job) ([]inventory.JobAccount, error)
	// Hands is how many jobs it is best given at once.
	Hands() int
}

// A Turn is how long somebody stays with a job. The zero Turn is until it is done.
type Turn struct {
	// Over says that the job should go to whoever takes it up next.
	Over func() bool
	// Next puts the job back, in the transaction that keeps how far it is.
	Next func(context.Context, sqlstore.Tx, inventory.Job) error
	// Ledger is what was asked of tenants meanwhile and is told with the job.
	Ledger func() inventory.Ledger
}

func (t Turn) over() bool { return t.Over != nil && t.Over() }

// alone is the crew of a night that is done by one process.
type alone struct{ night *Night }

// Hands implements Crew: each job keeps Night.Parallel assets going.
func (alone) Hands() int { return 1 }

// Do implements Crew.
func (a alone) Do(ctx context.Context, jobs []inventory.Job) ([]inventory.JobAccount, error) {
	if err := a.night.Store.GiveOut(ctx, jobs, nil); err != nil {
		return nil, err
	}
	accounts := make([]inventory.JobAccount, len(jobs))
	for i, j := range jobs {
		var err error
		if accounts[i], err = a.night.Work(ctx, j, Turn{}); err != nil {
			return nil, err
		}
	}
	return accounts, nil
}

func (n *Night) crew() Crew {
	if n.Crew == nil {
		return alone{n}
	}
	return n.Crew
}

// An asking is what crews have asked of tenants for a night, besides what its
// own sources' ledgers hold.
type asking struct {
	mu    sync.Mutex
	lines inventory.Ledger
}

func (a *asking) add(lines inventory.Ledger) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines = a.lines.Merge(lines)
}

func (a *asking) units(source string) (units int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.lines {
		if l.Source == source {
			units += l.Units
		}
	}
	return units
}

// Ledger is what was asked of the sources since it was last taken.
func (n *Night) Ledger() (all inventory.Ledger) {
	for _, s := range n.Sources {
		if s.Ledger == nil {
			continue
		}
		for _, line := range s.Ledger.Take() {
			line.Source = s.Scanner.Tenant().Name
			all = append(all, line)
		}
	}
	return all
}

// Tell takes in what was asked of the sources elsewhere.
func (n *Night) Tell(asked inventory.Ledger) { n.asked.add(asked) }

// do has jobs of a step done.
func (n *Night) do(ctx context.Context, run *inventory.Run, jobs ...inventory.Job) ([]inventory.JobAccount, error) {
	return n.doBy(ctx, n.crew(), run, jobs...)
}

func (n *Night) doBy(ctx context.Context, crew Crew, run *inventory.Run, jobs ...inventory.Job) ([]inventory.JobAccount, error) {
	for i := range jobs {
		jobs[i].Run, jobs[i].N = run.ID, int(n.given.Add(1))
	}
	accounts, err := crew.Do(ctx, jobs)
	for _, a := range accounts {
		n.asked.add(a.Ledger)
		if a.Error != "" {
			err = errors.Join(err, fmt.Errorf("%s: %s", jobs[0].Step, a.Error))
		}
	}
	return accounts, err
}

// showing has the pages show a step that is not cut into jobs, until it is done.
func (n *Night) showing(ctx context.Context, run *inventory.Run, step string) (done func()) {
	switch step {
	case stepList, stepLook, stepObserve, stepJudge, stepGroup:
		return func() {}
	}
	whole := inventory.Job{Run: run.ID, N: int(n.given.Add(1)), Step: step}
	err := n.Store.GiveOut(ctx, []inventory.Job{whole}, nil)
	return func() {
		if err = errors.Join(err, n.Store.EndJob(ctx, whole, inventory.JobAccount{})); err != nil && ctx.Err() == nil {
			n.Log.Warn("how far the night is was not kept", "err", err)
		}
	}
}

// What Work returns of a job that is not done, and yet needs no further try.
var (
	// ErrHandedOn is of one whose turn was over: it goes on where Turn.Next
	// has put it.
	ErrHandedOn = errors.New("handed on")
	// ErrGone is of one that has ended, whose run has, or that somebody else
	// has taken up.
	ErrGone = errors.New("there is nothing to do any more")
	// ErrUnfit is of one that this process cannot do, and others can.
	ErrUnfit = errors.New("this worker does not fit the night")
)

// gone tells what the store knows of a job no more from all else that is not found.
func gone(err error) error {
	if errors.Is(err, inventory.ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return err
}

// Work does a job, for one turn, and keeps its account. Of the job its run,
// number and turn must be known.
func (n *Night) Work(ctx context.Context, j inventory.Job, t Turn) (inventory.JobAccount, error) {
	j, a, err := n.Store.TakeUp(ctx, j)
	if err != nil {
		return a, gone(err)
	}
	n.begin(j.Run)
	switch j.Step {
	case stepList:
		err = n.workList(ctx, j, t, &a)
	case stepLook:
		err = n.workLook(ctx, j, t, &a)
	case stepObserve:
		err = n.workObserve(ctx, j, t, &a)
	case stepJudge:
		err = n.workJudge(ctx, j, &a)
	case stepGroup:
		err = n.workGroup(ctx, &a)
	default:
		err = fmt.Errorf("%w: its job %q is of a newer desirepath; let all workers be of one version", ErrUnfit, j.Step)
	}
	if err != nil {
		return a, err
	}
	if t.Ledger != nil {
		a.Ledger = a.Ledger.Merge(t.Ledger())
	}
	return a, gone(n.Store.EndJob(ctx, j, a))
}

// begin has the sources forget what they know of earlier runs, once a run.
func (n *Night) begin(run int64) {
	n.knowing.Lock()
	defer n.knowing.Unlock()
	if n.begun == run {
		return
	}
	n.begun = run
	for _, s := range n.Sources {
		if d, ok := s.Scanner.(scanners.Divisible); ok {
			d.Begin()
		}
	}
}

// lister is who lists a place: the crew if it can be listed by anybody.
func (n *Night) lister(s Source, p inventory.Place) Crew {
	if d, ok := s.Scanner.(scanners.Divisible); ok && d.Apart(p) {
		return n.crew()
	}
	return alone{n}
}

// source finds the source that a job is about.
func (n *Night) source(tenant string) (Source, error) {
	i := slices.IndexFunc(n.Sources, func(s Source) bool { return s.Scanner.Tenant().Name == tenant })
	if i < 0 {
		return Source{}, fmt.Errorf("%w: there is no source %q here; let all workers have the night's configuration", ErrUnfit, tenant)
	}
	return n.Sources[i], nil
}

// eachDue does something to each of a job's assets, a few at once. What do
// reports false of wants a later try. What the turn is too short for stays
// due, and whoever gave the job out gives it out again.
func (n *Night) eachDue(ctx context.Context, j inventory.Job, t Turn, a *inventory.JobAccount, due []inventory.Due, do func(context.Context, inventory.Due) (ok bool, err error)) error {
	var failed atomic.Bool
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for _, d := range due {
		leave := n.atOnce(ctx)
		group.Go(func() error {
			defer leave()
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if t.over() {
				return nil
			}
			if err := n.late(j.Until); err != nil {
				return err
			}
			ok, err := do(ctx, d)
			if err == nil {
				done.Add(1)
			}
			if !ok {
				failed.Store(true)
			}
			return err
		})
	}
	err := group.Wait()
	a.Done, a.Partial = a.Done+int(done.Load()), a.Partial || failed.Load()
	return cutShort(a, err)
}

// atOnce waits until so few assets are under way in this process that another
// may be: it may be at several jobs. The function it gives ends that.
func (n *Night) atOnce(ctx context.Context) (done func()) {
	n.opened.Do(func() { n.slots = make(chan struct{}, max(1, n.Parallel)) })
	select {
	case n.slots <- struct{}{}:
		return func() { <-n.slots }
	case <-ctx.Done():
		return func() {}
	}
}

// cutShort puts into an account that nothing more can be had tonight, which is
// no fault of the job's.
func cutShort(a *inventory.JobAccount, err error) error {
	if !over(err) {
		return err
	}
	a.Spent, a.Late = errors.Is(err, wire.ErrSpent), errors.Is(err, errLate)
	return nil
}

// why is what cut a job short, as cutShort has put it down.
func why(a inventory.JobAccount) error {
	switch {
	case a.Spent:
		return wire.ErrSpent
	case a.Late:
		return errLate
	default:
		return nil
	}
}
