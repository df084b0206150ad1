package classify

import (
	"slices"
	"unicode/utf8"

	"github.com/desirepath/desirepath/inventory"
)

// maxNeeds bounds what one verdict says an asset adds.
const maxNeeds = 5

// needs finds what an asset does that its system's capability has no words
// for: functions and fields that other capabilities know well, and nothing
// else: an unknown heading is as likely noise as a need.
func (c *Classifier) needs(top int, r reading, vs []view) []inventory.Need {
	var out []inventory.Need
	known := map[int]bool{}
	for _, f := range vs[top].concepts {
		known[f.heading] = true
	}
	for _, i := range vs[top].entities {
		known[i] = true
	}
	add := func(kind, word string) {
		n := inventory.Need{Kind: kind, Word: word}
		if len(out) < maxNeeds && !slices.Contains(out, n) && utf8.RuneCountInString(word) <= 40 {
			out = append(out, n)
		}
	}
	for t, v := range vs {
		for _, f := range v.concepts {
			if t != top && f.use == useFunction && f.value > 0.5 && !known[f.heading] {
				add("function", c.vocab.concepts[f.concept].name)
			}
		}
	}
	for i, h := range r.headings {
		if !known[i] && c.telling(h) {
			add("field", h.text)
		}
	}
	return out
}

// telling reports whether a heading as a whole is a field that some other
// capability is known by.
func (c *Classifier) telling(h heading) bool {
	if len(h.hits) != 1 || h.hits[0].cover < 0.99 {
		return false
	}
	for _, r := range h.hits[0].refs {
		if r.use == useField && r.telling >= 2 {
			return true
		}
	}
	return false
}
