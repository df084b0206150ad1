package sqlstore_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSummary(t *testing.T) {
	clock := newClock()
	s := looked(t, sqlstore.Options{Now: clock.Now}, 3)
	empty, err := open(t, sqlstore.Options{}).Summary(t.Context())
	if diff := cmp.Diff(inventory.Summary{}, empty); err != nil || diff != "" {
		t.Errorf("summary of nothing: %v\n%s", err, diff)
	}
	judge(t, s, "b1", "lms", "a", "b")
	judge(t, s, "b1", "", "c")
	fams := []inventory.Family{{ID: "f", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{id("a"), id("b")}, Representative: id("a")}}
	if err := s.SaveFamilies(t.Context(), fams); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveConversation(t.Context(), conversation(t, "c1", inventory.Proposed)); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", delta("2", book("locked")))
	if err := s.LookFailed(t.Context(), id("locked"), "1", inventory.Failure{Reason: "encrypted", Final: true}); err != nil {
		t.Fatal(err)
	}
	run, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.FinishRun(t.Context(), inventory.Run{ID: run, Result: inventory.RunComplete}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := inventory.Summary{
		Assets: []inventory.Count{{A: "t", B: "workbook", N: 4}}, Structures: 3,
		Unread:   []inventory.Count{{A: "t", B: "encrypted", N: 1}},
		Verdicts: []inventory.Count{{N: 1}, {A: "lms", N: 2}}, Families: []inventory.Count{{A: "copies", N: 1}},
		Conversations: []inventory.Count{{A: "moodle", B: "proposed", N: 1}}, Waiting: []inventory.Count{{A: "proposed", B: "week", N: 1}},
		Places: []inventory.Count{{A: "t", B: "library", N: 1}}, LastComplete: clock.Now(),
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(inventory.Summary{}, "LastRun")); diff != "" || got.LastRun.ID != run {
		t.Errorf("summary, last run %d (-want +got):\n%s", got.LastRun.ID, diff)
	}
}
