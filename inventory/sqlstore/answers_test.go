package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// Answers are only ever added to, and come back as they were.
func TestAnswersAreAppendOnly(t *testing.T) {
	s := open(t, sqlstore.Options{})
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	first, err := inventory.NewAnswer(inventory.NeedLine{System: "s", Kind: "field", Word: "Seats"}, "seats", "mele@x", at)
	if err != nil {
		t.Fatal(err)
	}
	longer := first
	longer.Steps = append([]inventory.AnswerStep(nil), first.Steps...)
	told := longer.Take(inventory.AnswerStep{Act: inventory.AnswerTold, Builder: "kay@x", By: "mele@x", At: at})
	if err := errors.Join(told, s.SaveAnswer(t.Context(), first), s.SaveAnswer(t.Context(), longer), s.SaveAnswer(t.Context(), longer)); err != nil {
		t.Fatal(err)
	}
	altered := longer
	altered.Steps = append([]inventory.AnswerStep(nil), longer.Steps...)
	altered.Steps[0].Why = "something else"
	for _, a := range []inventory.Answer{first, altered} {
		if err := s.SaveAnswer(t.Context(), a); !errors.Is(err, sqlstore.ErrRewritten) {
			t.Errorf("%+v was stored: %v", a, err)
		}
	}
	got, err := s.Answers(t.Context())
	if diff := cmp.Diff([]inventory.Answer{longer}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := s.Answer(t.Context(), "none"); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("no such answer: %v", err)
	}
}
