package evaluation

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestReadLabels(t *testing.T) {
	got, err := ReadLabels("labels.csv", strings.NewReader("\ufefffile,label,also_acceptable,ambiguous,repo_group\na.xlsx,none,\"crm, none\",0,7\nb.xlsx,lms,,1,8\n"))
	want := []Label{{File: "a.xlsx", Also: []string{"crm", ""}, Group: "7"}, {File: "b.xlsx", Answer: "lms", Ambiguous: true, Group: "8"}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
	for text, want := range map[string]string{
		"":                  "labels.csv: no header row",
		"path,answer\n":     "labels.csv: the first row is \"path,answer\": it needs the columns file and label",
		"file,label\na,b,c": "labels.csv: record on line 2: wrong number of fields",
	} {
		if _, err := ReadLabels("labels.csv", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// top is the coarse capability: payroll is part of hris.
func top(id string) string {
	if id == "payroll" {
		return "hris"
	}
	return id
}

func TestEvaluate(t *testing.T) {
	verdicts := map[string]inventory.Verdict{
		"right":  {Capability: "payroll", Score: 0.9},
		"also":   {Capability: "finance", Score: 0.6},
		"silent": {Score: 0.7, Alternatives: []inventory.Alternative{{Capability: "crm", Score: 0.3}}},
		"none":   {Score: 0.8},
	}
	cases := []Case{
		{Label: Label{File: "right", Answer: "hris", Group: "1"}},
		{Label: Label{File: "also", Answer: "procurement", Also: []string{"finance"}, Group: "2"}},
		{Label: Label{File: "silent", Answer: "crm", Group: "3"}},
		{Label: Label{File: "none", Answer: "", Group: "4"}},
		{Label: Label{File: "unclear", Answer: "crm", Ambiguous: true}},
	}
	r := Evaluate(slices.Values(cases), func(c Case) inventory.Verdict { return verdicts[c.File] }, top)
	if r.Cases != 4 || r.Ambiguous != 1 || r.Accuracy.Right != 2 || r.WithAlso.Right != 3 || r.MacroLabels != 0 {
		t.Errorf("%+v", r)
	}
	if r.Any.Precision.Share != 1 || math.Abs(r.Any.Recall.Share-2.0/3) > 1e-9 || r.Any.None.Share != 1 || r.NoneAt95 != 1 {
		t.Errorf("detection %+v, none at 95 %v", r.Any, r.NoneAt95)
	}
	wantBrier := (0.01 + 0.16 + 0.49 + 0.04) / 4 // an accepted alternate is right
	if math.Abs(r.Brier-wantBrier) > 1e-9 {
		t.Errorf("Brier %v, want %v", r.Brier, wantBrier)
	}
	want := []ConfusedPair{{"crm", "none", 1}, {"procurement", "finance", 1}}
	if d := cmp.Diff(want, r.Confusion); d != "" {
		t.Error(d)
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil || !strings.Contains(text.String(), "0.500 (0.00 to 1.00)") {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// TestNoneRecall tightens what is named until it is right often enough, and
// never loosens it.
func TestNoneRecall(t *testing.T) {
	named := func(answer string, dup float64) judged {
		return judged{Case: Case{Label: Label{Answer: answer}}, given: "crm", dup: dup}
	}
	left := func(dup float64) judged { return judged{dup: dup} }
	tests := []struct {
		name string
		all  []judged
		want float64
	}{
		{"all right", []judged{named("crm", 0.9), left(0.2), left(0.1)}, 1},
		{"the surest are right", []judged{named("crm", 0.9), named("crm", 0.8), named("", 0.7), left(0.1)}, 1},
		{"the surest is wrong", []judged{named("", 0.9), named("crm", 0.8), left(0.1), left(0.1)}, 1},
		{"equally sure", []judged{named("crm", 0.9), named("", 0.9), left(0.1)}, 1},
		{"half is enough", []judged{named("crm", 0.9), named("", 0.8), left(0.1)}, 0.5},
	}
	for _, tt := range tests {
		precision := 0.95
		if tt.name == "half is enough" {
			precision = 0.5
		}
		if got := noneRecall(tt.all, precision); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestIntervalsDrawWholeGroups(t *testing.T) {
	var all []judged
	for i := range 60 {
		j := judged{Case: Case{Label: Label{Answer: "crm", Group: string(rune('a' + i%6))}}, given: "crm", score: 0.9}
		if i%6 < 2 { // two of six groups are wrong throughout
			j.given = "hris"
		}
		all = append(all, j)
	}
	got := intervals(all)
	if got.Accuracy.Low > 0.34 || got.Accuracy.High < 0.99 {
		t.Errorf("files were drawn rather than groups: %v", got.Accuracy)
	}
	if d := cmp.Diff(got, intervals(all)); d != "" {
		t.Error("not the same twice", d)
	}
}
