package words

import (
	"reflect"
	"regexp"
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
	unkind := regexp.MustCompile(`(?i)\b(unauthori[sz]ed|violat\w*|offend\w*|rogue|polic\w*|forbidden|prohibit\w*|illegal|illicit|breach\w*|must|comply|non-?compliant|block\w*|delet\w*|remov\w*|quarantin\w*|shut|stop|seiz\w*|report you|shadow it|warning|penalt\w*|audit\w*|manager|wrong|fault|blame|guilty|detected|caught|suspicious|threat\w*|duplicate\w*)\b`)
	if !unkind.MatchString("You must stop this unauthorised sheet") {
		t.Fatal("the linter sees nothing")
	}
	for _, b := range []book{english()} {
		for _, s := range texts(reflect.ValueOf(b)) {
			if bad := unkind.FindString(s); bad != "" {
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
