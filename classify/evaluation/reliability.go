package evaluation

import (
	"cmp"
	"math"
	"slices"
)

// binSize is how many verdicts one bin of the reliability table holds at
// least: of fewer, the share that was right is mostly chance.
const (
	binSize = 35
	maxBins = 10
)

// calibration holds the scores against how often they were right: as squared
// error, as log-loss, and in bins of equal mass.
func (r *Report) calibration(all []judged) {
	for _, j := range all {
		hit := 0.0
		if j.right() {
			hit = 1
		}
		r.Brier += (j.score - hit) * (j.score - hit) / float64(len(all))
		r.LogLoss -= math.Log(math.Max(1e-6, hit*j.score+(1-hit)*(1-j.score))) / float64(len(all))
	}
	r.Bins = reliability(all)
	r.Calibration = calibrationError(r.Bins)
}

// reliability deals verdicts out to bins of equal mass, by score.
func reliability(all []judged) []Bin {
	byScore := slices.Clone(all)
	slices.SortStableFunc(byScore, func(a, b judged) int { return cmp.Compare(a.score, b.score) })
	n := len(byScore)
	bins := max(1, min(maxBins, n/binSize))
	var out []Bin
	for b := range bins {
		part := byScore[b*n/bins : (b+1)*n/bins]
		right, sum := 0, 0.0
		for _, j := range part {
			sum += j.score
			if j.right() {
				right++
			}
		}
		if len(part) > 0 {
			out = append(out, Bin{Score: sum / float64(len(part)), Right: NewRate(right, len(part))})
		}
	}
	return out
}

// calibrationError is the mean distance between score and share, each bin
// weighed by its verdicts.
func calibrationError(bins []Bin) float64 {
	sum, n := 0.0, 0
	for _, b := range bins {
		sum += math.Abs(b.Score-b.Right.Share) * float64(b.Right.Of)
		n += b.Right.Of
	}
	return sum / math.Max(1, float64(n))
}
