package workbook

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// A parsedFormula is a formula without anything that might be a value.
type parsedFormula struct {
	// shape has TEXT, NUM and BOOL for literals, references in R1C1 notation
	// relative to the cell, and no name of a sheet, file, table or range.
	shape     string
	functions []string // in capitals, as often as they are called

	uses int   // on the sheet at hand, not counted yet
	band *band // the last whose shapes it is among
}

// parseFormula takes apart a formula as Excel, Sheets and LibreOffice write
// it. It never fails: what it does not understand it leaves out.
func parseFormula(f Formula) parsedFormula {
	var c formulaCache
	return *c.parse(f)
}

// A formulaCache takes formulas apart. Those of one shape it makes only once:
// a column of formulas costs no memory, whether they share their text or not.
type formulaCache struct {
	parser formulaParser
	known  map[string]*parsedFormula // by their whole shape
	bytes  int                       // of the shapes
	text   []byte
}

// What the cache holds at most.
const (
	maxKnown      = 512
	maxKnownBytes = 256 << 10
)

func (c *formulaCache) parse(f Formula) *parsedFormula {
	if f.Opaque && f.Text == "" {
		return &parsedFormula{}
	}
	c.text = append(c.text[:0], f.Text...)
	return c.parseAt(c.text, f.Row, f.Col)
}

// parseAt is parse of a text that stands in a cell.
func (c *formulaCache) parseAt(text []byte, row, col int) *parsedFormula {
	c.parser.read(text, row, col)
	if f, ok := c.known[string(c.parser.out)]; ok {
		return f
	}
	if len(c.known) >= maxKnown || c.bytes > maxKnownBytes || c.known == nil {
		c.known, c.bytes = map[string]*parsedFormula{}, 0
	}
	f := c.parser.formula()
	c.known[string(c.parser.out)] = f
	c.bytes += len(c.parser.out)
	return f
}

// A formulaParser is the tokens of one formula after the other.
type formulaParser struct {
	text     []byte
	pos      int
	row, col int
	out      []byte   // the whole shape
	cut      int      // where the shape that is kept ends, when it is longer
	calls    [][2]int // where functions stand in out
}

func (p *formulaParser) read(text []byte, row, col int) {
	p.text, p.pos, p.row, p.col = bytes.TrimPrefix(text, []byte("=")), 0, row, col
	p.out, p.cut, p.calls = p.out[:0], 0, p.calls[:0]
	for p.pos < len(p.text) {
		p.token()
	}
}

func (p *formulaParser) formula() *parsedFormula {
	f := &parsedFormula{}
	if p.cut == 0 {
		p.cut = len(p.out)
	}
	f.shape = string(p.out[:p.cut])
	for _, at := range p.calls {
		f.functions = append(f.functions, string(p.out[at[0]:at[1]]))
	}
	return f
}

func (p *formulaParser) peek(ahead int) byte {
	if p.pos+ahead < len(p.text) {
		return p.text[p.pos+ahead]
	}
	return 0
}

func (p *formulaParser) emit(s string) {
	p.out = append(p.ready(), s...)
}

// ready is out, to append a token to.
func (p *formulaParser) ready() []byte {
	if p.cut == 0 && len(p.out) >= maxShape {
		p.cut = len(p.out)
	}
	return p.out
}

// A shape longer than this is cut: it tells no more.
const maxShape = 300

func (p *formulaParser) token() {
	switch c := p.peek(0); {
	case xml.IsSpace(c):
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
	case c == '$' || c == '_' || c == '\\' || letterAt(p.text[p.pos:]):
		p.word()
	default:
		p.operator()
	}
}

