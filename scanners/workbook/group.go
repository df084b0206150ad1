package workbook

import (
	"slices"
	"strings"
)

// addGroups joins the headings with those of groups in the row above.
func (b *builder) addGroups(h *heading, t *table) {
	if h.first == 0 {
		return
	}
	above, below := t.rows[h.first-1], t.rows[h.first]
	groups, merged := b.spans(above, below[len(below)-1].Col)
	if above[0].Row != below[0].Row-1 || len(groups) != len(above) || !spansSome(above, below) {
		return
	}
	if g := groups[0]; len(groups) == 1 && (!merged || g.col == t.Left || 5*(g.right-g.col+1) > 3*(t.Right-t.Left+1)) {
		return // a title
	}
	for i, c := range above {
		if strings.HasSuffix(strings.TrimSpace(c.Text), ":") || pivotLabels[strings.ToLower(groups[i].text)] {
			return
		}
	}
	h.texts = joined(groups, h.texts)
	h.first, h.rows = h.first-1, h.rows+1
}

// What pivot tables write above their headings.
var pivotLabels = map[string]bool{"column labels": true, "row labels": true, "values": true, "data": true}

// spans are the labels of a row with the columns that each stands over: those
// it is merged over or, where none is, all up to the next.
func (b *builder) spans(r row, last int) (labels []placedText, merged bool) {
	labels = labelsOf(r)
	for i, l := range labels {
		c, _ := r.at(l.col)
		labels[i].right = b.merged.right(c)
		merged = merged || labels[i].right > l.col
	}
	if merged {
		return labels, true
	}
	for i := range labels {
		if labels[i].right = last; i+1 < len(labels) {
			labels[i].right = labels[i+1].col - 1
		}
	}
	return labels, false
}

// spansSome reports whether a cell of the upper row stands over several of
// the lower: the next column is blank above and is not below.
func spansSome(above, below row) bool {
	for _, c := range above {
		_, right := above.at(c.Col + 1)
		_, under := below.at(c.Col + 1)
		if !right && under {
			return true
		}
	}
	return false
}

// joined puts the group before each heading that stands under it. A group
// that stands over none is a heading itself.
func joined(groups, subs []placedText) []placedText {
	var out []placedText
	for _, g := range groups {
		if !hasColumn(subs, g.col) {
			out = append(out, g)
		}
	}
	for _, s := range subs {
		for _, g := range groups {
			if s.col >= g.col && s.col <= g.right && hasColumn(subs, g.col) && !strings.EqualFold(g.text, s.text) {
				s.text = g.text + " / " + s.text
			}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b placedText) int { return a.col - b.col })
	return out
}

func hasColumn(texts []placedText, col int) bool {
	for _, t := range texts {
		if t.col == col {
			return true
		}
	}
	return false
}

// addSubheadings joins a second row of headings, which stands under those
// that span several columns.
func (b *builder) addSubheadings(h *heading, t *table) {
	at := h.first + h.rows
	if h.rows > 1 || at >= len(t.rows) {
		return
	}
	above, below := t.rows[h.first], t.rows[at]
	subs := labelsOf(below)
	if below[0].Row != above[0].Row+1 || len(subs) < 2 || len(subs) != len(below) || !spansSome(above, below) {
		return
	}
	if !b.underMerged(above, below) && !fillGaps(above, below, t.rows[at+1:]) {
		return
	}
	groups, _ := b.spans(above, below[len(below)-1].Col)
	h.texts = joined(groups, subs)
	h.rows++
}

// fillGaps reports whether the lower row stands mostly where the upper has
// gaps, and the rows that follow are as full.
func fillGaps(above, below row, rest []row) bool {
	shared := 0
	for _, c := range below {
		_, over := above.at(c.Col)
		_, next := above.at(c.Col + 1)
		if over && next {
			shared++
		}
	}
	return 3*shared <= len(below) && len(rest) > 0 && len(rest[0]) >= len(below)
}

// underMerged reports whether the whole lower row stands under cells of the
// upper that were merged over several columns of that one row.
func (b *builder) underMerged(above, below row) bool {
	for _, c := range below {
		m, ok := b.merged.over(above[0].Row, c.Col)
		if !ok || m.Right == m.Left || m.Bottom > m.Top {
			return false
		}
	}
	return true
}

// addUnits counts a row of units, such as (kg) or USD, among the headings.
func (h *heading) addUnits(t *table) {
	at := h.first + h.rows
	if at+1 >= len(t.rows) {
		return
	}
	for _, c := range t.rows[at] {
		if s := tidy(c.Text); c.Kind != CellText || !(strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") || strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]")) {
			return
		}
	}
	h.rows++
}

// mergedAt finds merged ranges by the row they begin in; each row's are sorted
// from left to right.
type mergedAt map[int][]Range

func newMergedAt(ranges []Range) mergedAt {
	m := mergedAt{}
	for _, r := range ranges {
		m[r.Top] = append(m[r.Top], r)
	}
	for _, row := range m {
		slices.SortFunc(row, func(a, b Range) int { return a.Left - b.Left })
	}
	return m
}

// over finds the merged range that begins in a row and covers the column.
func (m mergedAt) over(row, col int) (Range, bool) {
	i, found := slices.BinarySearchFunc(m[row], col, func(r Range, col int) int { return r.Left - col })
	if !found {
		i--
	}
	if i < 0 || m[row][i].Right < col {
		return Range{}, false
	}
	return m[row][i], true
}

// right is the last column that a cell stands over.
func (m mergedAt) right(c Cell) int {
	if r, ok := m.over(c.Row, c.Col); ok && r.Left == c.Col {
		return r.Right
	}
	return c.Col
}
