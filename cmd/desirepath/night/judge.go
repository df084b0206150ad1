package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// judge gives a verdict to every asset whose inside, use or catalogue changed
// since its last one.
func (n *Night) judge(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	done := 0
	for {
		subjects, err := n.Store.Unjudged(ctx, n.Classifier.Basis(), 4*batch)
		if err != nil {
			return false, fmt.Errorf("judge: %w", err)
		}
		if len(subjects) == 0 {
			return false, nil
		}
		verdicts := make(map[inventory.AssetID]inventory.Verdict, len(subjects))
		for _, s := range subjects {
			verdicts[s.Asset.ID] = n.Classifier.Classify(s)
		}
		if err := n.Store.SaveVerdicts(ctx, verdicts); err != nil {
			return false, fmt.Errorf("judge: %w", err)
		}
		done += len(subjects)
		n.stage("judging", "", done)
	}
}
