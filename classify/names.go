package classify

import (
	"math"
	"slices"
)

func entities(names []named, top int) []int { return wordsOf(names, top, useEntity) }

func wordsOf(names []named, top int, u use) []int {
	var out []int
	for i, n := range names {
		if best(n, top, u) > 0 {
			out = append(out, i)
		}
	}
	return out
}

// best is how much of a name a capability's words explain, times how telling.
func best(n named, top int, u use) float64 {
	most := 0.0
	for _, h := range n.hits {
		for _, r := range h.refs {
			if r.top == top && r.use == u {
				most = math.Max(most, h.cover*h.owned[u])
			}
		}
	}
	return most
}

// titled reports whether a name is one of a capability's entities and nothing
// else, spelled in two words or more and known to no other capability.
func titled(names []named, top int) bool {
	for _, n := range names {
		if len(n.hits) != 1 || n.hits[0].cover < 0.99 || n.hits[0].words < 2 || n.hits[0].owned[useEntity] < 1 {
			continue
		}
		for _, r := range n.hits[0].refs {
			if r.top == top && r.use == useEntity {
				return true
			}
		}
	}
	return false
}

// spelledOut reports whether a name has an entity of a capability in two words
// or more.
func spelledOut(names []named, top int) bool {
	for _, n := range names {
		for _, h := range n.hits {
			if h.words >= 2 && slices.ContainsFunc(h.refs, func(x ref) bool { return x.top == top && x.use == useEntity }) {
				return true
			}
		}
	}
	return false
}

// nameStrength is the best name's part and a little for each further one.
func nameStrength(names []named, top int) float64 {
	most, sum := 0.0, 0.0
	for _, n := range names {
		b := math.Sqrt(best(n, top, useEntity))
		most = math.Max(most, b)
		sum += b
	}
	if len(names) == 0 {
		return 0
	}
	return 0.7*most + 0.3*sum/float64(len(names))
}

func statusStrength(words []named, top int) float64 {
	sum := 0.0
	for _, n := range words {
		if b := best(n, top, useStatus); b > 0.5*0.1 {
			sum += b
		}
	}
	return math.Log1p(sum)
}

func appendNew(to []int, i int) []int {
	for _, have := range to {
		if have == i {
			return to
		}
	}
	return append(to, i)
}

func pick(names []named, at []int) []named {
	out := make([]named, len(at))
	for k, i := range at {
		out[k] = names[i]
	}
	return out
}
