package workbook

import (
	"iter"
	"strings"
)

// grid yields the sheets; each reads its part while its cells are taken.
func (b *xlsbBook) grid() Grid {
	return func(yield func(Sheet) bool) {
		for _, s := range b.sheets {
			r := &xlsbSheetReader{book: b, part: b.rels.target(s.rel)}
			ok := yield(Sheet{Name: s.name, Hidden: s.hidden, Cells: r.cells(), Tail: r.finish})
			if !ok || b.err != nil {
				return
			}
		}
	}
}

// An xlsbSheetReader reads one sheet's part: its cells as they come, and what
// stands before and behind these.
type xlsbSheetReader struct {
	book   *xlsbBook
	part   string
	tail   Tail
	locked bool

	yield func(Cell) bool
	row   int

	// A formula waits for the record behind it, which may hold what it
	// shares with others.
	waiting bool
	cell    Cell
	shares  bool
	at      [2]int // the cell where that begins
	shared  map[[2]int]xlsShared
}

func (r *xlsbSheetReader) cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		r.yield, r.shared = yield, map[[2]int]xlsShared{}
		more := true
		err := r.book.records(r.part, func(kind int, d *biffData) bool {
			more = r.record(kind, d)
			return more
		})
		if more {
			r.flush()
		}
		if err != nil && r.book.err == nil {
			r.book.err = err
		}
	}
}

func (r *xlsbSheetReader) record(kind int, d *biffData) bool {
	if kind == xlsbArray || kind == xlsbShared {
		r.share(kind, d)
		return true
	}
	if !r.flush() {
		return false
	}
	switch kind {
	case xlsbRow:
		r.row = int(d.u32())
	case xlsbCellRK, xlsbCellError, xlsbCellBool, xlsbCellReal, xlsbCellText, xlsbCellString, xlsbCellRich:
		return r.plain(kind, d)
	case xlsbFormulaText, xlsbFormulaNumber, xlsbFormulaBool, xlsbFormulaError:
		r.formula(kind, d)
	default:
		r.other(kind, d)
	}
	return true
}

// begin reads where a cell is, and what its format says of it (2.5.10); false
// when it lies past what is read.
func (r *xlsbSheetReader) begin(d *biffData) bool {
	col, style := d.u32(), int(d.u32()&0xffffff)
	r.cell = Cell{Row: r.row, Col: int(min(col, maxColumns)), Kind: CellNumber}
	if style < len(r.book.styles) {
		look := r.book.styles[style]
		if r.cell.Bold = look.bold; look.date {
			r.cell.Kind = CellDate
		}
	}
	return !d.short && r.row < r.book.src.rowsWanted() && r.cell.Col < r.book.src.Limits.Columns
}

// plain takes a cell that is no formula.
func (r *xlsbSheetReader) plain(kind int, d *biffData) bool {
	if !r.begin(d) {
		return true
	}
	c := &r.cell
	switch kind {
	case xlsbCellRK:
		c.Text = numberText(rkNumber(d.u32()))
	case xlsbCellReal:
		c.Text = numberText(d.f64())
	case xlsbCellBool:
		c.Kind = CellBool
	case xlsbCellError:
		c.Kind = CellError
	case xlsbCellString:
		c.Kind, c.Text = CellText, r.book.strings.at(int(d.u32()))
	case xlsbCellRich:
		d.u8()
		fallthrough
	case xlsbCellText:
		c.Kind, c.Text = CellText, d.wide()
	}
	if c.Kind == CellText && strings.TrimSpace(c.Text) == "" {
		return true
	}
	return r.yield(*c)
}

// formula takes a cell with a formula; it waits for what belongs to it.
func (r *xlsbSheetReader) formula(kind int, d *biffData) {
	if !r.begin(d) {
		return
	}
	c := &r.cell
	switch kind {
	case xlsbFormulaText:
		c.Kind, c.Text = CellText, d.wide()
	case xlsbFormulaNumber:
		c.Text = numberText(d.f64())
	case xlsbFormulaBool:
		c.Kind = CellBool
		d.u8()
	case xlsbFormulaError:
		c.Kind = CellError
		d.u8()
	}
	d.u16()
	tokens := d.take(int(min(d.u32(), maxRecord)))
	extra := d.take(int(min(d.u32(), maxRecord)))
	r.waiting, r.shares = true, len(tokens) == 5 && tokens[0] == ptgExp
	if !r.shares {
		c.Formula = r.book.formula(tokens, c.Row, c.Col)
		return
	}
	row, col := biffData{b: tokens[1:]}, biffData{b: extra}
	r.at = [2]int{int(row.u32()), int(col.u32())}
	c.Formula = Formula{Opaque: true}
}

