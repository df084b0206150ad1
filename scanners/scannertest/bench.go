package scannertest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// seeded is how many places the suite fills.
const seeded = 2

// A bench is a fixture with assets in it, and a store.
type bench struct {
	*testing.T
	*Fixture
	harness Harness
	store   Store
	places  []inventory.Place // those the suite filled
}

// leakless runs a case on a bench of its own and checks that nothing is left
// running when the bench is gone.
func leakless(t *testing.T, h Harness, run func(*bench)) {
	before := goleak.IgnoreCurrent()
	ok := t.Run("case", func(t *testing.T) {
		b := &bench{T: t, harness: h, Fixture: h.New(t), store: h.Store(t, inventory.Scope{})}
		if b.Flat {
			b.Tenant = flat{b.Tenant}
		}
		b.furnish()
		run(b)
	})
	if ok {
		if err := goleak.Find(before); err != nil {
			t.Error(err)
		}
	}
}

// furnish fills the first places.
func (b *bench) furnish() {
	for p, err := range b.Scanner().Places(b.Context()) {
		if err != nil {
			b.Fatalf("listing places: %v", err)
		}
		if len(b.places) < seeded {
			b.places = append(b.places, p)
		}
	}
	if len(b.places) == 0 {
		b.Fatal("the fixture has no place")
	}
	for _, p := range b.places {
		b.fill(p)
	}
}

func (b *bench) fill(p inventory.Place) {
	add := func(parent string, names ...string) {
		for _, n := range names {
			b.Tenant.Create(p, parent, n)
		}
	}
	add("", "Budget.xlsx", "Prüfung & Noten #1.xlsx", "contacts.csv", "100% final (2).xlsx")
	finance := b.Tenant.CreateFolder(p, "", "Finance")
	add(finance, "Invoices.xlsx", "Costs.xlsx", "Travel.xlsx", "Grants.xlsx")
	year := b.Tenant.CreateFolder(p, finance, "2026")
	add(year, "Q1.xlsx", "Q2.xlsx", "Q3.xlsx")
	teaching := b.Tenant.CreateFolder(p, "", "Teaching & Learning")
	add(teaching, "Gradebook.xlsx", "Attendance.csv", "Timetable.xlsx")
	add(b.Tenant.CreateFolder(p, teaching, "Archive"), "Gradebook.xlsx", "Gradebook 2024.xlsx")
	b.Tenant.CreateFolder(p, "", "Empty")
}

// find tells the id of the asset with a name, and a path if there are several.
func (b *bench) find(p inventory.Place, path, name string) string {
	b.Helper()
	if b.Flat {
		path, name = "", under(strings.ReplaceAll(path, "/", between), name)
	}
	for id, f := range b.Tenant.Truth(p) {
		if f.Name == name && f.Path == path {
			return id
		}
	}
	b.Fatalf("the truth of place %s has no %s/%s", p.ID, path, name)
	return ""
}

// pass is one night's listing, with a scanner that remembers nothing.
func (b *bench) pass(ctx context.Context, sink scanners.Sink, parallel int) ([]inventory.PlaceReport, error) {
	return (&scanners.Engine{Sink: sink, Parallel: parallel}).List(ctx, b.Scanner())
}

// list is a pass that must go well. It tells the sum of what it found.
func (b *bench) list() (sum inventory.Tally) {
	b.Helper()
	reports, err := b.pass(b.Context(), b.store, 0)
	if err != nil {
		b.Fatalf("list: %v", err)
	}
	for _, r := range reports {
		if !r.Complete || r.Error != "" {
			b.Errorf("place %s is not complete: %s", r.Place, r.Error)
		}
		if !r.Tally.Balanced() {
			b.Errorf("place %s: found is not what was stored, excluded, skipped and failed: %+v", r.Place, r.Tally)
		}
		sum.Add(r.Tally)
	}
	return sum
}

// records is what is stored, by asset.
func (b *bench) records() map[inventory.AssetID]inventory.Asset {
	b.Helper()
	out := map[inventory.AssetID]inventory.Asset{}
	for r, err := range b.store.Records(b.Context()) {
		if err != nil {
			b.Fatalf("records: %v", err)
		}
		out[r.Asset.ID] = r.Asset
	}
	return out
}

// wantTruth compares what is stored with what is true.
func (b *bench) wantTruth(when string) {
	b.Helper()
	want, got := map[inventory.AssetID]Fact{}, map[inventory.AssetID]Fact{}
	for _, p := range b.places {
		for id, f := range b.Tenant.Truth(p) {
			want[inventory.NewAssetID(p, id)] = f
		}
	}
	for id, a := range b.records() {
		got[id] = Fact{a.Name, a.Path}
		place := inventory.Place{Tenant: a.Tenant, ID: a.Place}
		if id != inventory.NewAssetID(place, a.VendorID) || a.Revision == "" {
			b.Errorf("%s: asset %s of place %q, vendor's id %q, revision %q", when, id, place.Key(), a.VendorID, a.Revision)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		b.Errorf("%s, stored is not what is true (-true +stored):\n%s", when, d)
	}
}

// wantKept checks that no asset of before is missing.
func (b *bench) wantKept(when string, before map[inventory.AssetID]inventory.Asset) {
	b.Helper()
	now := b.records()
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, ok := now[id]; !ok {
			b.Errorf("%s: %s is gone", when, id)
		}
	}
}

// fresh gives the bench another, empty store.
func (b *bench) fresh() { b.store = b.harness.Store(b.T, inventory.Scope{}) }

// errKilled is how a tap ends a pass.
var errKilled = errors.New("killed")

// A tap is a sink that a case listens in on.
type tap struct {
	Store
	before   func(page inventory.Page) error
	after    func(page inventory.Page) error
	restarts int // only to be read when a pass with one place at a time is over
}

func (s *tap) Apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page) (inventory.Tally, error) {
	if s.before != nil {
		if err := s.before(page); err != nil {
			return inventory.Tally{}, err
		}
	}
	tally, err := s.Store.Apply(ctx, p, from, page)
	if err == nil && s.after != nil {
		err = s.after(page)
	}
	return tally, err
}

func (s *tap) Restart(ctx context.Context, p inventory.Place, from inventory.Cursor) error {
	s.restarts++
	return s.Store.Restart(ctx, p, from)
}

// needs skips the case unless the fixture has what it takes.
func (b *bench) needs(what string, has bool) {
	b.Helper()
	if !has {
		b.Skip("skipped: the fixture has no " + what)
	}
}
