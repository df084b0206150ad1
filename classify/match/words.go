package match

import (
	"slices"
	"strings"
	"unicode"
)

// A lexicon knows the words of two schemas, so that names which run words
// together can be taken apart.
type lexicon map[string]bool

func newLexicon(sides ...[]Field) lexicon {
	l := lexicon{}
	for _, fields := range sides {
		for _, f := range fields {
			for _, text := range []string{f.Table, f.Column, f.Description} {
				for _, w := range split(text) {
					l[w] = true
				}
			}
		}
	}
	return l
}

// name takes a column's name apart: at case, punctuation, and where known
// words run together.
func (l lexicon) name(s string) (out []string) {
	for _, w := range split(s) {
		for _, part := range l.segment(w) {
			out = append(out, expand(part)...)
		}
	}
	return out
}

// table does so for the name of a table, which often runs words together that
// descriptions then use as one.
func (l lexicon) table(s string) (out []string) {
	for _, w := range split(s) {
		parts := l.segment(w)
		if len(w) > 7 {
			if halves := l.halves(w); halves != nil {
				parts = halves
			}
		}
		for _, part := range parts {
			out = append(out, expand(part)...)
		}
	}
	return out
}

// text are the telling words of a description.
func (l lexicon) text(s string) (out []string) {
	for _, w := range split(s) {
		if len(w) > 1 && !fillers[w] {
			out = append(out, expand(w)...)
		}
	}
	return out
}

// segment finds the words of a name that has no marks between them.
func (l lexicon) segment(w string) []string {
	if before, found := strings.CutSuffix(w, "id"); found && len(before) >= 2 && !l[before+"s"] && !endInID[w] {
		return append(l.segment(before), "id")
	}
	if !l.known(w) {
		if halves := l.halves(w); halves != nil {
			return halves
		}
	}
	return []string{w}
}

// known reports whether a word is used as such. Names of columns are words of
// the lexicon themselves, so a long one says little.
func (l lexicon) known(w string) bool { return l[w] && len(w) < 6 || commonWord(w) }

// halves cuts a word into two known ones of three letters at least, as evenly
// as can be.
func (l lexicon) halves(w string) []string {
	var out []string
	for i := 3; i <= len(w)-3; i++ {
		a, b := w[:i], w[i:]
		if !l.part(a) || !l.part(b) {
			continue
		}
		if out == nil || min(len(a), len(b)) > min(len(out[0]), len(out[1])) {
			out = []string{a, b}
		}
	}
	return out
}

func (l lexicon) part(w string) bool { return l[w] || abbreviations[w] != "" || commonWord(w) }

// split is the runs of letters of a text, in small letters, cut where a
// capital follows a small letter.
func split(s string) []string {
	var b strings.Builder
	var last rune
	for _, r := range s {
		if r == '\'' || r == '’' {
			continue // carer's
		}
		if unicode.IsUpper(r) && unicode.IsLower(last) || !unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		if unicode.IsLetter(r) {
			b.WriteRune(unicode.ToLower(r))
		}
		last = r
	}
	return strings.Fields(b.String())
}

// expand writes an abbreviation out, and adds to each word the group of those
// that are said for one another.
func expand(w string) (out []string) {
	for long := range strings.FieldsSeq(cmpOr(abbreviations[w], w)) {
		stem := stem(long)
		out = append(out, stem)
		out = append(out, groups()[stem]...)
	}
	return out
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// stem cuts the commonest endings off.
func stem(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		w = w[:len(w)-3] + "y"
	case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "is") && !strings.HasSuffix(w, "us"):
		w = w[:len(w)-1]
	}
	for _, ending := range []string{"ational", "ation", "ing", "edly", "ed", "ion", "ment", "e"} {
		if before, found := strings.CutSuffix(w, ending); found && len(before) >= 4 {
			return before
		}
	}
	return w
}

// Meaning is a form of a phrase that phrases of the same words share, whatever
// their order, endings, abbreviations and fillers. "" is of no words.
func Meaning(phrase string) string {
	var stems []string
	for _, w := range split(phrase) {
		if fillers[w] {
			continue
		}
		for long := range strings.FieldsSeq(cmpOr(abbreviations[w], w)) {
			stems = append(stems, stem(long))
		}
	}
	slices.Sort(stems)
	return strings.Join(slices.Compact(stems), " ")
}
