package classify

import (
	"slices"
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// TestExportsOfASystem reads a sheet that carries on with a system's export,
// and adds a field of its own and one that the system has.
func TestExportsOfASystem(t *testing.T) {
	weights, err := DefaultWeights()
	if err != nil {
		t.Fatal(err)
	}
	headings := []string{"Student No", "Family name", "Given names", "Programme code", "Enrolment date", "Emergency contact", "Cost centre"}
	st := inventory.EmptyStructure()
	st.Sheets = []inventory.Sheet{{Name: "Sheet1", Rows: 90, Columns: len(headings), Regions: []inventory.Region{{HeaderRows: 1, Headings: headings}}}}
	s := inventory.Subject{Asset: inventory.Asset{Name: "list.xlsx", Kind: inventory.KindWorkbook}, Structure: st}

	plain := inventory.System{ID: "sis", Name: "Student Records", Capability: "lms"}
	learnt := plain
	learnt.Fields = []string{"STUDENT_NUMBER", "FAMILY_NAME", "GIVEN_NAME", "PROGRAMME_CODE", "ENROLMENT_DATE", "COST_CENTRE"}
	other := inventory.System{ID: "aaa", Name: "Another", Capability: "lms"}

	before := New(builtin(t).WithSystems(plain, other), Background{}, weights).Classify(s)
	after := New(builtin(t).WithSystems(learnt, other), Background{}, weights).Classify(s)
	if after.System != "sis" || after.Score < before.Score {
		t.Errorf("before %s %.2f, after %s %.2f", before.System, before.Score, after.System, after.Score)
	}
	if !slices.ContainsFunc(after.Evidence, func(e inventory.Evidence) bool { return e.Signal == SignalSystem }) {
		t.Errorf("the export is no evidence: %+v", after.Evidence)
	}
	costs := func(n inventory.Need) bool { return n.Word == "Cost centre" }
	if !slices.ContainsFunc(before.Needs, costs) || slices.ContainsFunc(after.Needs, costs) {
		t.Errorf("needs before %v, and once the system is known to keep it %v", before.Needs, after.Needs)
	}
}
