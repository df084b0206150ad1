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

// needsName is the setting that a night's needs are kept under.
const needsName = "needs"

// SaveNeeds keeps what people need, as a night gathered it. Whatever is erased
// takes all of it along: nobody knows whose words these are.
func (s *Store) SaveNeeds(ctx context.Context, lines []inventory.NeedLine) error {
	text, err := toJSON(lines)
	if err != nil {
		return fmt.Errorf("needs: %w", err)
	}
	return s.SaveSetting(ctx, needsName, text)
}

// KeptNeeds gives what SaveNeeds kept; false when there is nothing, or
// something was erased since.
func (s *Store) KeptNeeds(ctx context.Context) (lines []inventory.NeedLine, kept bool, err error) {
	text, err := s.Setting(ctx, needsName)
	if err != nil || text == "" {
		return nil, false, err
	}
	return lines, json.Unmarshal([]byte(text), &lines) == nil, nil
}
