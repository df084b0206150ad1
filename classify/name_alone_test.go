package classify

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// TestANameAloneIsNoVerdict holds a file's name against headings that do not
// bear it out.
func TestANameAloneIsNoVerdict(t *testing.T) {
	weights, err := DefaultWeights()
	if err != nil {
		t.Fatal(err)
	}
	c := New(builtin(t), Background{}, weights)
	named := func(name string, headings ...string) inventory.Verdict {
		st := inventory.EmptyStructure()
		st.Sheets = []inventory.Sheet{{Name: "Sheet1", Rows: 30, Columns: len(headings), Regions: []inventory.Region{{HeaderRows: 1, Headings: headings}}}}
		return c.Classify(inventory.Subject{Asset: inventory.Asset{Name: name, Kind: inventory.KindWorkbook}, Structure: st})
	}
	if v := named("marks.xlsx", "Pizza", "Size"); !v.None() {
		t.Errorf("pizzas called marks: %s %.2f", v.Capability, v.Score)
	}
	if v := named("marks.xlsx", "Student ID", "Student name", "Assignment 1", "Midterm exam", "Final grade"); v.None() {
		t.Errorf("marks called marks: none %.2f", v.Score)
	}
}
