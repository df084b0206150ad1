package workbook

import (
	"iter"
	"strconv"
	"strings"
)

// An xlsxSheetReader reads one sheet's part: its cells as they come, and
// what stands before and behind these.
type xlsxSheetReader struct {
	book *xlsxBook
	part string
	tail Tail

	yield  func(Cell) bool
	inData bool // between the beginning and the end of the cells
	row    int  // of the cell at hand, from 0
	col    int
	cell   Cell
	kind   string // the cell's t attribute
	value  []byte
	text   []byte
	within string          // which element's text counts: v, t, f, formula1
	shared map[int]Formula // by group
	group  int             // of the formula at hand; -1 when it is not shared
}

func (r *xlsxSheetReader) cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		r.yield, r.row, r.col = yield, -1, -1
		r.shared = map[int]Formula{}
		if err := r.book.scan(r.part, r.token); err != nil && r.book.err == nil {
			r.book.err = err
		}
	}
}

func (r *xlsxSheetReader) token(x *xmlScanner, token xmlToken) bool {
	switch token {
	case xmlText:
		if r.within != "" && len(r.text) < maxFormula {
			r.text = append(r.text, x.text...)
		}
	case xmlStart:
		return r.start(x)
	case xmlEnd:
		return r.end(x)
	}
	return true
}

// A formula of Excel has at most 8,192 characters.
const maxFormula = 32 << 10

func (r *xlsxSheetReader) start(x *xmlScanner) bool {
	if !r.inData {
		r.startOther(x)
		return true
	}
	switch string(x.name) {
	case "c":
		r.startCell(x)
	case "v", "t":
		if r.within != "rPh" {
			r.begin(string(x.name))
		}
	case "rPh": // how to pronounce the text before
		r.within = "rPh"
	case "f":
		r.startFormula(x)
	case "row":
		r.row, r.col = x.number("r", r.row+2)-1, -1
		return r.row < r.book.src.rowsWanted()
	}
	return true
}

// begin starts collecting an element's text.
func (r *xlsxSheetReader) begin(name string) { r.within, r.text = name, r.text[:0] }

// dimension is the extent that the writer claims; believed only as far as the
// rows that are not read, and not where it claims the whole sheet.
func (r *xlsxSheetReader) dimension(ref string) {
	if d, err := ParseRange(ref); err == nil && d.Bottom < maxRows-1 && d.Right < maxColumns-1 {
		r.tail.Rows, r.tail.Columns = d.Bottom+1, d.Right+1
	}
}

// startOther reads what stands before and behind the cells.
func (r *xlsxSheetReader) startOther(x *xmlScanner) {
	switch string(x.name) {
	case "sheetData":
		r.inData = true
	case "pane":
		if state := string(x.attr("state")); state == "frozen" || state == "frozenSplit" {
			r.tail.Frozen = x.number("ySplit", 0)
		}
	case "dimension":
		r.dimension(string(x.attr("ref")))
	case "mergeCell":
		if m, err := ParseRange(string(x.attr("ref"))); err == nil && len(r.tail.Merged) < maxMerged {
			r.tail.Merged = append(r.tail.Merged, m)
		}
	case "autoFilter":
		if f, err := ParseRange(string(x.attr("ref"))); err == nil {
			r.tail.Headed = append(r.tail.Headed, f)
		}
	case "dataValidation":
		r.tail.Validations++
	case "formula1":
		r.begin("formula1")
	}
}

// Merged ranges are looked at around headings only.
const maxMerged = 10_000

func (r *xlsxSheetReader) startCell(x *xmlScanner) {
	row, col, ok := parseCell(x.attr("r"))
	if !ok {
		row, col = max(r.row, 0), r.col+1
	}
	r.row, r.col = row, col
	r.cell = Cell{Row: row, Col: col}
	r.kind = cellTypeName(x.attr("t"))
	r.value = r.value[:0]
	if s := x.number("s", 0); s >= 0 && s < len(r.book.styles) {
		style := r.book.styles[s]
		r.cell.Bold = style.bold
		if style.date {
			r.cell.Kind = CellDate
		} else {
			r.cell.Kind = CellNumber
		}
	} else {
		r.cell.Kind = CellNumber
	}
}

