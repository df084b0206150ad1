package workbook

import (
	"strings"
	"unicode/utf8"
)

// odsFormula writes a formula of OpenFormula (ODF 1.3 part 4) as Excel does:
// of:=SUM([$Data.A1:.A9];2) as SUM(Sheet!A1:A9,2). What a sheet or a file is
// called is left out.
func odsFormula(s string) string {
	if i := strings.Index(s, ":="); i >= 0 && i < 8 {
		dialect := s[:i]
		s = s[i+2:]
		if dialect == "msoxl" {
			return s
		}
	}
	var out strings.Builder
	for s = strings.TrimLeft(s, "="); s != ""; {
		n := odsToken(&out, s)
		s = s[n:]
	}
	return out.String()
}

// odsToken writes what s begins with, and tells how long that is.
func odsToken(out *strings.Builder, s string) int {
	switch c := s[0]; {
	case c == '"', c == '\'':
		n := quotedLength(s)
		out.WriteString(s[:n])
		return n
	case c == '{':
		if n := strings.IndexByte(s, '}'); n > 0 {
			out.WriteString("{1}")
			return n + 1
		}
	case c == '[':
		n := bracketLength(s)
		out.WriteString(odsReference(strings.Trim(s[:n], "[]")))
		return n
	case c == ';':
		out.WriteByte(',')
		return 1
	case c == '!': // what ranges have in common
		out.WriteByte(' ')
		return 1
	case isWordAt(s):
		return odsWord(out, s)
	}
	_, n := utf8.DecodeRuneInString(s)
	out.WriteString(s[:n])
	return n
}

// quotedLength is how long the quoted piece is that s begins with.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			continue
		}
		if i+1 == len(s) || s[i+1] != s[0] {
			return i + 1
		}
		i++
	}
	return len(s)
}

func bracketLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case ']':
			return i + 1
		case '\'':
			i += quotedLength(s[i:]) - 1
		}
	}
	return len(s)
}

// odsReference writes .A1:.B2, $Data.A1, .#REF! or 'file:///a.ods'#$Data.A1.
func odsReference(s string) string {
	var out strings.Builder
	if strings.HasPrefix(s, "'") {
		if n := quotedLength(s); strings.HasPrefix(s[n:], "#") {
			out.WriteString("[1]")
			s = s[n+1:]
		}
	}
	sheet, first, rest := cutODSAddress(s)
	if sheet != "" {
		out.WriteString("Sheet!")
	}
	if rest == "" {
		out.WriteString(first)
		return out.String()
	}
	_, last, _ := cutODSAddress(rest)
	if columns, whole := strings.CutSuffix(last, "1048576"); whole && strings.HasSuffix(first, "1") {
		first, last = strings.TrimRight(first, "$1"), strings.TrimRight(columns, "$") // as Excel writes whole columns
	}
	out.WriteString(first + ":" + last)
	return out.String()
}

// cutODSAddress takes one end of a range: a sheet, perhaps none, a point, the
// address.
func cutODSAddress(s string) (sheet, address, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool { return r != '$' })
	if i >= 0 && s[i] == '\'' {
		n := i + quotedLength(s[i:])
		sheet, s = s[:n], s[n:]
	}
	address, rest, _ = strings.Cut(s, ":")
	if before, after, found := cutLast(address, "."); found {
		sheet, address = sheet+before, after
	}
	return sheet, address, rest
}

// odsRange reads the address of a range: $'Old rates'.$A$1:.$C$9. Of several
// it is the first.
func odsRange(s string) (sheet string, r Range, ok bool) {
	end := 0
	for end < len(s) && s[end] != ' ' {
		if s[end] == '\'' {
			end += quotedLength(s[end:]) - 1
		}
		end++
	}
	sheet, reference, rest := cutODSAddress(s[:end])
	sheet = strings.TrimPrefix(sheet, "$")
	if strings.HasPrefix(sheet, "'") {
		sheet = strings.ReplaceAll(strings.Trim(sheet, "'"), "''", "'")
	}
	if rest != "" {
		_, last, _ := cutODSAddress(rest)
		reference += ":" + last
	}
	r, err := ParseRange(reference)
	return sheet, r, err == nil
}

// The namespaces of functions that ODF itself does not define, or defines as
// they were in other programs. Excel's users know them without.
var odsPrefixes = []string{
	"COM.MICROSOFT.", "ORG.LIBREOFFICE.", "ORG.OPENOFFICE.", "LEGACY.",
	"COM.SUN.STAR.SHEET.ADDIN.ANALYSIS.GET", "COM.SUN.STAR.SHEET.ADDIN.DATEFUNCTIONS.GET",
}

// odsWord writes a name, or a function without the namespace of its name.
func odsWord(out *strings.Builder, s string) int {
	n := 0
	for n < len(s) && isWordAt(s[n:]) {
		_, size := utf8.DecodeRuneInString(s[n:])
		n += size
	}
	word := s[:n]
	if n < len(s) && s[n] == '(' {
		word = strings.ToUpper(word)
		for _, p := range odsPrefixes {
			word = strings.TrimPrefix(word, p)
		}
		if (word == "TRUE" || word == "FALSE") && strings.HasPrefix(s[n:], "()") {
			n += 2 // what Excel has as a value
		}
	}
	out.WriteString(word)
	return n
}
