package workbook

import (
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/personal"
)

// form finds the labels of a form in rows: they end with a colon, or are
// common words with something that is no label at their right.
func (b *builder) form(t *table, rows []row) (*table, bool) {
	var labels []placedText
	filled := 0
	for _, r := range rows {
		for i, c := range r {
			filled++
			if text, ok := formLabel(r, i); ok {
				labels = append(labels, placedText{c.Col, c.Col, text})
			}
		}
	}
	whole := len(rows) == len(t.rows)
	if len(labels) == 0 || whole && len(labels) < 2 || 5*len(labels) < filled || len(rows) == windowRows {
		return nil, false
	}
	f := &table{Range: t.Range}
	f.Top, f.Bottom = rows[0][0].Row, rows[len(rows)-1][0].Row
	f.head = heading{form: true, texts: labels}
	if whole {
		f.shapes = t.shapes
	}
	return f, true
}

// formLabel reads the label in the i-th cell of a row: "Client:", "Client: X"
// without the X, or a "Client" that stands before a number, a date or text
// that is set apart by being less bold.
func formLabel(r row, i int) (string, bool) {
	c := r[i]
	if before, after, found := strings.Cut(c.Text+" ", ": "); found && strings.TrimSpace(after) != "" {
		c.Text = before
		return tidy(before), isLabel(c) && personal.IsCommon(before)
	}
	text := strings.TrimSpace(c.Text)
	if !c.label {
		return "", false
	}
	if strings.HasSuffix(text, ":") {
		return tidy(text), true
	}
	if i+1 == len(r) || len(r) > 4 || !personal.IsCommon(text) {
		return "", false
	}
	return tidy(text), !r[i+1].label || c.Bold && !r[i+1].Bold
}

// isBlank reports whether a block is a form to be filled in by hand: nearly
// all of it are labels that end with a colon.
func (t *table) isBlank() bool {
	labels, filled := 0, 0
	for _, r := range t.rows {
		for _, c := range r {
			filled++
			if c.label && strings.HasSuffix(strings.TrimSpace(c.Text), ":") {
				labels++
			}
		}
	}
	return 4*labels >= 3*filled
}

// joinForms makes one form of the blocks of labels that follow one another.
func joinForms(in []*table) []*table {
	var out []*table
	for _, t := range in {
		if n := len(out); n > 0 && t.head.form && out[n-1].head.form && t.Top-out[n-1].Bottom <= 3 {
			last := out[n-1]
			last.Range = last.Range.union(t.Range)
			last.head.texts = append(last.head.texts, t.head.texts...)
			last.shapes = append(last.shapes, t.shapes...)
			continue
		}
		out = append(out, t)
	}
	return out
}
