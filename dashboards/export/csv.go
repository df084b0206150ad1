package export

import (
	"encoding/csv"
	"io"
	"iter"
	"strings"
)

// CSV writes an outreach list as UTF-8 csv.
func CSV(w io.Writer, rows iter.Seq2[Row, error]) error {
	return writeCSV(w, Columns(), each(rows, func(r Row) []any { return r.cells()[:len(Columns())] }))
}

// writeCSV writes cells as they are meant to be read: text that a spreadsheet
// program would take for a formula is led by an apostrophe; see
// https://owasp.org/www-community/attacks/CSV_Injection.
func writeCSV(w io.Writer, headings []string, rows iter.Seq2[[]any, error]) error {
	out := csv.NewWriter(w)
	if err := out.Write(headings); err != nil {
		return err
	}
	for cells, err := range rows {
		if err != nil {
			return err
		}
		var record []string
		for _, c := range cells {
			record = append(record, Neutral(text(c)))
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Neutral keeps text from being read as a formula and from spanning lines.
func Neutral(s string) string {
	s = Printable(s)
	if strings.ContainsAny(firstRune(strings.TrimLeft(s, " ")), "=+-@|%＝＋－＠") {
		return "'" + s
	}
	return s
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// Printable folds control characters, line breaks and marks that reorder text
// into spaces, and bounds the length to what a cell can hold.
func Printable(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r == 0x7F, r >= 0x80 && r < 0xA0, r == 0x2028, r == 0x2029:
			return ' '
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFFFE, r == 0xFFFF:
			return -1
		default:
			return r
		}
	}, s)
	const most = 8000 // characters; a cell holds 32,767
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}
