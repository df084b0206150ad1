package workbook

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// grid yields the sheets; the cells of each are read while they are taken.
func (b *odsBook) grid() Grid {
	return func(yield func(Sheet) bool) {
		rc, err := b.content()
		if err != nil {
			b.err = err
			return
		}
		defer rc.Close()
		x := xml.NewScanner(rc)
		for n := 0; n < b.sheets; {
			switch x.Next() {
			case xml.Done:
				b.err = x.Err
				return
			case xml.Start:
				switch string(x.Name) {
				case "table":
					if name := string(x.Attr("name")); isLinkedCopy(name) {
						x.Skip()
					} else if n++; !b.sheet(x, name, yield) {
						return
					}
				case "object", "tracked-changes", "forms":
					x.Skip()
				}
			}
		}
	}
}

// sheet yields a sheet and moves behind it; false when it was the last.
func (b *odsBook) sheet(x *xml.Scanner, name string, yield func(Sheet) bool) bool {
	r := &odsSheetReader{book: b, x: x, depth: x.Depth, tail: b.settled[name].tail()}
	s := Sheet{Name: name, Hidden: b.tableStyles[string(x.Attr("style-name"))], Cells: r.cells(), Tail: func() Tail { return r.tail }}
	if !yield(s) || b.err != nil {
		return false
	}
	for x.Depth >= r.depth && x.Next() != xml.Done {
	}
	return true
}

func (s *odsSetting) tail() Tail {
	if s == nil {
		return Tail{}
	}
	t := Tail{Headed: s.headed, Validations: s.validations, ListEntries: s.listElements, Pivots: s.pivots}
	if s.frozenMode {
		t.Frozen = s.frozen
	}
	return t
}

// An odsSheetReader reads the rows of one table (9.1).
type odsSheetReader struct {
	book  *odsBook
	x     *xml.Scanner
	depth int // of the table
	tail  Tail
	yield func(Cell) bool

	columns  []odsColumn
	row, col int
	rows     int // that the row at hand stands for
	rowStyle string
	runs     []odsRun // of the row at hand

	run       odsRun // the cell at hand
	cellDepth int    // 0 outside of cells
	inText    bool
	kind      string // the value-type
	text      []byte
	style     string
}

// An odsColumn is the style of the cells up to a column that have none.
type odsColumn struct {
	until int
	style string
}

// An odsRun is a cell and how many columns it stands for.
type odsRun struct {
	Cell
	columns int
}

func (r *odsSheetReader) cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		r.yield = yield
		for r.x.Depth >= r.depth {
			switch r.x.Next() {
			case xml.Start:
				r.start()
			case xml.Text:
				r.keep(r.x.Text)
			case xml.End:
				if !r.end() {
					return
				}
			case xml.Done:
				r.book.err = r.x.Err
				return
			}
		}
	}
}

// keep collects the text of a cell as far as deciding about headings takes.
func (r *odsSheetReader) keep(text []byte) {
	if r.inText && len(r.text) < maxText {
		r.text = append(r.text, text[:min(len(text), maxText-len(r.text))]...)
	}
}

func (r *odsSheetReader) start() {
	x := r.x
	switch string(x.Name) {
	case "table-cell", "covered-table-cell":
		r.startCell()
	case "p", "h":
		if r.cellDepth > 0 && x.Depth == r.cellDepth+1 {
			r.inText = true
			if len(r.text) > 0 {
				r.keep([]byte("\n"))
			}
		}
	case "s", "tab", "line-break":
		r.keep([]byte(" "))
	case "table-row":
		r.rows, r.rowStyle = repeated(x, "number-rows-repeated"), string(x.Attr("default-cell-style-name"))
		r.runs, r.col = r.runs[:0], 0
	case "table-column":
		r.startColumn()
	case "annotation", "object", "shapes", "frame", "g", "custom-shape", "control", "ruby-text", "note", "tracked-changes", "dde-links", "forms", "sub-table", "named-expressions":
		x.Skip()
	}
}

// repeated reads how often something stands there: at least once, and no
// more than a sheet has room for.
func repeated(x *xml.Scanner, attr string) int {
	return max(1, min(x.Number(attr, 1), maxRows))
}

func (r *odsSheetReader) startColumn() {
	last := 0
	if n := len(r.columns); n > 0 {
		last = r.columns[n-1].until
	}
	if last < maxColumns {
		r.columns = append(r.columns, odsColumn{last + repeated(r.x, "number-columns-repeated"), string(r.x.Attr("default-cell-style-name"))})
	}
}

