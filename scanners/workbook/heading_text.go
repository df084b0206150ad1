package workbook

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/desirepath/desirepath/scanners/workbook/personal"
)

// A heading has at most so many characters, and words; one that asks, as in
// the answers to a form, has more.
const (
	maxHeading       = 80
	maxHeadingWords  = 12
	maxQuestion      = 200
	maxQuestionWords = 40
)

// isLabel reports whether a cell could be a heading: a few words, and not a
// number, a date, an address or a sentence.
func isLabel(c Cell) bool {
	if c.Kind != CellText || c.Formula.Present() {
		return false
	}
	s := tidy(c.Text)
	length, words := utf8.RuneCountInString(s), len(strings.Fields(s))
	if strings.Contains(s, "? ") || strings.HasSuffix(s, "?") {
		return length <= maxQuestion && words <= maxQuestionWords && hasLetter(s) && !personal.IsEmail(s) && !urlPattern.MatchString(s)
	}
	if s == "" || length > maxHeading || words > maxHeadingWords {
		return false
	}
	return s == "#" || hasLetter(s) && !looksLikeData(s)
}

// tidy is a heading as it is kept: on one line, without the colon or the
// asterisk at its end.
func tidy(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.TrimSpace(strings.TrimRight(s, ":*"))
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

var (
	urlPattern = regexp.MustCompile(`(?i)^(https?://|www\.|file:|\\\\)`)
	// 2024-05-01, 1/5/24, 5 May 2024, 10:30, with or without a time.
	datePattern = regexp.MustCompile(`(?i)^(\d{1,2}|\d{4})[-/. ](\d{1,2}|[a-z]{3,9})[-/., ]+(\d{4}|\d{1,2})\b|^\d{1,2}:\d{2}(:\d{2})?( ?[ap]m)?$|^[a-z]{3,9}\.? \d{1,2},? \d{4}$`)
	// Amounts and shares with a sign or a unit: $1,200.00, 45 %, 3.5 h.
	amountPattern = regexp.MustCompile(`^[^\pL\d]*\d[\d.,' ]*\s?[\pL%€$£]{0,3}$`)
	// An id: letters and at least three digits in one word, INV-00123.
	idPattern = regexp.MustCompile(`^[\pL]{0,5}[-_/#]?\d[\d\-_/.]{2,}[\pL]?$`)
)

func looksLikeData(s string) bool {
	return personal.IsEmail(s) || urlPattern.MatchString(s) || datePattern.MatchString(s) ||
		amountPattern.MatchString(s) || idPattern.MatchString(s) || isSentence(s)
}

// isSentence: it ends like one and has the words of one.
func isSentence(s string) bool {
	words := len(strings.Fields(s))
	return words > 4 && strings.HasSuffix(s, ".") || words > 6 && strings.Contains(s, ". ")
}

// commonShare is the share of labels that read like headings: by their words,
// or as members of a series. A status, such as "open", is a word of headings
// and more often data.
func commonShare(labels []placedText) float64 {
	n := 0
	for i, l := range labels {
		if personal.IsCommon(l.text) && !personal.IsListWord(strings.ToLower(l.text)) || inSeries(labels, i) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(labels)))
}

// inSeries reports whether a label goes on from the one before or to the one
// after it: Week 1, Week 2; M8, M9.
func inSeries(labels []placedText, i int) bool {
	prefix, n := seriesOf(labels[i].text)
	for _, j := range []int{i - 1, i + 1} {
		if n > 0 && j >= 0 && j < len(labels) {
			if p, m := seriesOf(labels[j].text); p == prefix && m-n == j-i {
				return true
			}
		}
	}
	return false
}

// seriesOf cuts the number off the end of a text; 0 when there is none.
func seriesOf(s string) (prefix string, n int) {
	prefix = strings.TrimRight(s, "0123456789")
	n, _ = strconv.Atoi(s[len(prefix):])
	return prefix, n
}
