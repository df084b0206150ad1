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

// TestHandedOnFileKeepsItsConversation has a file leave one person's drive and
// turn up in another's, where it is another asset.
func TestHandedOnFileKeepsItsConversation(t *testing.T) {
	s := open(t, sqlstore.Options{})
	list := func(place string, files ...string) {
		t.Helper()
		p := inventory.Place{Tenant: "t", ID: place, Kind: inventory.PlaceMyDrive}
		page := inventory.Page{Full: true, Complete: true}
		for _, f := range files {
			st := inventory.EmptyStructure()
			page.Changes = append(page.Changes, inventory.Change{ID: f, Asset: &inventory.Asset{Kind: inventory.KindApp, Name: f, Revision: "1"}, Inside: &st})
		}
		if _, err := s.Apply(t.Context(), p, "", page); err != nil {
			t.Fatal(err)
		}
	}
	group := func(assets ...inventory.AssetID) (ids []string) {
		t.Helper()
		var fs []inventory.Family
		for _, a := range assets {
			fs = append(fs, inventory.Family{ID: string(a), Kind: inventory.FamilySingle, Members: []inventory.AssetID{a}, Representative: a})
		}
		if err := s.SaveFamilies(t.Context(), fs); err != nil {
			t.Fatal(err)
		}
		got, err := s.Families(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range got {
			ids = append(ids, f.ID)
		}
		return ids
	}
	list("ana", "f1", "f2")
	group("t/ana/f1", "t/ana/f2")
	c := inventory.Conversation{ID: "c", Family: "t/ana/f1", System: "lms"}
	if err := c.Decide(inventory.Decision{To: inventory.Proposed, By: inventory.Program}); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveConversation(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	group("t/ana/f1", "t/ana/f2") // a night on which nothing happens
	list("ana")
	group()
	list("bo", "f1", "f2")
	want := []string{"t/ana/f1", "t/bo/f2"} // nobody ever talked about the second
	if diff := cmp.Diff(want, group("t/bo/f1", "t/bo/f2")); diff != "" {
		t.Errorf("families (-want +got):\n%s", diff)
	}
	list("bo")
	list("cy", "f1")
	if diff := cmp.Diff(want[:1], group("t/cy/f1")); diff != "" {
		t.Errorf("handed on once more (-want +got):\n%s", diff)
	}
}
