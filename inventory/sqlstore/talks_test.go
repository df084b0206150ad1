package sqlstore_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// TestTalksPageByPage narrows conversations in every way and walks the pages.
func TestTalksPageByPage(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 9)
	var families []inventory.Family
	worth := map[string]float64{}
	for i := range 9 {
		asset := id(string(rune('a' + i)))
		families = append(families, inventory.Family{ID: fmt.Sprint("f", i), Kind: inventory.FamilySingle, Members: []inventory.AssetID{asset}, Representative: asset})
	}
	if err := s.SaveFamilies(t.Context(), families); err != nil {
		t.Fatal(err)
	}
	for i := range 10 { // the family of the tenth is gone
		states := []inventory.State{inventory.Proposed, inventory.Invited}[:1+i%2]
		c := conversation(t, fmt.Sprint("c", i), states...)
		c.Family, c.System, c.Partner = fmt.Sprint("f", i), fmt.Sprint("s", i%3), inventory.Partner{Name: "P", Address: fmt.Sprintf("p%d@x", i%2)}
		if err := s.SaveConversation(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		worth[c.ID] = float64(i%4) / 4
	}
	if err := s.SaveWorth(t.Context(), worth); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		q    inventory.TalkSearch
		want []string
	}{
		"all":     {inventory.TalkSearch{}, []string{"c7", "c3", "c6", "c2", "c5", "c1", "c8", "c4", "c0"}},
		"plain":   {inventory.TalkSearch{Plain: true}, []string{"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"}},
		"state":   {inventory.TalkSearch{States: []inventory.State{inventory.Invited}}, []string{"c7", "c3", "c5", "c1"}},
		"system":  {inventory.TalkSearch{System: "s1"}, []string{"c7", "c1", "c4"}},
		"partner": {inventory.TalkSearch{Partner: "p0@x", States: []inventory.State{inventory.Proposed, inventory.Talking}}, []string{"c6", "c2", "c8", "c4", "c0"}},
		"before":  {inventory.TalkSearch{Before: time.Unix(0, 0)}, nil},
	} {
		var got []string
		tt.q.Limit = 2
		for more := true; more; more = tt.q.Cursor != "" {
			found, err := s.Talks(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found.Conversations {
				got = append(got, c.ID)
				if len(c.Steps) == 0 {
					t.Errorf("%s has no steps", c.ID)
				}
			}
			if found.Total.N != len(tt.want) {
				t.Errorf("%s: total %+v", name, found.Total)
			}
			tt.q.Cursor = found.Next
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := s.Talks(t.Context(), inventory.TalkSearch{Cursor: "nonsense"}); !errors.Is(err, inventory.ErrCursor) {
		t.Errorf("a cursor of nothing: %v", err)
	}
	partners, err := s.Partners(t.Context())
	if diff := cmp.Diff([]inventory.Partner{{Name: "P", Address: "p0@x"}, {Name: "P", Address: "p1@x"}}, partners); err != nil || diff != "" {
		t.Errorf("partners: %v\n%s", err, diff)
	}
	if n, err := s.InvitedSince(t.Context(), "p1@x", time.Time{}); n != 5 || err != nil {
		t.Errorf("%d invited, %v", n, err)
	}
}

func TestTokens(t *testing.T) {
	clock := newClock()
	s := open(t, sqlstore.Options{Now: clock.Now})
	token := inventory.Token{ID: "a1", Name: "grafana", Role: "auditor", Created: clock.Now(), Until: clock.Now().AddDate(0, 1, 0)}
	if err := s.SaveToken(t.Context(), token, "hash"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Token(t.Context(), "hash"); err != nil || !got.Holds(clock.Now()) || got.Holds(clock.Now().AddDate(0, 2, 0)) || got.Role != "auditor" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Token(t.Context(), "other"); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("an unknown one: %v", err)
	}
	if err := s.EndToken(t.Context(), "a1"); err != nil {
		t.Fatal(err)
	}
	if err := s.EndToken(t.Context(), "a1"); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("ended twice: %v", err)
	}
	if all, err := s.Tokens(t.Context()); err != nil || len(all) != 1 || all[0].Holds(clock.Now()) {
		t.Errorf("%+v, %v", all, err)
	}
}
