package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// totalsName is the setting that a night's totals are kept under.
const totalsName = "totals"

// SaveTotals keeps what a night counted, in place of what the last one did.
func (s *Store) SaveTotals(ctx context.Context, t inventory.Totals) error {
	text, err := toJSON(t)
	if err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	return s.SaveSetting(ctx, totalsName, text)
}

func addTotals(ctx context.Context, tx *sql.Tx, sum *inventory.Summary) error {
	text, err := setting(ctx, tx, totalsName)
	if err != nil || text == "" {
		return err
	}
	return json.Unmarshal([]byte(text), &sum.Totals)
}
