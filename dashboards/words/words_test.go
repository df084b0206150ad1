package words

import (
	"reflect"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

func gradebook() inventory.Verdict {
	return inventory.Verdict{
		Capability: "gradebook",
		Score:      0.9,
		Evidence: []inventory.Evidence{
			{Signal: "headings", Args: []string{"lms", "Student ID", "Assignment 1", "Final grade"}, Weight: 5.1},
			{Signal: "rivals", Args: []string{"lms", ""}, Weight: -3},
			{Signal: "sheets", Args: []string{"lms", "Class 4b"}, Weight: 0.8},
			{Signal: "base", Args: []string{"lms"}, Weight: 0.5},
			{Signal: "list-words", Args: []string{"lms", "pass"}, Weight: 0.3},
		},
	}
}

func TestWhy(t *testing.T) {
	want := "Its headings are those of a gradebook: “Student ID”, “Assignment 1” and “Final grade”. Its sheets are named as in a gradebook: “Class 4b”."
	if got := Why(gradebook(), "en"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := Why(inventory.Verdict{}, "en"), "Nothing in it looks like a system that IT runs."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := Why(inventory.Verdict{Capability: "crm"}, "xx"), "Taken together, its headings and names are those of a contact and customer list."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAddsAndFirstQuestion(t *testing.T) {
	v := gradebook()
	if got := Adds(v, "en"); got != "" {
		t.Errorf("nothing added, yet %q", got)
	}
	if got, want := FirstQuestion(v, "Canvas", "en"), "How did your gradebook come about, and what does it do for you that Canvas does not?"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := FirstQuestion(inventory.Verdict{}, "Canvas", "en"); got != "" {
		t.Errorf("a question about nothing: %s", got)
	}
	v.Needs = []inventory.Need{{Kind: "field", Word: "Parent\nphone"}, {Kind: "field", Word: "Late penalty"}}
	if got, want := Adds(v, "en"), "It also keeps “Parent phone” and “Late penalty”."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := FirstQuestion(v, "Canvas", "en"); !strings.Contains(got, "“Parent phone”") || !strings.Contains(got, "Canvas") {
		t.Errorf("question does not ask about the need: %s", got)
	}
	if got := FirstQuestion(v, "", "en"); !strings.Contains(got, "where we offer none") {
		t.Errorf("unserved need: %s", got)
	}
}

func TestOtherLanguages(t *testing.T) {
	tests := []struct{ lang, why, question string }{
		{
			"de",
			"Mit Überschriften wie „Student ID“, „Assignment 1“ und „Final grade“ sieht oft ein Notenbuch aus. Seine Blätter heißen so, wie ein Notenbuch sie hat: „Class 4b“.",
			"Wie ist es dazu gekommen, dass Sie so etwas gebaut haben (Notenbuch), und was leistet es für Sie, was Canvas nicht leistet?",
		},
		{
			"fr-CH",
			"Ses en-têtes sont ceux d’un carnet de notes : «\u00a0Student ID\u00a0», «\u00a0Assignment 1\u00a0» et «\u00a0Final grade\u00a0». Ses feuilles portent les noms de celles d’un carnet de notes : «\u00a0Class 4b\u00a0».",
			"Comment en êtes-vous venu à construire cela (carnet de notes), et que fait-il pour vous que Canvas ne fait pas ?",
		},
	}
	for _, tt := range tests {
		if got := Why(gradebook(), tt.lang); got != tt.why {
			t.Errorf("got  %s\nwant %s", got, tt.why)
		}
		if got := FirstQuestion(gradebook(), "Canvas", tt.lang); got != tt.question {
			t.Errorf("got  %s\nwant %s", got, tt.question)
		}
	}
}

func TestWhatIsArithmeticHasWordsToo(t *testing.T) {
	tests := []struct {
		evidence inventory.Evidence
		want     string
	}{
		{inventory.Evidence{Signal: "base", Args: []string{"lms"}, Weight: 0.4}, "Among the things people build, a course and student list is a common one."},
		{inventory.Evidence{Signal: "base", Args: []string{"lms"}, Weight: -0.4}, "Among the things people build, a course and student list is a rather rare one."},
		{inventory.Evidence{Signal: "base", Args: []string{""}, Weight: 1}, "Most things that people keep are no systems."},
		{inventory.Evidence{Signal: "rivals", Args: []string{"lms", "hris"}, Weight: -1}, "It might also be a staff register."},
		{inventory.Evidence{Signal: "rivals", Args: []string{"lms", ""}, Weight: -1}, "It might also be no system at all."},
		{inventory.Evidence{Signal: "rivals", Args: []string{"lms"}, Weight: -1}, "Nothing else comes close."},
		{inventory.Evidence{Signal: "headings", Args: []string{"lms", "Course"}, Weight: -0.3}, "Its headings are not quite those of a course and student list."},
	}
	for _, tt := range tests {
		if got := Sentence(tt.evidence, "en"); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.evidence, got, tt.want)
		}
	}
	little := inventory.Verdict{Score: 0.4, Evidence: []inventory.Evidence{{Signal: "base", Weight: 2}, {Signal: "little", Args: []string{"", "1"}}}}
	if got, want := Why(little, "en"), "Too little of it could be seen to tell what it is."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCapabilityOfAnOrganisationsOwn(t *testing.T) {
	if got := Capability("lab-samples", "en"); got != "Lab samples" {
		t.Errorf("got %q", got)
	}
	e := inventory.Evidence{Signal: "headings", Args: []string{"lab-samples", "Vial"}, Weight: 1}
	if got, want := Sentence(e, "en"), "Its headings are those of a system for lab samples: “Vial”."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestKindWords refuses words that accuse or threaten, in every template of
// every language.
func TestKindWords(t *testing.T) {
	samples := map[string]string{
		"en": "You must stop this unauthorised sheet", "de": "Diese unerlaubte Tabelle wird gelöscht", "fr": "Cette feuille interdite sera supprimée",
	}
	if len(samples) != len(Languages()) {
		t.Errorf("%d languages, and %d are listened to", len(Languages()), len(samples))
	}
	for _, lang := range Languages() {
		if got := Unkind(samples[lang], lang); len(got) < 2 {
			t.Fatalf("%s: the linter hears only %q", lang, got)
		}
		if got := Unkind(samples[lang], "xx"); len(got) < 2 {
			t.Errorf("%s: in a language that nobody knows the linter hears only %q", lang, got)
		}
		for _, s := range texts(reflect.ValueOf(bookOf(lang))) {
			if bad := Unkind(s, lang); bad != nil {
				t.Errorf("%s: %q says %q", lang, s, bad)
			}
		}
		for _, s := range texts(reflect.ValueOf([]any{states(), acts(), parts()})) {
			if bad := Unkind(s, "xx"); bad != nil {
				t.Errorf("%q says %q", s, bad)
			}
		}
	}
}

// texts collects every string in a value.
func texts(v reflect.Value) []string {
	var out []string
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Interface:
		return texts(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			out = append(out, texts(v.Field(i))...)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			out = append(out, texts(it.Value())...)
		}
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			out = append(out, texts(v.Index(i))...)
		}
	}
	return out
}
