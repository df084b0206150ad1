package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// summaryName is the setting that the summary of the last UpdateCards is kept
// under.
const summaryName = "summary"

// KeptSummary is Summary for pages and scrapes, at once however large the
// inventory is: what a night counts is of the last UpdateCards; conversations,
// places and runs are of now.
func (s *Store) KeptSummary(ctx context.Context) (sum inventory.Summary, err error) {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return sum, fmt.Errorf("kept summary: %w", err)
	}
	defer tx.Rollback()
	kept, err := setting(ctx, tx, summaryName)
	if err != nil {
		return sum, fmt.Errorf("kept summary: %w", err)
	}
	if kept == "" || json.Unmarshal([]byte(kept), &sum) != nil {
		return s.Summary(ctx)
	}
	if err = s.countLive(ctx, tx, &sum); err != nil {
		return inventory.Summary{}, fmt.Errorf("kept summary: %w", err)
	}
	return sum, nil
}

func (s *Store) keepSummary(ctx context.Context) error {
	sum, err := s.Summary(ctx)
	if err != nil {
		return err
	}
	sum.LastRun = inventory.Run{} // runs are told of by themselves
	text, err := toJSON(sum)
	if err != nil {
		return err
	}
	return s.SaveSetting(ctx, summaryName, text)
}
