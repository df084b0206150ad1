package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// judge gives a verdict to every asset whose inside, use or catalogue changed
// since its last one.
func (n *Night) judge(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	said, err := n.said(ctx)
	if err != nil {
		return false, fmt.Errorf("judge: %w", err)
	}
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
			v := n.Classifier.Classify(s)
			if f, ok := said[s.Asset.ID]; ok {
				v = n.Classifier.Heed(v, f)
			}
			verdicts[s.Asset.ID] = v
		}
		if err := n.Store.SaveVerdicts(ctx, verdicts); err != nil {
			return false, fmt.Errorf("judge: %w", err)
		}
		done += len(subjects)
		n.stage("judging", "", done)
	}
}

// said is the newest word of people on each asset that anybody spoke of. It
// holds for copies too, unless somebody spoke of the copy itself.
func (n *Night) said(ctx context.Context) (map[inventory.AssetID]inventory.Feedback, error) {
	all, err := n.Store.Feedback(ctx, "")
	if err != nil {
		return nil, err
	}
	out := make(map[inventory.AssetID]inventory.Feedback, len(all))
	for _, f := range all {
		copies, err := n.Store.Copies(ctx, f.Asset)
		if err != nil {
			return nil, err
		}
		for _, id := range copies {
			out[id] = f // the newest comes last
		}
	}
	for _, f := range all {
		out[f.Asset] = f
	}
	return out, nil
}
