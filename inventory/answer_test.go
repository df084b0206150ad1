package inventory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/google/go-cmp/cmp"
)

// An answer goes from a change to those who had the need, each told once, and
// to their word on it; nothing comes before its time.
func TestAnswer(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	need := inventory.NeedLine{System: "s", Kind: inventory.NeedField, Word: "Seats"}
	if _, err := inventory.NewAnswer(need, "", "mele@x", at); !errors.Is(err, inventory.ErrIllegalStep) {
		t.Errorf("nothing was changed: %v", err)
	}
	if _, err := inventory.NewAnswer(need, "seats", inventory.Program, at); !errors.Is(err, inventory.ErrIllegalStep) {
		t.Errorf("a program changed it: %v", err)
	}
	a, err := inventory.NewAnswer(need, "seats", "mele@x", at)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what  string
		step  inventory.AnswerStep
		legal bool
	}{
		{"confirmed before told", inventory.AnswerStep{Act: inventory.AnswerHelped, Builder: "kay@x", By: "kay@x"}, false},
		{"told nobody", inventory.AnswerStep{Act: inventory.AnswerTold, By: "mele@x"}, false},
		{"told", inventory.AnswerStep{Act: inventory.AnswerTold, Builder: "Kay@X", By: "mele@x"}, true},
		{"told again", inventory.AnswerStep{Act: inventory.AnswerTold, Builder: "kay@x", By: "mele@x"}, false},
		{"said by somebody else without words", inventory.AnswerStep{Act: inventory.AnswerNotYet, Builder: "kay@x", By: "mele@x"}, false},
		{"said by somebody else in their words", inventory.AnswerStep{Act: inventory.AnswerNotYet, Builder: "kay@x", By: "mele@x", Why: "too slow"}, true},
		{"helped", inventory.AnswerStep{Act: inventory.AnswerHelped, Builder: "kay@x", By: "kay@x"}, true},
		{"helped again", inventory.AnswerStep{Act: inventory.AnswerHelped, Builder: "kay@x", By: "kay@x"}, false},
		{"another change", inventory.AnswerStep{Act: inventory.AnswerShipped, By: "mele@x", Why: "more"}, false},
		{"no such act", inventory.AnswerStep{Act: "block", Builder: "kay@x", By: "kay@x"}, false},
		{"another is told", inventory.AnswerStep{Act: inventory.AnswerTold, Builder: "lee@x", By: "mele@x"}, true},
	} {
		before := len(a.Steps)
		if err := a.Take(c.step); (err == nil) != c.legal || (len(a.Steps) > before) != c.legal || err != nil && !errors.Is(err, inventory.ErrIllegalStep) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	if diff := cmp.Diff(inventory.Answered{ID: a.ID, What: "seats", At: at, Told: 2, Helped: 1}, a.Sum()); diff != "" {
		t.Error(diff)
	}
}
