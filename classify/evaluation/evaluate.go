// Package evaluation measures how often verdicts are right, on labelled cases:
// accuracy, precision and recall with their intervals, calibration.
package evaluation

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// A Judge gives verdicts: a Classifier's Classify, or one that only knows
// other groups.
type Judge func(Case) inventory.Verdict

// minGroups is how many groups a label needs to count in the macro average.
const minGroups = 5

// A Report is how often verdicts were right. Labels in it are coarse; "none"
// stands for "".
type Report struct {
	Cases       int            `json:"cases"`
	Ambiguous   int            `json:"ambiguous"` // left out
	Accuracy    Rate           `json:"accuracy"`
	WithAlso    Rate           `json:"accuracy_with_alternates"`
	MacroF1     float64        `json:"macro_f1"`       // over the labels with at least 5 groups
	MacroLabels int            `json:"macro_labels"`   // how many those are
	Any         Detection      `json:"any_system"`     // any system against none, at the verdicts' own threshold
	NoneAt95    float64        `json:"none_recall_95"` // recall on none when duplicates are named with a precision of 0.95 or more
	Brier       float64        `json:"brier"`          // of the score: 0 is perfect
	LogLoss     float64        `json:"log_loss"`
	Calibration float64        `json:"calibration_error"` // in bins of equal mass; accepted alternates are right
	Intervals   Intervals      `json:"intervals"`
	Bins        []Bin          `json:"bins"`
	Labels      []LabelReport  `json:"labels"`
	Confusion   []ConfusedPair `json:"confusion"` // most frequent first
	Misses      []Miss         `json:"misses"`
}

