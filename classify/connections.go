package classify

import "math"

// connect takes what an asset is connected to as traces of a capability's
// systems: the products that connectors name, the data that permissions are
// about, and, as weak words, the names of the places it answers from.
func (v *view) connect(r *reading, top int) {
	v.reached = wordsOf(r.reached, top, useTrace)
	v.allowed = wordsOf(r.allowed, top, useTrace)
	v.sources = wordsOf(r.sources, top, useEntity)
	v.f[fReached] = traceStrength(r.reached, v.reached, top)
	v.f[fAllowed] = traceStrength(r.allowed, v.allowed, top)
	v.f[fSource] = nameStrength(r.sources, top)
}

// traceStrength is 1 for one connection that only this capability's products
// have, and a little more for further ones.
func traceStrength(names []named, at []int, top int) float64 {
	sum := 0.0
	for _, i := range at {
		for _, h := range names[i].hits {
			for _, r := range h.refs {
				if r.top == top && r.use == useTrace {
					sum += h.owned[useTrace]
				}
			}
		}
	}
	return math.Log2(1 + sum)
}
