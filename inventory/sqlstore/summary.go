package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// Summary counts what the inventory holds, at one moment.
func (s *Store) Summary(ctx context.Context) (inventory.Summary, error) {
	sum, err := s.summary(ctx)
	if err != nil {
		return inventory.Summary{}, fmt.Errorf("summary: %w", err)
	}
	return sum, nil
}

func (s *Store) summary(ctx context.Context) (sum inventory.Summary, err error) {
	tx, err := s.read.BeginTx(ctx, nil) // deferred: all that follows reads one snapshot
	if err != nil {
		return sum, err
	}
	defer tx.Rollback()
	counts := []struct {
		into  *[]inventory.Count
		query string
	}{
		{&sum.Assets, `SELECT tenant, kind, COUNT(*) FROM assets GROUP BY tenant, kind ORDER BY tenant, kind`},
		{&sum.Unread, `SELECT tenant, reason, COUNT(*) FROM due WHERE reason <> '' GROUP BY tenant, reason ORDER BY tenant, reason`},
		{&sum.Verdicts, `SELECT capability, system, COUNT(*) FROM verdicts GROUP BY capability, system ORDER BY capability, system`},
		{&sum.Families, `SELECT f.kind, '', COUNT(DISTINCT f.id) FROM families f JOIN family_members m ON m.family = f.id GROUP BY f.kind ORDER BY f.kind`},
	}
	for _, c := range counts {
		if *c.into, err = collect(ctx, tx, scanCount, c.query); err != nil {
			return sum, err
		}
	}
	if err := s.addPrivate(ctx, tx, &sum); err != nil {
		return sum, err
	}
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM structures`).Scan(&sum.Structures); err != nil {
		return sum, err
	}
	return sum, s.countLive(ctx, tx, &sum)
}

// countLive counts what is quickly counted: conversations, places and runs.
func (s *Store) countLive(ctx context.Context, tx *sql.Tx, sum *inventory.Summary) (err error) {
	sum.Conversations, err = collect(ctx, tx, scanCount, `SELECT system, state, COUNT(*) FROM conversations GROUP BY system, state ORDER BY system, state`)
	if err != nil {
		return err
	}
	sum.Places, err = collect(ctx, tx, scanCount, `SELECT tenant, kind, COUNT(*) FROM places GROUP BY tenant, kind ORDER BY tenant, kind`)
	if err != nil {
		return err
	}
	sum.Waiting = nil
	if err := s.addConversations(ctx, tx, sum); err != nil {
		return err
	}
	if err := addTotals(ctx, tx, sum); err != nil {
		return err
	}
	return lastRuns(ctx, tx, sum)
}

// addPrivate counts what was not looked into because it is private.
func (s *Store) addPrivate(ctx context.Context, tx *sql.Tx, sum *inventory.Summary) error {
	type kinds struct {
		tenant string
		place  inventory.PlaceKind
		asset  inventory.Kind
		n      int
	}
	all, err := collect(ctx, tx, func(r row) (k kinds, err error) {
		err = r.Scan(&k.tenant, &k.place, &k.asset, &k.n)
		return k, err
	}, `SELECT a.tenant, p.kind, a.kind, COUNT(*) FROM assets a JOIN places p ON p.tenant = a.tenant AND p.id = a.place
		LEFT JOIN structures s ON s.asset = a.id WHERE a.shared = FALSE AND s.asset IS NULL
		GROUP BY a.tenant, p.kind, a.kind ORDER BY a.tenant`)
	if err != nil {
		return err
	}
	private := map[string]int{}
	for _, k := range all {
		if k.asset.Inspectable() && !s.scope.OpensContent(inventory.Place{Kind: k.place}, inventory.Asset{}) {
			private[k.tenant] += k.n
		}
	}
	for _, tenant := range slices.Sorted(maps.Keys(private)) {
		sum.Unread = append(sum.Unread, inventory.Count{A: tenant, B: UnreadPrivate, N: private[tenant]})
	}
	return nil
}

func lastRuns(ctx context.Context, tx *sql.Tx, sum *inventory.Summary) (err error) {
	sum.LastRun, err = scanRun(tx.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs ORDER BY id DESC LIMIT 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var at sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT MAX(finished) FROM runs WHERE result = ?`, inventory.RunComplete).Scan(&at)
	if at.Valid {
		sum.LastComplete = time.UnixMicro(at.Int64).UTC()
	}
	return err
}

func scanCount(r row) (c inventory.Count, err error) {
	err = r.Scan(&c.A, &c.B, &c.N)
	return c, err
}