// cellTypeName avoids an allocation for every cell.
func cellTypeName(t []byte) string {
	for _, known := range [...]string{"s", "n", "str", "inlineStr", "b", "e", "d"} {
		if string(t) == known {
			return known
		}
	}
	return ""
}

// startFormula notes a formula; its text, if it has one, follows.
func (r *xlsxSheetReader) startFormula(x *xmlScanner) {
	r.begin("f")
	r.cell.Formula, r.group = Formula{Opaque: true}, -1
	if string(x.attr("t")) == "shared" {
		r.group = x.number("si", -1)
		if known, ok := r.shared[r.group]; ok {
			r.cell.Formula = known
		}
	}
}

func (r *xlsxSheetReader) endFormula() {
	if len(r.text) == 0 {
		return
	}
	r.cell.Formula = Formula{Text: string(r.text), Row: r.row, Col: r.col}
	if r.group >= 0 && len(r.shared) < maxMerged {
		r.shared[r.group] = r.cell.Formula
	}
}

func (r *xlsxSheetReader) end(x *xmlScanner) bool {
	if !r.inData {
		if string(x.name) == "formula1" {
			r.tail.ListEntries = appendEntries(r.tail.ListEntries, string(r.text))
			r.within = ""
		}
		return true
	}
	switch string(x.name) {
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
		r.endFormula()
		r.within = ""
	case "c":
		return r.endCell()
	case "sheetData":
		r.within, r.inData = "", false
	}
	return true
}

// appendEntries takes apart a list that is written out: "open,closed".
func appendEntries(to []string, formula string) []string {
	formula = strings.TrimSpace(formula)
	if len(formula) < 2 || formula[0] != '"' || len(to) > 1000 {
		return to
	}
	for entry := range strings.SplitSeq(strings.Trim(formula, `"`), ",") {
		to = append(to, strings.TrimSpace(entry))
	}
	return to
}

// endCell hands the cell on unless it is blank.
func (r *xlsxSheetReader) endCell() bool {
	r.within = ""
	if len(r.value) == 0 && !r.cell.Formula.Present() || r.col >= r.book.src.Limits.Columns {
		return true
	}
	c := &r.cell
	switch r.kind {
	case "s":
		i, _ := strconv.Atoi(string(r.value))
		c.Kind, c.Text = CellText, r.book.strings.at(i)
	case "str", "inlineStr":
		c.Kind, c.Text = CellText, string(clip(r.value))
	case "b":
		c.Kind = CellBool
	case "e":
		c.Kind = CellError
	case "d":
		c.Kind = CellDate
	default:
		c.Text = string(clip(r.value))
	}
	if c.Kind == CellText && strings.TrimSpace(c.Text) == "" && !c.Formula.Present() {
		return true
	}
	return r.yield(*c)
}

// clip shortens a value to what deciding about headings takes: past it, no
// text is one, in whatever script.
func clip(b []byte) []byte { return b[:min(len(b), maxText)] }

const maxText = 4 * (maxHeading + 20) // bytes

// finish tells what stood around the cells, tables included.
func (r *xlsxSheetReader) finish() Tail {
	rels, err := r.book.relations(r.part)
	if err != nil {
		return r.tail
	}
	for table := range rels.all("table") {
		r.readTable(table)
	}
	return r.tail
}

// readTable learns where a table lies, when it has headings.
func (r *xlsxSheetReader) readTable(part string) {
	err := r.book.scan(part, func(x *xmlScanner, token xmlToken) bool {
		if token != xmlStart || string(x.name) != "table" {
			return true
		}
		if t, err := ParseRange(string(x.attr("ref"))); err == nil && x.number("headerRowCount", 1) > 0 {
			r.tail.Headed = append(r.tail.Headed, t)
		}
		return false
	})
	if err != nil && r.book.err == nil {
		r.book.err = err
	}
}