// A Rate is a share with its 95 % Wilson interval.
type Rate struct {
	Right int     `json:"right"`
	Of    int     `json:"of"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// A Detection is how well systems are told from none.
type Detection struct {
	Precision Rate `json:"precision"`
	Recall    Rate `json:"recall"`
	None      Rate `json:"none_recall"`
}

// A Bin holds verdicts of similar score, to hold the score against how often
// they were right.
type Bin struct {
	Score float64 `json:"score"` // mean
	Right Rate    `json:"right"`
}

// A LabelReport is one label's figures.
type LabelReport struct {
	Label     string  `json:"label"`
	Groups    int     `json:"groups"`
	Recall    Rate    `json:"recall"`
	Precision Rate    `json:"precision"`
	F1        float64 `json:"f1"`
}

// A ConfusedPair counts how often one label was taken for another.
type ConfusedPair struct {
	Label string `json:"label"`
	Given string `json:"given"`
	N     int    `json:"n"`
}

// A Miss is a case that was judged otherwise than people did.
type Miss struct {
	File  string  `json:"file"`
	Label string  `json:"label"`
	Given string  `json:"given"`
	Score float64 `json:"score"`
}

// judged is a case with its coarse verdict.
type judged struct {
	Case
	given string
	score float64
	dup   float64 // how probable it is that any system is duplicated
}

// right reports whether people would accept the answer.
func (j judged) right() bool { return j.given == j.Answer || slices.Contains(j.Also, j.given) }

// Evaluate judges cases and counts. top gives a capability's coarsest
// ancestor: finer verdicts are scored as that. Ambiguous cases are left out.
func Evaluate(cases iter.Seq[Case], judge Judge, top func(string) string) Report {
	var r Report
	var all []judged
	for c := range cases {
		if c.Ambiguous {
			r.Ambiguous++
			continue
		}
		v := judge(c)
		c.Answer = top(c.Answer)
		all = append(all, judged{Case: c, given: top(v.Capability), score: v.Score, dup: duplicates(v)})
	}
	r.Cases = len(all)
	r.accuracy(all)
	r.labels(all)
	r.detection(all)
	r.calibration(all)
	r.Intervals = intervals(all)
	return r
}

// duplicates is the probability that a verdict leaves for any system.
func duplicates(v inventory.Verdict) float64 {
	if v.None() {
		return 1 - v.Score
	}
	for _, a := range v.Alternatives {
		if a.Capability == "" {
			return 1 - a.Score
		}
	}
	return 1
}

func (r *Report) accuracy(all []judged) {
	strict, also := 0, 0
	pairs := map[ConfusedPair]int{}
	for _, j := range all {
		switch {
		case j.given == j.Answer:
			strict, also = strict+1, also+1
		case slices.Contains(j.Also, j.given):
			also++
			fallthrough
		default:
			pairs[ConfusedPair{Label: said(j.Answer), Given: said(j.given)}]++
			r.Misses = append(r.Misses, Miss{j.File, said(j.Answer), said(j.given), j.score})
		}
	}
	r.Accuracy, r.WithAlso = NewRate(strict, len(all)), NewRate(also, len(all))
	for p, n := range pairs {
		p.N = n
		r.Confusion = append(r.Confusion, p)
	}
	slices.SortFunc(r.Confusion, func(a, b ConfusedPair) int {
		return cmp.Or(b.N-a.N, cmp.Compare(a.Label, b.Label), cmp.Compare(a.Given, b.Given))
	})
}

func (r *Report) labels(all []judged) {
	type tally struct {
		groups               map[string]bool
		given, labelled, hit int
	}
	tallies := map[string]*tally{}
	of := func(label string) *tally {
		if tallies[label] == nil {
			tallies[label] = &tally{groups: map[string]bool{}}
		}
		return tallies[label]
	}
	for _, j := range all {
		of(j.given).given++
		t := of(j.Answer)
		t.labelled++
		t.groups[j.Group] = true
		if j.given == j.Answer {
			t.hit++
		}
	}
	for _, label := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[label]
		l := LabelReport{Label: said(label), Groups: len(t.groups), Recall: NewRate(t.hit, t.labelled), Precision: NewRate(t.hit, t.given)}
		if t.hit > 0 {
			l.F1 = 2 * float64(t.hit) / float64(t.given+t.labelled)
		}
		r.Labels = append(r.Labels, l)
		if len(t.groups) >= minGroups {
			r.MacroLabels++
			r.MacroF1 += l.F1
		}
	}
	r.MacroF1 /= math.Max(1, float64(r.MacroLabels))
}

func (r *Report) detection(all []judged) {
	var given, real, both, none, noneHit int
	for _, j := range all {
		if j.given != "" {
			given++
		}
		if j.Answer == "" {
			none++
			if j.given == "" {
				noneHit++
			}
			continue
		}
		real++
		if j.given != "" {
			both++
		}
	}
	r.Any = Detection{Precision: NewRate(both, given), Recall: NewRate(both, real), None: NewRate(noneHit, none)}
	r.NoneAt95 = noneRecall(all, 0.95)
}

// noneRecall is the share of "none" that is left in peace when only as many of
// the verdicts that name a system stand, the surest first, that they are right
// this often. Loosening beyond the verdicts' own decisions is not allowed: a
// perfect order of cases would then be asked to disturb people until it is no
// longer perfect.
func noneRecall(all []judged, precision float64) float64 {
	var named []judged
	nones := 0
	for _, j := range all {
		if j.Answer == "" {
			nones++
		}
		if j.given != "" {
			named = append(named, j)
		}
	}
	slices.SortStableFunc(named, func(a, b judged) int { return cmp.Compare(b.dup, a.dup) })
	hit, miss, left := 0, 0, 0
	for i, j := range named {
		if j.Answer == "" {
			miss++
		} else {
			hit++
		}
		if i+1 < len(named) && named[i+1].dup == j.dup {
			continue
		}
		if float64(hit) >= precision*float64(hit+miss) {
			left = miss
		}
	}
	return NewRate(nones-left, nones).Share
}

func said(label string) string {
	if label == "" {
		return "none"
	}
	return label
}

// NewRate is a share with its Wilson interval.
func NewRate(right, of int) Rate {
	r := Rate{Right: right, Of: of}
	if of == 0 {
		return r
	}
	const z = 1.96
	n, p := float64(of), float64(right)/float64(of)
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	r.Share, r.Low, r.High = p, math.Max(0, mid-half), math.Min(1, mid+half)
	return r
}
