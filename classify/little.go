package classify

import "slices"

// enough is how many things that the catalogue knows have to be seen of an
// asset before anything is said about it: one word alone is a coincidence.
const enough = 2

// little reports whether too little was seen to tell. A name that is nothing
// but what a system is about is enough, and so is a connection to a system or a product, or
// the ids that it gave out; of an app, whose records are elsewhere, a name that
// spells out what it does.
func little(r reading, vs []view, best int) bool {
	if best < len(vs) {
		if vs[best].spelled {
			return false
		}
		return !vs[best].sure() && seen(r, func(x ref) bool { return x.top == best }) < enough
	}
	for _, v := range vs {
		if v.sure() {
			return false
		}
	}
	return seen(r, func(ref) bool { return true }) < enough
}

// sure reports whether one thing alone settles that a capability is meant; of
// a place that something answers from, when it is called nothing else.
func (v view) sure() bool {
	return v.f[fTitle] > 0 || len(v.traces) > 0 || v.f[fIDs] > 0 || v.f[fReached] > 0 || v.f[fSource] > 0.9
}

// seen counts what the catalogue knows of an asset, and of its names those that
// speak for an answer: a name that speaks for another bears nothing out.
func seen(r reading, speaks func(ref) bool) int {
	n := 0
	count := func(hits []hit, speaks func(ref) bool) {
		if knows(hits, speaks) {
			n++
		}
	}
	anyone := func(ref) bool { return true }
	for _, h := range r.headings {
		count(h.hits, anyone)
	}
	for _, names := range [][]named{r.words, r.reached, r.allowed, r.sources} {
		for _, x := range names {
			count(x.hits, anyone)
		}
	}
	for _, x := range slices.Concat(r.sheets, r.names) {
		count(x.hits, speaks)
	}
	return n
}

func knows(hits []hit, speaks func(ref) bool) bool {
	for _, h := range hits {
		for _, x := range h.refs {
			if x.use != useCounter && speaks(x) {
				return true
			}
		}
	}
	return false
}
