package classify

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// TestLittle: what is no more than a coincidence is not taken for a system.
func TestLittle(t *testing.T) {
	c := classifier(t)
	for _, tt := range []struct {
		name, sheet, headings string
		want                  string
	}{
		{"rota.xlsx", "Sheet1", "Mon; Tue; Wed; Thu; Fri", ""},                           // a grid of days may be anything
		{"exams.xlsx", "grid", "Mon am; Mon pm; Tue am; Tue pm", ""},                     //
		{"issue9.xlsx", "Sheet1", "test 1", ""},                                          // the name speaks for something else than the heading
		{"issues.xlsx", "issue 2", "test", ""},                                           // a name alone, said twice
		{"hours.xlsx", "Sheet1", "Week ending; Employee; Project; Hours", "timesheet"},   //
		{"marks.xlsx", "Sheet1", "Roll No.; Name; Percentage; Subject; Semester", "lms"}, //
	} {
		s := sheet(tt.sheet, tt.headings)
		s.Asset.Name = tt.name
		if v := c.Classify(s); c.cat.Top(v.Capability) != tt.want && v.Capability != tt.want {
			t.Errorf("%s, %s: %q %.2f, want %q: %v", tt.name, tt.headings, v.Capability, v.Score, tt.want, v.Evidence)
		}
	}
}

// TestExercise: an exercise has the headings of what it practises.
func TestExercise(t *testing.T) {
	c := classifier(t)
	const journal = "Date; Account; Dr; Cr; Journal no; Narration"
	for name, none := range map[string]bool{
		"Journal 2026.xlsx": false, "practice set - surf shop SOLUTION.xlsx": true, "Week 3 answer key.xlsx": true, "Solutions team journal.xlsx": false,
		"Übung 4 Buchungssätze.xlsx": true, "Medical practice journal.xlsx": false, "exercices.xlsx": true,
		"Journal calculator.xlsx": false, // it has dates, so it is kept up
	} {
		s := sheet("General journal", journal)
		s.Structure.Sheets[0].Regions[0].Types = []inventory.ColumnType{inventory.ColumnDate, inventory.ColumnText, inventory.ColumnNumber, inventory.ColumnNumber, inventory.ColumnNumber, inventory.ColumnText}
		s.Asset.Name = name
		if v := c.Classify(s); v.None() != none {
			t.Errorf("%s: %q %.2f, %v", name, v.Capability, v.Score, v.Evidence)
		}
	}
	s := sheet("calc", "direct costs; on-costs %; overhead %; salary part; total to ask")
	s.Asset.Name = "overheads calculator.xlsx"
	if v := c.Classify(s); !v.None() {
		t.Errorf("a calculator: %q %.2f, %v", v.Capability, v.Score, v.Evidence)
	}
}

// TestFinest: one word is not enough to take a list of contacts for one of
// donors or volunteers.
func TestFinest(t *testing.T) {
	c := classifier(t)
	for headings, want := range map[string]string{
		"Agency; Suburb; Who to ask; E-mail; Phone; Contact person; Thank-you sent":           "crm",
		"Donor name; Gift amount; Gift date; Pledge; Receipt sent; E-mail":                    "fundraising",
		"Student ID; Quiz 1; Assignment 1; Midterm exam; Final grade; Letter grade; Weighted": "gradebook",
	} {
		if v := c.Classify(sheet("Sheet1", headings)); v.Capability != want {
			t.Errorf("%s: %q, want %q", headings, v.Capability, want)
		}
	}
}
