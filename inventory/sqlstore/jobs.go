package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

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
		ahead, err := s.ahead(ctx, tx)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if err := giveOut(ctx, tx, j, ahead); err != nil {
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

func giveOut(ctx context.Context, tx *sql.Tx, j inventory.Job, ahead time.Duration) error {
	task := j
	if !j.Until.IsZero() {
		task.Until = j.Until.Add(-ahead)
	}
	text, err := toJSON(task)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO jobs (run, n, step, tenant, done, state, task, turn, account) VALUES (?, ?, ?, ?, 0, ?, ?, ?, '{}')`,
		j.Run, j.N, j.Step, j.Tenant, jobGivenOut, text, j.Turn)
	return err
}

// ahead is how far this machine's clock is ahead of the database's: times that
// others go by are kept by the database's.
func (s *Store) ahead(ctx context.Context, tx *sql.Tx) (time.Duration, error) {
	var clock time.Time
	if err := tx.QueryRowContext(ctx, `SELECT `+s.dialect.clock()).Scan(utc{&clock}); err != nil {
		return 0, err
	}
	return s.now().Sub(clock), nil
}

// TakeUp takes a turn of a job, of which only the run, the number and the turn
// need be known, and tells what it is about and how far it is. Whoever had an
// earlier turn has lost it. It returns inventory.ErrNotFound when there is
// nothing to do: the job has ended, its run has, or a later turn was taken.
func (s *Store) TakeUp(ctx context.Context, j inventory.Job) (task inventory.Job, a inventory.JobAccount, err error) {
	err = s.inSharedTx(ctx, func(tx *sql.Tx) error {
		var about, account string
		err := tx.QueryRowContext(ctx, `UPDATE jobs SET turn = ? WHERE run = ? AND n = ? AND state = ? AND turn <= ? RETURNING task, account`,
			j.Turn, j.Run, j.N, jobGivenOut, j.Turn).Scan(&about, &account)
		if err != nil {
			return notFound(err)
		}
		ahead, err := s.ahead(ctx, tx)
		if err != nil {
			return err
		}
		if err := errors.Join(json.Unmarshal([]byte(about), &task), json.Unmarshal([]byte(account), &a)); err != nil {
			return err
		}
		task.Turn = j.Turn
		if !task.Until.IsZero() {
			task.Until = task.Until.Add(ahead)
		}
		return nil
	})
	if err != nil {
		return task, a, fmt.Errorf("job %d of run %d: %w", j.N, j.Run, err)
	}
	return task, a, nil
}

// EndJob keeps the account of a job that is done. It returns
// inventory.ErrNotFound when the job is no longer this turn's, and stays as it is.
func (s *Store) EndJob(ctx context.Context, j inventory.Job, a inventory.JobAccount) error {
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error { return saveJob(ctx, tx, j, a, jobEnded) })
	if err != nil {
		return fmt.Errorf("job %d of run %d: %w", j.N, j.Run, err)
	}
	return nil
}

// saveJob keeps an account, unless the job is no longer this turn's.
func saveJob(ctx context.Context, tx *sql.Tx, j inventory.Job, a inventory.JobAccount, state int) error {
	text, err := toJSON(a)
	if err != nil {
		return err
	}
	n, err := changed(ctx, tx, `UPDATE jobs SET account = ?, done = ?, state = ? WHERE run = ? AND n = ? AND state = ? AND turn <= ?`,
		text, a.Done, state, j.Run, j.N, jobGivenOut, j.Turn)
	if err == nil && n == 0 {
		err = inventory.ErrNotFound
	}
	return err
}

// TellLedger tells whoever leads a run, while it lasts, what was asked of
// tenants for it.
func (s *Store) TellLedger(ctx context.Context, run int64, l inventory.Ledger) error {
	if len(l) == 0 {
		return nil
	}
	text, err := toJSON(inventory.JobAccount{Ledger: l})
	if err == nil {
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO jobs (run, n, step, tenant, done, state, account)
				SELECT CAST(? AS BIGINT), CASE WHEN MIN(n) < 0 THEN MIN(n) ELSE 0 END - 1, '', '', 0, ?, CAST(? AS TEXT) FROM jobs WHERE run = ? HAVING COUNT(*) > 0`, run, jobEnded, text, run)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("ledger of run %d: %w", run, err)
	}
	return nil
}

// EndedJobs gives the accounts, by their numbers, of the jobs of a run that
// have ended, until HeardOf says that they are known. It returns
// inventory.ErrLocked when the run is no longer the one under way: while the
// database was away, another may have begun.
func (s *Store) EndedJobs(ctx context.Context, run int64) (map[int]inventory.JobAccount, error) {
	ended, err := s.endedJobs(ctx, run)
	if err != nil {
		return nil, fmt.Errorf("ended jobs of run %d: %w", run, err)
	}
	return ended, nil
}

func (s *Store) endedJobs(ctx context.Context, run int64) (map[int]inventory.JobAccount, error) {
	result, err := scanString[inventory.RunResult](s.read.QueryRowContext(ctx, `SELECT result FROM runs WHERE id = ?`, run))
	if err != nil {
		return nil, notFound(err)
	}
	if result != "" {
		return nil, fmt.Errorf("it is marked as %s: %w", result, inventory.ErrLocked)
	}
	ended := map[int]inventory.JobAccount{}
	_, err = collect(ctx, s.read, func(r row) (n int, err error) {
		var text string
		if err := r.Scan(&n, &text); err != nil {
			return n, err
		}
		var a inventory.JobAccount
		err = json.Unmarshal([]byte(text), &a)
		ended[n] = a
		return n, err
	}, `SELECT n, account FROM jobs WHERE run = ? AND state = ?`, run, jobEnded)
	return ended, err
}

// HeardOf says that the accounts of jobs that have ended are known.
func (s *Store) HeardOf(ctx context.Context, run int64, jobs []int) error {
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error {
		for _, n := range jobs {
			if _, err := tx.ExecContext(ctx, `UPDATE jobs SET state = ? WHERE run = ? AND n = ? AND state = ?`, jobHeard, run, n, jobEnded); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ended jobs of run %d: %w", run, err)
	}
	return nil
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
// done. It returns inventory.ErrNotFound, and changes nothing, when the job is
// no longer this turn's.
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

// removeJobs forgets the jobs of a run that is over, and of those before it.
func removeJobs(ctx context.Context, tx *sql.Tx, run int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM jobs WHERE run <= ?`, run)
	return err
}
