package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A Retention says for how long what is no longer needed is kept; 0 is for
// good. What a listing no longer shows goes that night with its structure, and
// needs no term.
type Retention struct {
	Runs          time.Duration // the accounts of runs
	Use           time.Duration // who uses what comes close to no system
	Visits        time.Duration // who was shown what
	Conversations time.Duration // who was in conversations that are over, and what was said
}

// The kinds of what a run lets go of, as inventory.Run.Expired counts them.
const (
	ExpiredRuns          = "accounts of runs"
	ExpiredUse           = "observations of use"
	ExpiredVisits        = "records of who looked"
	ExpiredConversations = "conversations, of which it stays that they were"
	ExpiredFeedback      = "words on verdicts, of which it stays whether they agreed"
)

// Expire lets go of what was kept long enough and tells how many there were of
// each kind. Of a conversation that is over it stays that it was, so that
// nobody is asked again; who was in it and what was said goes.
func (s *Store) Expire(ctx context.Context, r Retention) (map[string]int, error) {
	expired := map[string]int{}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for _, e := range []struct {
			kind string
			term time.Duration
			do   func(context.Context, *sql.Tx, int64) (int, error)
		}{
			{ExpiredRuns, r.Runs, expireRuns}, {ExpiredUse, r.Use, expireUse}, {ExpiredVisits, r.Visits, expireVisits},
			{ExpiredFeedback, r.Conversations, expireFeedback}, {ExpiredConversations, r.Conversations, expireConversations},
		} {
			if e.term <= 0 {
				continue
			}
			n, err := e.do(ctx, tx, micros(s.now().Add(-e.term)))
			if err != nil {
				return fmt.Errorf("%s: %w", e.kind, err)
			}
			if n > 0 {
				expired[e.kind] = n
			}
		}
		return forgetPaces(ctx, tx, s.now())
	})
	if err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	return expired, nil
}

// expireRuns keeps the newest run, and the newest that was complete: pages and
// metrics say when that was.
func expireRuns(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	return changed(ctx, tx, `DELETE FROM runs WHERE started < ? AND id < (SELECT MAX(id) FROM runs)
		AND id <> COALESCE((SELECT MAX(id) FROM runs WHERE result = ?), 0)`, before, inventory.RunComplete)
}

func expireUse(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	return changed(ctx, tx, `DELETE FROM usages WHERE observed < ? AND failed < ?
		AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.asset = usages.asset AND v.capability > '')`, before, before)
}

func expireVisits(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	return changed(ctx, tx, `DELETE FROM visits WHERE seen_at < ?`, before)
}

func expireFeedback(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	return changed(ctx, tx, `UPDATE feedback SET said_by = ?, why = '' WHERE said_at < ? AND said_by <> ?`, somebody, before, somebody)
}

// somebody stands where nobody is named any more.
const somebody = "somebody"

// over are the conversations that came to an end before a time, or went on in
// another one.
const over = `SELECT id FROM conversations WHERE since < ? AND (joined <> '' OR state IN (?, ?, ?, ?, ?, ?, ?))`

func expireConversations(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	args := []any{before}
	for _, st := range inventory.States() {
		if st.Ended() {
			args = append(args, st)
		}
	}
	for _, statement := range []string{
		`DELETE FROM agreements WHERE conversation IN (` + over + `)`,
		`DELETE FROM charters WHERE conversation IN (` + over + `)`,
		`DELETE FROM letters WHERE conversation IN (` + over + `)`,
		`UPDATE steps SET decided_by = '` + somebody + `', why = '', detail = CASE WHEN act = 'join' THEN detail ELSE '' END WHERE conversation IN (` + over + `)`,
	} {
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return 0, err
		}
	}
	return changed(ctx, tx, `UPDATE conversations SET keeper = '', example = FALSE WHERE keeper <> '' AND id IN (`+over+`)`, args...)
}
