package workbook

import (
	"bytes"

	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// quick reads rows and cells in the forms that nearly every writer gives
// them, straight from what is buffered. It stops before what it does not
// know, and before what is cut by the buffer's end: the tokens tell that.
// False when no more is wanted.
//
// Going token by token takes three times as long.
func (r *xlsxSheetReader) quick(x *xml.Scanner) bool {
	done, deeper, more := r.quickly(x.Ahead(), x.Depth)
	x.Pass(done, deeper)
	return more
}

// quickly tells how many bytes it took, and how much deeper they lead.
func (r *xlsxSheetReader) quickly(b []byte, depth int) (done, deeper int, more bool) {
	for i := 0; ; done = i {
		for i < len(b) && xml.IsSpace(b[i]) {
			i++
		}
		if len(b)-i < quickAhead || b[i] != '<' {
			return done, deeper, true
		}
		switch b[i+1] {
		case 'c':
			n := r.quickCell(b[i+2:])
			if n == 0 {
				return done, deeper, true
			}
			i += 2 + n
		case 'r':
			n, row := r.quickRow(b[i:])
			if n == 0 {
				return done, deeper, true
			}
			i += n
			if b[i-2] != '/' {
				deeper++
			}
			if !r.startRow(row) {
				return done, deeper, false
			}
		default:
			if string(b[i:i+len(rowEnd)]) != rowEnd || depth+deeper < 2 {
				return done, deeper, true
			}
			i += len(rowEnd)
			deeper--
		}
	}
}

const rowEnd = "</row>"

// quickAhead is how much has to be buffered for an attempt: more than the
// beginning of a cell takes.
const quickAhead = 64

// quickRow reads the beginning of a row: how long it is, and its number.
func (r *xlsxSheetReader) quickRow(b []byte) (n, row int) {
	const begins = "<row"
	n = bytes.IndexByte(b, '>') + 1
	if n == 0 || string(b[:len(begins)]) != begins {
		return 0, 0
	}
	b = b[len(begins) : n-1]
	row = r.row + 2
	if bytes.HasPrefix(b, []byte(` r="`)) {
		number, size := quickNumber(b[4:])
		if size == 0 || b[4+size] != '"' {
			return 0, 0
		}
		row, b = number, b[4+size+1:]
	}
	if bytes.Contains(b, []byte(` r=`)) || bytes.Count(b, []byte{'"'})%2 != 0 {
		return 0, 0
	}
	return n, row - 1
}

// quickNumber reads digits: the number, and how many there are; at most 9, and
// none when nothing follows them.
func quickNumber(b []byte) (n, size int) {
	for size < len(b) && size < 10 {
		c := b[size] - '0'
		if c > 9 {
			return n, size
		}
		n = 10*n + int(c)
		size++
	}
	return 0, 0
}

// quickCell reads a cell from behind "<c", and hands it on. It tells how long
// the cell is, or 0 when it is none of the kind.
func (r *xlsxSheetReader) quickCell(b []byte) int {
	row, col := max(r.row, 0), r.col+1
	kind, style := typeNumber, 0
	i := 0
	for b[i] == ' ' { // there are quickAhead bytes at least
		if i > quickAhead-32 || b[i+2] != '=' || b[i+3] != '"' {
			return 0
		}
		name, v := b[i+1], b[i+4:]
		n := 0
		switch name {
		case 'r':
			n, row, col = quickRef(v)
		case 's':
			style, n = quickNumber(v)
		case 't':
			kind, n = quickType(v)
		}
		if n == 0 || v[n] != '"' {
			return 0
		}
		i += 4 + n + 1
	}
	if b[i] == '/' && b[i+1] == '>' {
		r.row, r.col = row, col
		return i + 2
	}
	if b[i] != '>' {
		return 0
	}
	c := &r.content
	size := c.read(b[i+1:])
	if size == 0 || c.isInline && kind != typeString {
		return 0
	}
	r.row, r.col, r.kind, r.style, r.formula = row, col, kind, r.book.style(style), nil
	if c.hasFormula {
		r.quickFormula(c)
	}
	if kind == typeString && bytes.IndexByte(c.value, '&') >= 0 {
		r.value = xml.AppendUnescaped(r.value[:0], c.value)
		c.value = r.value
	}
	r.endCell(c.value)
	return i + 1 + size
}

// quickRef reads a cell's name: its length, row and column.
func quickRef(b []byte) (n, row, col int) {
	for n < 4 && b[n] >= 'A' && b[n] <= 'Z' {
		col = 26*col + int(b[n]-'A') + 1
		n++
	}
	row, digits := quickNumber(b[n:])
	if n == 0 || digits == 0 || row == 0 || row > maxRows || col > maxColumns {
		return 0, 0, 0
	}
	return n + digits, row - 1, col - 1
}

func quickType(b []byte) (cellType, int) {
	switch {
	case b[1] == '"' && b[0] == 's':
		return typeShared, 1
	case b[1] == '"':
		return cellTypeOf(b[:1]), 1
	case string(b[:9]) == "inlineStr":
		return typeString, 9
	case string(b[:3]) == "str":
		return typeString, 3
	}
	return 0, 0
}

// A cellContent is what stands in a cell, as it stands there.
type cellContent struct {
	value      []byte
	isInline   bool
	hasFormula bool
	attributes []byte // of the formula
	formula    []byte
}

// read reads what stands in a cell: at most one formula and one value, and the
// end of the cell. It tells how long that is, or 0 when it is something else.
func (c *cellContent) read(b []byte) int {
	const cellEnd, valueEnd, formulaEnd, inline, inlineEnd = "</c>", "</v>", "</f>", "<is><t>", "</t></is>"
	c.value, c.isInline, c.hasFormula = nil, false, false
	for i := 0; len(b)-i >= quickAhead; {
		n := 0
		switch rest := b[i:]; {
		case rest[0] != '<':
		case rest[1] == 'v' && rest[2] == '>' && c.value == nil:
			c.value, n = quickText(rest, 3, valueEnd)
		case rest[1] == '/' && string(rest[:len(cellEnd)]) == cellEnd:
			return i + len(cellEnd)
		case rest[1] == 'f' && !c.hasFormula && c.value == nil:
			n = c.readFormula(rest, formulaEnd)
		case rest[1] == 'i' && c.value == nil && string(rest[:len(inline)]) == inline:
			c.value, n = quickText(rest, len(inline), inlineEnd)
			c.isInline = true
		}
		if n == 0 {
			return 0
		}
		i += n
	}
	return 0
}

// quickText reads text up to an end, and tells where that ends.
func quickText(b []byte, from int, end string) (text []byte, n int) {
	n = bytes.IndexByte(b[from:], '<')
	if n < 0 || len(b) < from+n+len(end) || string(b[from+n:from+n+len(end)]) != end {
		return nil, 0
	}
	return b[from : from+n : from+n], from + n + len(end)
}

// readFormula reads <f>A1*2</f>, with attributes or without, and <f .../>.
func (c *cellContent) readFormula(b []byte, end string) int {
	n := bytes.IndexByte(b, '>')
	if n < 0 || b[2] != ' ' && b[2] != '>' && b[2] != '/' {
		return 0
	}
	c.hasFormula = true
	if b[n-1] == '/' {
		c.attributes, c.formula = b[2:n-1], nil
		return n + 1
	}
	c.attributes = b[2:n]
	c.formula, n = quickText(b, n+1, end)
	if len(c.formula) > maxFormula {
		return 0
	}
	return n
}

// quickFormula takes the formula of a cell apart, or finds the one it shares.
func (r *xlsxSheetReader) quickFormula(c *cellContent) {
	r.formula, r.group = &r.opaque, -1
	if len(c.attributes) > 0 {
		if x := (xml.Scanner{Attrs: c.attributes}); string(x.Attr("t")) == "shared" {
			r.group = x.Number("si", -1)
			r.formula = r.sharedFormula()
		}
	}
	if bytes.IndexByte(c.formula, '&') >= 0 {
		r.text = xml.AppendUnescaped(r.text[:0], c.formula)
		c.formula = r.text
	}
	r.setFormula(c.formula)
}
