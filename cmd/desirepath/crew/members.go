package crew

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/desirepath/desirepath/inventory"
)

// migrate brings River's tables up to date; of those who come at once one does.
func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	const key = `(hashtextextended('desirepath queue ' || current_schema(), 0))`
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock`+key); err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil) // not in one transaction: a step may need what another has made
	if _, unlock := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock`+key); unlock != nil {
		err = errors.Join(err, unlock)
	}
	if err != nil {
		return fmt.Errorf("the queue's tables: %w", err)
	}
	return nil
}

// beating is how often a member shows that it lives.
func (m *Member) beating() time.Duration { return m.Missing / 10 }

// beat shows that a member lives.
func (m *Member) beat(ctx context.Context) error {
	_, err := m.pool.Exec(ctx, `INSERT INTO workers (id, beats) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET beats = workers.beats + 1`, m.id)
	return err
}

func (m *Member) beatOn(ctx context.Context) {
	tick := time.NewTicker(m.beating())
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := m.beat(ctx); err != nil && ctx.Err() == nil {
				m.Log.Warn("the database was not told that this worker lives", "err", err)
			}
		}
	}
}

func (m *Member) bye(ctx context.Context) error {
	ctx, enough := context.WithTimeout(ctx, 5*time.Second)
	defer enough()
	_, err := m.pool.Exec(ctx, `DELETE FROM workers WHERE id = $1`, m.id)
	return err
}

// A lost tells which members are, by what it has heard of each. It compares no
// clocks but its own.
type lost map[string]heard

type heard struct {
	beats int64
	at    time.Time
}

// living gives those who were heard of lately.
func (l lost) living(beats map[string]int64, now time.Time, missing time.Duration) map[string]bool {
	living := map[string]bool{}
	for id, n := range beats {
		if h, known := l[id]; !known || h.beats != n {
			l[id] = heard{n, now}
		}
		if now.Sub(l[id].at) < missing {
			living[id] = true
		}
	}
	return living
}

// Living counts who is there to work for an inventory, and makes sure that the
// queue can be used. It takes two seconds: who gives no sign meanwhile is not
// there.
func Living(ctx context.Context, address, password string) (int, error) {
	pool, err := connect(ctx, address, password)
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	if err := migrate(ctx, pool); err != nil {
		return 0, err
	}
	before, err := beatsOf(ctx, pool)
	if err != nil {
		return 0, err
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(2 * time.Second):
	}
	after, err := beatsOf(ctx, pool)
	living := 0
	for id, n := range after {
		if n > before[id] {
			living++
		}
	}
	return living, err
}

// beatsOf reads the beats of all members.
func beatsOf(ctx context.Context, pool *pgxpool.Pool) (map[string]int64, error) {
	rows, err := pool.Query(ctx, `SELECT id, beats FROM workers`)
	if err != nil {
		return nil, err
	}
	beats := map[string]int64{}
	var id string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error { beats[id] = n; return nil })
	return beats, err
}

// mend gives out anew what members had that are lost.
func (m *Member) mend(ctx context.Context, run int64, l lost) error {
	beats, err := beatsOf(ctx, m.pool)
	if err != nil {
		return err
	}
	living := l.living(beats, time.Now(), m.Missing)
	living[m.id] = true // though it may have stood still
	for id := range beats {
		if !living[id] {
			if _, err := m.pool.Exec(ctx, `DELETE FROM workers WHERE id = $1`, id); err != nil {
				return err
			}
			m.Log.Warn("a worker is lost; others go on with its jobs", "worker", id)
		}
	}
	if err := m.again(ctx, run, living); err != nil {
		return err
	}
	return m.dropped(ctx, run)
}

// again looks for jobs that are under way with nobody: those of the run are
// given out once more.
func (m *Member) again(ctx context.Context, run int64, living map[string]bool) error {
	underway, err := m.client.JobList(ctx, river.NewJobListParams().Queues(queue).States(rivertype.JobStateRunning).First(1000))
	if err != nil {
		return err
	}
	for _, row := range underway.Jobs {
		if len(row.AttemptedBy) == 0 || living[row.AttemptedBy[len(row.AttemptedBy)-1]] {
			continue
		}
		if err := pgx.BeginFunc(ctx, m.pool, func(tx pgx.Tx) error { return m.replace(ctx, tx, run, row) }); err != nil {
			return err
		}
	}
	return nil
}

// replace takes a row off the queue, and puts its job there anew if it is of
// the run. Its turn is later than any that the lost one may have put back, so
// that of all who have the job one goes on with it.
func (m *Member) replace(ctx context.Context, tx pgx.Tx, run int64, row *jobRow) error {
	off, err := tx.Exec(ctx, `UPDATE river_job SET state = 'discarded', finalized_at = now() WHERE id = $1 AND state = 'running' AND attempt = $2`, row.ID, row.Attempt)
	if err != nil || off.RowsAffected() == 0 {
		return err
	}
	var job args
	if err := json.Unmarshal(row.EncodedArgs, &job); err != nil || job.Run != run {
		return err
	}
	job.Turn += 1000
	_, err = m.client.InsertTx(ctx, tx, job, nil)
	return err
}

// dropped tells whoever waits for a job that is on the queue no more, and has
// not ended: somebody took it off, or what became of it could not be kept.
func (m *Member) dropped(ctx context.Context, run int64) error {
	waiting := m.expected()
	if len(waiting) == 0 {
		return nil
	}
	rows, err := m.pool.Query(ctx, `SELECT j.n FROM jobs j WHERE j.run = $1 AND j.n = ANY($2) AND j.state = 0 AND NOT EXISTS (SELECT 1 FROM river_job r
		WHERE r.queue = $3 AND r.state = ANY($4::text[]::river_job_state[]) AND (r.args->>'run')::bigint = j.run AND (r.args->>'n')::bigint = j.n)`, run, waiting, queue, undone())
	if err != nil {
		return err
	}
	gone, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return err
	}
	for _, n := range gone {
		m.pass(n, inventory.JobAccount{Error: fmt.Sprintf("job %d was taken off the queue", n)})
	}
	return nil
}