// operator copies what joins the parts. A character that is no operator of
// any spreadsheet is not copied: it could be text of somebody's.
func (p *formulaParser) operator() {
	_, size := utf8.DecodeRune(p.text[p.pos:])
	if c := p.text[p.pos]; strings.IndexByte("+-*/^&=<>()%,;:!@~", c) >= 0 {
		p.out = append(p.ready(), c)
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
	if bytes.IndexByte(p.text[start:p.pos], '[') >= 0 {
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
	if c := p.peek(0); c == '!' || c == '_' || letterAt(p.text[p.pos:]) {
		p.emit("[Book]")
		return
	}
	p.emit("[Column]")
}

func (p *formulaParser) errorValue() {
	p.pos++
	for p.pos < len(p.text) && (letterAt(p.text[p.pos:]) || strings.IndexByte("/?!0", p.text[p.pos]) >= 0) {
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
	for p.pos < len(p.text) {
		size := wordAt(p.text[p.pos:])
		if size == 0 {
			break
		}
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
	switch {
	case bytes.EqualFold(word, []byte("TRUE")), bytes.EqualFold(word, []byte("FALSE")):
		p.emit("BOOL")
	case p.reference(word):
	default:
		p.emit("NAME")
	}
}

// function counts a call by the name that people know it under: without the
// prefixes that newer functions carry in files.
func (p *formulaParser) function(word []byte) {
	start := len(p.ready())
	p.out = appendUpper(p.out, word)
	name := p.out[start:]
	for _, prefix := range [...]string{"_XLFN.", "_XLWS.", "_XLL.", "_XLUDF.", "COM.SUN.STAR.SHEET.ADDIN."} {
		name = bytes.TrimPrefix(name, []byte(prefix))
	}
	if len(name) > 64 || bytes.ContainsAny(name, "$\\") {
		name = []byte("NAME")
	}
	p.out = append(p.out[:start], name...)
	p.calls = append(p.calls, [2]int{start, len(p.out)})
}

func appendUpper(to, word []byte) []byte {
	for i, c := range word {
		if c >= utf8.RuneSelf {
			return append(to[:len(to)-i], bytes.ToUpper(word)...)
		}
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}

// reference writes A1, $A$1, A:A and $1:$1 relative to the cell.
func (p *formulaParser) reference(word []byte) bool {
	if len(word) > 16 {
		return false
	}
	var space [16]byte
	plain := space[:0]
	for _, c := range word {
		if c != '$' {
			plain = append(plain, c)
		}
	}
	letters := 0
	for letters < len(plain) && (plain[letters]|0x20) >= 'a' && (plain[letters]|0x20) <= 'z' {
		letters++
	}
	digits := plain[letters:]
	switch {
	case letters == 0 && allDigits(digits):
		p.emit("ROW")
		return true
	case len(digits) == 0 && letters <= 3 && (p.peek(0) == ':' || p.after(len(word), ':')):
		p.emit("COL")
		return true
	}
	row, col, ok := parseCell(plain)
	if !ok {
		return false
	}
	p.out = appendRelative(p.ready(), 'R', row, p.row, bytes.LastIndexByte(word, '$') > 0)
	p.out = appendRelative(p.ready(), 'C', col, p.col, word[0] == '$')
	return true
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// after reports whether a word of n bytes that ends at pos follows c.
func (p *formulaParser) after(n int, c byte) bool {
	return p.pos-n > 0 && p.text[p.pos-n-1] == c
}

func appendRelative(to []byte, axis byte, at, from int, absolute bool) []byte {
	to = append(to, axis)
	switch {
	case absolute:
		return strconv.AppendInt(to, int64(at+1), 10)
	case at == from:
		return to
	}
	return append(strconv.AppendInt(append(to, '['), int64(at-from), 10), ']')
}

func letterAt(s []byte) bool {
	if len(s) > 0 && s[0] < utf8.RuneSelf {
		c := s[0] | 0x20
		return c >= 'a' && c <= 'z'
	}
	r, _ := utf8.DecodeRune(s)
	return unicode.IsLetter(r)
}

func isLetterAt(s string) bool { return letterAt([]byte(s[:min(len(s), utf8.UTFMax)])) }

func isWordAt(s string) bool { return s != "" && wordAt([]byte(s[:min(len(s), utf8.UTFMax)])) > 0 }

// wordAt is the size of the character that s begins with, if it may be part of
// a word; 0 otherwise.
func wordAt(s []byte) int {
	switch c := s[0]; {
	case c >= utf8.RuneSelf:
		r, size := utf8.DecodeRune(s)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return size
		}
	case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', strings.IndexByte("_.$\\?", c) >= 0:
		return 1
	}
	return 0
}
