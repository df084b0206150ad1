package google

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"

	"github.com/desirepath/desirepath/scanners/workbook"
)

// sheets gives the grid to workbook.Build.
func (g *grid) sheets() workbook.Grid {
	return func(yield func(workbook.Sheet) bool) {
		for _, t := range g.tabs {
			if !yield(workbook.Sheet{
				Name:   t.made.Properties.Title,
				Hidden: t.made.Properties.Hidden,
				Cells:  t.each(),
				Tail:   t.tail,
			}) {
				return
			}
		}
	}
}

// each yields the cells that are not blank. A sheet that shows what is in a database has none, but says which columns it shows.
func (t *tab) each() iter.Seq[workbook.Cell] {
	cells := t.cells
	if shown := t.made.Properties.DataSourceSheetProperties; shown != nil && len(cells) == 0 {
		for i, c := range shown.Columns {
			if c.Reference != nil && c.Reference.Name != "" {
				cells = append(cells, workbook.Cell{Col: i, Text: c.Reference.Name, Bold: true})
			}
		}
	}
	return slices.Values(cells)
}

// A spot is where a cell is, from 0.
type spot struct{ row, col int }

// filled yields the cells that Google told of, row by row. Some of them may be blank.
func filled(data *sheets.GridData) iter.Seq2[spot, *sheets.CellData] {
	return func(yield func(spot, *sheets.CellData) bool) {
		for row, r := range data.RowData {
			if r == nil {
				continue
			}
			for col, v := range r.Values {
				if v != nil && !yield(spot{int(data.StartRow) + row, int(data.StartColumn) + col}, v) {
					return
				}
			}
		}
	}
}

func cellOf(at spot, v *sheets.CellData) workbook.Cell {
	c := workbook.Cell{Row: at.row, Col: at.col, Bold: isBold(v)}
	if f := formula(v); f != "" {
		c.Formula = workbook.Formula{Text: strings.TrimPrefix(f, "="), Row: at.row, Col: at.col}
	}
	c.Kind, c.Text = shows(v)
	return c
}

func formula(v *sheets.CellData) string {
	if v.UserEnteredValue == nil || v.UserEnteredValue.FormulaValue == nil {
		return ""
	}
	return *v.UserEnteredValue.FormulaValue
}

func isBold(v *sheets.CellData) bool {
	return v.EffectiveFormat != nil && v.EffectiveFormat.TextFormat != nil && v.EffectiveFormat.TextFormat.Bold
}

// shows is the kind of what a cell shows, and its text.
func shows(v *sheets.CellData) (workbook.CellKind, string) {
	e := v.EffectiveValue
	switch {
	case e == nil:
		return workbook.CellText, ""
	case e.StringValue != nil:
		return workbook.CellText, *e.StringValue
	case e.BoolValue != nil:
		return workbook.CellBool, strconv.FormatBool(*e.BoolValue)
	case e.ErrorValue != nil:
		return workbook.CellError, cmp.Or(e.ErrorValue.Type, "ERROR")
	case e.NumberValue != nil && isDate(v):
		return workbook.CellDate, strconv.FormatFloat(*e.NumberValue, 'f', -1, 64)
	case e.NumberValue != nil:
		return workbook.CellNumber, strconv.FormatFloat(*e.NumberValue, 'f', -1, 64)
	}
	return workbook.CellText, ""
}

func isDate(v *sheets.CellData) bool {
	if v.EffectiveFormat == nil || v.EffectiveFormat.NumberFormat == nil {
		return false
	}
	switch v.EffectiveFormat.NumberFormat.Type {
	case "DATE", "TIME", "DATE_TIME":
		return true
	}
	return false
}

// tail is what else is known of a sheet.
func (t *tab) tail() workbook.Tail {
	out := workbook.Tail{Validations: len(t.ruled), ListEntries: t.list}
	if size := t.made.Properties.GridProperties; size != nil {
		out.Frozen = int(size.FrozenRowCount)
	}
	for _, r := range t.made.Merges {
		out.Merged = append(out.Merged, t.area(r))
	}
	for _, table := range t.made.Tables {
		if table.Range != nil {
			out.Headed = append(out.Headed, t.area(table.Range))
		}
	}
	if f := t.made.BasicFilter; f != nil && f.Range != nil {
		out.Headed = append(out.Headed, t.area(f.Range))
	}
	if shown := t.made.Properties.DataSourceSheetProperties; shown != nil && len(shown.Columns) > 0 {
		out.Headed = append(out.Headed, workbook.Range{Right: len(shown.Columns) - 1})
	}
	return out
}

// area translates a range whose ends are exclusive, and absent where it is open.
func (t *tab) area(r *sheets.GridRange) workbook.Range {
	return workbook.Range{
		Top:    int(r.StartRowIndex),
		Left:   int(r.StartColumnIndex),
		Bottom: int(cmp.Or(r.EndRowIndex, int64(max(t.rows, 1)))) - 1,
		Right:  int(cmp.Or(r.EndColumnIndex, int64(max(t.cols, 1)))) - 1,
	}
}

// rule counts a rule for what may be entered, once for each column that has it: Google repeats it in every cell.
func (t *tab) rule(at spot, v *sheets.CellData) {
	if v.DataValidation == nil || v.DataValidation.Condition == nil {
		return
	}
	words := conditionWords(v.DataValidation.Condition)
	key := fmt.Sprint(at.col, v.DataValidation.Condition.Type, words)
	if t.ruled[key] {
		return
	}
	if t.ruled == nil {
		t.ruled = map[string]bool{}
	}
	t.ruled[key] = true
	if v.DataValidation.Condition.Type == "ONE_OF_LIST" {
		t.list = append(t.list, words...)
	}
}

func conditionWords(c *sheets.BooleanCondition) []string {
	var out []string
	for _, v := range c.Values {
		out = append(out, v.UserEnteredValue)
	}
	return out
}
