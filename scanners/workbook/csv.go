package workbook

import (
	"bufio"
	"io"
	"iter"
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// readText reads delimited text: csv, tsv, and what has another delimiter.
func readText(s *source) (inventory.Structure, error) {
	sample := make([]byte, min(s.size, 64<<10))
	if _, err := s.ReadAt(sample, 0); err != nil && err != io.EOF {
		return inventory.Structure{}, err
	}
	e, ok := textEncoding(sample)
	if !ok {
		return inventory.Structure{}, unreadable("not-a-workbook", "no format that we know begins like this")
	}
	text, _ := decodeSample(sample)
	if int64(len(sample)) < s.size {
		text = text[:strings.LastIndexAny(text, "\r\n")+1] // whole lines only
	}
	comma, regular := delimiter(text)
	if !regular && !s.named(".csv", ".tsv") {
		return inventory.Structure{}, unreadable("not-a-workbook", "it is text, and not delimited")
	}
	c := &csvReader{src: s, comma: comma}
	c.in = bufio.NewReaderSize(decoded(io.NewSectionReader(s, 0, s.size), e), 64<<10)
	m := s.meta("csv")
	if comma == '\t' {
		m.Format = "tsv"
	}
	out := Build(func(yield func(Sheet) bool) {
		yield(Sheet{Name: sheetNameOf(s.name), Cells: c.cells()})
	}, m)
	return out, c.err
}

// sheetNameOf is what spreadsheets call the one sheet of a text file: its
// name without the ending.
func sheetNameOf(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimSuffix(base, path.Ext(base))
}

// delimiter finds the character that cuts the records of a sample into the
// same number of fields most often. regular tells that most records have that
// number and that it is more than one: prose has a comma here and there.
func delimiter(sample string) (comma byte, regular bool) {
	comma = ','
	best := 0
	for _, c := range []byte{',', ';', '\t', '|'} {
		alike, fields, all := regularity(sample, c)
		if score := alike * min(fields-1, 20); score > best {
			best, comma, regular = score, c, alike > 1 && 2*alike > all
		}
	}
	return comma, regular
}

// regularity tells how many records of the sample have the most common number
// of fields above one, that number, and how many records there are.
func regularity(sample string, comma byte) (alike, fields, all int) {
	counts := map[int]int{}
	c := csvReader{in: bufio.NewReader(strings.NewReader(sample)), comma: comma}
	for ; all < 200 && c.record(); all++ {
		if len(c.fields) > 1 {
			counts[len(c.fields)]++
		}
	}
	for f, n := range counts {
		if n*min(f, 20) > alike*min(fields, 20) || n == alike && f > fields {
			alike, fields = n, f
		}
	}
	return alike, fields, all
}

// A csvReader reads records as RFC 4180 has them and, as spreadsheets do,
// whatever else there is: quotes in the middle of a field, lines that end in
// CR alone, quotes that nobody closed.
type csvReader struct {
	src    *source
	in     *bufio.Reader
	comma  byte
	fields []string
	field  []byte
	err    error
}

func (c *csvReader) cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		for row := 0; row < c.src.rowsWanted() && c.record(); row++ {
			for col, f := range c.fields {
				if col >= c.src.Limits.Columns {
					break
				}
				cell, ok := textCell(row, col, f)
				if ok && !yield(cell) {
					return
				}
			}
		}
	}
}

// record reads the next record into fields; false at the end.
func (c *csvReader) record() bool {
	c.fields = c.fields[:0]
	for {
		more, ok := c.next()
		if !ok {
			return len(c.fields) > 0
		}
		if !more {
			return true
		}
	}
}

// A field that nobody closed ends with the file, or here.
const maxField = 1 << 20

// next reads a field; more tells that the record goes on, ok that there was
// anything to read.
func (c *csvReader) next() (more, ok bool) {
	c.field = c.field[:0]
	quoted, size := false, 0
	for ; ; size++ {
		b, err := c.in.ReadByte()
		if err != nil {
			if err != io.EOF {
				c.err = err
			}
			if size > 0 || len(c.fields) > 0 {
				c.endField()
			}
			return false, false
		}
		switch {
		case b == '"' && (quoted || size == 0):
			quoted = c.quote(quoted)
		case quoted && size < maxField:
			c.keep(b)
		case b == c.comma:
			c.endField()
			return true, true
		case b == '\n' || b == '\r':
			c.lineEnd(b)
			c.endField()
			return false, true
		default:
			c.keep(b)
		}
	}
}

// quote handles a quote: it opens or closes a field, or is doubled and meant.
func (c *csvReader) quote(quoted bool) bool {
	if !quoted {
		return true
	}
	if after, _ := c.in.Peek(1); len(after) == 1 && after[0] == '"' {
		c.in.Discard(1)
		c.keep('"')
		return true
	}
	return false
}

func (c *csvReader) lineEnd(b byte) {
	if after, _ := c.in.Peek(1); b == '\r' && len(after) == 1 && after[0] == '\n' {
		c.in.Discard(1)
	}
}

func (c *csvReader) keep(b byte) {
	if len(c.field) < maxText {
		c.field = append(c.field, b)
	}
}

func (c *csvReader) endField() {
	if len(c.fields) < maxColumns {
		c.fields = append(c.fields, string(c.field))
	}
}

// textCell tells what a field holds; false for a blank one.
func textCell(row, col int, text string) (Cell, bool) {
	text = strings.TrimSpace(text)
	c := Cell{Row: row, Col: col, Text: text}
	switch {
	case text == "":
		return c, false
	case text[0] == '=' && len(text) > 1:
		c.Formula = Formula{Text: text[1:], Row: row, Col: col}
	case strings.EqualFold(text, "true") || strings.EqualFold(text, "false"):
		c.Kind = CellBool
	case isPlainNumber(text):
		c.Kind = CellNumber
	case text[0] > '9' && text[0] < 0x80 || len(text) > 40:
		// Nothing that begins with a letter is a number.
	case datePattern.MatchString(text):
		c.Kind = CellDate
	case amountPattern.MatchString(text):
		c.Kind = CellNumber
	}
	return c, true
}

// isPlainNumber knows most numbers without a regular expression: digits with
// a sign before them and one point or comma among them.
func isPlainNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	marks := 0
	for _, c := range []byte(s) {
		switch {
		case c == '.' || c == ',':
			marks++
		case c < '0' || c > '9':
			return false
		}
	}
	return marks < 2 && len(s) > marks
}
