package workbook_test

import (
	"fmt"
	"iter"

	"github.com/desirepath/desirepath/scanners/workbook"
)

// A vendor's answer about a native spreadsheet becomes a Grid: cells row by
// row, as they come.
func ExampleBuild() {
	answer := [][]string{{"Ticket", "Opened", "Hours"}, {"17", "2024-01-02", "3"}, {"18", "2024-01-09", "5"}}
	cells := func(yield func(workbook.Cell) bool) {
		for row, values := range answer {
			for col, text := range values {
				kind := workbook.CellNumber
				if row == 0 {
					kind = workbook.CellText
				}
				if !yield(workbook.Cell{Row: row, Col: col, Kind: kind, Text: text}) {
					return
				}
			}
		}
	}
	grid := func(yield func(workbook.Sheet) bool) {
		yield(workbook.Sheet{Name: "Tickets", Cells: iter.Seq[workbook.Cell](cells)})
	}
	s := workbook.Build(grid, workbook.Meta{Format: "gsheet"})
	fmt.Println(s.Sheets[0].Regions[0].Range, s.Sheets[0].Regions[0].Headings)
	// Output: A1:C3 [Ticket Opened Hours]
}
