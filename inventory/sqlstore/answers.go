package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// Answers gives what was changed for needs, with how that went, sorted by id.
func (s *Store) Answers(ctx context.Context) ([]inventory.Answer, error) {
	as, err := collect(ctx, s.read, scanAnswer, `SELECT id, system, capability, kind, word FROM answers ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	for i := range as {
		if as[i].Steps, err = answerSteps(ctx, s.read, as[i].ID); err != nil {
			return nil, fmt.Errorf("answer %s: %w", as[i].ID, err)
		}
	}
	return as, nil
}

// Answer gives one. It returns inventory.ErrNotFound when there is none of
// that id.
func (s *Store) Answer(ctx context.Context, id string) (inventory.Answer, error) {
	a, err := scanAnswer(s.read.QueryRowContext(ctx, `SELECT id, system, capability, kind, word FROM answers WHERE id = ?`, id))
	if err == nil {
		a.Steps, err = answerSteps(ctx, s.read, id)
	}
	if err != nil {
		return a, fmt.Errorf("answer %s: %w", id, notFound(err))
	}
	return a, nil
}

// SaveAnswer stores an answer, new or gone on. It refuses one whose steps are
// fewer than the stored ones or differ from them, with ErrRewritten.
func (s *Store) SaveAnswer(ctx context.Context, a inventory.Answer) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		stored, err := answerSteps(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if len(a.Steps) < len(stored) {
			return ErrRewritten
		}
		for n, old := range stored {
			if !sameAnswerStep(a.Steps[n], old) {
				return fmt.Errorf("%w: step %d is another", ErrRewritten, n+1)
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO answers (id, system, capability, kind, word) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			a.ID, a.System, a.Capability, a.Kind, a.Word)
		for n := len(stored); n < len(a.Steps) && err == nil; n++ {
			st := a.Steps[n]
			_, err = tx.ExecContext(ctx, `INSERT INTO answer_steps (answer, n, act, builder, said_by, said_at, why) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				a.ID, n, st.Act, st.Builder, st.By, micros(st.At), st.Why)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("answer %s: %w", a.ID, err)
	}
	return nil
}

func sameAnswerStep(a, b inventory.AnswerStep) bool {
	sameTime := micros(a.At) == micros(b.At)
	a.At = b.At
	return sameTime && a == b
}

func scanAnswer(r row) (a inventory.Answer, err error) {
	err = r.Scan(&a.ID, &a.System, &a.Capability, &a.Kind, &a.Word)
	return a, err
}

func answerSteps(ctx context.Context, q querier, id string) ([]inventory.AnswerStep, error) {
	return collect(ctx, q, func(r row) (st inventory.AnswerStep, err error) {
		err = r.Scan(&st.Act, &st.Builder, &st.By, utc{&st.At}, &st.Why)
		return st, err
	}, `SELECT act, builder, said_by, said_at, why FROM answer_steps WHERE answer = ? ORDER BY n`, id)
}
