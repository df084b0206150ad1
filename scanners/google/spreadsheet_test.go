package google

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// What a spreadsheet says besides its cells: what is protected, noted and marked, the databases it shows, and the scripts that are bound to it.
func TestSpreadsheetBesidesItsCells(t *testing.T) {
	s := newScripted(t, answers{"/v4/spreadsheets/s": func(_ string, q url.Values) (int, any) {
		if q.Get("ranges") == "" {
			return 200, object{
				"developerMetadata": []any{object{"metadataKey": "kit-desk.version"}, object{"metadataKey": "ada@example.edu"}, object{"metadataKey": "id 4711"}},
				"dataSources":       []any{object{"spec": object{"bigQuery": object{"projectId": "alder", "querySpec": object{"rawQuery": "SELECT CANARY"}}}}},
				"sheets": []any{
					object{"properties": object{"sheetId": 0, "title": "Loans", "gridProperties": object{"rowCount": 50, "columnCount": 4}},
						"protectedRanges": []any{object{"protectedRangeId": 1}, object{"protectedRangeId": 2}}, "tables": []any{object{"range": object{"endRowIndex": 4}}},
						"developerMetadata": []any{object{"metadataKey": "rowOwner"}}},
					object{"properties": object{"sheetId": 1, "title": "From the warehouse", "sheetType": "DATA_SOURCE", "gridProperties": object{"rowCount": 0, "columnCount": 0},
						"dataSourceSheetProperties": object{"columns": []any{
							object{"reference": object{"name": "Borrower"}}, object{"reference": object{"name": "Due back"}}, object{"reference": object{"name": "Asset tag"}}}}}},
				},
			}
		}
		noted := text("Ada")
		noted["note"] = "CANARY: rang her twice"
		pivot := number(1)
		pivot["pivotTable"] = object{"source": object{"sheetId": 0}}
		rows := []object{row(bold("Borrower"), bold("Due back"), bold("Days late"), bold("Letter"))}
		for range 3 {
			rows = append(rows, row(noted, date(45000), calculated("=DAYSLATE(B2)*SUM(B2)", 1), calculated("=makeLetter(A2)", 1)))
		}
		return 200, object{"sheets": []any{object{"properties": object{"sheetId": 0}, "data": []any{object{"rowData": append(rows, row(pivot))}}}}}
	}, "/drive/v3/files/s": always(200, object{"id": "s", "modifiedTime": "r"})})
	st, err := s.scanner(t, withReaders).Inspect(t.Context(), inventory.Due{Place: mine, Depth: inventory.DepthHeads,
		Asset: inventory.Asset{VendorID: "s", Kind: inventory.KindSheet, Revision: "r"}})
	if err != nil {
		t.Fatal(err)
	}
	if st.Notes != 3 || st.Protected != 2 || st.Tables != 1 || st.Pivots != 1 || st.Partial {
		t.Errorf("%d notes, %d protected, %d tables, %d pivots, partial %v", st.Notes, st.Protected, st.Tables, st.Pivots, st.Partial)
	}
	if d := cmp.Diff(inventory.Macros{Present: true, Modules: []string{"DAYSLATE", "MAKELETTER"}}, st.Macros); d != "" {
		t.Errorf("scripts (-want +got):\n%s", d)
	}
	want := []inventory.Connection{{Kind: "mark", Target: "rowOwner"}, {Kind: "bigquery", Target: "alder"}, {Kind: "mark", Target: "kit-desk.version"}}
	if d := cmp.Diff(want, st.Connections); d != "" {
		t.Errorf("connections (-want +got):\n%s", d)
	}
	if len(st.Sheets) != 2 || len(st.Sheets[1].Regions) != 1 {
		t.Fatalf("sheets %+v", st.Sheets)
	}
	if d := cmp.Diff([]string{"Borrower", "Due back", "Asset tag"}, st.Sheets[1].Regions[0].Headings); d != "" {
		t.Errorf("columns from a database (-want +got):\n%s", d)
	}
}

// A look at heads stops after the first rows; a full one reads on in rounds, to where nothing follows.
func TestDepths(t *testing.T) {
	const rows, columns = 4500, 40
	world, drives := people("ann")
	sheet := func() emulator.Sheet {
		tab := emulator.Tab{Title: "Log", RowCount: 40_000, ColumnCount: columns}
		for y := range rows {
			line := make([]emulator.Cell, columns)
			line[0], line[1] = emulator.Cell{Value: float64(y)}, emulator.Cell{Formula: "=A2*2", Value: float64(2 * y)}
			if y == 0 {
				line[0], line[1] = emulator.Cell{Value: "Ticket", Bold: true}, emulator.Cell{Value: "Hours", Bold: true}
			}
			tab.Rows = append(tab.Rows, line)
		}
		return emulator.Sheet{Tabs: []emulator.Tab{tab, {Title: "Small", RowCount: 5, ColumnCount: 2, Rows: [][]emulator.Cell{{{Value: "Name"}}}}}}
	}
	must[emulator.Item](t)(world.Create(drives["ann"].ID, emulator.Item{Name: "Log", Sheet: sheet}))
	d := newDomain(t, world)
	s := d.scanner()
	due := d.dueOf(s, "Log")
	for depth, want := range map[inventory.Depth]struct{ formulas, size, calls int }{
		inventory.DepthHeads: {headRows - 1, 40_000, 2},
		inventory.DepthFull:  {rows - 1, rows, 7}, // how it is made up, 200 rows of each, then 1,250 at a time until they are blank
	} {
		due.Depth = depth
		before := d.server.Count("/v4/spreadsheets/")
		st, err := s.Inspect(t.Context(), due)
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Sheets[0]; got.Formulas != want.formulas || got.Rows != want.size || st.Partial {
			t.Errorf("depth %d: %d formulas, %d rows, partial %v", depth, got.Formulas, got.Rows, st.Partial)
		}
		if calls := d.server.Count("/v4/spreadsheets/") - before; calls != want.calls {
			t.Errorf("depth %d: %d calls, want %d", depth, calls, want.calls)
		}
	}
}
