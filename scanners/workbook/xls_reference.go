package workbook

import "strconv"

// reference takes a cell, an area or what was one.
func (w *formulaWriter) reference(token int) bool {
	switch token {
	case ptgRef, ptgRefN:
		w.push(w.sheet + w.cell(token == ptgRefN))
	case ptgArea, ptgAreaN:
		w.push(w.sheet + w.area(token == ptgAreaN))
	case ptgRef3D:
		sheet := w.sheets()
		w.push(sheet + w.cell(false))
	case ptgArea3D:
		sheet := w.sheets()
		w.push(sheet + w.area(false))
	case ptgNameX:
		w.nameOfOther()
	case ptgMemArea, ptgMemErr, ptgMemNoMem: // what they are follows
		w.data.take(w.sized(4, 6, 6))
	case ptgMemFunc, ptgMemAreaN, ptgMemNoMemN:
		w.data.take(w.sized(1, 2, 2))
	case ptgRefErr:
		return w.lost(w.sized(3, 3, 4))
	case ptgAreaErr:
		return w.lost(w.sized(6, 6, 8))
	case ptgRefErr3D:
		return w.lost(w.sized(0, 17, 6))
	case ptgAreaErr3D:
		return w.lost(w.sized(0, 20, 10))
	case ptgFuncCE:
		count := w.data.u8() & 0x7f
		return w.function(w.data.u8(), count)
	default:
		return false
	}
	return true
}

func (w *formulaWriter) lost(size int) bool {
	w.data.take(size)
	w.push("#REF!")
	return true
}

// sheets takes which sheets a reference leads to.
func (w *formulaWriter) sheets() string {
	number := w.data.u16()
	if w.book.version < 8 {
		w.data.take(12)
		if number >= 0x8000 { // its own workbook
			return "S!"
		}
	}
	return w.prefix(number)
}

// nameOfOther takes a name that another workbook or an add-in defines.
func (w *formulaWriter) nameOfOther() {
	number := w.data.u16()
	link := w.book.link(number, w.book.version)
	if w.book.version < 8 {
		w.data.take(8)
	}
	name := w.book.named(link, w.data.u16())
	if w.data.take(w.sized(0, 12, 2)); link != nil && link.external {
		w.pushName("[1]S!name", name)
		return
	}
	w.pushName("name", name)
}

// Before BIFF8 a row and two bits that say what is relative share a word.
const (
	columnRelative = 0x4000
	rowRelative    = 0x8000
)

// A corner is a cell as tokens refer to it.
type corner struct {
	row, col         int
	rowFree, colFree bool // relative
}

// cell takes a reference to a cell.
func (w *formulaWriter) cell(offsets bool) string {
	c := corner{row: w.data.u16()}
	if w.book.version == 8 {
		c.col = w.data.u16()
		return w.settle(c, c.col, offsets).String()
	}
	c.col = w.data.u8()
	return w.settle(c, c.row, offsets).String()
}

// area takes a reference to a range, which may be whole columns or rows.
func (w *formulaWriter) area(offsets bool) string {
	a, z := corner{row: w.data.u16()}, corner{row: w.data.u16()}
	last := 0x3fff
	if w.book.version == 8 {
		last = 0xffff
		a.col, z.col = w.data.u16(), w.data.u16()
		a, z = w.settle(a, a.col, offsets), w.settle(z, z.col, offsets)
	} else {
		a.col, z.col = w.data.u8(), w.data.u8()
		a, z = w.settle(a, a.row, offsets), w.settle(z, z.row, offsets)
	}
	switch {
	case a.row == 0 && z.row == last:
		return columnName(a.col) + ":" + columnName(z.col)
	case a.col == 0 && z.col == 0xff:
		return strconv.Itoa(a.row+1) + ":" + strconv.Itoa(z.row+1)
	}
	return a.String() + ":" + z.String()
}

// settle finds the cell that a corner is, given the word with its flags. In
// a formula that cells share, what is relative is how far away it lies.
func (w *formulaWriter) settle(c corner, flags int, offsets bool) corner {
	c.rowFree, c.colFree = flags&rowRelative != 0, flags&columnRelative != 0
	rows := 0xffff
	if w.book.version < 8 {
		rows = 0x3fff
	}
	if offsets && c.rowFree {
		c.row += w.row
	}
	if offsets && c.colFree {
		c.col += w.col
	}
	c.row &= rows
	c.col &= 0xff
	return c
}

// String writes a corner as A1, with $ before what is not relative.
func (c corner) String() string {
	col, row := columnName(c.col), strconv.Itoa(c.row+1)
	if !c.colFree {
		col = "$" + col
	}
	if !c.rowFree {
		row = "$" + row
	}
	return col + row
}
