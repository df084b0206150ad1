package workbook

import (
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
)

// An xlsSheetReader reads one sheet's stream: its cells as they come, and
// what stands around these.
type xlsSheetReader struct {
	book   *xlsBook
	stream *biffStream
	tail   Tail

	yield   func(Cell) bool
	stopped bool // enough cells were taken
	past    bool // the rows wanted are behind
	index   int64
	frozen  bool
	format  int // BIFF2: of the next cell, when its own bits do not suffice

	// A formula waits for what may follow it: its text, or the formula that
	// it shares with others.
	waiting bool
	cell    Cell
	shares  *[2]int // the cell where that begins
	shared  map[[2]int]xlsShared
}

// An xlsShared is a formula of several cells. One of an array is counted
// where it begins.
type xlsShared struct {
	formula Formula
	array   bool
}

func (r *xlsSheetReader) cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		r.yield, r.shared, r.format = yield, map[[2]int]xlsShared{}, -1
		if err := r.read(); err != nil && err != io.EOF && r.book.err == nil {
			r.book.err = err
		}
	}
}

func (r *xlsSheetReader) read() error {
	rec, err := r.stream.next()
	if err != nil || !isBOF(rec.kind) {
		return nil // a sheet without cells, or whose place is wrong
	}
	kind := bofKind(rec)
	if kind != biffWorksheet && kind != biffMacroSheet {
		return nil // a chart
	}
	if r.book.version < 5 {
		r.book.xlsGlobals = xlsGlobals{decode: r.book.decode}
	}
	for depth := 1; depth > 0 && !r.stopped; {
		if rec, err = r.stream.next(); err != nil {
			r.flush()
			return err
		}
		switch {
		case isBOF(rec.kind): // of a chart on the sheet
			depth++
		case rec.kind == biffEOF:
			depth--
		case depth == 1:
			if err := r.record(rec); err != nil {
				return err
			}
		}
	}
	r.flush()
	return nil
}

func (r *xlsSheetReader) record(rec biffRecord) error {
	d := &biffData{b: rec.data}
	switch rec.kind {
	case biffString2, biffString3:
		r.result(d)
		return nil
	case biffShared, biffShared5, biffArray2, biffArray3, biffTable2, biffTable2Two, biffTable3:
		r.share(rec.kind, d)
		return nil
	}
	r.flush()
	switch rec.kind {
	case biffNumber2, biffNumber3, biffInteger, biffBoolErr2, biffBoolErr3, biffLabel2, biffLabel3, biffRString, biffLabelSST, biffRK, biffRK5:
		r.plain(rec.kind, d)
	case biffMulRK:
		r.numbers(d)
	case biffFormula2, biffFormula3, biffFormula4:
		r.formula(rec.kind, d)
	case biffIXFE:
		r.format = d.u16()
	default:
		return r.other(rec, d)
	}
	return nil
}

// begin reads where a cell is, and what its format says of it; false when it
// lies past what is read.
func (r *xlsSheetReader) begin(kind uint16, d *biffData) bool {
	c := Cell{Row: d.u16(), Col: d.u16(), Kind: CellNumber}
	var style cellStyle
	if r.book.version == 2 && kind < 0x100 {
		style = r.style2(d)
	} else {
		style = r.book.style(d.u16())
	}
	if c.Bold = style.bold; style.date {
		c.Kind = CellDate
	}
	r.cell = c
	if c.Row >= r.book.src.rowsWanted() {
		r.toTail()
		return false
	}
	return !d.short && c.Col < r.book.src.Limits.Columns
}

// style2 reads the format of a cell of BIFF2: six bits for a cell format, six
// for a number format, two for a font.
func (r *xlsSheetReader) style2(d *biffData) cellStyle {
	xf, look := d.u8()&0x3f, d.u8()
	d.u8()
	if xf == 0x3f && r.format >= 0 {
		xf = r.format
	}
	if xf < len(r.book.xfs) {
		return r.book.style(xf)
	}
	return r.book.look(xlsXF{format: look & 0x3f, font: look >> 6})
}

// toTail leaves the rest of the cells out: what follows the last block of
// rows is known where the sheet has an index (MS-XLS 2.4.144).
func (r *xlsSheetReader) toTail() {
	if r.past {
		return
	}
	r.past = true
	if r.index > r.stream.pos {
		st := r.book.open(r.index)
		if rec, err := st.next(); err == nil && rec.kind == biffDBCell {
			r.stream = st
		}
	}
}

// plain takes a cell that is no formula.
func (r *xlsSheetReader) plain(kind uint16, d *biffData) {
	if !r.begin(kind, d) {
		return
	}
	c := &r.cell
	switch kind {
	case biffNumber2, biffNumber3:
		c.Text = numberText(d.f64())
	case biffInteger:
		c.Text = strconv.Itoa(d.u16())
	case biffRK, biffRK5:
		c.Text = numberText(rkNumber(d.u32()))
	case biffBoolErr2, biffBoolErr3:
		c.Kind = CellBool
		if d.u8(); d.u8() != 0 {
			c.Kind = CellError
		}
	case biffLabelSST:
		c.Kind, c.Text = CellText, r.book.strings.at(int(d.u32()))
	case biffLabel2:
		c.Kind, c.Text = CellText, r.book.text(d, 1)
	default:
		d.more = r.stream.continued
		c.Kind, c.Text = CellText, r.book.text(d, 2)
	}
	r.emit()
}

