package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

const day = 24 * time.Hour

// What was kept long enough goes, what is still needed stays, and a second
// time there is nothing left to do.
func TestExpire(t *testing.T) {
	clock := newClock()
	s := open(t, sqlstore.Options{Now: clock.Now})
	apply(t, s, drive, "", complete(full("1", book("candidate"), book("other"))))
	for _, id := range []inventory.AssetID{"t/drive/candidate", "t/drive/other"} {
		r, err := s.Record(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		look(t, s, r.Asset)
		usage := inventory.Usage{Revision: r.Asset.Revision, People: 2, Observed: clock.Now()}
		if err := errors.Join(s.Observed(t.Context(), id, usage), s.SaveFeedback(t.Context(), inventory.Feedback{Asset: id, By: "k@x", At: clock.Now(), Why: "so"})); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{"t/drive/candidate": {Capability: "lms", Basis: "b"}, "t/drive/other": {Basis: "b"}}); err != nil {
		t.Fatal(err)
	}
	finished := func(result inventory.RunResult) int64 {
		id, err := s.StartRun(t.Context())
		if err := errors.Join(err, s.FinishRun(t.Context(), inventory.Run{ID: id, Result: result, Expired: map[string]int{"x": 2}})); err != nil {
			t.Fatal(err)
		}
		return id
	}
	finished(inventory.RunComplete)
	whole := finished(inventory.RunComplete)
	finished(inventory.RunFailed)
	over := conversation(t, "over", inventory.Proposed, inventory.LeftAlone)
	under := conversation(t, "under", inventory.Proposed, inventory.Invited)
	for _, c := range []inventory.Conversation{over, under} {
		if err := s.SaveConversation(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	clock.Advance(100 * 365 * day) // the conversations' days are of another clock
	newest := finished(inventory.RunPartial)

	terms := sqlstore.Retention{Runs: 400 * day, Use: 90 * day, Visits: 365 * day, Conversations: 730 * day}
	if kept, err := s.Expire(t.Context(), sqlstore.Retention{}); err != nil || len(kept) != 0 {
		t.Errorf("without terms: %v, %v", kept, err)
	}
	expired, err := s.Expire(t.Context(), terms)
	want := map[string]int{sqlstore.ExpiredRuns: 2, sqlstore.ExpiredUse: 1, sqlstore.ExpiredFeedback: 2, sqlstore.ExpiredConversations: 1}
	if diff := cmp.Diff(want, expired); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	runs, err := s.Runs(t.Context(), 9)
	if err != nil || len(runs) != 2 || runs[0].ID != newest || runs[1].ID != whole || runs[0].Expired["x"] != 2 {
		t.Errorf("runs: %+v, %v", runs, err)
	}
	if r, err := s.Record(t.Context(), "t/drive/candidate"); err != nil || r.Usage == nil {
		t.Errorf("the candidate's use is gone: %+v, %v", r, err)
	}
	c, err := s.Conversation(t.Context(), "over")
	if err != nil || c.Keeper != "" || c.State != inventory.LeftAlone || c.Steps[1].Why != "" || c.Steps[1].By != "somebody" {
		t.Errorf("what is over: %+v, %v", c, err)
	}
	if diff := cmp.Diff(under, ignoreErr(s.Conversation(t.Context(), "under"))); diff != "" {
		t.Errorf("what is under way (-want +got):\n%s", diff)
	}
	if again, err := s.Expire(t.Context(), terms); err != nil || len(again) != 0 {
		t.Errorf("a second time: %v, %v", again, err)
	}
}

func ignoreErr[T any](v T, _ error) T { return v }
