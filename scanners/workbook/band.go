package workbook

import "slices"

// A sheetScan is what remains of a sheet's cells as they go by.
type sheetScan struct {
	*builder
	bands         []*band
	row           []Cell // the row at hand
	kept          int    // cells in the bands' windows
	width         int    // columns of all bands
	rows, columns int
	formulas      int
	functions     map[string]int
}

// A band is rows without a blank one between them. It keeps its first rows
// whole, to look for headings, and counts what its columns hold.
type band struct {
	top, bottom int
	window      []row
	left        int // of columns[0]
	columns     []column
	shapes      []placedShape
}

// A row is the cells of one row that are not blank, from left to right.
type row []Cell

// A column counts what a column of a band holds.
type column struct {
	first, last int32 // rows
	kinds       [cellKinds]int32
	formulas    int32
	emails      int32
}

type placedShape struct {
	col   int
	shape string
}

// What one sheet may keep.
const (
	windowRows  = 24
	windowCells = 40_000
	maxBands    = 400
	maxWidth    = 100_000 // columns of all bands
	maxShapes   = 36      // of a region
)

// add takes the next cell. A sheet has no row twice: what comes out of order
// is taken as part of the row at hand.
func (s *sheetScan) add(c Cell) {
	if len(s.row) > 0 && c.Row > s.row[0].Row {
		s.endRow()
	}
	if len(s.row) >= maxColumns || c.Row < 0 || c.Col < 0 || c.Row >= maxRows || c.Col >= maxColumns {
		return
	}
	s.row = append(s.row, c)
	s.columns = max(s.columns, c.Col+1)
	if c.Formula.Present() {
		s.formulas++
		for _, f := range s.parse(c.Formula).functions {
			if len(s.functions) < maxNames || s.functions[f] > 0 {
				s.functions[f]++
			}
		}
	}
}

func (s *sheetScan) endRow() {
	if len(s.row) == 0 {
		return
	}
	at := max(s.row[0].Row, s.rows)
	s.rows = at + 1
	s.sortRow(at)
	b := s.band(at)
	b.bottom = at
	if len(b.window) < windowRows && s.kept+len(s.row) <= windowCells {
		for i, c := range s.row {
			s.row[i].label = isLabel(c)
		}
		b.window = append(b.window, slices.Clone(s.row))
		s.kept += len(s.row)
	}
	had := len(b.columns)
	for _, c := range s.row {
		b.count(at, c)
		if c.Formula.Present() {
			b.addShape(c.Col, s.parse(c.Formula).shape)
		}
	}
	s.width += len(b.columns) - had
	s.row = s.row[:0]
}

// sortRow makes the row what the rest counts on: from left to right, no
// column twice, and every cell of the one row.
func (s *sheetScan) sortRow(at int) {
	byColumn := func(a, b Cell) int { return a.Col - b.Col }
	if !slices.IsSortedFunc(s.row, byColumn) {
		slices.SortStableFunc(s.row, byColumn)
	}
	s.row = slices.CompactFunc(s.row, func(a, b Cell) bool { return a.Col == b.Col })
	for i := range s.row {
		s.row[i].Row = at
	}
}

// band finds the band that a row goes on with, or begins one.
func (s *sheetScan) band(at int) *band {
	if n := len(s.bands); n > 0 && (s.bands[n-1].bottom >= at-1 || n == maxBands || s.width > maxWidth) {
		return s.bands[n-1]
	}
	b := &band{top: at}
	s.bands = append(s.bands, b)
	return b
}

func (b *band) count(at int, c Cell) {
	col := b.column(c.Col)
	if *col == (column{}) {
		col.first = int32(at)
	}
	col.last = int32(at)
	col.kinds[c.Kind]++
	if c.Formula.Present() {
		col.formulas++
	}
	if c.Kind == CellText && isEmail(c.Text) {
		col.emails++
	}
}

// column finds the counts of a column, making room for it.
func (b *band) column(col int) *column {
	switch {
	case len(b.columns) == 0:
		b.left = col
	case col < b.left:
		b.columns = slices.Concat(make([]column, b.left-col), b.columns)
		b.left = col
	}
	if short := col - b.left + 1 - len(b.columns); short > 0 {
		b.columns = append(b.columns, make([]column, short)...)
	}
	return &b.columns[col-b.left]
}

func (b *band) addShape(col int, shape string) {
	if shape == "" || len(b.shapes) >= 4*maxShapes {
		return
	}
	for _, s := range b.shapes {
		if s.shape == shape {
			return
		}
	}
	b.shapes = append(b.shapes, placedShape{col, shape})
}

// total is how many cells of the column are not blank.
func (c column) total() int {
	n := int32(0)
	for _, k := range c.kinds {
		n += k
	}
	return int(n)
}

// without takes a cell out of the counts: one of a heading.
func (c column) without(cell Cell) column {
	c.kinds[cell.Kind] = max(0, c.kinds[cell.Kind]-1)
	if cell.Formula.Present() {
		c.formulas = max(0, c.formulas-1)
	}
	if cell.Kind == CellText && isEmail(cell.Text) {
		c.emails = max(0, c.emails-1)
	}
	return c
}

// plus adds the counts of the column of a band below.
func (c column) plus(o column) column {
	if c.total() == 0 {
		c.first = o.first
	}
	c.last = max(c.last, o.last)
	for k := range c.kinds {
		c.kinds[k] += o.kinds[k]
	}
	c.formulas += o.formulas
	c.emails += o.emails
	return c
}
