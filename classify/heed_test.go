package classify

import (
	"math"
	"testing"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/evaluation"
	"github.com/desirepath/desirepath/inventory"
)

func TestHeed(t *testing.T) {
	cat, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	cat = cat.WithSystems(inventory.System{ID: "lagoon", Capability: "lms"}, inventory.System{ID: "kinship", Capability: "crm"})
	c := New(cat, Background{}, Expert())
	found := inventory.Verdict{Capability: "lms", System: "lagoon", Score: 0.7, Basis: "b",
		Evidence: []inventory.Evidence{{Signal: SignalHeadings, Args: []string{"lms"}, Weight: logOdds(0.7)}},
		Needs:    []inventory.Need{{Kind: inventory.NeedField, Word: "Seats"}}}
	for name, tc := range map[string]struct {
		f          inventory.Feedback
		capability string
		system     string
		needs      int
	}{
		"confirmed":        {inventory.Feedback{Said: "lms", Right: true}, "lms", "lagoon", 1},
		"it is another":    {inventory.Feedback{Said: "lms", Capability: "crm"}, "crm", "kinship", 0},
		"it is none":       {inventory.Feedback{Said: "lms"}, "", "", 0},
		"it is unheard of": {inventory.Feedback{Said: "lms", Capability: "teleport"}, "lms", "lagoon", 1},
	} {
		v := c.Heed(found, tc.f)
		if v.Capability != tc.capability || v.System != tc.system || len(v.Needs) != tc.needs || v.Basis != "b" {
			t.Errorf("%s: %+v", name, v)
		}
		sum := 0.0
		for _, e := range v.Evidence {
			sum += e.Weight
		}
		if math.Abs(sum-logOdds(v.Score)) > 0.02 {
			t.Errorf("%s: the evidence adds up to %.2f, the score is %.2f", name, sum, logOdds(v.Score))
		}
	}
}

// TestRefitLearnsFromDisputes disputes verdicts of one kind, and finds the
// next of that kind judged otherwise.
func TestRefitLearnsFromDisputes(t *testing.T) {
	cat, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	weights, err := DefaultWeights()
	if err != nil {
		t.Fatal(err)
	}
	sheet := func(name string, headings ...string) inventory.Subject {
		st := inventory.EmptyStructure()
		st.Sheets = []inventory.Sheet{{Name: "Sheet1", Rows: 40, Columns: len(headings), Regions: []inventory.Region{{HeaderRows: 1, Headings: headings}}}}
		return inventory.Subject{Asset: inventory.Asset{Name: name, Kind: inventory.KindWorkbook}, Structure: st}
	}
	next := sheet("open day volunteers.xlsx", "Student ID", "Student name", "Course", "Attended")
	before := New(cat, Background{}, weights).Classify(next)
	if before.None() {
		t.Fatalf("nothing to dispute: %+v", before)
	}
	var disputed []evaluation.Case
	for _, name := range []string{"a.xlsx", "b.xlsx", "c.xlsx", "d.xlsx", "e.xlsx", "f.xlsx"} {
		disputed = append(disputed, evaluation.Case{Label: evaluation.Label{File: name, Answer: "events", Group: name}, Subject: sheet(name, "Student ID", "Student name", "Course", "Attended")})
	}
	after := New(cat, Background{}, Refit(cat, Background{}, weights, disputed, Options{})).Classify(next)
	if after.Capability == before.Capability && after.Score >= before.Score {
		t.Errorf("before %s %.2f, after %s %.2f", before.Capability, before.Score, after.Capability, after.Score)
	}
	t.Logf("before %s %.2f, after %s %.2f", before.Capability, before.Score, after.Capability, after.Score)
}
