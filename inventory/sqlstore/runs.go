package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// StartRun begins a run. Runs that never finished are marked as cut, and the
// inventory is brought in line with the scope if that was changed since the
// last run: what it leaves out now is removed, and every place is listed from
// scratch, because what it left out before was not kept.
func (s *Store) StartRun(ctx context.Context) (int64, error) {
	var id int64
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := s.enforceScope(ctx, tx); err != nil {
			return err
		}
		if err := removeJobs(ctx, tx, math.MaxInt64); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE runs SET result = ? WHERE result = ''`, inventory.RunCut); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO runs (id, started, finished, result, error, places, ledger)
			SELECT COALESCE(MAX(id), 0) + 1, CAST(? AS BIGINT), CAST(? AS BIGINT), '', '', '[]', '[]' FROM runs RETURNING id`,
			micros(s.now()), micros(time.Time{})).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("start of a run: %w", err)
	}
	return id, nil
}

// FinishRun stores the account of the run r.ID. A zero r.Finished means now.
func (s *Store) FinishRun(ctx context.Context, r inventory.Run) error {
	if r.Finished.IsZero() {
		r.Finished = s.now()
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := removeJobs(ctx, tx, r.ID); err != nil {
			return err
		}
		return saveRun(ctx, tx, r)
	})
	if err != nil {
		return fmt.Errorf("run %d: %w", r.ID, err)
	}
	return nil
}

// Runs gives the newest runs, at most limit.
func (s *Store) Runs(ctx context.Context, limit int) ([]inventory.Run, error) {
	rs, err := collect(ctx, s.read, scanRun, `SELECT `+runColumns+` FROM runs ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	return rs, nil
}

func saveRun(ctx context.Context, tx *sql.Tx, r inventory.Run) error {
	if r.Result == "" {
		return errors.New("a run that finished has a result")
	}
	places, err := toJSON(r.Places)
	if err != nil {
		return err
	}
	ledger, err := toJSON(r.Ledger)
	if err != nil {
		return err
	}
	stages, err := toJSON(r.Stages)
	if err != nil {
		return err
	}
	expired, err := toJSON(r.Expired)
	if err != nil {
		return err
	}
	n, err := changed(ctx, tx, `UPDATE runs SET finished = ?, result = ?, error = ?, places = ?, ledger = ?, stages = ?, expired = ? WHERE id = ?`,
		micros(r.Finished), r.Result, r.Error, places, ledger, stages, expired, r.ID)
	if err == nil && n == 0 {
		return inventory.ErrNotFound
	}
	return err
}

const runColumns = `id, started, finished, result, error, places, ledger, stages, expired`

func scanRun(r row) (run inventory.Run, err error) {
	var places, ledger, stages, expired string
	if err := r.Scan(&run.ID, utc{&run.Started}, utc{&run.Finished}, &run.Result, &run.Error, &places, &ledger, &stages, &expired); err != nil {
		return run, err
	}
	for _, part := range []struct {
		name, text string
		into       any
	}{{"places", places, &run.Places}, {"ledger", ledger, &run.Ledger}, {"stages", stages, &run.Stages}, {"what was let go of", expired, &run.Expired}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return run, fmt.Errorf("%s of run %d: %w", part.name, run.ID, err)
		}
	}
	return run, nil
}
