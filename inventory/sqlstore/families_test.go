package sqlstore_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestFamilies(t *testing.T) {
	family := func(famID, kind string, members ...string) inventory.Family {
		f := inventory.Family{ID: string(id(famID)), Kind: kind, Representative: id(members[0])}
		for _, m := range members {
			f.Members = append(f.Members, id(m))
		}
		return f
	}
	type step struct {
		name string
		save []inventory.Family
		want []inventory.Family
	}
	copies := inventory.FamilyCopies
	steps := []step{
		{"first", []inventory.Family{family("a", copies, "a", "b"), family("c", copies, "c", "d", "e"), family("f", inventory.FamilySingle, "f")},
			[]inventory.Family{family("a", copies, "a", "b"), family("c", copies, "c", "d", "e"), family("f", inventory.FamilySingle, "f")}},
		{"the same again", []inventory.Family{family("f", inventory.FamilySingle, "f"), family("c", copies, "c", "d", "e"), family("a", copies, "a", "b")},
			[]inventory.Family{family("a", copies, "a", "b"), family("c", copies, "c", "d", "e"), family("f", inventory.FamilySingle, "f")}},
		{"the first leaves", []inventory.Family{family("d", copies, "d", "e"), family("a", copies, "a", "b")},
			[]inventory.Family{family("a", copies, "a", "b"), family("c", copies, "d", "e")}},
		{"merged under the younger name: the older id stays", []inventory.Family{family("d", copies, "a", "b", "d", "e")},
			[]inventory.Family{family("a", copies, "a", "b", "d", "e")}},
		{"fallen apart: the id goes where most are", []inventory.Family{family("d", copies, "b", "d", "e"), family("c", copies, "a", "c")},
			[]inventory.Family{family("a", copies, "b", "d", "e"), family("c", copies, "a", "c")}},
		{"its own name is taken", []inventory.Family{family("b", copies, "b", "d", "e"), family("a", copies, "g", "h")},
			[]inventory.Family{family("a", copies, "b", "d", "e"), family("g", copies, "g", "h")}},
		{"unknown members", []inventory.Family{family("zz", copies, "zz", "zzz"), family("a", copies, "b", "zzz", "d")},
			[]inventory.Family{family("a", copies, "b", "d")}},
		{"none", nil, nil},
	}
	s := looked(t, sqlstore.Options{}, 8)
	for _, st := range steps {
		if err := s.SaveFamilies(t.Context(), st.save); err != nil {
			t.Fatalf("%s: %v", st.name, err)
		}
		got, err := s.Families(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", st.name, err)
		}
		if diff := cmp.Diff(st.want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", st.name, diff)
		}
	}
}

func TestRemovedAssetLeavesItsFamilyButKeepsTheConversation(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 2)
	f := inventory.Family{ID: "fam", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{id("a"), id("b")}, Representative: id("a")}
	if err := s.SaveFamilies(t.Context(), []inventory.Family{f}); err != nil {
		t.Fatal(err)
	}
	c := conversation(t, "c1", inventory.Proposed)
	if err := s.SaveConversation(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", delta("2", removed("a")))
	got, err := s.Families(t.Context())
	want := []inventory.Family{{ID: "fam", Kind: inventory.FamilySingle, Members: []inventory.AssetID{id("b")}, Representative: id("b")}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("families: %v (-want +got):\n%s", err, diff)
	}
	apply(t, s, drive, "2", delta("3", removed("b")))
	if got, err := s.Families(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("families without members: %+v, %v", got, err)
	}
	if got, err := s.Conversation(t.Context(), "c1"); err != nil || got.Family != "fam" {
		t.Errorf("conversation: %+v, %v", got, err)
	}
}
