package classify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/classify/evaluation"
)

func TestFoldsKeepGroupsTogether(t *testing.T) {
	var cases []evaluation.Case
	for i := range 40 {
		cases = append(cases, evaluation.Case{Label: evaluation.Label{Group: string(rune('a' + i%7))}})
	}
	fold := foldOf(cases, 3)
	if len(fold) != 7 {
		t.Fatalf("folds %v", fold)
	}
	if d := cmp.Diff(fold, foldOf(cases, 3)); d != "" {
		t.Error(d)
	}
}

// TestFitLearns gives labels that contradict judgement and expects to see them
// followed.
func TestFitLearns(t *testing.T) {
	var cases []evaluation.Case
	for range 30 {
		cases = append(cases,
			evaluation.Case{Label: evaluation.Label{Answer: "", Group: "a"}, Subject: sheet("Sheet1", "Task; Owner; Start Date; Deadline")},
			evaluation.Case{Label: evaluation.Label{Answer: "crm", Group: "b"}, Subject: sheet("Sheet1", "Company; Contact; Phone; Lead Source")})
	}
	cat := builtin(t)
	if v := New(cat, Background{}, Expert()).Classify(cases[0].Subject); v.Capability != "project" {
		t.Fatalf("by judgement it is %q", v.Capability)
	}
	w := Fit(cat, Background{}, cases, Options{})
	for _, c := range cases[:2] {
		if v := New(cat, Background{}, w).Classify(c.Subject); v.Capability != c.Answer {
			t.Errorf("after learning %q it is %q", c.Answer, v.Capability)
		}
	}
	for name, x := range Expert().Features {
		if w.Features[name]*x < 0 {
			t.Errorf("%s changed its sign: %v", name, w.Features[name])
		}
	}
	if d := cmp.Diff(w, Fit(cat, Background{}, cases, Options{})); d != "" {
		t.Error("the same labels gave other weights", d)
	}
}
