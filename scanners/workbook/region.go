package workbook

import (
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// A table is a block of cells in the making: a part of a band, from its left
// to its right column.
type table struct {
	Range
	rows    []row // of the window, only cells of the block
	columns []column
	shapes  []placedShape
	head    heading
}

// What one sheet may have.
const (
	maxRegions  = 100
	maxHeadings = 500 // of a region
)

// regions makes the regions of a sheet from its bands.
func (b *builder) regions(bands []*band) []inventory.Region {
	var tables []*table
	for _, band := range bands {
		above := len(tables)
		for _, t := range band.split(b.merged) {
			tables = b.appendTables(tables, above, t)
		}
	}
	tables = joinForms(tables)
	out := []inventory.Region{}
	for _, t := range tables {
		if len(out) < maxRegions && t.worthKeeping() {
			out = append(out, b.region(t))
		}
	}
	return out
}

// split cuts a band where columns are blank from top to bottom. A row of one
// cell, such as a title, fills no gap; merged cells fill theirs.
func (b *band) split(merged mergedAt) []*table {
	filled := b.filled(merged)
	var out []*table
	start := -1
	for i := 0; i <= len(b.columns); i++ {
		full := i < len(b.columns) && filled[i]
		if full && start < 0 {
			start = i
		}
		if !full && start >= 0 {
			out = append(out, b.cut(start, i))
			start = -1
		}
	}
	if len(out) == 0 && len(b.columns) > 0 {
		out = append(out, b.cut(0, len(b.columns)))
	}
	return out
}

// filled tells for each column of the band whether anything fills it.
func (b *band) filled(merged mergedAt) []bool {
	lone := map[int]int{} // cells that are alone in their row: row by column
	alone := map[int]bool{}
	for _, r := range b.window {
		if len(r) == 1 && len(b.window) > 1 {
			lone[r[0].Col]++
			alone[r[0].Row] = true
		}
	}
	out := make([]bool, len(b.columns))
	for i, c := range b.columns {
		out[i] = c.total() > lone[b.left+i]
	}
	for _, r := range b.window {
		for _, c := range r {
			for col := c.Col + 1; !alone[c.Row] && col <= merged.right(c) && col-b.left < len(out); col++ {
				out[col-b.left] = true
			}
		}
	}
	return out
}

// cut makes a table of the columns from and before to.
func (b *band) cut(from, to int) *table {
	t := &table{Range: Range{Top: b.bottom, Left: b.left + from, Right: b.left + to - 1}}
	t.columns = slices.Clone(b.columns[from:to])
	for _, c := range t.columns {
		if c.total() > 0 {
			t.Top, t.Bottom = min(t.Top, int(c.first)), max(t.Bottom, int(c.last))
		}
	}
	for _, r := range b.window {
		if part := r.between(t.Left, t.Right); len(part) > 0 {
			t.rows = append(t.rows, part)
		}
	}
	for _, s := range b.shapes {
		if s.col >= t.Left && s.col <= t.Right {
			t.shapes = append(t.shapes, s)
		}
	}
	return t
}

func (r row) between(left, right int) row {
	from, _ := slices.BinarySearchFunc(r, left, func(c Cell, col int) int { return c.Col - col })
	to, _ := slices.BinarySearchFunc(r, right+1, func(c Cell, col int) int { return c.Col - col })
	return r[from:to]
}

// at finds the cell of a column.
func (r row) at(col int) (Cell, bool) {
	i, ok := slices.BinarySearchFunc(r, col, func(c Cell, col int) int { return c.Col - col })
	if !ok {
		return Cell{}, false
	}
	return r[i], true
}

// appendTables finds the headings of a block, and takes what stands above
// them apart: a title, or the labels of a form. Rows without headings go to
// the table above them, one of the first n: a blank row does not end a table.
func (b *builder) appendTables(to []*table, n int, t *table) []*table {
	above := tableAbove(to[:n], t)
	head, ok := b.findHeading(t, above)
	if !ok {
		form, isForm := b.form(t, t.rows)
		switch {
		case isForm && (above == nil || above.head.rows == 0 || t.isBlank()):
			return append(to, form)
		case above != nil:
			above.join(t)
			return to
		}
		return append(to, t)
	}
	if form, ok := b.form(t, t.rows[:head.first]); ok {
		to = append(to, form)
	}
	for _, r := range t.rows[head.first : head.first+head.rows] {
		for _, c := range r {
			t.columns[c.Col-t.Left] = t.columns[c.Col-t.Left].without(c)
		}
	}
	t.Top, t.head = t.rows[head.first][0].Row, head
	return append(to, t)
}

// tableAbove finds the table that t goes on with: the lowest above it in
// whose columns it lies, or half of it at least. One that has no headings
// ends after a few blank rows.
func tableAbove(tables []*table, t *table) *table {
	for i := len(tables) - 1; i >= 0; i-- {
		a := tables[i]
		shared := min(a.Right, t.Right) - max(a.Left, t.Left) + 1
		if shared <= 0 || a.head.form {
			continue
		}
		if 2*shared < t.Right-t.Left+1 || a.head.rows == 0 && t.Top-a.Bottom > 3 {
			return nil
		}
		return a
	}
	return nil
}

func (t *table) join(below *table) {
	if t.head.rows == 0 {
		t.Range = t.Range.union(below.Range)
		t.columns = nil // nobody asks for them
	}
	t.Bottom = max(t.Bottom, below.Bottom)
	for i, c := range below.columns {
		if at := below.Left + i - t.Left; at >= 0 && at < len(t.columns) {
			t.columns[at] = t.columns[at].plus(c)
		}
	}
	t.shapes = append(t.shapes, below.shapes...)
}

// worthKeeping leaves out titles and notes.
func (t *table) worthKeeping() bool {
	if len(t.head.texts) > 0 {
		return true
	}
	return t.Bottom > t.Top && t.Right > t.Left || len(t.shapes) > 0
}

func (b *builder) region(t *table) inventory.Region {
	r := inventory.Region{Range: t.String(), HeaderRows: t.head.rows, Headings: []string{}}
	known, unread := t.known()
	r.Unread = unread
	pivot := b.pivotAt(t.Range)
	r.Pivot, r.Crosstab = pivot != nil, t.isCrosstab()
	if pivot != nil {
		r.Crosstab = pivot.Values <= pivot.Right
		known = pivot.withoutValues(known)
	}
	for _, h := range b.presentable(known) {
		if len(r.Headings) == maxHeadings {
			break
		}
		r.Headings = append(r.Headings, h.text)
		kind := inventory.ColumnMixed
		if at := h.col - t.Left; !t.head.form && at >= 0 && at < len(t.columns) {
			kind = t.columns[at].kind()
			b.addIDs(h.text, t.columns[at])
			if b.meta.Depth == inventory.DepthFull {
				r.Columns = append(r.Columns, t.columns[at].stats(t.Bottom-t.Top+1-t.head.rows))
			}
		}
		r.Types = append(r.Types, kind)
	}
	for _, s := range t.shapes {
		if len(r.Shapes) < maxShapes && !slices.Contains(r.Shapes, s.shape) {
			r.Shapes = append(r.Shapes, s.shape)
		}
	}
	return r
}

// kind is what at least two thirds of a column's cells are.
func (c column) kind() inventory.ColumnType {
	total := c.total()
	most := func(n int32) bool { return 3*int(n) >= 2*total }
	switch {
	case total == 0:
		return inventory.ColumnEmpty
	case most(c.formulas):
		return inventory.ColumnFormula
	case c.emails > 0 && 3*int(c.emails) >= 2*(total-int(c.unread)):
		return inventory.ColumnEmail
	case most(c.kinds[CellText]):
		return inventory.ColumnText
	case most(c.kinds[CellNumber]):
		return inventory.ColumnNumber
	case most(c.kinds[CellDate]):
		return inventory.ColumnDate
	case most(c.kinds[CellBool]):
		return inventory.ColumnBool
	}
	return inventory.ColumnMixed
}
