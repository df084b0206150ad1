package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
	"github.com/jackc/pgx/v5"
)

// The states of a job.
const (
	jobGivenOut = iota
	jobEnded
	jobHeard
)

// GiveOut keeps jobs that somebody is to do. Also is done in the same
// transaction, such as to put them on a queue of this database.
func (s *Store) GiveOut(ctx context.Context, jobs []inventory.Job, also func(Tx) error) error {
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error {
		for _, j := range jobs {
			_, err := tx.ExecContext(ctx, `INSERT INTO jobs (run, n, step, tenant, done, state, account) VALUES (?, ?, ?, ?, 0, ?, '{}')`,
				j.Run, j.N, j.Step, j.Tenant, jobGivenOut)
			if err != nil {
				return err
			}
		}
		if also == nil {
			return nil
		}
		return also(Tx{tx})
	})
	if err != nil {
		return fmt.Errorf("give out %d jobs: %w", len(jobs), err)
	}
	return nil
}

// TakeUp gives how far a job is. It returns inventory.ErrNotFound when there
// is nothing to do: it has ended, or its run has.
func (s *Store) TakeUp(ctx context.Context, j inventory.Job) (a inventory.JobAccount, err error) {
	text, err := scanString[string](s.read.QueryRowContext(ctx, `SELECT account FROM jobs WHERE run = ? AND n = ? AND state = ?`, j.Run, j.N, jobGivenOut))
	if err == nil {
		err = json.Unmarshal([]byte(text), &a)
	}
	if err != nil {
		return a, fmt.Errorf("job %d of run %d: %w", j.N, j.Run, notFound(err))
	}
	return a, nil
}

// EndJob keeps the account of a job that is done. One that has ended already
// stays as it is.
func (s *Store) EndJob(ctx context.Context, j inventory.Job, a inventory.JobAccount) error {
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error { return saveJob(ctx, tx, j, a, jobEnded) })
	if err != nil {
		return fmt.Errorf("job %d of run %d: %w", j.N, j.Run, err)
	}
	return nil
}

func saveJob(ctx context.Context, tx *sql.Tx, j inventory.Job, a inventory.JobAccount, state int) error {
	text, err := toJSON(a)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE jobs SET account = ?, done = ?, state = ? WHERE run = ? AND n = ? AND state = ?`,
		text, a.Done, state, j.Run, j.N, jobGivenOut)
	return err
}

// TellLedger tells whoever leads a run what was asked of tenants for it.
func (s *Store) TellLedger(ctx context.Context, run int64, l inventory.Ledger) error {
	if len(l) == 0 {
		return nil
	}
	text, err := toJSON(inventory.JobAccount{Ledger: l})
	if err == nil {
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO jobs (run, n, step, tenant, done, state, account)
				SELECT CAST(? AS BIGINT), CASE WHEN MIN(n) < 0 THEN MIN(n) ELSE 0 END - 1, '', '', 0, ?, CAST(? AS TEXT) FROM jobs WHERE run = ?`, run, jobEnded, text, run)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("ledger of run %d: %w", run, err)
	}
	return nil
}

// EndedJobs gives the accounts, by their numbers, of the jobs of a run that
// have ended since it was last asked.
func (s *Store) EndedJobs(ctx context.Context, run int64) (map[int]inventory.JobAccount, error) {
	ended := map[int]inventory.JobAccount{}
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `UPDATE jobs SET state = ? WHERE run = ? AND state = ? RETURNING n, account`, jobHeard, run, jobEnded)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			var text string
			if err := rows.Scan(&n, &text); err != nil {
				return err
			}
			var a inventory.JobAccount
			if err := json.Unmarshal([]byte(text), &a); err != nil {
				return err
			}
			ended[n] = a
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("ended jobs of run %d: %w", run, err)
	}
	return ended, nil
}

// Underway tells how far the night is that is under way.
func (s *Store) Underway(ctx context.Context) (u inventory.Underway, err error) {
	if err := s.underway(ctx, &u); err != nil {
		return u, fmt.Errorf("night under way: %w", err)
	}
	return u, nil
}

func (s *Store) underway(ctx context.Context, u *inventory.Underway) (err error) {
	var result string
	err = s.read.QueryRowContext(ctx, `SELECT id, started, result FROM runs ORDER BY id DESC LIMIT 1`).Scan(&u.Run, utc{&u.Started}, &result)
	if errors.Is(err, sql.ErrNoRows) || err == nil && result != "" {
		*u = inventory.Underway{}
		return nil
	}
	if err == nil {
		err = s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM workers`).Scan(&u.Workers)
	}
	if err != nil {
		return err
	}
	// Places are given out a few at a time, and how many there are is known.
	u.Steps, err = collect(ctx, s.read, func(r row) (p inventory.Progress, err error) {
		err = r.Scan(&p.Step, &p.Tenant, &p.Ended, &p.Jobs, &p.Done)
		return p, err
	}, `SELECT j.step, j.tenant, j.ended, CASE WHEN j.step = 'list' AND p.n > j.jobs THEN p.n ELSE j.jobs END, j.done FROM
		(SELECT step, tenant, MIN(n) AS first, COUNT(*) AS jobs, SUM(CASE WHEN state > 0 THEN 1 ELSE 0 END) AS ended, CAST(SUM(done) AS BIGINT) AS done
			FROM jobs WHERE run = ? AND n > 0 GROUP BY step, tenant) j
		LEFT JOIN (SELECT tenant, COUNT(*) AS n FROM places GROUP BY tenant) p ON p.tenant = j.tenant ORDER BY j.first`, u.Run)
	return err
}

// ApplyAs is Apply as a part of a job: in the same transaction the job's
// account, which account makes of what the page told, is kept, and also is
// done.
func (s *Store) ApplyAs(ctx context.Context, j inventory.Job, p inventory.Place, from inventory.Cursor, page inventory.Page,
	account func(inventory.Tally) inventory.JobAccount, also func(Tx) error) (inventory.Tally, error) {
	return s.apply(ctx, p, from, page, func(tx *sql.Tx, t inventory.Tally) error {
		err := saveJob(ctx, tx, j, account(t), jobGivenOut)
		if err != nil || also == nil {
			return err
		}
		return also(Tx{tx})
	})
}

// A Tx is a transaction of a store, for what must be kept together with it.
type Tx struct{ tx *sql.Tx }

// OnPostgres calls do with the connection that the transaction is on. It is an
// error where the store is not on PostgreSQL.
func (t Tx) OnPostgres(ctx context.Context, do func(*pgx.Conn) error) error {
	_, err := t.tx.ExecContext(ctx, `SELECT`, onConn(do))
	return err
}

// An onConn is an argument of ExecContext: what to do with the connection
// itself, which a transaction of database/sql does not show.
type onConn func(*pgx.Conn) error

// removeJobs forgets the jobs of runs that are over.
func removeJobs(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM jobs`)
	return err
}
