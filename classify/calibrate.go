package classify

import (
	"math"

	"github.com/desirepath/desirepath/classify/evaluation"
)

// calibrationFolds is in how many parts the examples are judged by what was
// learned from the others, to see how sure it may be.
const calibrationFolds = 5

// The temperatures that are tried.
const (
	coldest = 0.4
	hottest = 2.0
	warmer  = 0.02
)

// temperature finds by how much all log-odds have to be divided for the score
// of an answer to be as often right as it says (Guo et al. 2017), on examples
// that were judged without their group. An accepted alternate is right.
func (c *Classifier) temperature(examples []example) float64 {
	held := c.heldOut(examples)
	best, least := 1.0, math.Inf(1)
	for t := coldest; t <= hottest; t += warmer {
		if loss := c.surprise(held, examples, t); loss < least {
			best, least = t, loss
		}
	}
	return round(best, 2)
}

// heldOut gives the scores of each example by a model that never saw its
// group.
func (c *Classifier) heldOut(examples []example) [][]float64 {
	groups := make([]evaluation.Case, len(examples))
	for i, e := range examples {
		groups[i].Group = e.group
	}
	fold := foldOf(groups, calibrationFolds)
	out := make([][]float64, len(examples))
	for f := range calibrationFolds {
		var others []example
		for _, e := range examples {
			if fold[e.group] != f {
				others = append(others, e)
			}
		}
		m := c.fit(others)
		for i, e := range examples {
			if fold[e.group] == f {
				out[i] = m.score(e.vs, e.g)
			}
		}
	}
	return out
}

// surprise is the log-loss of the answers' scores at a temperature.
func (c *Classifier) surprise(held [][]float64, examples []example, t float64) float64 {
	loss := 0.0
	for i, scores := range held {
		probs := softmax(cooled(scores, t))
		best := c.choose(probs)
		p := probs[best]
		if examples[i].target[best] == 0 {
			p = 1 - p
		}
		loss -= math.Log(math.Max(1e-6, p))
	}
	return loss
}

// cooled divides scores by a temperature.
func cooled(scores []float64, t float64) []float64 {
	out := make([]float64, len(scores))
	for i, s := range scores {
		out[i] = s / t
	}
	return out
}
