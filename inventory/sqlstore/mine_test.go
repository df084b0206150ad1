package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// Own tells what somebody built, owns, edits or keeps, and nothing else.
func TestOwn(t *testing.T) {
	s := open(t, sqlstore.Options{})
	day := func(n int) func(*inventory.Asset) {
		return func(a *inventory.Asset) { a.Modified = time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	}
	both := func(edits ...func(*inventory.Asset)) func(*inventory.Asset) {
		return func(a *inventory.Asset) {
			for _, e := range edits {
				e(a)
			}
		}
	}
	apply(t, s, drive, "", complete(full("1",
		bookWith("a", both(day(1), func(a *inventory.Asset) { a.CreatedBy = "Ana@X" })),
		bookWith("b", both(day(2), func(a *inventory.Asset) { a.ModifiedBy = "bo@x" })),
		bookWith("c", both(day(3), func(a *inventory.Asset) { a.CreatedBy = "bo@x" })),
		bookWith("d", day(4)),
		bookWith("e", both(day(5), func(a *inventory.Asset) { a.Owner = "ana@x" })),
		bookWith("f", both(day(6), func(a *inventory.Asset) { a.Owner = "ana@x" })),
	)))
	for _, d := range due(t, s, sqlstore.DueQuery{Tenant: "t", Depth: inventory.DepthHeads, Reader: 1}) {
		if d.Asset.ID != id("f") { // was not looked into
			look(t, s, d.Asset)
		}
	}
	r, err := s.Record(t.Context(), id("c"))
	if err != nil {
		t.Fatal(err)
	}
	judge(t, s, "b1", "", "a", "b", "e")
	judge(t, s, "b1", "lms", "c", "d")
	observed := s.Observed(t.Context(), id("c"), inventory.Usage{Revision: r.Asset.Revision, Editors: []inventory.Editor{{Address: "ANA@x", Edits: 2}, {Address: "cy@x", Edits: 1}}})
	talk := conversation(t, "c1", inventory.Proposed)
	talk.Family, talk.Keeper = "fam", "ana@x"
	for _, err := range []error{
		observed, s.SaveFamilies(t.Context(), []inventory.Family{{ID: "fam", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{id("d"), id("b")}, Representative: id("d")}}),
		s.SaveConversation(t.Context(), talk),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for who, want := range map[string]int{"ANA@x": 1, "bo@x": 1, "cy@x": 0, "dee@x": 0} { // Bo edits a copy of what Ana keeps
		for _, q := range []inventory.TalkSearch{{Of: []string{"nobody@x", who}, Plain: true}, {Of: []string{who}, States: []inventory.State{inventory.Proposed}}} {
			if found, err := s.Talks(t.Context(), q); err != nil || len(found.Conversations) != want || found.Total.N != want {
				t.Errorf("conversations of %s: %+v, %v", who, found, err)
			}
		}
		q := inventory.TalkSearch{Of: []string{who}, System: "other"}
		if found, err := s.Talks(t.Context(), q); err != nil || len(found.Conversations) != 0 {
			t.Errorf("conversations of %s about another system: %+v, %v", who, found, err)
		}
	}
	own := func(limit int, addresses ...string) []inventory.AssetID {
		t.Helper()
		ids, err := s.Own(t.Context(), addresses, limit)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	for _, c := range []struct {
		name string
		got  []inventory.AssetID
		want []inventory.AssetID
	}{
		{"near first, then the newest", own(9, "Ana@x"), []inventory.AssetID{id("d"), id("e"), id("b"), id("a")}},
		{"no more than asked for", own(1, "ana@x"), []inventory.AssetID{id("d")}},
		{"two addresses of one person", own(9, "cy@x", "bo@x"), []inventory.AssetID{id("c"), id("b")}},
		{"nobody", own(9), nil},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	judge(t, s, "b2", "lms", "c") // what was observed since is told when it is judged
	if got := own(9, "cy@x", "ana@x"); len(got) != 5 || got[1] != id("c") {
		t.Errorf("of both: %v", got)
	}
}

func TestRegistered(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", bookWith("a", func(a *inventory.Asset) { a.URL = "https://x.example/a" }))))
	at := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	known, err := s.Register(t.Context(), inventory.Registered{Name: "Rota", Lies: "https://x.example/a", Purpose: "who is on", System: "hr", By: "Ana@X", At: at})
	if err != nil || known.Asset != id("a") {
		t.Errorf("%+v, %v", known, err)
	}
	other, err := s.Register(t.Context(), inventory.Registered{Name: "Stock", Lies: `K:\stock.accdb`, Purpose: "what is there", By: "bo@x", At: at.Add(time.Hour)})
	if err != nil || other.Asset != "" {
		t.Errorf("%+v, %v", other, err)
	}
	if _, err := s.Register(t.Context(), inventory.Registered{Name: "Stock", By: "bo@x"}); !errors.Is(err, inventory.ErrIncomplete) {
		t.Errorf("half a registration: %v", err)
	}
	list := func(f inventory.RegisteredFilter) []inventory.Registered {
		t.Helper()
		all, err := s.Registered(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if diff := cmp.Diff([]inventory.Registered{other, known}, list(inventory.RegisteredFilter{})); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]inventory.Registered{known}, list(inventory.RegisteredFilter{By: []string{"ANA@x"}, System: "hr"})); diff != "" {
		t.Errorf("Ana's (-want +got):\n%s", diff)
	}
	if err := s.Unregister(t.Context(), other.ID, []string{"ana@x"}); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("somebody else's was forgotten: %v", err)
	}
	if err := s.Unregister(t.Context(), other.ID, []string{"ana@x", "bo@x"}); err != nil || len(list(inventory.RegisteredFilter{})) != 1 {
		t.Errorf("it is still there: %v", err)
	}
}

func TestQuiet(t *testing.T) {
	clock := newClock()
	s := open(t, sqlstore.Options{Now: clock.Now})
	until := clock.Now().Add(48 * time.Hour)
	for address, until := range map[string]time.Time{"Ana@X": until, "bo@x": until, "cy@x": clock.Now().Add(-time.Hour)} {
		if err := s.KeepQuiet(t.Context(), address, until); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.KeepQuiet(t.Context(), "bo@x", time.Time{}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Quiet(t.Context())
	if err != nil || len(got) != 1 || !got["ana@x"].Equal(until) {
		t.Errorf("%v, %v", got, err)
	}
	clock.Advance(49 * time.Hour)
	if got, err := s.Quiet(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("after it: %v, %v", got, err)
	}
}