// What stands for a formula that is found where another cell is.
const ptgExp = 0x01

// share takes a formula that the cells of a range share: each as if it were
// its own, or all together as an array (2.4.5, 2.4.816).
func (r *xlsbSheetReader) share(kind int, d *biffData) {
	top, ok := d.rectangle()
	if !ok || len(r.shared) >= maxMerged {
		return
	}
	at := [2]int{top.Top, top.Left}
	if r.waiting && r.shares {
		at = r.at
	}
	if kind == xlsbArray {
		d.u8()
	}
	tokens := d.take(int(min(d.u32(), maxRecord)))
	r.shared[at] = xlsShared{r.book.formula(tokens, at[0], at[1]), kind == xlsbArray}
}

// flush hands on the formula that waited. One of an array is counted where it
// begins.
func (r *xlsbSheetReader) flush() bool {
	if !r.waiting {
		return true
	}
	r.waiting = false
	if s, known := r.shared[r.at]; known && r.shares {
		r.cell.Formula = s.formula
		if s.array && r.at != [2]int{r.cell.Row, r.cell.Col} {
			r.cell.Formula = Formula{}
		}
	}
	return r.yield(r.cell)
}

// other reads what stands before and behind the cells.
func (r *xlsbSheetReader) other(kind int, d *biffData) {
	t := &r.tail
	switch kind {
	case xlsbDimension:
		if used, ok := d.rectangle(); ok && used.Bottom < maxRows-1 && used.Right < maxColumns-1 {
			t.Rows, t.Columns = used.Bottom+1, used.Right+1
		}
	case xlsbPane:
		r.pane(d)
	case xlsbMerged:
		if m, ok := d.rectangle(); ok && len(t.Merged) < maxMerged {
			t.Merged = append(t.Merged, m)
		}
	case xlsbFilter:
		if f, ok := d.rectangle(); ok && len(t.Headed) < maxMerged {
			t.Headed = append(t.Headed, f)
		}
	case xlsbValidation:
		t.Validations++
		if len(t.ListEntries) < 1000 {
			t.ListEntries = append(t.ListEntries, validationEntries(d)...)
		}
	case xlsbListText:
		t.ListEntries = appendEntries(t.ListEntries, `"`+d.long()+`"`)
	case xlsbValidation14:
		t.Validations++
	case xlsbFormatRule:
		t.Formats++
	case xlsbRangeLocked:
		t.Protected++
	case xlsbSheetLocked, xlsbSheetLocked2:
		r.lock(kind, d)
	}
}

// lock learns whether the sheet is protected, which either of two records may
// say, behind a hash or a number of rounds (BrtSheetProtection and its Iso).
func (r *xlsbSheetReader) lock(kind int, d *biffData) {
	if kind == xlsbSheetLocked {
		d.u16()
	} else {
		d.u32()
	}
	if d.u32() == 1 && !r.locked {
		r.locked = true
		r.tail.Protected++
	}
}

// pane learns how many rows stay in sight (2.4.713).
func (r *xlsbSheetReader) pane(d *biffData) {
	const frozen = 1
	d.f64()
	rows := d.f64()
	d.take(12)
	if d.u8()&frozen != 0 && rows >= 1 && rows < maxRows {
		r.tail.Frozen = int(rows)
	}
}

// validationEntries are the words of a validation list that is written out:
// its formula is one text (2.4.353).
func validationEntries(d *biffData) []string {
	const list = 3
	if d.u32()&0xf != list {
		return nil
	}
	d.take(int(min(d.u32(), maxRecord)) * 16)
	for range 4 { // what the user is told, and asked
		d.wide()
	}
	tokens := biffData{b: d.take(int(min(d.u32(), maxRecord)))}
	if tokens.u8() != ptgStr {
		return nil
	}
	text := appendCharacters(nil, tokens.take(2*tokens.u16()), true)
	return appendEntries(nil, `"`+strings.ReplaceAll(string(text), "\x00", ",")+`"`)
}

// finish tells what stood around the cells, tables included.
func (r *xlsbSheetReader) finish() Tail {
	rels, err := r.book.relations(r.part)
	if err != nil {
		return r.tail
	}
	for pivot := range rels.all("pivotTable") {
		r.readPivot(pivot)
	}
	for table := range rels.all("table") {
		err := r.book.records(table, func(kind int, d *biffData) bool {
			if kind != xlsbTable {
				return true
			}
			at, ok := d.rectangle()
			d.take(8)
			if headings := d.u32(); ok && headings > 0 && !d.short {
				r.tail.Headed = append(r.tail.Headed, at)
			}
			return false
		})
		if err != nil && r.book.err == nil {
			r.book.err = err
		}
	}
	return r.tail
}
