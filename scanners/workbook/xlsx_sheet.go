package workbook

import (
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// An xlsxSheetReader reads one sheet's part: its cells as they come, and
// what stands before and behind these.
type xlsxSheetReader struct {
	book *xlsxBook
	part string
	tail Tail

	to      *sheetScan
	survey  bool    // only for the shared strings in the windows
	strings []int32 // those that were not read or not kept
	heads   bool    // the depth
	rows    int     // that are read
	columns int

	ended   bool // the whole part was read, or as much as is wanted
	inData  bool // between the beginning and the end of the cells
	inCell  bool // what comes is part of a cell
	row     int  // of the cell at hand, from 0
	col     int
	kind    cellType
	style   cellStyle
	formula *parsedFormula // nil when there is none
	value   []byte
	text    []byte
	content cellContent      // for quick
	within  string           // which element's text counts: v, t, f, formula1
	opaque  parsedFormula    // one whose text is not known
	shared  []*parsedFormula // by number of the group
	last    []formulaAbove   // by column
	group   int              // of the formula at hand; -1 when it is not shared
}

// A cellType is a cell's t attribute (ECMA-376 part 1, 18.18.11).
type cellType uint8

const (
	typeNumber cellType = iota
	typeShared          // the value is the number of a shared string
	typeString
	typeBool
	typeError
	typeDate
)

func (b *xlsxBook) reader(i int) *xlsxSheetReader {
	limits := b.src.Limits
	return &xlsxSheetReader{
		book: b, part: b.rels.target(b.sheets[i].rel), row: -1, col: -1, group: -1,
		heads: b.src.Depth == inventory.DepthHeads, rows: b.src.rowsWanted(), columns: min(limits.Columns, maxColumns),
	}
}

// scan hands the cells to a scan.
func (r *xlsxSheetReader) scan(to *sheetScan) {
	if r.to = to; !r.book.has(r.part) {
		r.ended = true
		return
	}
	x, done, err := r.book.openScanner(r.part)
	if err == nil {
		defer done()
		err = r.read(x)
	}
	r.ended = err == nil
	r.book.fail(err)
}

func (r *xlsxSheetReader) read(x *xml.Scanner) error {
	for {
		if r.inData && !r.inCell && !r.quick(x) {
			return nil
		}
		more := true
		switch x.Next() {
		case xml.Text:
			if r.within != "" && len(r.text) < maxFormula {
				r.text = append(r.text, x.Text...)
			}
		case xml.Start:
			more = r.start(x)
		case xml.End:
			r.end(x)
		case xml.Done:
			return x.Err
		}
		if !more {
			return nil
		}
	}
}

// A formula of Excel has at most 8,192 characters.
const maxFormula = 32 << 10

func (r *xlsxSheetReader) start(x *xml.Scanner) bool {
	if !r.inData {
		r.startOther(x)
		return true
	}
	switch string(x.Name) {
	case "c":
		r.startCell(x)
	case "v", "t":
		if r.within != "rPh" {
			r.begin(string(x.Name))
		}
	case "rPh": // how to pronounce the text before
		r.within = "rPh"
	case "f":
		r.startFormula(x)
	case "row":
		return r.startRow(x.Number("r", r.row+2) - 1)
	}
	return true
}

// startRow is false when the row and what follows is not wanted.
func (r *xlsxSheetReader) startRow(row int) bool {
	r.row, r.col = row, -1
	return row < r.rows
}

// begin starts collecting an element's text.
func (r *xlsxSheetReader) begin(name string) { r.within, r.text = name, r.text[:0] }

func (r *xlsxSheetReader) startCell(x *xml.Scanner) {
	row, col, ok := parseCell(x.Attr("r"))
	if !ok {
		row, col = max(r.row, 0), r.col+1
	}
	r.row, r.col, r.inCell = row, col, true
	r.kind = cellTypeOf(x.Attr("t"))
	r.value = r.value[:0]
	r.formula, r.group = nil, -1
	r.style = r.book.style(x.Number("s", 0))
}

func cellTypeOf(t []byte) cellType {
	switch string(t) {
	case "s":
		return typeShared
	case "str", "inlineStr":
		return typeString
	case "b":
		return typeBool
	case "e":
		return typeError
	case "d":
		return typeDate
	}
	return typeNumber
}

func (b *xlsxBook) style(i int) cellStyle {
	if i < 0 || i >= len(b.styles) {
		return cellStyle{}
	}
	return b.styles[i]
}

// startFormula notes a formula; its text, if it has one, follows.
func (r *xlsxSheetReader) startFormula(x *xml.Scanner) {
	r.begin("f")
	r.formula, r.group = &r.opaque, -1
	if string(x.Attr("t")) == "shared" {
		r.group = x.Number("si", -1)
		r.formula = r.sharedFormula()
	}
}

// sharedFormula finds the formula that the cells of a group share.
func (r *xlsxSheetReader) sharedFormula() *parsedFormula {
	if r.group >= 0 && r.group < len(r.shared) && r.shared[r.group] != nil {
		return r.shared[r.group]
	}
	return &r.opaque
}

// setFormula takes apart the formula of the cell at hand; of those of its
// group it is the one with the text.
func (r *xlsxSheetReader) setFormula(text []byte) {
	if len(text) == 0 || r.survey || r.col < 0 { // a damaged file has formulas that are in no cell
		return
	}
	if r.group < 0 {
		r.formula = r.above(r.col).parseBelow(&r.to.formulaCache, text, r.row, r.col)
		return
	}
	r.formula = r.to.parseAt(text, r.row, r.col)
	if r.group >= maxMerged {
		return
	}
	for len(r.shared) <= r.group {
		r.shared = append(r.shared, nil)
	}
	r.shared[r.group] = r.formula
}

// above is the last formula of a column.
func (r *xlsxSheetReader) above(col int) *formulaAbove {
	for len(r.last) <= col {
		r.last = append(r.last, formulaAbove{})
	}
	return &r.last[col]
}

func (r *xlsxSheetReader) end(x *xml.Scanner) {
	if !r.inData {
		if string(x.Name) == "formula1" {
			r.tail.ListEntries = appendEntries(r.tail.ListEntries, string(r.text))
			r.within = ""
		}
		return
	}
	switch string(x.Name) {
	case "v":
		r.value = append(r.value[:0], r.text...)
		r.within = ""
	case "t":
		if r.within == "t" {
			r.value = append(r.value, r.text...)
			r.within = ""
		}
	case "rPh":
		r.within = ""
	case "f":
		r.setFormula(r.text)
		r.within = ""
	case "c":
		r.within, r.inCell = "", false
		r.endCell(r.value)
	case "sheetData":
		r.within, r.inData, r.inCell = "", false, false
	}
}

// endCell hands the cell on unless it is blank.
func (r *xlsxSheetReader) endCell(value []byte) {
	if len(value) == 0 && r.formula == nil || r.row < 0 || r.row >= maxRows || r.col >= r.columns {
		return
	}
	switch r.kind {
	case typeShared:
		r.endShared(value)
	case typeString:
		if value = clip(value); r.formula != nil || !isBlank(value) {
			r.hand(CellText, value)
		}
	case typeBool:
		r.hand(CellBool, value)
	case typeError:
		r.hand(CellError, value)
	case typeDate:
		r.hand(CellDate, value)
	default:
		if r.style.date {
			r.hand(CellDate, value)
		} else {
			r.hand(CellNumber, value)
		}
	}
}

// hand hands on a cell whose content stands in it.
func (r *xlsxSheetReader) hand(kind CellKind, value []byte) {
	if r.to.wants(r.row) {
		c := r.cell(kind)
		if r.survey {
			// nobody looks at it
		} else if r.kind == typeNumber || r.kind == typeString {
			c.Text = string(clip(value))
		} else {
			c.mark = markValue(value)
		}
		r.to.keep(c)
		return
	}
	switch {
	case kind == CellText:
		r.to.count(r.col, kind, markText(value), r.formula)
	case r.heads:
		r.to.count(r.col, kind, 0, r.formula)
	default:
		r.to.count(r.col, kind, markValue(clip(value)), r.formula)
	}
}

func (r *xlsxSheetReader) cell(kind CellKind) Cell {
	return Cell{
		Row: r.row, Col: r.col, Kind: kind, Bold: r.style.bold,
		Formula: Formula{Opaque: r.formula != nil}, parsed: r.formula,
	}
}

// endShared hands on a cell whose text is one of the shared strings.
func (r *xlsxSheetReader) endShared(value []byte) {
	table, i := r.book.shared, stringNumber(value)
	m, known := table.mark(i)
	if !r.survey && r.formula == nil && (known && m.is(looksBlank) || !known && table.ended) {
		return
	}
	if !known {
		m = unread
	}
	if !r.to.wants(r.row) {
		r.to.count(r.col, CellText, m, r.formula)
		return
	}
	c := r.cell(CellText)
	if c.Text, known = table.at(i); !known && i >= 0 && (!table.ended || i < table.count) {
		c.Text = unreadText(r.row, r.col)
		r.strings = append(r.strings, int32(min(i, 1<<30)))
	}
	c.mark = m
	r.to.keep(c)
}

// stringNumber reads the number of a shared string; -1 when it is none.
func stringNumber(b []byte) int {
	n := 0
	for _, c := range b {
		if c -= '0'; c > 9 || n > 1<<30 {
			return -1
		}
		n = 10*n + int(c)
	}
	return n
}

// clip shortens a value to what deciding about headings takes: past it, no
// text is one, in whatever script.
func clip(b []byte) []byte { return b[:min(len(b), maxText)] }

const maxText = 4 * (maxHeading + 20) // bytes
