package workbook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestDeclared(t *testing.T) {
	text, date := inventory.ColumnText, inventory.ColumnDate
	got := Declared("Leave planner", []Column{
		{Heading: "Who", Type: text},
		{Heading: "First day:", Type: date},
		{Heading: "Days", Type: inventory.ColumnFormula, Formula: `=DATEDIF([First day],[Last day],"d")+1`},
		{Heading: "State", Type: text, Choices: []string{"Approved", "Zebra crossing", "pending"}},
		{Heading: "Ask ada@alderbay.example", Type: text},
		{Heading: "Mele Taukolo", Type: text},
		{Heading: "12", Type: text},
	}, Meta{Format: "list", Depth: inventory.DepthHeads, Personal: func(s string) bool { return s == "Mele Taukolo" }})
	want := inventory.EmptyStructure()
	want.Format, want.Depth, want.Reader = "list", inventory.DepthHeads, ReaderVersion
	want.Validations, want.ListWords = 1, []string{"approved", "pending"}
	want.Sheets = []inventory.Sheet{{
		Name: "Leave planner", Columns: 7, Formulas: 1, Functions: map[string]int{"DATEDIF": 1},
		Regions: []inventory.Region{{
			Range: "A1:G1", HeaderRows: 1, Headings: []string{"Who", "First day", "Days", "State"},
			Types: []inventory.ColumnType{text, date, inventory.ColumnFormula, text}, Shapes: got.Sheets[0].Regions[0].Shapes,
		}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, shape := range got.Sheets[0].Regions[0].Shapes {
		if !strings.Contains(shape, "DATEDIF(") || strings.Contains(shape, "day") || strings.Contains(shape, `"`) {
			t.Errorf("shape %q", shape)
		}
	}
}

func TestDeclaredOfNothing(t *testing.T) {
	got := Declared("ada@alderbay.example", nil, Meta{Format: "list"})
	if len(got.Sheets) != 1 || got.Sheets[0].Name != "" || len(got.Sheets[0].Regions) != 0 {
		t.Errorf("%+v", got.Sheets)
	}
}
