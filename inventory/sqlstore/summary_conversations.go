package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// StatesOfConversations counts conversations by system (A) and state (B).
func (s *Store) StatesOfConversations(ctx context.Context) ([]inventory.Count, error) {
	counts, err := collect(ctx, s.read, scanCount, `SELECT system, state, COUNT(*) FROM conversations WHERE joined = '' GROUP BY system, state ORDER BY system, state`)
	if err != nil {
		return nil, fmt.Errorf("states of conversations: %w", err)
	}
	return counts, nil
}

// addConversations counts how long conversations have waited for their next
// step, and how many were invited this week.
func (s *Store) addConversations(ctx context.Context, tx *sql.Tx, sum *inventory.Summary) error {
	spans := inventory.Spans()
	query, args := `CASE`, []any(nil)
	for _, span := range spans[:len(spans)-1] {
		query, args = query+` WHEN since > ? THEN '`+span.Name+`'`, append(args, micros(s.now().Add(-span.Below)))
	}
	query += ` ELSE '` + spans[len(spans)-1].Name + `' END`
	all, err := collect(ctx, tx, scanCount, `SELECT state, span, COUNT(*) FROM (SELECT state, `+query+` AS span FROM conversations WHERE joined = '') AS standing GROUP BY state, span`, args...)
	if err != nil {
		return err
	}
	waiting := map[inventory.Count]int{}
	for _, c := range all {
		waiting[inventory.Count{A: c.A, B: c.B}] = c.N
	}
	for _, state := range inventory.States() {
		for _, span := range inventory.Spans() {
			c := inventory.Count{A: string(state), B: span.Name}
			if c.N = waiting[c]; c.N > 0 && !state.Ended() {
				sum.Waiting = append(sum.Waiting, c)
			}
		}
	}
	return tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM steps WHERE to_state = ? AND from_state <> ? AND decided_at > ?`,
		inventory.Invited, inventory.Invited, micros(s.now().AddDate(0, 0, -7))).Scan(&sum.Invited)
}
