package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// SaveVisits adds visits to those that are kept, all of them or none.
func (s *Store) SaveVisits(ctx context.Context, vs []inventory.Visit) error {
	if len(vs) == 0 {
		return nil
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var last int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(n), 0) FROM visits`).Scan(&last); err != nil {
			return err
		}
		for i, v := range vs {
			v.N = last + int64(i) + 1
			if err := saveVisit(ctx, tx, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("visits: %w", err)
	}
	return nil
}

func saveVisit(ctx context.Context, tx *sql.Tx, v inventory.Visit) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO visits (n, who, part, page, seen_at, amount) VALUES (?, ?, ?, ?, ?, ?)`,
		v.N, inventory.FoldAddress(v.Who), v.Role, v.Page, micros(v.At), len(v.About)+len(v.Talks))
	if err != nil {
		return err
	}
	const visited = `INSERT INTO visited (about, conversation, visit) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
	for _, id := range v.About {
		if _, err := tx.ExecContext(ctx, visited, id, false, v.N); err != nil {
			return err
		}
	}
	for _, id := range v.Talks {
		if _, err := tx.ExecContext(ctx, visited, id, true, v.N); err != nil {
			return err
		}
	}
	return nil
}

// Visits gives the visits that a filter passes, the newest first, without what
// they were about.
func (s *Store) Visits(ctx context.Context, f inventory.VisitFilter) ([]inventory.Visit, error) {
	query, args := visitsQuery(f)
	vs, err := collect(ctx, s.read, scanVisit, query, args...)
	if err != nil {
		return nil, fmt.Errorf("visits: %w", err)
	}
	return vs, nil
}

const visitColumns = `v.n, v.who, v.part, v.page, v.seen_at, v.amount`

func visitsQuery(f inventory.VisitFilter) (string, []any) {
	conditions, args := []string{"TRUE"}, []any(nil)
	add := func(on bool, condition string, value any) {
		if on {
			conditions, args = append(conditions, condition), append(args, value)
		}
	}
	add(f.Who != "", `v.who = ?`, inventory.FoldAddress(f.Who))
	add(!f.From.IsZero(), `v.seen_at >= ?`, micros(f.From))
	add(!f.Until.IsZero(), `v.seen_at < ?`, micros(f.Until))
	add(f.Before > 0, `v.n < ?`, f.Before)
	query := `SELECT ` + visitColumns + ` FROM visits v WHERE ` + strings.Join(conditions, ` AND `) + ` ORDER BY v.n DESC`
	if f.Limit > 0 {
		query, args = query+` LIMIT ?`, append(args, f.Limit)
	}
	return query, args
}

func scanVisit(r row) (v inventory.Visit, err error) {
	err = r.Scan(&v.N, &v.Who, &v.Role, &v.Page, utc{&v.At}, &v.Amount)
	return v, err
}

// lookersMost bounds the answer of Lookers.
const lookersMost = 500

// Lookers gives the visits that told of an asset, or of a conversation about
// its family: the newest first, and no more than the newest 500.
func (s *Store) Lookers(ctx context.Context, asset inventory.AssetID) ([]inventory.Visit, error) {
	vs, err := collect(ctx, s.read, scanVisit, lookersQuery, asset, asset, lookersMost)
	if err != nil {
		return nil, fmt.Errorf("who looked at %s: %w", asset, err)
	}
	return vs, nil
}

const lookersQuery = `SELECT ` + visitColumns + ` FROM visits v WHERE v.n IN (
		SELECT w.visit FROM visited w WHERE w.about = ? AND NOT w.conversation
		UNION SELECT w.visit FROM family_members m JOIN conversations c ON c.family = m.family
			JOIN visited w ON w.about = c.id AND w.conversation WHERE m.asset = ?)
	ORDER BY v.n DESC LIMIT ?`
