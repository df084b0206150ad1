package scannertest

import (
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func fullListing(b *bench) {
	reports, err := b.pass(b.Context(), b.store, 0)
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range b.places {
		i := slices.IndexFunc(reports, func(r inventory.PlaceReport) bool { return r.Place == p.Key() })
		if i < 0 {
			b.Fatalf("place %s has no report", p.Key())
		}
		if r := reports[i]; !r.Complete || r.Pages < 3 || r.Tally.Stored != len(b.Tenant.Truth(p)) {
			b.Errorf("want a complete report of three pages or more (or else make the fixture's pages smaller) and %d stored: %+v", len(b.Tenant.Truth(p)), r)
		}
	}
	b.wantTruth("after the first listing")
	for id, a := range b.records() {
		want := b.Kind
		if want == "" {
			want = inventory.KindOfName(a.Name)
		}
		if a.Kind != want {
			b.Errorf("%s has kind %q", id, a.Kind)
		}
	}
}

func secondPass(b *bench) {
	b.list()
	before := b.records()
	sum := b.list()
	if sum.Changed != 0 || sum.Removed != 0 {
		b.Errorf("nothing has changed, but the second pass says %+v", sum)
	}
	if b.Incremental && sum.Found != 0 {
		b.Errorf("the second pass found %d assets again", sum.Found)
	}
	if d := cmp.Diff(before, b.records()); d != "" {
		b.Errorf("the second pass changed (-before +after):\n%s", d)
	}
}

func changesAreSeen(b *bench) {
	p := b.places[0]
	steps := []struct {
		name    string
		do      func() (changed string) // an id that may differ afterwards
		removes bool
	}{
		{"create", func() string { return b.Tenant.Create(p, "", "New.xlsx") }, false},
		{"edit", func() string { id := b.find(p, "", "New.xlsx"); b.Tenant.Edit(p, id); return id }, false},
		{"rename", func() string { return b.Tenant.Rename(p, b.find(p, "", "New.xlsx"), "Newer.xlsx") }, false},
		{"move into a folder", func() string {
			folder := b.Tenant.CreateFolder(p, "", "Moved")
			return b.Tenant.Move(p, b.find(p, "", "Newer.xlsx"), folder)
		}, false},
		{"move to the root", func() string { return b.Tenant.Move(p, b.find(p, "Moved", "Newer.xlsx"), "") }, false},
		{"delete", func() string { id := b.find(p, "", "Newer.xlsx"); b.Tenant.Delete(p, id); return id }, true},
	}
	b.list()
	for _, s := range steps {
		before := b.records()
		changed := inventory.NewAssetID(p, s.do())
		sum := b.list()
		b.wantTruth("after " + s.name)
		after := b.records()
		if !s.removes && sum.Changed == 0 || s.removes && sum.Removed == 0 {
			b.Errorf("%s is not in the account: %+v", s.name, sum)
		}
		if s.name == "edit" && before[changed].Revision == after[changed].Revision {
			b.Errorf("an edit left the revision as it was: %s", after[changed].Revision)
		}
		b.wantOthersAsBefore(s.name, changed, before, after)
	}
}

// wantOthersAsBefore checks that no asset but one is another than before.
func (b *bench) wantOthersAsBefore(when string, changed inventory.AssetID, before, after map[inventory.AssetID]inventory.Asset) {
	b.Helper()
	for id, a := range after {
		if old, ok := before[id]; ok && id != changed && old != a {
			b.Errorf("%s changed another asset (-before +after):\n%s", when, cmp.Diff(old, a))
		}
	}
}

func folderChanges(b *bench) {
	b.needs("folders", !b.Flat)
	p := b.places[0]
	projects := b.Tenant.CreateFolder(p, "", "Projects")
	inner := b.Tenant.CreateFolder(p, projects, "Inner")
	b.Tenant.Create(p, projects, "Plan.xlsx")
	b.Tenant.Create(p, inner, "Deep.xlsx")
	b.list()
	b.wantTruth("before")

	projects = b.Tenant.Rename(p, projects, "Programmes")
	b.list()
	b.wantTruth("after the rename")

	b.find(p, "Programmes/Inner", "Deep.xlsx")
	target := b.Tenant.CreateFolder(p, "", "Target")
	projects = b.Tenant.Move(p, projects, target)
	b.list()
	b.wantTruth("after the move")

	b.find(p, "Target/Programmes/Inner", "Deep.xlsx")
	b.Tenant.Delete(p, projects)
	b.list()
	b.wantTruth("after the removal")
	if left := slices.Collect(maps.Values(b.Tenant.Truth(p))); slices.ContainsFunc(left, func(f Fact) bool { return f.Name == "Deep.xlsx" }) {
		b.Error("the fixture did not remove what lies in a removed folder")
	}
}
