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

// Declared is the structure of one table of which there are no cells, only its
// columns, in the order in which people see them. What is kept of them is what
// Build keeps: no heading that looks like data or like a person, and of the
// choices the words that everybody's lists have.
func Declared(name string, columns []Column, m Meta) inventory.Structure {
	return DeclaredTables([]DeclaredTable{{Name: name, Columns: columns}}, m)
}

// A DeclaredTable is one of several, as those of a database are.
type DeclaredTable struct {
	Name    string
	Hidden  bool
	Rows    int // with that of the headings; 0 where that is not known
	Columns []Column
	Unread  bool // the budget ended before its columns
}

// DeclaredTables is the structure of tables, each of which becomes a sheet.
func DeclaredTables(tables []DeclaredTable, m Meta) inventory.Structure {
	s := Build(func(yield func(Sheet) bool) {
		for _, t := range tables {
			if !yield(Sheet{Name: t.Name, Hidden: t.Hidden, Tail: func() Tail { return t.tail() }}) {
				return
			}
		}
	}, m)
	b := builder{meta: m}
	for i := range s.Sheets {
		sheet, t := &s.Sheets[i], tables[i]
		sheet.Rows, sheet.Columns = t.Rows, len(t.Columns)
		if region := b.declare(t, sheet); len(region.Headings) > 0 {
			sheet.Regions = append(sheet.Regions, region)
		}
	}
	return s
}

func (t DeclaredTable) tail() Tail {
	out := Tail{Unread: t.Unread}
	for _, c := range t.Columns {
		if len(c.Choices) > 0 {
			out.Validations++
			out.ListEntries = append(out.ListEntries, c.Choices...)
		}
	}
	return out
}

// declare makes a region of columns, without those whose headings must not be
// kept, and counts what they calculate.
func (b *builder) declare(t DeclaredTable, sheet *inventory.Sheet) inventory.Region {
	columns := t.Columns
	out := inventory.Region{Range: Range{Right: max(len(columns)-1, 0), Bottom: max(min(t.Rows, maxRows)-1, 0)}.String(), HeaderRows: 1, Headings: []string{}}
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
