package microsoft

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// cabinet is somebody's OneDrive: a shared folder with a folder and files in
// it, a file that is shared by itself, and one that is nobody else's.
func cabinet(t *testing.T) (w *emulator.World, place string, ids map[string]string) {
	w = office(t)
	place, _ = personal(t, w)
	ids = map[string]string{}
	add := func(name, parent string, folder bool) {
		it := emulator.Item{Name: name, Folder: folder, Parent: ids[parent]}
		if !folder {
			it.Content = emulator.BytesContent([]byte(name))
		}
		made, err := w.Create(place, it)
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = made.ID
	}
	add("Team", "", true)
	add("Sub", "Team", true)
	add("own.xlsx", "", false)
	add("given.xlsx", "", false)
	add("in.xlsx", "Team", false)
	add("deep.xlsx", "Sub", false)
	for _, name := range []string{"Team", "given.xlsx"} {
		share(t, w, place, ids[name])
	}
	return w, place, ids
}

func share(t *testing.T, w *emulator.World, place, id string) {
	t.Helper()
	if _, err := w.Share(place, id, emulator.Grant{Link: emulator.LinkOrganisation, Role: emulator.RoleRead}); err != nil {
		t.Fatal(err)
	}
}

// Of a person's own things those are told as shared that are, over nights in
// which folders are shared, taken back and moved: the feed tells the folder
// alone, and what lies in it follows.
func TestSharingFollowsTheFolder(t *testing.T) {
	w, place, ids := cabinet(t)
	n := newTenant(t, w, emulator.ServerOptions{})
	store := scannertest.NewMemory(inventory.Scope{})
	unshare := func(name string) func() {
		return func() {
			if _, err := w.Unshare(place, ids[name]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, night := range []struct {
		when   string
		change func()
		want   []string
	}{
		{"at first", func() {}, []string{"deep.xlsx", "given.xlsx", "in.xlsx"}},
		{"the folder is nobody else's any more", unshare("Team"), []string{"given.xlsx"}},
		{"nor is the file", unshare("given.xlsx"), []string{}},
		{"the folder below is shared", func() { share(t, w, place, ids["Sub"]) }, []string{"deep.xlsx"}},
		{"a file moves into it", func() {
			if _, err := w.Move(place, ids["own.xlsx"], ids["Sub"]); err != nil {
				t.Fatal(err)
			}
		}, []string{"deep.xlsx", "own.xlsx"}},
		{"and so is the one above", func() { share(t, w, place, ids["Team"]) }, []string{"deep.xlsx", "in.xlsx", "own.xlsx"}},
		{"the folder below no longer inherits", func() {
			if _, err := w.Seclude(place, ids["Sub"]); err != nil {
				t.Fatal(err)
			}
		}, []string{"in.xlsx"}},
	} {
		night.change()
		if _, err := (&scanners.Engine{Sink: store}).List(t.Context(), n.scanner()); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for r, err := range store.Records(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Asset.Shared {
				got = append(got, r.Asset.Name)
			}
		}
		slices.Sort(got)
		if d := cmp.Diff(night.want, got); d != "" {
			t.Errorf("%s: shared (-want +got):\n%s", night.when, d)
		}
	}
}

// Whatever the listing and the store made of it, a person's own file is asked
// once more whether it is shared before its content is. Nobody else's file is
// not opened, and not a byte of it is fetched.
func TestInspectStaysOutOfWhatIsPrivate(t *testing.T) {
	w, _, _ := cabinet(t)
	n := newTenant(t, w, emulator.ServerOptions{})
	closed := func(o *Options, _ *wire.Options) { o.Private = false }
	s := n.scanner(closed)
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	for _, name := range slices.Sorted(maps.Keys(assets)) {
		n.server.ResetRequests()
		_, err := s.Inspect(t.Context(), inventory.Due{Asset: assets[name], Place: p})
		want := map[bool]error{true: inventory.ErrPrivate}[name == "own.xlsx"]
		if !errors.Is(err, want) || want != nil && n.server.Count("download")+n.server.Count("content") > 0 {
			t.Errorf("%s: %v, requests %v", name, err, n.server.Requests())
		}
	}
	if _, err := n.scanner().Inspect(t.Context(), inventory.Due{Asset: assets["own.xlsx"], Place: p}); err != nil {
		t.Errorf("switched on: %v", err)
	}
	library := p
	library.Kind = inventory.PlaceLibrary
	if _, err := s.Inspect(t.Context(), inventory.Due{Asset: assets["own.xlsx"], Place: library}); err != nil {
		t.Errorf("in a library: %v", err)
	}
}
