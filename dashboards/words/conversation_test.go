package words_test

import (
	"strings"
	"testing"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// TestConversationsHaveWords asks for every state, act and part in every
// language.
func TestConversationsHaveWords(t *testing.T) {
	for _, lang := range words.Languages() {
		for _, s := range inventory.States() {
			if got := words.State(s, lang); got == "" || got == string(s) {
				t.Errorf("%s: state %s is said %q", lang, s, got)
			}
		}
		for _, a := range inventory.Acts() {
			if got := words.Act(a, lang); got == "" || got == string(a) {
				t.Errorf("%s: act %s is said %q", lang, a, got)
			}
		}
		for _, p := range inventory.Parts() {
			if got := words.Part(p, lang); got == "" || got == p {
				t.Errorf("%s: part %s is said %q", lang, p, got)
			}
		}
	}
	if got := words.State(inventory.Talking, "pt-BR"); got != "Talking" {
		t.Errorf("a language without words gives %q", got)
	}
}

func TestChartersAreComplete(t *testing.T) {
	for _, s := range inventory.States() {
		c := words.Charter(s, "Lab Booking", "Lagoon")
		c.By = "pat@example.org"
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		if all := c.Scope + c.Ownership + c.Input + c.Authority; !strings.Contains(all, "Lab Booking") || !strings.Contains(all, "Lagoon") {
			t.Errorf("%s: it names neither tool nor system", s)
		}
	}
}
