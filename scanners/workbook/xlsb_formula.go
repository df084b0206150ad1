package workbook

import "strconv"

// formula writes the tokens of a formula as text in A1 notation, seen from a
// cell, without anything that might be a value. The tokens are those of BIFF8
// but for wider rows, columns and numbers of names (2.5.98).
func (b *xlsbBook) formula(tokens []byte, row, col int) Formula {
	w := xlsbFormula{formulaWriter{book: &xlsBook{version: 8}, data: biffData{b: tokens}, row: row, col: col}, b}
	if len(tokens) > 4*maxTokens || !w.write() {
		return Formula{Opaque: true}
	}
	return Formula{Text: string(w.out), Row: row, Col: col}
}

type xlsbFormula struct {
	formulaWriter
	wide *xlsbBook
}

func (w *xlsbFormula) write() bool {
	for len(w.data.b) > 0 {
		token := w.data.u8()
		if token >= 0x40 {
			token = token&0x1f | 0x20
		}
		if !w.token(token) || w.data.short || len(w.out) > maxFormula {
			return false
		}
	}
	return len(w.operands) == 1
}

// token takes what differs from BIFF8, and leaves the others to it.
func (w *xlsbFormula) token(token int) bool {
	switch token {
	case ptgStr:
		w.data.take(2 * w.data.u16())
		w.push(`""`)
	case ptgArray:
		w.data.take(14)
		w.push("{1}")
	case ptgExtended:
		return w.extended()
	case ptgName:
		w.pushName("name", w.named(w.data.u32()))
	case ptgNameX:
		prefix := w.sheets()
		w.data.u32()
		if prefix == "S!" {
			prefix = ""
		}
		w.push(prefix + "name")
	case ptgRef, ptgRefN:
		w.push(w.cell(token == ptgRefN))
	case ptgArea, ptgAreaN:
		w.push(w.area(token == ptgAreaN))
	case ptgRef3D:
		prefix := w.sheets()
		w.push(prefix + w.cell(false))
	case ptgArea3D:
		prefix := w.sheets()
		w.push(prefix + w.area(false))
	case ptgRefErr:
		return w.lost(6)
	case ptgAreaErr:
		return w.lost(12)
	case ptgRefErr3D:
		return w.lost(8)
	case ptgAreaErr3D:
		return w.lost(14)
	default:
		return w.formulaWriter.token(token)
	}
	return true
}

// extended takes a column of a table, or a name of a pivot table
// (2.5.98.66, 2.5.98.91).
func (w *xlsbFormula) extended() bool {
	switch w.data.u8() {
	case 0x19:
		w.data.take(12)
		w.push("T[c]")
	case 0x1d:
		w.data.take(4)
		w.push("name")
	default:
		return false
	}
	return true
}

// named is a defined name, by its number from 1.
func (w *xlsbFormula) named(number uint32) string {
	if number == 0 || int64(number) > int64(len(w.wide.allNames)) {
		return ""
	}
	return w.wide.allNames[number-1]
}

// sheets takes which sheets a reference leads to.
func (w *xlsbFormula) sheets() string {
	b := w.wide
	if i := w.data.u16(); i < len(b.externs) {
		if link := b.externs[i]; link >= 0 && link < len(b.links) && b.links[link] {
			return "[1]S!"
		}
	}
	return "S!"
}

// cell takes a reference to a cell: a row, and a column with two bits that
// say what is relative.
func (w *xlsbFormula) cell(offsets bool) string {
	row := w.data.u32()
	return w.corner(row, w.data.u16(), offsets).String()
}

// area takes a reference to a range, which may be whole columns or rows.
func (w *xlsbFormula) area(offsets bool) string {
	top, bottom := w.data.u32(), w.data.u32()
	a := w.corner(top, w.data.u16(), offsets)
	z := w.corner(bottom, w.data.u16(), offsets)
	switch {
	case a.row == 0 && z.row == maxRows-1:
		return columnName(a.col) + ":" + columnName(z.col)
	case a.col == 0 && z.col == maxColumns-1:
		return strconv.Itoa(a.row+1) + ":" + strconv.Itoa(z.row+1)
	}
	return a.String() + ":" + z.String()
}

// corner finds the cell that is meant. In a formula that cells share, what is
// relative is how far away it lies, around the end of the sheet.
func (w *xlsbFormula) corner(row uint32, column int, offsets bool) corner {
	c := corner{row: int(row & (maxRows - 1)), col: column & (maxColumns - 1)}
	c.rowFree, c.colFree = column&rowRelative != 0, column&columnRelative != 0
	if offsets && c.rowFree {
		c.row = (c.row + w.row) & (maxRows - 1)
	}
	if offsets && c.colFree {
		c.col = (c.col + w.col) & (maxColumns - 1)
	}
	return c
}
