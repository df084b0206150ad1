package classify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestPropose(t *testing.T) {
	lms := inventory.System{ID: "canvas", Name: "Canvas", Capability: "lms", Partner: inventory.Partner{Name: "Bo Ek", Address: "bo@example.org"}}
	nobody := inventory.System{ID: "sis", Name: "SIS", Capability: "student-records"}
	cat := builtin(t).WithSystems(lms, nobody)
	family := inventory.Family{ID: "t/p/2", Members: []inventory.AssetID{"t/p/1", "t/p/2"}}
	sure := inventory.Verdict{Capability: "gradebook", System: "canvas", Score: 0.9}
	now := day(20)
	tests := []struct {
		name    string
		vs      []inventory.Verdict
		history History
		want    bool
	}{
		{"a confident family", []inventory.Verdict{sure, sure}, History{Keeper: "ann@example.org"}, true},
		{"nobody found to talk to is still listed", []inventory.Verdict{sure}, History{}, true},
		{"unsure", []inventory.Verdict{{System: "canvas", Score: 0.5}}, History{}, false},
		{"sure of one copy of three", []inventory.Verdict{sure, {}, {}}, History{}, false},
		{"nothing", nil, History{}, false},
		{"an unserved need", []inventory.Verdict{{Capability: "crm", Score: 0.9}}, History{}, false},
		{"a system without a partner", []inventory.Verdict{{System: "sis", Score: 0.9}}, History{}, false},
		{"an open conversation", []inventory.Verdict{sure}, History{Conversations: []inventory.Conversation{{State: inventory.Talking}}}, false},
		{"an ended conversation", []inventory.Verdict{sure}, History{Conversations: []inventory.Conversation{{State: inventory.LeftAlone}}}, false},
		{"the keeper was invited lately", []inventory.Verdict{sure}, History{Keeper: "ann@example.org", LastInvited: day(2)}, false},
		{"the keeper asked for quiet", []inventory.Verdict{sure}, History{Keeper: "ann@example.org", QuietUntil: day(30).AddDate(1, 0, 0)}, false},
		{"the quiet is over", []inventory.Verdict{sure}, History{Keeper: "ann@example.org", QuietUntil: day(1)}, true},
		{"the keeper was invited long ago", []inventory.Verdict{sure}, History{Keeper: "ann@example.org", LastInvited: day(2).AddDate(-1, 0, 0)}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.history.Now = now
			got := Propose(family, tt.vs, tt.history, DefaultPolicy(), cat)
			if (len(got) == 1) != tt.want {
				t.Fatalf("proposed %v", got)
			}
			if !tt.want {
				return
			}
			c := got[0].Conversation
			if err := c.Decide(got[0].Decision); err != nil {
				t.Fatal(err)
			}
			if c.State != inventory.Proposed || c.Partner != lms.Partner || c.Keeper != tt.history.Keeper || c.ID != ConversationID("t/p/2", "canvas") {
				t.Errorf("conversation %+v", c)
			}
			if d := cmp.Diff(got, Propose(family, tt.vs, tt.history, DefaultPolicy(), cat)); d != "" {
				t.Error(d)
			}
		})
	}
}
