package workbook

import (
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// A sheetScan is what remains of a sheet's cells as they go by.
type sheetScan struct {
	*builder
	bands    []*band
	kept     int  // cells in the bands' windows
	width    int  // columns of all bands
	sketched int  // columns that have a sketch
	whole    bool // windows have no end, for whoever looks at every cell
	blind    bool // windows stay empty, for whoever wants their extent alone
	ids      idSampler

	// The row at hand.
	open      bool
	first, at int    // the row that its first cell names, and the one it is
	band      *band  // that it is part of
	had       int    // the columns the band had before
	last      int    // column met
	counting  bool   // its cells are counted as they come, and not kept
	row       []Cell // its cells otherwise
	scratch   []byte

	rows, columns int
	formulas      int
	used          []*parsedFormula // whose functions are not counted yet
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
	n           int32 // cells
	kinds       [cellKinds]int32
	formulas    int32
	emails      int32
	ids, dates  int32  // texts that look like them
	unread      int32  // texts of which nobody knows what they look like
	different   sketch // what the cells hold, at full depth
	sampled     *idTally
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
	maxSketched = 2_000   // columns
	maxUsed     = 4_096   // formulas until their functions are counted
)

// add takes the next cell. A sheet has no row twice: what comes out of order
// is taken as part of the row at hand.
func (s *sheetScan) add(c Cell) {
	if c.Row < 0 || c.Col < 0 || c.Row >= maxRows || c.Col >= maxColumns {
		return
	}
	if s.wants(c.Row) {
		s.keep(c)
		return
	}
	s.count(c.Col, c.Kind, s.markOf(c), s.formulaOf(c))
}

// wants begins a row, unless it is the one at hand, and tells whether its
// cells are to be kept: then they go to keep, otherwise to count.
func (s *sheetScan) wants(row int) bool {
	if !s.open || row > s.first {
		s.endRow()
		s.open, s.first, s.at, s.last = true, row, max(row, s.rows), -1
		s.rows = s.at + 1
		s.band = s.bandAt(s.at)
		s.band.bottom, s.had = s.at, len(s.band.columns)
		s.counting = !s.whole && !s.windowed() && !s.ids.wants()
	}
	return !s.counting
}

// windowed reports whether the row at hand is one of the window's.
func (s *sheetScan) windowed() bool { return len(s.band.window) < windowRows && s.kept < windowCells }

func (s *sheetScan) keep(c Cell) {
	if len(s.row) < maxColumns {
		s.row = append(s.row, c)
	}
}

// count counts a cell of the row at hand. A column that comes twice in a row
// counts once.
func (s *sheetScan) count(col int, kind CellKind, m mark, f *parsedFormula) {
	if col == s.last {
		return
	}
	s.last = col
	s.columns = max(s.columns, col+1)
	c := s.band.column(col)
	if c.n == 0 {
		c.first = int32(s.at)
	}
	c.n++
	c.last = int32(s.at)
	c.kinds[kind]++
	if f != nil {
		c.formulas++
		s.use(f, col)
	}
	if kind == CellText && m&(looksEmail|looksID|looksDate|unread) != 0 {
		c.look(m, 1)
	}
	if h := m.hash(); h != 0 && (c.different.limited == 0 || h < c.different.limited) {
		s.sketch(c, h)
	}
}

// look counts a text that looks like something, n times.
func (c *column) look(m mark, n int32) {
	switch {
	case m.is(looksEmail):
		c.emails += n
	case m.is(looksID):
		c.ids += n
	case m.is(looksDate):
		c.dates += n
	case m.is(unread):
		c.unread += n
	}
}

// sketch adds what a cell holds to the estimate of a column's contents.
func (s *sheetScan) sketch(c *column, hash uint32) {
	if c.different.slots == nil {
		if s.sketched >= maxSketched || s.meta.Depth != inventory.DepthFull {
			return
		}
		s.sketched++
	}
	c.different.add(hash)
}

// use counts a formula, and notes its shape.
func (s *sheetScan) use(f *parsedFormula, col int) {
	s.formulas++
	if f.uses++; f.uses == 1 {
		if len(s.used) >= maxUsed {
			s.countFunctions()
			f.uses = 1
		}
		s.used = append(s.used, f)
	}
	if f.band != s.band {
		f.band = s.band
		s.band.addShape(col, f.shape)
	}
}

// countFunctions counts the calls in the formulas that were used.
func (s *sheetScan) countFunctions() {
	for _, f := range s.used {
		for _, name := range f.functions {
			if len(s.functions) < maxNames || s.functions[name] > 0 {
				s.functions[name] += f.uses
			}
		}
		f.uses, f.band = 0, nil
	}
	s.used = s.used[:0]
}

// markOf marks a cell that did not come with its mark.
func (s *sheetScan) markOf(c Cell) mark {
	if c.mark != 0 || c.Text == "" {
		return c.mark
	}
	s.scratch = append(s.scratch[:0], c.Text[:min(len(c.Text), maxText)]...)
	if c.Kind == CellText {
		return markText(s.scratch)
	}
	return markValue(s.scratch)
}

// formulaOf is the formula of a cell; nil when it has none.
func (s *sheetScan) formulaOf(c Cell) *parsedFormula {
	if c.parsed == nil && c.Formula.Present() {
		return s.parse(c.Formula)
	}
	return c.parsed
}

// end ends the sheet.
func (s *sheetScan) end() {
	s.endRow()
	s.countFunctions()
}

func (s *sheetScan) endRow() {
	if !s.open {
		return
	}
	s.open = false
	if len(s.row) > 0 {
		s.endKept()
	}
	s.width += len(s.band.columns) - s.had
}

// endKept counts a row that was kept, and puts it into the window.
func (s *sheetScan) endKept() {
	s.sortRow(s.at)
	for _, c := range s.row {
		s.count(c.Col, c.Kind, s.markOf(c), s.formulaOf(c))
	}
	s.sampleIDs()
	switch {
	case !s.whole && !s.windowed(): // it was kept for its ids alone
	case s.blind:
		s.band.window = append(s.band.window, nil)
		s.kept += len(s.row)
	case s.whole || s.kept+len(s.row) <= windowCells:
		for i, c := range s.row {
			s.row[i].label = isLabel(c)
		}
		s.band.window = append(s.band.window, slices.Clone(s.row))
		s.kept += len(s.row)
	}
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

// bandAt finds the band that a row goes on with, or begins one.
func (s *sheetScan) bandAt(at int) *band {
	if n := len(s.bands); n > 0 && (s.bands[n-1].bottom >= at-1 || n == maxBands || s.width > maxWidth) {
		return s.bands[n-1]
	}
	b := &band{top: at}
	s.bands = append(s.bands, b)
	return b
}

// column finds the counts of a column, making room for it.
func (b *band) column(col int) *column {
	if i := col - b.left; i >= 0 && i < len(b.columns) {
		return &b.columns[i]
	}
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
func (c column) total() int { return int(c.n) }

// without takes a cell of a heading out of the counts.
func (c column) without(cell Cell) column {
	m := (&sheetScan{}).markOf(cell)
	c.n = max(0, c.n-1)
	c.kinds[cell.Kind] = max(0, c.kinds[cell.Kind]-1)
	if cell.Formula.Present() {
		c.formulas = max(0, c.formulas-1)
	}
	if cell.Kind == CellText {
		c.look(m, -1)
	}
	c.different = c.different.without(m.hash())
	return c
}

// plus adds the counts of the column of a band below.
func (c column) plus(o column) column {
	if c.n == 0 {
		c.first = o.first
	}
	c.last = max(c.last, o.last)
	c.n += o.n
	for k := range c.kinds {
		c.kinds[k] += o.kinds[k]
	}
	c.formulas += o.formulas
	c.emails += o.emails
	c.ids += o.ids
	c.dates += o.dates
	c.unread += o.unread
	c.different = c.different.plus(o.different)
	c.sampled = c.sampled.plus(o.sampled)
	return c
}
