package classify

import "slices"

// A leaning is what speaks for a finer capability.
type leaning struct {
	strength float64
	signs    int // how many different things that is
}

// What it takes to go down to a finer capability: more than one thing, and at
// least half of all that speaks for the coarse one.
const (
	finerStrength = 2.0
	finerSigns    = 2
	finerShare    = 0.5
)

// finest goes down to a finer capability when most of what speaks for the
// coarse one speaks for the finer.
func (c *Classifier) finest(top int, v view, r reading) string {
	leanings := map[int]leaning{}
	total := 0.0
	lean := func(cap int, strength float64) {
		l := leanings[cap]
		leanings[cap] = leaning{l.strength + strength, l.signs + 1}
	}
	for _, f := range v.concepts {
		if f.telling >= 2 {
			x := f.value * float64(f.telling-1)
			lean(c.vocab.concepts[f.concept].cap, x)
			total += x
		}
	}
	for _, f := range v.finer {
		lean(f.cap, f.strength)
	}
	total += byName(top, lean, useEntity, pick(r.sheets, v.sheets), pick(r.names, v.names), pick(r.sources, v.sources))
	total += byName(top, lean, useTrace, pick(r.reached, v.reached), pick(r.allowed, v.allowed))
	id := c.vocab.tops[top]
	most := 0.0
	for i, x := range c.vocab.caps {
		l := leanings[i]
		if c.vocab.topOf[i] == top && x.ID != id && l.strength > most && l.strength >= max(finerStrength, finerShare*total) && (l.signs >= finerSigns || v.sure()) {
			most, id = l.strength, x.ID
		}
	}
	return id
}

// byName adds to each finer capability what names say for it, and returns the
// sum: a name that is nothing but an entity counts as two fields do.
func byName(top int, lean func(cap int, strength float64), u use, names ...[]named) float64 {
	total := 0.0
	for _, n := range slices.Concat(names...) {
		for _, h := range n.hits {
			for _, ref := range h.refs {
				if ref.top == top && ref.use == u {
					lean(ref.cap, 2*h.cover)
					total += 2 * h.cover
				}
			}
		}
	}
	return total
}
