package personal

import (
	"strings"
	"unicode"
)

// What of a name is looked up: a person's has so many words at most, and what
// has more words than that holds none.
const (
	personWords = 4
	lookedUp    = 16
)

// Holds reports whether a name is that of somebody known, or has it
// among its words: "Ana Ruru 2024". Defined names and modules, which can hold
// no blanks, write it as Ana_Ruru or AnaRuru.
func Holds(name string, known func(string) bool) bool {
	if known(name) {
		return true
	}
	words := nameWordsOf(name)
	if len(words) > lookedUp {
		return false
	}
	for from := range words {
		for to := from + 2; to <= min(from+personWords, len(words)); to++ {
			last := to - from - 1
			some := words[from:to]
			if known(strings.Join(some, " ")) || known(some[0]+", "+strings.Join(some[1:], " ")) ||
				known(some[last]+", "+strings.Join(some[:last], " ")) {
				return true
			}
		}
	}
	return false
}

// nameWordsOf cuts a name at what is no letter and before a capital that
// follows a small one. Hyphens and apostrophes are parts of names.
func nameWordsOf(name string) []string {
	var cut strings.Builder
	before := ' '
	for _, c := range name {
		switch {
		case c == '-' || c == '\'' || c == '’':
			cut.WriteRune(c)
		case !unicode.IsLetter(c) && !unicode.IsMark(c):
			cut.WriteByte(' ')
		case unicode.IsUpper(c) && unicode.IsLower(before):
			cut.WriteByte(' ')
			fallthrough
		default:
			cut.WriteRune(c)
		}
		before = c
	}
	return strings.Fields(cut.String())
}
