package crew

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type jobRow = rivertype.JobRow

// args is a job on the queue. Its ids are no names, and it goes with the night.
type args struct {
	inventory.Job
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
	return river.InsertOpts{Queue: queue, Priority: priority, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// A hand does jobs.
type hand struct {
	river.WorkerDefaults[args]
	member *Member
}

// Work implements river.Worker.
func (h *hand) Work(ctx context.Context, row *river.Job[args]) error {
	m, job := h.member, row.Args.Job
	until := time.Now().Add(turn)
	account, err := m.Night.Work(ctx, job, night.Turn{
		Over:   func() bool { return m.leaving.Load() || time.Now().After(until) },
		Next:   m.putBack,
		Ledger: m.Night.Ledger,
	})
	switch {
	case err == nil, errors.Is(err, inventory.ErrNotFound): // its night is over, or somebody else was faster
		return nil
	case errors.Is(err, night.ErrHandedOn):
		return m.Night.Store.TellLedger(ctx, job.Run, m.Night.Ledger())
	case row.Attempt < row.MaxAttempts || ctx.Err() != nil:
		return err
	default:
		account.Error = err.Error()
		return errors.Join(err, m.Night.Store.EndJob(ctx, job, account))
	}
}

// putBack puts a job on the queue within a transaction of the store.
func (m *Member) putBack(ctx context.Context, tx sqlstore.Tx, j inventory.Job) error {
	return m.put(ctx, tx, []inventory.Job{j})
}

func (m *Member) put(ctx context.Context, tx sqlstore.Tx, jobs []inventory.Job) error {
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		params[i] = river.InsertManyParams{Args: args{j}}
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
