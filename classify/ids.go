package classify

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/desirepath/desirepath/classify/evaluation"
	"github.com/desirepath/desirepath/inventory"
)

// When a sample of ids speaks: of fewer ids that could be compared nothing is
// said, and they are a system's only where more of them are than would be by
// chance.
const (
	minCompared = 10
	minOverlap  = 0.1
)

// A sharing is how many ids of a structure are those of a sanctioned system.
type sharing struct {
	trace
	ids   string // what they are called
	rate  evaluation.Rate
	value float64 // the share beyond what chance would give, 0 to 1
}

// compareIDs gives the views of the capabilities whose systems gave out ids
// that the structure holds, and returns these systems, the surest first.
func (c *Classifier) compareIDs(held inventory.IDs, vs []view) []trace {
	if held.Key == "" || len(held.Columns) == 0 {
		return nil
	}
	var all []sharing
	for _, s := range c.cat.Systems {
		best := sharing{trace: trace{s.ID, s.Name}}
		for _, set := range s.IDs {
			for _, column := range held.Columns {
				if x := overlap(column, set); set.Key == held.Key && x.value > best.value {
					best.ids, best.rate, best.value = set.Name, x.rate, x.value
				}
			}
		}
		if best.value == 0 {
			continue
		}
		all = append(all, best)
		if t := slices.Index(c.vocab.tops, c.cat.Top(s.Capability)); t >= 0 && best.value > vs[t].f[fIDs] {
			vs[t].f[fIDs], vs[t].ids = best.value, &best
		}
	}
	slices.SortStableFunc(all, func(a, b sharing) int { return cmp.Compare(b.value, a.value) })
	out := make([]trace, len(all))
	for i, x := range all {
		out[i] = x.trace
	}
	return out
}

// overlap estimates how much of a column's ids are of a set; its value is 0 when
// that cannot be told from chance.
func overlap(column inventory.IDColumn, set inventory.IDSet) sharing {
	compared, found := column.Compare(set)
	x := sharing{rate: evaluation.NewRate(found, compared)}
	if compared >= minCompared && x.rate.Low >= set.Chance+minOverlap*(1-set.Chance) {
		x.value = (x.rate.Share - set.Chance) / (1 - set.Chance)
	}
	return x
}

// args tells a sharing: what the ids are called, the system, how many of how
// many that were compared, and the share with its interval, in percent.
func (x sharing) args() []string {
	percent := func(f float64) string { return strconv.Itoa(int(100*f + 0.5)) }
	return []string{x.ids, x.name, strconv.Itoa(x.rate.Right), strconv.Itoa(x.rate.Of), percent(x.rate.Share), percent(x.rate.Low), percent(x.rate.High)}
}
