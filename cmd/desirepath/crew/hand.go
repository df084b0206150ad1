package crew

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
)

type jobRow = rivertype.JobRow

// args is a job as it stands on the queue: what it is about the inventory alone
// tells. No name and no id comes there, which an erasure would have to look for.
type args struct {
	Run  int64  `json:"run"`
	N    int    `json:"n"`
	Turn int    `json:"turn"`
	Step string `json:"step"`
}

func argsOf(j inventory.Job) args { return args{j.Run, j.N, j.Turn, j.Step} }

func (a args) job() inventory.Job {
	return inventory.Job{Run: a.Run, N: a.N, Turn: a.Turn, Step: a.Step}
}

// Kind implements river.JobArgs.
func (args) Kind() string { return "night" }

// InsertOpts implements river.JobArgsWithInsertOpts. What lists comes before
// what looks, as in a night: a crew may be about two of them when one was cut.
func (a args) InsertOpts() river.InsertOpts {
	priority := 4
	switch a.Step {
	case "list":
		priority = 1
	case "look":
		priority = 2
	case "observe":
		priority = 3
	}
	return river.InsertOpts{Queue: queue, Priority: priority, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: undone()}}
}

// undone are the states of rows that somebody does, or is going to. What is
// done counts no more: an inventory that was restored has the same runs again.
func undone() []rivertype.JobState {
	return []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}
}

// A hand does jobs.
type hand struct {
	river.WorkerDefaults[args]
	member *Member
}

// errUndone is what the queue keeps of what went wrong: errors may name people.
var errUndone = errors.New("not done; the worker's log says why")

// Work implements river.Worker.
func (h *hand) Work(ctx context.Context, row *river.Job[args]) error {
	m, job := h.member, row.Args.job()
	account, err := m.do(ctx, job)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, night.ErrGone), errors.Is(err, night.ErrHandedOn):
		m.tell(ctx, job.Run, account.Ledger.Merge(m.Night.Ledger()))
		return nil
	case errors.Is(err, night.ErrUnfit):
		select {
		case m.unfit <- err:
		default: // it was said
		}
		return river.JobSnooze(time.Second)
	}
	m.Log.Warn("a job was not done", "run", job.Run, "job", job.N, "step", job.Step, "attempt", row.Attempt, "err", scanners.Told(err))
	m.reach(ctx)
	if ctx.Err() != nil {
		return ctx.Err() // of a member that ends: River does not count this as a failure
	}
	if row.Attempt < row.MaxAttempts {
		return errUndone
	}
	account.Error = scanners.Told(err)
	if err := m.Night.Store.EndJob(ctx, job, account); err != nil {
		m.Log.Warn("whoever leads the night was not told", "run", job.Run, "job", job.N, "err", err)
	}
	return errUndone
}

// do does a job for one turn.
func (m *Member) do(ctx context.Context, job inventory.Job) (account inventory.JobAccount, err error) {
	defer func() {
		if p := recover(); p != nil {
			m.Log.Error("a job panicked", "step", job.Step, "stack", string(debug.Stack()))
			err = fmt.Errorf("it panicked, which is a mistake of ours: %v", p)
		}
	}()
	until := time.Now().Add(turn)
	return m.Night.Work(ctx, job, night.Turn{
		Over:   func() bool { return m.leaving.Load() || time.Now().After(until) },
		Next:   m.putBack,
		Ledger: m.Night.Ledger,
	})
}

// tell tells whoever leads a run what was asked of tenants for it.
func (m *Member) tell(ctx context.Context, run int64, asked inventory.Ledger) {
	if err := m.Night.Store.TellLedger(ctx, run, asked); err != nil {
		m.Log.Warn("what was asked of tenants was not told", "run", run, "err", err)
	}
}

// reach waits until the database answers. What became of a job that failed
// because it did not could not be kept, and the job would be nobody's.
func (m *Member) reach(ctx context.Context) {
	for ctx.Err() == nil && m.pool.Ping(ctx) != nil {
		select {
		case <-ctx.Done():
		case <-time.After(time.Second / 2):
		}
	}
}

// putBack puts a job on the queue within a transaction of the store.
func (m *Member) putBack(ctx context.Context, tx sqlstore.Tx, j inventory.Job) error {
	return m.put(ctx, tx, []inventory.Job{j})
}

func (m *Member) put(ctx context.Context, tx sqlstore.Tx, jobs []inventory.Job) error {
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		params[i] = river.InsertManyParams{Args: argsOf(j)}
	}
	return tx.OnPostgres(ctx, func(conn *pgx.Conn) error {
		_, err := m.client.InsertManyTx(ctx, joined{conn}, params)
		return err
	})
}

// A joined is a transaction that whoever began it ends.
type joined struct{ connection }

type connection = *pgx.Conn

var errNotOurs = errors.New("the transaction is not the queue's to begin or end")

// Begin implements pgx.Tx.
func (joined) Begin(context.Context) (pgx.Tx, error) { return nil, errNotOurs }

// Commit implements pgx.Tx.
func (joined) Commit(context.Context) error { return errNotOurs }

// Rollback implements pgx.Tx.
func (joined) Rollback(context.Context) error { return errNotOurs }

// LargeObjects implements pgx.Tx.
func (joined) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Conn implements pgx.Tx.
func (j joined) Conn() *pgx.Conn { return j.connection }
