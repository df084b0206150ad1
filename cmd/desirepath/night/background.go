package night

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
)

// The setting that holds the organisation's background, from how many
// structures one is learnt, and how long it stays: another background judges
// everything anew.
const (
	backgroundSetting = "background"
	backgroundFrom    = 1000
	backgroundStays   = 30 * 24 * time.Hour
)

// A snapshot is how common each heading was in the organisation at a time.
type snapshot struct {
	Learnt     time.Time           `json:"learnt"`
	Background classify.Background `json:"background"`
}

// background has the night judge by how telling headings are in this
// organisation: what stands in every second workbook here tells little.
func (n *Night) background(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	s, err := n.snapshot(ctx)
	if err != nil {
		return false, fmt.Errorf("background: %w", err)
	}
	if s.Background.Structures > 0 {
		n.Classifier = n.Classifier.WithBackground(s.Background)
	}
	return false, nil
}

// snapshot is the one that is kept, or a new one where that is old.
func (n *Night) snapshot(ctx context.Context) (s snapshot, err error) {
	s, err = n.keptSnapshot(ctx)
	if err != nil {
		return s, err
	}
	if n.Now().Sub(s.Learnt) < backgroundStays {
		return s, nil
	}
	summary, err := n.Store.Summary(ctx)
	if err != nil || summary.Structures < backgroundFrom {
		return s, err
	}
	learnt, err := n.learnBackground(ctx)
	if err != nil {
		return s, err
	}
	s = snapshot{n.Now(), learnt}
	text, err := json.Marshal(s)
	if err != nil {
		return s, err
	}
	n.stage("learning", "", learnt.Structures)
	return s, n.Store.SaveSetting(ctx, backgroundSetting, string(text))
}

func (n *Night) keptSnapshot(ctx context.Context) (s snapshot, err error) {
	kept, err := n.Store.Setting(ctx, backgroundSetting)
	if err != nil {
		return s, err
	}
	if kept != "" && json.Unmarshal([]byte(kept), &s) != nil {
		s = snapshot{} // of another version: learnt again
	}
	return s, nil
}

func (n *Night) learnBackground(ctx context.Context) (classify.Background, error) {
	var failed error
	learnt := classify.Learn(func(yield func(inventory.Structure) bool) {
		for r, err := range n.Store.Records(ctx, inventory.Filter{Looked: true}) {
			if err != nil {
				failed = err
				return
			}
			if !yield(*r.Structure) {
				return
			}
		}
	})
	return learnt, failed
}
