package classify

import (
	"slices"
	"unicode/utf8"

	"github.com/desirepath/desirepath/inventory"
)

// maxNeeds bounds what one verdict says an asset adds.
const maxNeeds = 5

// needs finds what an asset does that its system's capability has no words
// for: functions and fields that other capabilities are known by. An unknown
// heading is as likely noise as a need, and a word that any sheet may have is
// none.
func (c *Classifier) needs(top int, r reading, vs []view) []inventory.Need {
	var out []inventory.Need
	add := func(kind, word string) {
		n := inventory.Need{Kind: kind, Word: word}
		if len(out) < maxNeeds && !slices.Contains(out, n) && utf8.RuneCountInString(word) <= 40 {
			out = append(out, n)
		}
	}
	for t, v := range vs {
		for _, f := range v.concepts {
			if t != top && f.use == useFunction && f.value > 0.8 && !r.headings[f.heading].speaksFor(top) {
				add("function", c.vocab.concepts[f.concept].name)
			}
		}
	}
	for _, h := range r.headings {
		if !h.speaksFor(top) && h.telling() {
			add("field", h.text)
		}
	}
	return out
}

// speaksFor reports whether a capability knows any word of a heading.
func (h heading) speaksFor(top int) bool {
	for _, hit := range h.hits {
		for _, r := range hit.refs {
			if r.top == top && r.use != useCounter && r.use != useStatus {
				return true
			}
		}
	}
	return false
}

// telling reports whether a heading as a whole is a field that gives some
// capability away. Keys are not: they only point to something elsewhere. Nor
// are bare nouns such as "Task".
func (h heading) telling() bool {
	if len(h.hits) != 1 || h.hits[0].cover < 0.99 || h.key() {
		return false
	}
	telling := false
	for _, r := range h.hits[0].refs {
		if r.use == useEntity {
			return false
		}
		telling = telling || r.use == useField && r.telling == 3
	}
	return telling
}

// key reports whether a heading names an id, a number or a code.
func (h heading) key() bool {
	return slices.ContainsFunc(h.tokens, func(t string) bool { return t == "id" || t == "no" || t == "code" })
}
