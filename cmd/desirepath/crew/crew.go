// Package crew has the jobs of a night done by all the processes that work for
// an inventory on PostgreSQL. They take them from a River queue in the same
// database; a job that is not done in its turn is put back there in the
// transaction that keeps how far it is.
package crew

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
)

const (
	// queue is the name of River's queue.
	queue = "desirepath"
	// turn is how long somebody stays with a job before it goes back.
	turn = 30 * time.Second
	// handsOut is how many jobs are given out at once: enough for a dozen
	// processes, and few enough to be held.
	handsOut = 64
	// attempts is how often a job is tried before its night hears of it.
	attempts = 5
	// farewell is how long a process that is asked to end waits for its jobs:
	// those that have turns hand them on sooner.
	farewell = time.Minute
	// kept is how long River keeps what was done, for whoever looks at the queue.
	kept = time.Hour
)

// Options say who works where, and for what.
type Options struct {
	Address, Password string       // of the inventory on PostgreSQL
	Night             *night.Night // knows how to do the jobs
	Jobs              int          // done at once by this process; 4 when 0
	// Missing is how long a member that gives no sign is waited for before
	// others go on with its jobs; 10 seconds when 0.
	Missing time.Duration
	Log     *slog.Logger
}

// A Member is one process of a crew. As a night's Crew it gives out jobs; it
// does those of any night of its inventory.
type Member struct {
	Options
	id     string
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]

	leaving atomic.Bool
	unfit   chan error
	end     context.CancelFunc
	rest    sync.WaitGroup
	leading leading
}

// Join makes this process a member and begins to do jobs, until Leave.
func Join(ctx context.Context, o Options) (*Member, error) {
	if o.Jobs < 1 {
		o.Jobs = 4
	}
	o.Missing = cmp.Or(o.Missing, 10*time.Second)
	m := &Member{Options: o, id: name(), unfit: make(chan error, 1)}
	m.leading.waiting, m.leading.heard = map[int]chan<- inventory.JobAccount{}, map[int]bool{}
	if err := m.join(ctx); err != nil {
		m.Leave(ctx)
		return nil, fmt.Errorf("work for the inventory: %w", err)
	}
	return m, nil
}

// Name is under what the member is known to the others.
func (m *Member) Name() string { return m.id }

// Unfit tells why this member cannot do the jobs of a night that others can. It
// had better end, and be started again with what is there then.
func (m *Member) Unfit() <-chan error { return m.unfit }

// name tells the members apart, for whoever looks at the queue.
func name() string {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	return host + "-" + strings.ToLower(rand.Text()[:8])
}

func (m *Member) join(ctx context.Context) (err error) {
	if m.pool, err = connect(ctx, m.Address, m.Password); err != nil {
		return err
	}
	if err := migrate(ctx, m.pool); err != nil {
		return err
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &hand{member: m}); err != nil {
		return err
	}
	m.client, err = river.NewClient(riverpgxv5.New(m.pool), &river.Config{
		ID: m.id, Workers: workers, Logger: slog.New(quiet{m.Log.Handler()}),
		Queues:            map[string]river.QueueConfig{queue: {MaxWorkers: m.Jobs}},
		FetchPollInterval: 500 * time.Millisecond, FetchCooldown: 20 * time.Millisecond,
		JobTimeout: -1, MaxAttempts: attempts, RetryPolicy: soon{},
		CompletedJobRetentionPeriod: kept, CancelledJobRetentionPeriod: kept, DiscardedJobRetentionPeriod: kept,
	})
	if err != nil {
		return err
	}
	during, end := context.WithCancel(context.WithoutCancel(ctx))
	m.end = end
	if err := m.beat(ctx); err != nil {
		return err
	}
	m.rest.Go(func() { m.beatOn(during) })
	return m.client.Start(during)
}

func connect(ctx context.Context, address, password string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address of the inventory cannot be read")
	}
	if password != "" {
		config.ConnConfig.Password = password
	}
	config.ConnConfig.RuntimeParams["application_name"] = "desirepath crew"
	config.MaxConns = 6 // one listens, one elects, the others come and go
	return pgxpool.NewWithConfig(ctx, config)
}

// Leave hands on what can be, waits for the jobs that are under way, and lets
// go of the database.
func (m *Member) Leave(ctx context.Context) error {
	m.leaving.Store(true)
	var err error
	if m.client != nil && m.end != nil {
		patient, enough := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer enough()
		if err = m.client.Stop(patient); errors.Is(err, context.DeadlineExceeded) {
			m.Log.Warn("jobs that were not done in time are cut; they begin again where they are")
			err = m.client.StopAndCancel(context.WithoutCancel(ctx))
		}
	}
	if m.end != nil {
		m.end()
	}
	m.rest.Wait()
	if m.pool != nil {
		err = errors.Join(err, m.bye(context.WithoutCancel(ctx)))
		m.pool.Close()
	}
	return err
}

// soon is when a job that failed is tried again.
type soon struct{}

// NextRetry implements river.ClientRetryPolicy.
func (soon) NextRetry(job *jobRow) time.Time {
	return time.Now().Add(time.Second << min(len(job.Errors), 5))
}

// quiet lets pass what an operator has to know.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}
