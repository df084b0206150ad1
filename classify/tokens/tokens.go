// Package tokens takes headings and names apart into words that can be compared,
// in any language and script.
package tokens

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxTokens bounds how much of one heading is read: what is longer is a
// sentence, not a heading.
const maxTokens = 16

// Of splits a heading or a name into comparable words: lower case, no
// accents, singular, common abbreviations written out, every number "0", every
// ideograph a word of its own. "EmpID #2" gives employee, id, no, 0.
func Of(s string) []string {
	if !ascii(s) {
		s = Fold(s)
	}
	if i := strings.Index(s, " /"); i >= 0 && i+2 < len(s) && classOf(rune(s[i+2])) == digit {
		s = s[:i] + " out of " + s[i+2:] // "Quiz /10"
	}
	out := make([]string, 0, 4) // what most headings have at most
	for s != "" && len(out) < maxTokens {
		var word string
		word, s = nextWord(s)
		switch word {
		case "":
		case "s": // the rest of "employee's"
			if len(out) == 0 {
				out = append(out, word)
			}
		default:
			out = append(out, Canonical(word))
		}
	}
	return out
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Fold takes accents away from letters that have a plain form.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String()) // Hangul and kana come together again
}

// A class of rune: words end where the class changes.
type class uint8

const (
	other class = iota
	lower
	upper
	digit
	ideograph
	sign // a word by itself: # and %
)

func classOf(r rune) class {
	switch {
	case r >= 'a' && r <= 'z':
		return lower
	case r >= 'A' && r <= 'Z':
		return upper
	case r >= '0' && r <= '9':
		return digit
	case r == '#' || r == '%':
		return sign
	case r < 0x80:
		return other
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return ideograph
	case unicode.IsUpper(r):
		return upper
	case unicode.IsLetter(r):
		return lower
	case unicode.IsDigit(r):
		return digit
	}
	return other
}

// nextWord cuts the first word off s. The word is "" when only separators
// were left.
func nextWord(s string) (word, rest string) {
	start := strings.IndexFunc(s, func(r rune) bool { return classOf(r) != other })
	if start < 0 {
		return "", ""
	}
	s = s[start:]
	last, lastAt, capitals := other, 0, 0
	for i, r := range s {
		c := classOf(r)
		switch {
		case i == 0, c == last && c != ideograph && c != sign:
		case last == upper && c == lower && (capitals == 1 || plural(s[i:])):
		case last == upper && c == lower: // IPAddress: the last capital begins the next word
			return s[:lastAt], s[lastAt:]
		default:
			return s[:i], s[i:]
		}
		if c == upper {
			capitals++
		}
		last, lastAt = c, i
	}
	return s, ""
}

// plural reports whether s goes on as "IDs" does.
func plural(s string) bool {
	return s[0] == 's' && (len(s) == 1 || classOf(rune(s[1])) != lower)
}

// Canonical gives the one form under which a word is compared.
func Canonical(w string) string {
	if c := w[0]; c >= '0' && c <= '9' {
		return "0"
	}
	return spelled(singular(strings.ToLower(w)))
}

// singular takes an English plural ending off. It need not be right, only the
// same for the catalogue's words and for the builder's.
func singular(w string) string {
	n := len(w)
	switch {
	case n < 4 || w[n-1] != 's':
		return w
	case strings.HasSuffix(w, "ies") && n > 4:
		return w[:n-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		return w[:n-2]
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	}
	return w[:n-1]
}

// spelled writes out what people abbreviate in headings, and settles spellings.
func spelled(w string) string {
	switch w {
	case "ids":
		return "id"
	case "no", "nr", "num", "number", "nbr", "#", "nro":
		return "no"
	case "%", "pct", "percentage":
		return "percent"
	case "ref":
		return "reference"
	case "tel", "telephone", "ph":
		return "phone"
	case "wk":
		return "week"
	case "yr":
		return "year"
	case "hrs":
		return "hour"
	case "acct":
		return "account"
	case "addr":
		return "address"
	case "amt", "amnt":
		return "amount"
	case "avg":
		return "average"
	case "bal":
		return "balance"
	case "bldg":
		return "building"
	case "cert":
		return "certificate"
	case "cust":
		return "customer"
	case "dept":
		return "department"
	case "desc", "descr", "dscr":
		return "description"
	case "emp", "empl":
		return "employee"
	case "equip":
		return "equipment"
	case "est":
		return "estimated"
	case "freq":
		return "frequency"
	case "info":
		return "information"
	case "loc":
		return "location"
	case "maint", "mtce":
		return "maintenance"
	case "mgr":
		return "manager"
	case "mob":
		return "mobile"
	case "pmt", "pymt":
		return "payment"
	case "prio", "pri":
		return "priority"
	case "proj":
		return "project"
	case "qty", "qnty", "quant":
		return "quantity"
	case "req":
		return "requirement"
	case "stu", "stud":
		return "student"
	case "txn", "trx":
		return "transaction"
	}
	return british(w)
}

// british settles the spellings that differ between British and American
// English.
func british(w string) string {
	switch w {
	case "organisation", "org":
		return "organization"
	case "programme":
		return "program"
	case "enrolment":
		return "enrollment"
	case "licence":
		return "license"
	case "centre":
		return "center"
	case "cheque":
		return "check"
	case "labour":
		return "labor"
	}
	return w
}
