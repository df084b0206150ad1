package workbook

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A parsedFormula is a formula without anything that might be a value.
type parsedFormula struct {
	// shape has TEXT, NUM and BOOL for literals, references in R1C1 notation
	// relative to the cell, and no name of a sheet, file, table or range.
	shape     string
	functions []string // in capitals, as often as they are called
}

// parseFormula takes apart a formula as Excel, Sheets and LibreOffice write
// it. It never fails: what it does not understand it leaves out.
func parseFormula(f Formula) parsedFormula {
	if f.Opaque && f.Text == "" {
		return parsedFormula{}
	}
	p := formulaParser{text: strings.TrimPrefix(f.Text, "="), row: f.Row, col: f.Col}
	for p.pos < len(p.text) {
		p.token()
	}
	return parsedFormula{p.out.String(), p.functions}
}

type formulaParser struct {
	text      string
	pos       int
	row, col  int
	out       strings.Builder
	functions []string
}

func (p *formulaParser) peek(ahead int) byte {
	if p.pos+ahead < len(p.text) {
		return p.text[p.pos+ahead]
	}
	return 0
}

func (p *formulaParser) emit(s string) {
	if p.out.Len() < maxShape {
		p.out.WriteString(s)
	}
}

// A shape longer than this is cut: it tells no more.
const maxShape = 300

func (p *formulaParser) token() {
	switch c := p.peek(0); {
	case isXMLSpace(c):
		p.pos++
	case c == '"':
		p.skipQuoted('"')
		p.emit("TEXT")
	case c == '\'':
		p.quotedSheet()
	case c == '{':
		p.skipTo('}')
		p.emit("{ARRAY}")
	case c == '[':
		p.bracket()
	case c == '#':
		p.errorValue()
	case c >= '0' && c <= '9', c == '.':
		p.number()
	case c == '$' || c == '_' || c == '\\' || isLetterAt(p.text[p.pos:]):
		p.word()
	default:
		p.operator()
	}
}

// operator copies what joins the parts. A character that is no operator of
// any spreadsheet is not copied: it could be text of somebody's.
func (p *formulaParser) operator() {
	_, size := utf8.DecodeRuneInString(p.text[p.pos:])
	if s := p.text[p.pos : p.pos+size]; strings.Contains("+-*/^&=<>()%,;:!@~", s) {
		p.emit(s)
	}
	p.pos += size
}

// skipQuoted moves behind a quoted piece, in which the quote is doubled.
func (p *formulaParser) skipQuoted(quote byte) {
	for p.pos++; p.pos < len(p.text); p.pos++ {
		if p.text[p.pos] != quote {
			continue
		}
		if p.peek(1) != quote {
			p.pos++
			return
		}
		p.pos++
	}
}

func (p *formulaParser) skipTo(end byte) {
	for p.pos < len(p.text) && p.text[p.pos] != end {
		if p.text[p.pos] == '"' {
			p.skipQuoted('"')
			continue
		}
		p.pos++
	}
	p.pos = min(p.pos+1, len(p.text))
}

// quotedSheet reads 'A sheet'! and '[A file]A sheet'!.
func (p *formulaParser) quotedSheet() {
	start := p.pos
	p.skipQuoted('\'')
	if strings.Contains(p.text[start:p.pos], "[") {
		p.emit("[Book]")
	}
	p.emit("Sheet")
}

// bracket reads [1]Sheet!, a file by number, or [Column], of a table.
func (p *formulaParser) bracket() {
	depth := 0
	for ; p.pos < len(p.text); p.pos++ {
		switch p.text[p.pos] {
		case '[':
			depth++
		case ']':
			depth--
		case '\'': // escapes what follows in a column's name
			p.pos++
		}
		if depth == 0 {
			break
		}
	}
	p.pos = min(p.pos+1, len(p.text))
	if c := p.peek(0); c == '!' || c == '_' || isLetterAt(p.text[p.pos:]) {
		p.emit("[Book]")
		return
	}
	p.emit("[Column]")
}

