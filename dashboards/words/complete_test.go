package words_test

import (
	"strings"
	"testing"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// TestEverySignalHasWords asks for a sentence about every signal the
// classifier has, in every language, with words and without, for and against.
func TestEverySignalHasWords(t *testing.T) {
	english := map[string]string{}
	for _, lang := range words.Languages() {
		for _, signal := range classify.Signals() {
			for _, args := range [][]string{{"lms"}, {"lms", "Course", "Student"}, {""}} {
				for _, weight := range []float64{1, -1} {
					e := inventory.Evidence{Signal: signal, Args: args, Weight: weight}
					checkSentence(t, lang, e)
					checkTranslated(t, english, lang, e)
				}
			}
		}
		for _, shape := range classify.Shapes() {
			e := inventory.Evidence{Signal: classify.SignalShape, Args: []string{"", shape}, Weight: 1}
			checkSentence(t, lang, e)
			checkTranslated(t, english, lang, e)
			nothing := words.Sentence(inventory.Evidence{Signal: classify.SignalShape, Args: []string{"", "no such shape"}, Weight: 1}, lang)
			if words.Sentence(e, lang) == nothing {
				t.Errorf("%s: no words for the shape %s", lang, shape)
			}
		}
	}
}

func checkSentence(t *testing.T, lang string, e inventory.Evidence) {
	t.Helper()
	s := words.Sentence(e, lang)
	if s == "" || strings.ContainsAny(s, "{}") || !strings.HasSuffix(s, ".") {
		t.Errorf("%s: of %v is said %q", lang, e, s)
	}
}

// checkTranslated finds sentences that were left in English.
func checkTranslated(t *testing.T, english map[string]string, lang string, e inventory.Evidence) {
	t.Helper()
	key := e.Signal + strings.Join(e.Args, " ")
	if e.Weight < 0 {
		key = "-" + key
	}
	if lang == "en" {
		english[key] = words.Sentence(e, lang)
	} else if s := words.Sentence(e, lang); s == english[key] {
		t.Errorf("%s: of %v is said in English %q", lang, e, s)
	}
}

// TestEveryCapabilityHasWords holds the books against the catalogue.
func TestEveryCapabilityHasWords(t *testing.T) {
	cat, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range words.Languages() {
		unknown := words.Sentence(inventory.Evidence{Signal: "base", Args: []string{"no-such"}, Weight: 1}, lang)
		for _, c := range cat.Capabilities {
			s := words.Sentence(inventory.Evidence{Signal: "base", Args: []string{c.ID}, Weight: 1}, lang)
			if strings.Contains(s, strings.ReplaceAll(c.ID, "-", " ")+" ") && s == strings.ReplaceAll(unknown, "no such", strings.ReplaceAll(c.ID, "-", " ")) {
				t.Errorf("%s: no words for %s: %s", lang, c.ID, s)
			}
		}
	}
}

// TestEveryFunctionHasWords asks for the catalogue's functions in every
// language.
func TestEveryFunctionHasWords(t *testing.T) {
	cat, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, c := range cat.Capabilities {
		for _, f := range c.Functions {
			asked++
			for _, lang := range words.Languages() {
				if got := words.Function(f.Name, lang); got == f.Name && lang != "en" && got != "invitations" && got != "commissions" {
					t.Errorf("%s: no words for the function %q of %s", lang, f.Name, c.ID)
				}
			}
		}
	}
	if asked < 50 {
		t.Errorf("only %d functions", asked)
	}
}
