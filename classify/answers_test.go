package classify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestOwnHeadings(t *testing.T) {
	for name, c := range map[string]struct{ in, want []string }{
		"Microsoft Forms": {[]string{"ID", "Start time", "Completion time", "Email", "Name", "Which room?", "Email"}, []string{"Which room?", "Email"}},
		"anonymous":       {[]string{"ID", "Start time", "Completion time", "Which room?"}, []string{"Which room?"}},
		"Google Forms":    {[]string{"Timestamp", "Email Address", "Which room?"}, []string{"Which room?"}},
		"a timesheet":     {[]string{"Name", "Start time", "Completion time", "Project"}, []string{"Name", "Start time", "Completion time", "Project"}},
		"nothing asked":   {[]string{"Timestamp"}, []string{}},
	} {
		got, _ := ownHeadings(inventory.Region{Headings: c.in})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestFormAnswersAreNoTimesheet judges the answers to a form by what it asks.
func TestFormAnswersAreNoTimesheet(t *testing.T) {
	weights, err := DefaultWeights()
	if err != nil {
		t.Fatal(err)
	}
	c := New(builtin(t), Background{}, weights)
	headings := []string{"ID", "Start time", "Completion time", "Email", "Name", "What is broken?", "Where?", "How urgent is it?"}
	st := inventory.EmptyStructure()
	st.Sheets = []inventory.Sheet{{Name: "Sheet1", Rows: 60, Columns: len(headings), Regions: []inventory.Region{{HeaderRows: 1, Headings: headings}}}}
	v := c.Classify(inventory.Subject{Asset: inventory.Asset{Name: "answers.xlsx", Kind: inventory.KindWorkbook}, Structure: st})
	if v.Capability == "timesheet" {
		t.Errorf("judged %s %.2f", v.Capability, v.Score)
	}
}
