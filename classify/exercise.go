package classify

import (
	_ "embed"
	"strings"

	"github.com/desirepath/desirepath/classify/tokens"
)

// exerciseWords are what exercises and their answers are called, in several
// languages: they have all the headings of what they practise, and are none.
//
//go:embed exercise.txt
var exerciseWords string

// calculatorWords are what is called that works something out once, and keeps
// nothing.
//
//go:embed calculator.txt
var calculatorWords string

// phrasesOf takes a list apart, as tokens joined with spaces.
func phrasesOf(list string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		if key := strings.Join(tokens.Of(w), " "); key != "" {
			out[key] = true
		}
	}
	return out
}

// spoken reports whether one of the phrases is in a name.
func spoken(phrases map[string]bool, ts []string) bool {
	var buf [128]byte
	for i := range ts {
		for n := i + 1; n <= min(len(ts), i+maxPhrase); n++ {
			if phrases[string(appendKey(buf[:0], ts[i:n]))] {
				return true
			}
		}
	}
	return false
}

// answers reports whether a name that ends in a word is of answers: "q4
// solution". Elsewhere in a name the word is about something else.
func answers(last string) bool { return last == "solution" || last == "answer" }

// exercise reports whether a file is named like an exercise or its answer, or
// like something that works a figure out and keeps no records: there are no
// dates in it, and nothing is numbered.
func (v *vocabulary) exercise(ts []string, s shape) bool {
	if len(ts) == 0 {
		return false
	}
	return spoken(v.exercises, ts) || answers(ts[len(ts)-1]) ||
		!s.keyed && s.dated == 0 && spoken(v.calculators, ts)
}
