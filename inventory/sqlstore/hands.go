package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// Own gives the assets that people with one of these addresses built, own or
// edit, as far as they were looked into, and those that they keep in a
// conversation: what comes close to a system before the rest, and of each what
// was edited last first; no more than limit.
func (s *Store) Own(ctx context.Context, addresses []string, limit int) ([]inventory.AssetID, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	var args []any
	for range 2 {
		for _, a := range addresses {
			args = append(args, inventory.FoldAddress(a))
		}
	}
	ids, err := collect(ctx, s.read, scanString[inventory.AssetID], ownQuery(len(addresses)), append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("what somebody built or keeps: %w", err) // addresses stay out of logs
	}
	return ids, nil
}

func ownQuery(addresses int) string {
	in := `(?` + strings.Repeat(`, ?`, addresses-1) + `)`
	return `SELECT a.id FROM assets a LEFT JOIN verdicts v ON v.asset = a.id WHERE a.id IN (
			SELECT h.asset FROM hands h WHERE h.address IN ` + in + `
			UNION SELECT m.asset FROM conversations c JOIN family_members m ON m.family = c.family WHERE c.keeper IN ` + in + `)
		ORDER BY CASE WHEN COALESCE(v.capability, '') = '' THEN 1 ELSE 0 END, a.modified DESC, a.id LIMIT ?`
}

// hands writes who has a hand in assets, in one transaction.
type hands struct{ who, forget, include *sql.Stmt }

func newHands(ctx context.Context, tx *sql.Tx) (*hands, error) {
	h := &hands{}
	for _, p := range []struct {
		into  **sql.Stmt
		query string
	}{
		{&h.who, `SELECT a.created_by, a.modified_by, a.owner, p.owner, COALESCE(u.body, '') FROM assets a
			JOIN places p ON p.tenant = a.tenant AND p.id = a.place LEFT JOIN usages u ON u.asset = a.id WHERE a.id = ?`},
		{&h.forget, `DELETE FROM hands WHERE asset = ?`},
		{&h.include, `INSERT INTO hands (address, asset) VALUES (?, ?) ON CONFLICT DO NOTHING`},
	} {
		st, err := tx.PrepareContext(ctx, p.query)
		if err != nil {
			return nil, err
		}
		*p.into = st // closed with the transaction
	}
	return h, nil
}

// save tells anew who has a hand in an asset.
func (h *hands) save(ctx context.Context, id inventory.AssetID) error {
	of, usage := make([]string, 4), ""
	if err := h.who.QueryRowContext(ctx, id).Scan(&of[0], &of[1], &of[2], &of[3], &usage); err != nil {
		return err
	}
	if usage != "" {
		var u inventory.Usage
		if err := json.Unmarshal([]byte(usage), &u); err != nil {
			return err
		}
		for _, e := range u.Editors {
			of = append(of, e.Address)
		}
	}
	if _, err := h.forget.ExecContext(ctx, id); err != nil {
		return err
	}
	for _, address := range of {
		if address = inventory.FoldAddress(address); address == "" {
			continue
		}
		if _, err := h.include.ExecContext(ctx, address, id); err != nil {
			return err
		}
	}
	return nil
}
