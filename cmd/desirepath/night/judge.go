package night

import (
	"context"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/inventory"
)

// judge gives a verdict to every asset whose inside, use or catalogue changed
// since its last one.
func (n *Night) judge(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	basis := n.Classifier.Basis()
	partial, err = n.inBatches(ctx, run, Stage{Name: "judging"}, func(limit int) (inventory.Job, error) {
		ids, err := n.Store.Unjudged(ctx, basis, limit)
		return inventory.Job{Step: stepJudge, Basis: basis, Assets: ids}, err
	})
	if err != nil {
		return partial, fmt.Errorf("judge: %w", err)
	}
	return partial, nil
}

// workJudge judges the assets of a job.
func (n *Night) workJudge(ctx context.Context, j inventory.Job, a *inventory.JobAccount) error {
	classifier, err := n.classifier(ctx, j.Basis)
	if err != nil {
		return err
	}
	said, err := n.said(ctx)
	if err != nil {
		return err
	}
	subjects, err := n.Store.Subjects(ctx, j.Assets)
	if err != nil {
		return err
	}
	verdicts := make(map[inventory.AssetID]inventory.Verdict, len(subjects))
	for _, s := range subjects {
		v := classifier.Classify(s)
		if f, ok := said[s.Asset.ID]; ok {
			v = classifier.Heed(v, f)
		}
		verdicts[s.Asset.ID] = v
	}
	a.Done += len(subjects)
	return n.Store.SaveVerdicts(ctx, verdicts)
}

// errOtherBasis is what a worker meets that would judge otherwise than the
// night it works for.
var errOtherBasis = fmt.Errorf("%w: it would judge otherwise; let all run one version, with one catalogue", ErrUnfit)

// classifier judges on a basis: a worker takes up the weights and the
// background that the night has settled on.
func (n *Night) classifier(ctx context.Context, basis string) (*classify.Classifier, error) {
	n.knowing.Lock()
	defer n.knowing.Unlock()
	if n.Classifier.Basis() == basis {
		return n.Classifier, nil
	}
	s, err := n.keptSnapshot(ctx)
	if err != nil {
		return nil, err
	}
	tuned := n.Classifier
	if n.Tuned != nil {
		if tuned, err = n.Tuned(ctx); err != nil {
			return nil, err
		}
	}
	for _, c := range []*classify.Classifier{tuned, tuned.WithBackground(s.Background)} {
		if c.Basis() == basis {
			n.Classifier = c
			return c, nil
		}
	}
	return nil, errOtherBasis
}

// saidStays is how long what people said is not asked for again.
const saidStays = time.Minute

// said is the newest word of people on each asset that anybody spoke of. It
// holds for copies too, unless somebody spoke of the copy itself.
func (n *Night) said(ctx context.Context) (map[inventory.AssetID]inventory.Feedback, error) {
	n.knowing.Lock()
	defer n.knowing.Unlock()
	if n.heard != nil && n.Now().Sub(n.heardAt) < saidStays {
		return n.heard, nil
	}
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
	n.heard, n.heardAt = out, n.Now()
	return out, nil
}
