package sqlstore_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// TestStreams: what is read a batch at a time comes whole and in order, each
// once, and ends when whoever reads has enough.
func TestStreams(t *testing.T) {
	s := open(t, sqlstore.Options{})
	var cs []inventory.Change
	for i := range 2001 {
		cs = append(cs, book(fmt.Sprintf("b%04d", i)))
	}
	apply(t, s, drive, "", complete(full("1", cs...)))
	var assets []inventory.AssetID
	for a, err := range s.Assets(t.Context()) {
		if err != nil || a.Name == "" || a.VendorID == "" {
			t.Fatalf("%+v, %v", a, err)
		}
		assets = append(assets, a.ID)
	}
	if len(assets) != 2001 || !slices.IsSorted(assets) || len(slices.Compact(assets)) != 2001 {
		t.Errorf("%d assets", len(assets))
	}
	for range s.Assets(t.Context()) {
		break
	}
	for i := range 1001 {
		if err := s.SaveConversation(t.Context(), conversation(t, fmt.Sprintf("c%04d", i), inventory.Proposed, inventory.Invited)); err != nil {
			t.Fatal(err)
		}
	}
	conversations, err := s.Conversations(t.Context())
	if err != nil || len(conversations) != 1001 {
		t.Fatalf("%d conversations, %v", len(conversations), err)
	}
	for i, c := range conversations {
		if c.ID != fmt.Sprintf("c%04d", i) || len(c.Steps) != 2 || c.Steps[1].To != inventory.Invited {
			t.Fatalf("%d is %+v", i, c)
		}
	}
	for range s.EachConversation(t.Context()) {
		break
	}
}

// TestWhatProposalsGoBy: what a night asks of every family it asks of the
// store, and not of the records of their members.
func TestWhatProposalsGoBy(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 5)
	var families []inventory.Family
	for f, members := range map[string][]inventory.AssetID{"near": {id("a"), id("b")}, "told": {id("c")}, "far": {id("d"), id("e")}} {
		families = append(families, inventory.Family{ID: f, Kind: inventory.FamilyVersions, Members: members, Representative: members[0]})
	}
	if err := s.SaveFamilies(t.Context(), families); err != nil {
		t.Fatal(err)
	}
	judge(t, s, "1", "crm", "a", "b", "c")
	judge(t, s, "1", "", "d", "e")
	c := conversation(t, "c1", inventory.Proposed, inventory.Invited)
	c.Family = "told"
	if err := s.SaveConversation(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Untold(t.Context()); err != nil || !slices.Equal(got, []string{"near"}) {
		t.Errorf("untold: %v, %v", got, err)
	}
	near, err := s.Nearness(t.Context(), "near")
	want := inventory.Verdict{Capability: "crm", Score: 0.5}
	if diff := cmp.Diff([]inventory.Verdict{want, want}, near); err != nil || diff != "" {
		t.Errorf("nearness: %v\n%s", err, diff)
	}
	if far, err := s.Nearness(t.Context(), "far"); err != nil || far != nil {
		t.Errorf("of what is near nothing: %v, %v", far, err)
	}
	if scores, err := s.Scores(t.Context()); err != nil || !slices.Equal(scores, []float64{0.5, 0.5, 0.5}) {
		t.Errorf("scores: %v, %v", scores, err)
	}
	last, err := s.LastInvited(t.Context())
	if diff := cmp.Diff(map[string]time.Time{"k@example.org": c.Steps[1].At}, last); err != nil || diff != "" {
		t.Errorf("invited: %v\n%s", err, diff)
	}
}

// TestKeptNeeds: what a night gathered is at hand until something is erased.
func TestKeptNeeds(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 1)
	if lines, kept, err := s.KeptNeeds(t.Context()); err != nil || kept || lines != nil {
		t.Errorf("before any night: %v, %v, %v", lines, kept, err)
	}
	want := []inventory.NeedLine{{System: "hr", Kind: inventory.NeedField, Word: "Tyre pressure", Words: []string{"Tyre pressure"}, Families: 1}}
	if err := s.SaveNeeds(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	got, kept, err := s.KeptNeeds(t.Context())
	if diff := cmp.Diff(want, got); err != nil || !kept || diff != "" {
		t.Errorf("%v, %v\n%s", kept, err, diff)
	}
	if _, err := s.EraseAsset(t.Context(), id("a"), false); err != nil {
		t.Fatal(err)
	}
	if lines, kept, err := s.KeptNeeds(t.Context()); err != nil || kept || lines != nil {
		t.Errorf("after something was erased: %v, %v, %v", lines, kept, err)
	}
}
