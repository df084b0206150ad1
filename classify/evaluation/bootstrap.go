package evaluation

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// resamples is how often the cases are drawn anew to see how far the figures
// would spread over other workbooks.
const resamples = 1000

// An Interval holds a figure in 95 of 100 resamples.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Intervals are of the figures of a Report. Whole groups are drawn, because
// files of one group resemble each other: intervals that treat every file as
// new would be too narrow.
type Intervals struct {
	Accuracy    Interval `json:"accuracy"`
	WithAlso    Interval `json:"accuracy_with_alternates"`
	MacroF1     Interval `json:"macro_f1"`
	NoneAt95    Interval `json:"none_recall_95"`
	Calibration Interval `json:"calibration_error"`
}

// intervals is deterministic: the seed is fixed.
func intervals(all []judged) Intervals {
	groups := map[string][]judged{}
	for _, j := range all {
		groups[j.Group] = append(groups[j.Group], j)
	}
	names := slices.Sorted(maps.Keys(groups))
	if len(names) == 0 {
		return Intervals{}
	}
	counts := countedLabels(all)
	var drawn [5][]float64
	r := rand.New(rand.NewPCG(1, 2))
	for range resamples {
		var sample []judged
		for range names {
			sample = append(sample, groups[names[r.IntN(len(names))]]...)
		}
		for i, x := range figures(sample, counts) {
			drawn[i] = append(drawn[i], x)
		}
	}
	return Intervals{middle(drawn[0]), middle(drawn[1]), middle(drawn[2]), middle(drawn[3]), middle(drawn[4])}
}

// figures are in the order of the fields of Intervals.
func figures(sample []judged, counts map[string]bool) [5]float64 {
	strict, also := 0, 0
	for _, j := range sample {
		if j.given == j.Answer {
			strict++
		}
		if j.right() {
			also++
		}
	}
	n := float64(len(sample))
	return [5]float64{float64(strict) / n, float64(also) / n, macroF1(sample, counts), noneRecall(sample, 0.95), calibrationError(reliability(sample))}
}

// countedLabels are those with enough groups for the macro average.
func countedLabels(all []judged) map[string]bool {
	var r Report
	r.labels(all)
	counts := map[string]bool{}
	for _, l := range r.Labels {
		counts[l.Label] = l.Groups >= minGroups
	}
	return counts
}

// macroF1 is over the labels that count in all cases, whatever the sample has
// of them; one that the sample lacks altogether is left out.
func macroF1(sample []judged, counts map[string]bool) float64 {
	var r Report
	r.labels(sample)
	sum, n := 0.0, 0.0
	for _, l := range r.Labels {
		if counts[l.Label] && l.Recall.Of > 0 {
			sum, n = sum+l.F1, n+1
		}
	}
	return sum / max(1, n)
}

// middle is what is left of drawn figures without the lowest and the highest
// fortieth.
func middle(drawn []float64) Interval {
	slices.Sort(drawn)
	cut := len(drawn) / 40
	return Interval{drawn[cut], drawn[len(drawn)-1-cut]}
}