// startCell reads what a cell says of itself (9.1.4, 19.385); its text
// follows.
func (r *odsSheetReader) startCell() {
	x := r.x
	r.cellDepth, r.text, r.inText = x.Depth, r.text[:0], false
	r.run = odsRun{Cell{Row: r.row, Col: r.col}, repeated(x, "number-columns-repeated")}
	r.col += r.run.columns
	r.kind = ""
	if len(x.Attrs) == 0 {
		return
	}
	r.kind, r.style = odsTypeName(x.Attr("value-type")), string(x.Attr("style-name"))
	switch r.kind {
	case "float", "percentage", "currency":
		r.run.Kind, r.run.Text = CellNumber, string(clip(x.Attr("value")))
	case "date", "time":
		r.run.Kind, r.run.Text = CellDate, string(clip(x.Attr("date-value")))
	case "boolean":
		r.run.Kind = CellBool
	default:
		r.run.Text = string(clip(x.Attr("string-value")))
		if bytes.Contains(x.Attrs, []byte(`calcext:value-type="error"`)) {
			r.run.Kind = CellError
		}
	}
	if f := x.Attr("formula"); len(f) > 0 {
		r.run.Formula = Formula{Text: odsFormula(string(f[:min(len(f), maxFormula)])), Row: r.row, Col: r.run.Col}
		r.run.Formula.Opaque = r.run.Formula.Text == ""
	}
	r.merged()
}

// odsTypeName avoids an allocation for every cell.
func odsTypeName(t []byte) string {
	for _, known := range [...]string{"string", "float", "date", "boolean", "percentage", "currency", "time"} {
		if string(t) == known {
			return known
		}
	}
	return ""
}

func (r *odsSheetReader) merged() {
	x := r.x
	if !bytes.Contains(x.Attrs, []byte("-spanned")) || len(r.tail.Merged) >= maxMerged {
		return
	}
	rows, columns := repeated(x, "number-rows-spanned"), repeated(x, "number-columns-spanned")
	if rows > 1 || columns > 1 {
		r.tail.Merged = append(r.tail.Merged, Range{r.row, r.run.Col, r.row + rows - 1, r.run.Col + columns - 1})
	}
}

func (r *odsSheetReader) end() bool {
	switch x := r.x; string(x.Name) {
	case "p", "h":
		if x.Depth == r.cellDepth {
			r.inText = false
		}
	case "table-cell", "covered-table-cell":
		r.endCell()
	case "table-row":
		return r.endRow()
	}
	return true
}

// endCell keeps the cell unless it is blank.
func (r *odsSheetReader) endCell() {
	r.cellDepth, r.inText = 0, false
	run := &r.run
	if run.Kind == CellText && run.Text == "" {
		run.Text = string(r.text)
	}
	if strings.TrimSpace(run.Text) == "" && (r.kind == "" || run.Kind == CellText) && !run.Formula.Present() {
		return
	}
	run.columns = min(run.columns, r.book.src.Limits.Columns-run.Col)
	if run.columns > 0 {
		run.Bold = r.book.isBold(r.cellStyle())
		r.runs = append(r.runs, *run)
	}
}

// cellStyle is the cell's own style, or that of its row or column.
func (r *odsSheetReader) cellStyle() string {
	if r.style != "" {
		return r.style
	}
	if r.rowStyle != "" {
		return r.rowStyle
	}
	i, _ := slices.BinarySearchFunc(r.columns, r.run.Col, func(c odsColumn, col int) int { return c.until - col - 1 })
	if i == len(r.columns) {
		return ""
	}
	return r.columns[i].style
}

// endRow hands the cells of the row on, as often as it stands there. Past
// the rows that are wanted it only notes that they are in use.
func (r *odsSheetReader) endRow() bool {
	first, wanted := r.row, r.book.src.rowsWanted()
	r.row += r.rows
	if len(r.runs) == 0 || first >= maxRows {
		return true
	}
	last := r.runs[len(r.runs)-1]
	r.tail.Rows, r.tail.Columns = min(r.row, maxRows), max(r.tail.Columns, last.Col+last.columns)
	end := min(r.row, wanted) - 1
	for row := first; row <= end; row++ {
		if row > first && r.book.spare <= 0 {
			row = end
		}
		if !r.emit(row, row > first) {
			return false
		}
	}
	return true
}

func (r *odsSheetReader) emit(row int, again bool) bool {
	for _, run := range r.runs {
		for i := 0; i < run.columns; i++ {
			if i > 0 && r.book.spare <= 0 {
				i = run.columns - 1
			}
			if again || i > 0 {
				r.book.spare--
			}
			c := run.Cell
			c.Row, c.Col = row, run.Col+i
			if !r.yield(c) {
				return false
			}
		}
	}
	return true
}

func atoi(b []byte) int {
	n, _ := strconv.Atoi(string(b))
	return n
}
