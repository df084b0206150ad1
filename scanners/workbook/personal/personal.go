// Package personal tells what in a name says who somebody is: an address, a number
// of a person, a full name. It errs on the side of dropping a name that is none,
// except for words that headings have.
package personal

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Identifies reports whether a name holds an address or a number of a
// person.
func Identifies(s string) bool {
	if IsEmail(s) {
		return true
	}
	n := phonePattern.FindString(timePattern.ReplaceAllString(s, " "))
	digits := 0
	for _, c := range n {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits >= 7
}

// IsEmail reports whether a text holds an address.
func IsEmail(s string) bool {
	return strings.Contains(s, "@") && emailPattern.MatchString(s)
}

var (
	emailPattern = regexp.MustCompile(`[^\s@<>]+@[^\s@<>]+\.[A-Za-z]{2,}`)
	// Dates and spans of years anywhere in a text: they are no number of a person.
	timePattern = regexp.MustCompile(`\b(19|20)\d\d ?[-/–] ?(19|20)?\d\d\b([-/.]\d{1,2}\b)?|\b\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d)\b`)
	// Numbers of people: phones, and social security and account numbers.
	phonePattern = regexp.MustCompile(`\+?\(?\d[\d\s().\-/]{6,}\d`)
)

// Runs marks the texts that stand in a run of three or more which all
// read like the full names of people.
func Runs(texts []string) []bool {
	marks := make([]bool, len(texts))
	for i := 0; i < len(texts); {
		end := i
		for end < len(texts) && IsFullName(texts[end]) {
			end++
		}
		if end-i >= 3 {
			for j := i; j < end; j++ {
				marks[j] = true
			}
		}
		i = max(end, i+1)
	}
	return marks
}

// IsFullName: two or three capitalised words, or "Last, First", none of which
// is a word that headings have, unless it is a name as well.
func IsFullName(s string) bool {
	words := strings.Fields(strings.Replace(s, ",", " ", 1))
	if len(words) < 2 || len(words) > 3 {
		return false
	}
	known := 0
	for _, w := range words {
		r, size := utf8.DecodeRuneInString(w)
		rest := w[size:]
		if !unicode.IsUpper(r) || len(rest) == 0 && len(words) == 2 {
			return false
		}
		if headingWords[stem(w)] {
			known++
			if !nameWords[stem(w)] {
				return false
			}
		}
		if strings.ContainsFunc(rest, func(c rune) bool { return !unicode.IsLetter(c) && !strings.ContainsRune("-'’.", c) }) {
			return false
		}
		if len(rest) > 1 && strings.ToUpper(rest) == rest {
			return false // an abbreviation
		}
	}
	return known < len(words)
}

// IsCommon reports whether a word of the text is one that headings have.
func IsCommon(s string) bool {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if headingWords[stem(w)] {
			return true
		}
	}
	return false
}

// stem is a word in lower case without the s of a plural.
func stem(w string) string {
	w = strings.ToLower(w)
	if len(w) > 3 && !strings.HasSuffix(w, "ss") {
		w = strings.TrimSuffix(w, "s")
	}
	return w
}
