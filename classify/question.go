package classify

import (
	_ "embed"
	"strings"
)

// askingWords are what questions are put with, in several languages: of "What
// is your employee number?" only the employee number tells anything.
//
//go:embed asking.txt
var askingWords string

// minAsked is how many words a heading has at least before it is taken for a
// question.
const minAsked = 3

// unasked gives what a question or a request is about, or nothing when a
// heading is neither, or is made of nothing but words of asking.
func (v *vocabulary) unasked(text string, ts []string) []string {
	if len(ts) < minAsked {
		return nil
	}
	text = strings.TrimRight(text, " *:")
	if !v.asking[ts[0]] && !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, "？") {
		return nil
	}
	var about []string
	for _, t := range ts {
		if !v.asking[t] {
			about = append(about, t)
		}
	}
	return about
}
