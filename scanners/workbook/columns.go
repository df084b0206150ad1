package workbook

import (
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// A Column is one of a table whose columns are declared, as those of a list
// are, so that nothing has to be told from cells.
type Column struct {
	Heading string
	Type    inventory.ColumnType
	Formula string   // of a calculated one, as Excel writes it
	Choices []string // what may be entered, where that is limited
}

// Declared is the structure of one table of which there are no cells, only
// its columns, in the order in which people see them. What is kept of them is
// what Build keeps: no heading that looks like data or like a person, and of
// the choices the words that everybody's lists have.
func Declared(name string, columns []Column, m Meta) inventory.Structure {
	s := Build(func(yield func(Sheet) bool) {
		yield(Sheet{Name: name, Tail: func() Tail { return choices(columns) }})
	}, m)
	b := builder{meta: m}
	sheet := &s.Sheets[0]
	sheet.Columns = len(columns)
	if region := b.declare(columns, sheet); len(region.Headings) > 0 {
		sheet.Regions = append(sheet.Regions, region)
	}
	return s
}

func choices(columns []Column) Tail {
	var t Tail
	for _, c := range columns {
		if len(c.Choices) > 0 {
			t.Validations++
			t.ListEntries = append(t.ListEntries, c.Choices...)
		}
	}
	return t
}

// declare makes a region of columns, without those whose headings must not be
// kept, and counts what they calculate.
func (b *builder) declare(columns []Column, sheet *inventory.Sheet) inventory.Region {
	out := inventory.Region{Range: Range{Right: max(len(columns)-1, 0)}.String(), HeaderRows: 1, Headings: []string{}}
	var labels []placedText
	for i, c := range columns[:min(len(columns), maxHeadings)] {
		if isLabel(Cell{Kind: CellText, Text: c.Heading}) {
			labels = append(labels, placedText{i, i, tidy(c.Heading)})
		}
		if c.Formula == "" {
			continue
		}
		f := parseFormula(Formula{Text: c.Formula, Row: 1, Col: i})
		sheet.Formulas++
		for _, name := range f.functions {
			sheet.Functions[name]++
		}
		if len(out.Shapes) < maxShapes && !slices.Contains(out.Shapes, f.shape) {
			out.Shapes = append(out.Shapes, f.shape)
		}
	}
	for _, l := range b.presentable(labels) {
		out.Headings = append(out.Headings, l.text)
		out.Types = append(out.Types, columns[l.col].Type)
	}
	return out
}
