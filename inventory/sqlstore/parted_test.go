package sqlstore_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// Families that become one keep both conversations, for a person to join; what
// parts from a family that was talked about says where it comes from.
func TestConversationsFollowTheirFamilies(t *testing.T) {
	s := open(t, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", book("a"), book("b"), book("c"))))
	save := func(groups ...[]inventory.AssetID) {
		t.Helper()
		var fs []inventory.Family
		for _, g := range groups {
			fs = append(fs, inventory.Family{ID: string(g[0]), Kind: inventory.FamilyCopies, Members: g, Representative: g[0]})
		}
		if err := s.SaveFamilies(t.Context(), fs); err != nil {
			t.Fatal(err)
		}
	}
	type ids = []inventory.AssetID
	save(ids{"t/drive/a"}, ids{"t/drive/b", "t/drive/c"})
	for id, family := range map[string]string{"c1": "t/drive/a", "c2": "t/drive/b"} {
		c := conversation(t, id, inventory.Proposed, inventory.Invited)
		c.Family = family
		if err := s.SaveConversation(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	about := func() map[string]string {
		t.Helper()
		cs, err := s.Conversations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{cs[0].ID: cs[0].Family, cs[1].ID: cs[1].Family}
	}
	save(ids{"t/drive/a"}, ids{"t/drive/b", "t/drive/c"}) // a night on which nothing happens
	if got := about(); got["c1"] != "t/drive/a" || got["c2"] != "t/drive/b" {
		t.Errorf("before: %v", got)
	}
	save(ids{"t/drive/a", "t/drive/b", "t/drive/c"})
	if got := about(); got["c1"] != "t/drive/a" || got["c2"] != "t/drive/a" {
		t.Errorf("one family, and conversations about %v", got)
	}
	save(ids{"t/drive/a", "t/drive/b"}, ids{"t/drive/c"})
	if got := about(); got["c1"] != "t/drive/a" || got["c2"] != "t/drive/a" {
		t.Errorf("parted, and conversations about %v", got)
	}
	if from, err := s.PartedFrom(t.Context(), "t/drive/c"); err != nil || from != "t/drive/a" {
		t.Errorf("the part comes from %q, %v", from, err)
	}
	if from, err := s.PartedFrom(t.Context(), "t/drive/a"); err != nil || from != "" {
		t.Errorf("what stayed comes from %q, %v", from, err)
	}
}
