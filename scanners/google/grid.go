package google

import (
	"cmp"
	"fmt"
	"iter"
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

// A spot is where a cell is, from 0.
type spot struct{ row, col int }

// filled yields the cells that Google told of, row by row. Some of them may be blank.
func (t *tab) filled() iter.Seq2[spot, *sheets.CellData] {
	return func(yield func(spot, *sheets.CellData) bool) {
		for row, r := range t.cells {
			if r == nil {
				continue
			}
			for col, v := range r.Values {
				if v != nil && !yield(spot{row, col}, v) {
					return
				}
			}
		}
	}
}

// each yields the cells that are not blank.
func (t *tab) each() iter.Seq[workbook.Cell] {
	return func(yield func(workbook.Cell) bool) {
		for at, v := range t.filled() {
			if c := cellOf(at, v); (c.Text != "" || c.Formula.Present()) && !yield(c) {
				return
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
	var out workbook.Tail
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
	out.Validations, out.ListEntries = t.rules()
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

// rules counts the rules for what may be entered, one for each column that has it: Google repeats a rule in every cell.
func (t *tab) rules() (n int, entries []string) {
	seen := map[string]bool{}
	for at, v := range t.filled() {
		if v.DataValidation == nil || v.DataValidation.Condition == nil {
			continue
		}
		words := conditionWords(v.DataValidation.Condition)
		key := fmt.Sprint(at.col, v.DataValidation.Condition.Type, words)
		if seen[key] {
			continue
		}
		seen[key] = true
		n++
		if v.DataValidation.Condition.Type == "ONE_OF_LIST" {
			entries = append(entries, words...)
		}
	}
	return n, entries
}

func conditionWords(c *sheets.BooleanCondition) []string {
	var out []string
	for _, v := range c.Values {
		out = append(out, v.UserEnteredValue)
	}
	return out
}
