package crew

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// hearing is how often whoever leads a night asks which jobs have ended.
const hearing = 50 * time.Millisecond

// leading is what a member knows that gives out jobs.
type leading struct {
	begin   sync.Once
	mu      sync.Mutex
	waiting map[int]chan<- inventory.JobAccount // by the jobs' numbers
	heard   map[int]bool                        // what was passed on, and is not yet known to be; hear's alone
	failed  error
	gone    chan struct{} // closed when failed is set
}

// Hands implements night.Crew.
func (m *Member) Hands() int { return handsOut }

// Do implements night.Crew.
func (m *Member) Do(ctx context.Context, jobs []inventory.Job) ([]inventory.JobAccount, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	m.lead(ctx, jobs[0].Run)
	ended := m.expect(jobs)
	if err := m.Night.Store.GiveOut(ctx, jobs, func(tx sqlstore.Tx) error { return m.put(ctx, tx, jobs) }); err != nil {
		return nil, err
	}
	accounts := make([]inventory.JobAccount, len(jobs))
	for i := range jobs {
		select {
		case accounts[i] = <-ended[i]:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-m.leading.gone:
			return nil, m.leading.failed
		}
	}
	return accounts, nil
}

func (m *Member) expect(jobs []inventory.Job) []<-chan inventory.JobAccount {
	m.leading.mu.Lock()
	defer m.leading.mu.Unlock()
	ended := make([]<-chan inventory.JobAccount, len(jobs))
	for i, j := range jobs {
		c := make(chan inventory.JobAccount, 1)
		ended[i], m.leading.waiting[j.N] = c, c
	}
	return ended
}

// lead begins to hear how the jobs of a run go, and to mend what members that
// are lost have left.
func (m *Member) lead(ctx context.Context, run int64) {
	m.leading.begin.Do(func() {
		m.leading.gone = make(chan struct{})
		during, end := context.WithCancel(context.WithoutCancel(ctx))
		before := m.end
		m.end = func() { end(); before() }
		m.rest.Go(func() { m.every(during, hearing, func() error { return m.hear(during, run) }) })
		m.rest.Go(func() {
			lost := lost{}
			m.every(during, m.beating(), func() error { return m.mend(during, run, lost) })
		})
	})
}

// every does something again and again, until it has failed for a minute, or
// another run has begun.
func (m *Member) every(ctx context.Context, pause time.Duration, do func() error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	var failing time.Time // since when
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := do()
		switch {
		case err == nil:
			failing = time.Time{}
		case ctx.Err() != nil:
			return
		case failing.IsZero() && !errors.Is(err, inventory.ErrLocked):
			failing = time.Now()
		case errors.Is(err, inventory.ErrLocked), time.Since(failing) > time.Minute:
			m.give(err)
			return
		}
	}
}

// give up: whoever waits is told why.
func (m *Member) give(err error) {
	m.leading.mu.Lock()
	defer m.leading.mu.Unlock()
	if m.leading.failed == nil {
		m.leading.failed = fmt.Errorf("the queue of jobs: %w", err)
		close(m.leading.gone)
	}
}

// hear passes on what has ended, each once: should it not be kept that it was
// heard of, it is told again.
func (m *Member) hear(ctx context.Context, run int64) error {
	if len(m.expected()) == 0 {
		return nil
	}
	ended, err := m.Night.Store.EndedJobs(ctx, run)
	if err != nil || len(ended) == 0 {
		return err
	}
	for n, account := range ended {
		if !m.leading.heard[n] {
			m.leading.heard[n] = true
			m.pass(n, account)
		}
	}
	if err := m.Night.Store.HeardOf(ctx, run, slices.Collect(maps.Keys(ended))); err != nil {
		return err
	}
	clear(m.leading.heard)
	return nil
}

// expected are the numbers of the jobs that somebody waits for.
func (m *Member) expected() []int {
	m.leading.mu.Lock()
	defer m.leading.mu.Unlock()
	return slices.Collect(maps.Keys(m.leading.waiting))
}

// pass gives an account to whoever waits for it.
func (m *Member) pass(n int, account inventory.JobAccount) {
	m.leading.mu.Lock()
	defer m.leading.mu.Unlock()
	if c, ok := m.leading.waiting[n]; ok {
		delete(m.leading.waiting, n)
		c <- account
		return
	}
	m.Night.Tell(account.Ledger)
}