// numbers takes the numbers of neighbours in a row.
func (r *xlsSheetReader) numbers(d *biffData) {
	row, col := d.u16(), d.u16()
	for ; len(d.b) >= 8; col++ { // two bytes behind them say which is the last
		one := &biffData{b: []byte{byte(row), byte(row >> 8), byte(col), byte(col >> 8)}}
		one.b = append(one.b, d.take(6)...)
		r.plain(biffRK, one)
	}
}

// rkNumber is a number in four bytes: an integer or the upper part of a
// float, either of them a hundredfold (MS-XLS 2.5.217).
func rkNumber(v uint32) float64 {
	number := float64(int32(v) >> 2)
	if v&2 == 0 {
		number = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		number /= 100
	}
	return number
}

// numberText writes a number as digits, as other formats hold it.
func numberText(v float64) string {
	if math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'G', -1, 64)
}

// formula takes a cell with a formula; it waits for what belongs to it.
func (r *xlsSheetReader) formula(kind uint16, d *biffData) {
	if !r.begin(kind, d) {
		return
	}
	r.value(d.take(8))
	switch r.book.version {
	case 2:
		d.u8()
	case 3, 4:
		d.u16()
	default:
		d.skip(6)
	}
	size := 0
	if r.book.version == 2 {
		size = d.u8()
	} else {
		size = d.u16()
	}
	tokens := d.take(size)
	r.waiting, r.shares = true, nil
	if len(tokens) >= 4 && (tokens[0] == 1 || tokens[0] == 2) {
		at := biffData{b: tokens[1:]}
		r.shares = &[2]int{at.u16(), at.u8() | at.u8()<<8}
		if r.book.version == 2 {
			r.shares[1] &= 0xff
		}
		r.cell.Formula = Formula{Opaque: true}
		return
	}
	r.cell.Formula = r.book.formula(tokens, r.cell.Row, r.cell.Col)
}

// value reads what a formula resulted in: a number unless its last two bytes
// are set (MS-XLS 2.5.133).
func (r *xlsSheetReader) value(b []byte) {
	if len(b) < 8 {
		return
	}
	c := &r.cell
	if b[6] != 0xff || b[7] != 0xff {
		d := biffData{b: b}
		c.Text = numberText(d.f64())
		return
	}
	switch b[0] {
	case 1:
		c.Kind = CellBool
	case 2:
		c.Kind = CellError
	default:
		c.Kind = CellText
	}
}

// result is the text that the formula before it resulted in.
func (r *xlsSheetReader) result(d *biffData) {
	if !r.waiting {
		return
	}
	lengthBytes := 2
	if r.book.version == 2 {
		lengthBytes = 1
	}
	d.more = r.stream.continued
	r.cell.Text = r.book.text(d, lengthBytes)
}

// share takes a formula that the cells of a range share: each as if it were
// its own, or all together as an array or a table of results.
func (r *xlsSheetReader) share(kind uint16, d *biffData) {
	top, _, left, _ := d.u16(), d.u16(), d.u8(), d.u8()
	at := [2]int{top, left}
	if len(r.shared) >= maxMerged {
		return
	}
	version := r.book.version
	switch kind {
	case biffShared, biffShared5:
		d.u16()
		if r.waiting && r.shares != nil {
			at = *r.shares
		}
		r.shared[at] = xlsShared{r.book.formula(d.take(d.u16()), at[0], at[1]), false}
	case biffArray2, biffArray3:
		size := 0
		switch {
		case version == 2:
			d.u8()
			size = d.u8()
		case version < 5:
			d.u16()
			size = d.u16()
		default:
			d.skip(6)
			size = d.u16()
		}
		r.shared[at] = xlsShared{r.book.formula(d.take(size), top, left), true}
	default:
		r.shared[at] = xlsShared{Formula{Opaque: true}, true}
	}
}

// flush hands on the formula that waited.
func (r *xlsSheetReader) flush() {
	if !r.waiting {
		return
	}
	r.waiting = false
	if r.shares != nil {
		s, ok := r.shared[*r.shares]
		switch {
		case ok && s.array && *r.shares != [2]int{r.cell.Row, r.cell.Col}:
			r.cell.Formula = Formula{}
		case ok:
			r.cell.Formula = s.formula
		}
	}
	r.emit()
}

// emit hands the cell on unless it is blank.
func (r *xlsSheetReader) emit() {
	r.format = -1
	c := r.cell
	c.Text = clipText(c.Text)
	if c.Kind == CellText && strings.TrimSpace(c.Text) == "" && !c.Formula.Present() || r.stopped {
		return
	}
	if !r.yield(c) {
		r.stopped = true
	}
}

func clipText(s string) string { return s[:min(len(s), maxText)] }