func (p *formulaParser) errorValue() {
	p.pos++
	for p.pos < len(p.text) && (isLetterAt(p.text[p.pos:]) || strings.IndexByte("/?!0", p.text[p.pos]) >= 0) {
		p.pos++
	}
	p.emit("ERROR")
}

// number reads a number, or the rows of a reference such as 1:3.
func (p *formulaParser) number() {
	start := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] >= '0' && p.text[p.pos] <= '9' || p.text[p.pos] == '.') {
		p.pos++
	}
	if c := p.peek(0) | 0x20; c == 'e' && start < p.pos {
		digits := 1
		if d := p.peek(1); d == '+' || d == '-' {
			digits = 2
		}
		if d := p.peek(digits); d >= '0' && d <= '9' {
			for p.pos += digits; p.peek(0) >= '0' && p.peek(0) <= '9'; p.pos++ {
			}
		}
	}
	if p.peek(0) == ':' || start > 0 && p.text[start-1] == ':' {
		p.emit("ROW")
		return
	}
	p.emit("NUM")
}

// word reads a function, a reference, a sheet, a table or a name.
func (p *formulaParser) word() {
	start := p.pos
	for p.pos < len(p.text) && isWordAt(p.text[p.pos:]) {
		_, size := utf8.DecodeRuneInString(p.text[p.pos:])
		p.pos += size
	}
	word := p.text[start:p.pos]
	switch p.peek(0) {
	case '(':
		p.function(word)
		return
	case '!':
		p.emit("Sheet")
		return
	case '[':
		p.emit("Table")
		return
	}
	switch upper := strings.ToUpper(word); {
	case upper == "TRUE" || upper == "FALSE":
		p.emit("BOOL")
	case p.reference(word):
	default:
		p.emit("NAME")
	}
}

// function counts a call by the name that people know it under: without the
// prefixes that newer functions carry in files.
func (p *formulaParser) function(word string) {
	name := strings.ToUpper(word)
	for _, prefix := range []string{"_XLFN.", "_XLWS.", "_XLL.", "_XLUDF.", "COM.SUN.STAR.SHEET.ADDIN."} {
		name = strings.TrimPrefix(name, prefix)
	}
	if len(name) > 64 || strings.ContainsAny(name, "$\\") {
		name = "NAME"
	}
	p.functions = append(p.functions, name)
	p.emit(name)
}

// reference writes A1, $A$1, A:A and $1:$1 relative to the cell.
func (p *formulaParser) reference(word string) bool {
	plain := strings.ReplaceAll(word, "$", "")
	letters := len(plain) - len(strings.TrimLeft(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
	digits := plain[letters:]
	switch {
	case letters == 0 && strings.Trim(digits, "0123456789") == "":
		p.emit("ROW")
		return true
	case digits == "" && letters <= 3 && (p.peek(0) == ':' || p.after(len(word), ':')):
		p.emit("COL")
		return true
	}
	row, col, ok := parseCell(plain)
	if !ok {
		return false
	}
	at := strings.LastIndexByte(word, '$')
	p.emit(relative('R', row, p.row, at > 0))
	p.emit(relative('C', col, p.col, word[0] == '$'))
	return true
}

// after reports whether a word of n bytes that ends at pos follows c.
func (p *formulaParser) after(n int, c byte) bool {
	return p.pos-n > 0 && p.text[p.pos-n-1] == c
}

func relative(axis byte, at, from int, absolute bool) string {
	switch {
	case absolute:
		return string(axis) + strconv.Itoa(at+1)
	case at == from:
		return string(axis)
	}
	return string(axis) + "[" + strconv.Itoa(at-from) + "]"
}

func isLetterAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

func isWordAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '_' || r == '.' || r == '$' || r == '\\' || r == '?' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
