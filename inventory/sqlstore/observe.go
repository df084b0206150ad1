package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// An ObserveQuery asks whose use to observe.
type ObserveQuery struct {
	Tenant string
	Facets inventory.Facets    // what must have been read
	Before time.Time           // an observation made earlier has expired
	Limit  int                 // at most so many; 100 when 0
	Only   []inventory.AssetID // of these, unless it is empty
}

// ToObserve gives candidates, assets whose verdict is not none, that were not
// observed, or not in all facets, or not in this revision, or too long ago.
// Those whose observation failed least often come first, and among these the
// surest verdicts, and what is shared.
func (s *Store) ToObserve(ctx context.Context, q ObserveQuery) ([]inventory.Due, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	ds, err := s.inside(ctx, func() ([]inventory.Due, error) { return s.candidates(ctx, q) }, s.excluded)
	if err != nil {
		return nil, fmt.Errorf("to observe in tenant %s: %w", q.Tenant, err)
	}
	return ds, nil
}

// Candidates names those that ToObserve gives, in its order. The scope is held
// against them when they are asked for.
func (s *Store) Candidates(ctx context.Context, q ObserveQuery) ([]inventory.AssetID, error) {
	only, args := candidatesArgs(q, s.now())
	ids, err := collect(ctx, s.read, scanString[inventory.AssetID], `SELECT f.asset FROM (`+candidatesFirst(only)+`) f`+candidatesOrder, args...)
	if err != nil {
		return nil, fmt.Errorf("candidates of tenant %s: %w", q.Tenant, err)
	}
	return ids, nil
}

func (s *Store) candidates(ctx context.Context, q ObserveQuery) ([]inventory.Due, error) {
	only, args := candidatesArgs(q, s.now())
	return collect(ctx, s.read, scanDue, candidatesQuery(only), args...)
}

func candidatesArgs(q ObserveQuery, now time.Time) (only string, args []any) {
	only, args = onlyOf("v.asset", q.Only)
	args = append([]any{micros(time.Time{}), q.Tenant + "/", q.Tenant + "0", q.Tenant,
		micros(q.Before), q.Facets, q.Facets, micros(now), micros(q.Before)}, args...)
	return only, append(args, q.Limit)
}

// candidatesQuery sorts all candidates by as little of each as will do, and
// reads the rest of those alone that come first.
func candidatesQuery(only string) string {
	return `SELECT ` + assetColumns + `, ` + placeColumns + `, f.attempts, f.not_before FROM (` + candidatesFirst(only) + `) f
	JOIN assets a ON a.id = f.asset JOIN places p ON p.tenant = a.tenant AND p.id = a.place` + candidatesOrder
}

const candidatesOrder = ` ORDER BY f.attempts, f.score DESC, f.shared DESC, f.asset`

func candidatesFirst(only string) string {
	return `SELECT v.asset, v.score, a.shared, COALESCE(u.not_before, ?) AS not_before,
			CASE WHEN u.tried = a.revision THEN u.attempts ELSE 0 END AS attempts
		FROM verdicts v JOIN assets a ON a.id = v.asset LEFT JOIN usages u ON u.asset = v.asset
		WHERE v.capability > '' AND v.asset > ? AND v.asset < ? AND a.tenant = ? AND (u.asset IS NULL
			OR (u.body = '' OR u.revision <> a.revision OR u.observed < ? OR (u.facets & ?) <> ?)
			AND (u.tried <> a.revision OR u.attempts = 0 OR u.final = FALSE AND u.not_before <= ? OR u.final = TRUE AND u.failed < ?))` + only + `
		ORDER BY attempts, v.score DESC, a.shared DESC, v.asset LIMIT ?`
}

// Observed stores an observation. It returns inventory.ErrStale when it is not
// of the asset's revision. A zero u.Observed means now.
func (s *Store) Observed(ctx context.Context, id inventory.AssetID, u inventory.Usage) error {
	return s.onRevision(ctx, id, u.Revision, func(tx *sql.Tx, _ string) error { return s.saveObserved(ctx, tx, id, u) })
}

// saveObserved stores an observation, and has the asset judged again if it is
// not as the last one was.
func (s *Store) saveObserved(ctx context.Context, tx *sql.Tx, id inventory.AssetID, u inventory.Usage) error {
	if err := s.heed(ctx, tx); err != nil {
		return err
	}
	u = s.withoutErased(u)
	body, err := toJSON(u)
	if err != nil {
		return err
	}
	if u.Observed.IsZero() {
		u.Observed = s.now()
	}
	var before string
	err = tx.QueryRowContext(ctx, `SELECT body FROM usages WHERE asset = ?`, id).Scan(&before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if before != body {
		if _, err := tx.ExecContext(ctx, `UPDATE structures SET judged = '' WHERE asset = ?`, id); err != nil {
			return err
		}
		if err := markStale(ctx, tx, id); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, saveUsage, id, u.Revision, u.Facets, micros(u.Observed), body, u.Revision,
		0, micros(time.Time{}), micros(time.Time{}), false, "", "")
	return err
}

// ObserveFailed records that an observation did not succeed; the last one that
// did is kept. A final failure is not tried again until the revision changes
// or an observation made now would have expired; others as with LookFailed.
func (s *Store) ObserveFailed(ctx context.Context, id inventory.AssetID, revision string, f inventory.Failure) error {
	return s.onRevision(ctx, id, revision, func(tx *sql.Tx, _ string) error {
		var attempts int
		err := tx.QueryRowContext(ctx, `SELECT attempts FROM usages WHERE asset = ? AND tried = ?`, id, revision).Scan(&attempts)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		now := micros(s.now())
		n, err := changed(ctx, tx, `UPDATE usages SET tried = ?, attempts = ?, failed = ?, not_before = ?, final = ?, reason = ?, detail = ? WHERE asset = ?`,
			revision, attempts+1, now, micros(s.retryAt(f, attempts)), f.Final, f.Reason, f.Detail, id)
		if err != nil || n > 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, saveUsage, id, "", 0, micros(time.Time{}), "", revision,
			1, now, micros(s.retryAt(f, 0)), f.Final, f.Reason, f.Detail)
		return err
	})
}

const saveUsage = `INSERT INTO usages (asset, revision, facets, observed, body, tried, attempts, failed, not_before, final, reason, detail)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (asset) DO UPDATE SET
	revision = excluded.revision, facets = excluded.facets, observed = excluded.observed, body = excluded.body, tried = excluded.tried,
	attempts = excluded.attempts, failed = excluded.failed, not_before = excluded.not_before, final = excluded.final,
	reason = excluded.reason, detail = excluded.detail`

// readUsage gives nil when nothing was observed.
func readUsage(body, revision string, observed int64) (*inventory.Usage, error) {
	if body == "" {
		return nil, nil
	}
	u := &inventory.Usage{}
	if err := json.Unmarshal([]byte(body), u); err != nil {
		return nil, err
	}
	u.Revision, u.Observed = revision, time.UnixMicro(observed).UTC()
	return u, nil
}
