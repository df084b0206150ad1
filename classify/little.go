package classify

// enough is how many things that the catalogue knows have to be seen of an
// asset before anything is said about it: one word alone is a coincidence.
const enough = 2

// little reports whether too little was seen to tell. A name that is nothing
// but what a system is about is enough, and so is a connection to a system.
func little(r reading, vs []view) bool {
	seen := 0
	for _, h := range r.headings {
		if knows(h.hits) {
			seen++
		}
	}
	for _, names := range [][]named{r.sheets, r.names, r.words, r.reached, r.allowed, r.sources} {
		for _, n := range names {
			if knows(n.hits) {
				seen++
			}
		}
	}
	if seen >= enough {
		return false
	}
	for _, v := range vs {
		if v.f[fTitle] > 0 || len(v.traces) > 0 || v.f[fIDs] > 0 {
			return false
		}
	}
	return true
}

func knows(hits []hit) bool {
	for _, h := range hits {
		for _, r := range h.refs {
			if r.use != useCounter {
				return true
			}
		}
	}
	return false
}
