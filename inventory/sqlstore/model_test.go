package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A modelPlace is what Apply promises, in maps.
type modelPlace struct {
	cursor   inventory.Cursor
	whole    bool
	assets   map[string]inventory.Asset // by vendor id
	folders  map[string]inventory.Folder
	fresh    map[string]bool // mentioned in the listing from scratch under way
	emptying map[string]bool // folders removed in the listing under way
	settled  bool            // the last page was a complete one
}

func newModelPlace() *modelPlace {
	return &modelPlace{assets: map[string]inventory.Asset{}, folders: map[string]inventory.Folder{}, fresh: map[string]bool{}, emptying: map[string]bool{}}
}

func (m *modelPlace) apply(page inventory.Page) {
	if m.cursor == "" {
		m.whole = page.Full
		clear(m.fresh)
	}
	for _, c := range page.Changes {
		if !c.Removed {
			m.fresh[c.ID] = true
		}
		switch {
		case c.Folder != nil:
			m.folders[c.ID] = *c.Folder
			delete(m.emptying, c.ID)
		case c.Asset != nil && c.Asset.Kind == inventory.KindOther:
			delete(m.assets, c.ID)
		case c.Asset != nil:
			m.assets[c.ID] = *c.Asset
		case c.Removed:
			delete(m.assets, c.ID)
			if _, ok := m.folders[c.ID]; ok {
				m.emptying[c.ID] = true
			}
		}
	}
	m.cursor, m.settled = page.Next, page.Complete
	if page.Complete {
		m.finish()
	}
}

func (m *modelPlace) finish() {
	gone := maps.Clone(m.emptying)
	for grew := true; grew; {
		grew = false
		for id, f := range m.folders {
			if gone[f.Parent] && !gone[id] {
				gone[id], grew = true, true
			}
		}
	}
	maps.DeleteFunc(m.assets, func(id string, a inventory.Asset) bool {
		return gone[a.Parent] || m.whole && !m.fresh[id]
	})
	maps.DeleteFunc(m.folders, func(id string, _ inventory.Folder) bool { return gone[id] || m.whole && !m.fresh[id] })
	clear(m.emptying)
	m.whole = false
}

func (m *modelPlace) path(folder string) string {
	path, sep := "", ""
	for seen := map[string]bool{}; !seen[folder]; {
		f, ok := m.folders[folder]
		if !ok {
			break
		}
		seen[folder] = true
		path, sep, folder = f.Name+sep+path, "/", f.Parent
	}
	return path
}

// shared is whether others are let at an asset, by itself or by its folders.
func (m *modelPlace) shared(a inventory.Asset) bool {
	if !a.Inherits {
		return a.Shared
	}
	for seen, id := map[string]bool{}, a.Parent; !seen[id]; {
		f, ok := m.folders[id]
		if !ok || f.Shared || !f.Inherits {
			return f.Shared
		}
		seen[id], id = true, f.Parent
	}
	return false
}

// Whatever pages come, in whatever order, cut and resumed, the store holds
// what the model says, with the paths it says.
func TestApplyAgainstAModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	defer func() { s.Close() }()
	tenants := 0
	rapid.Check(t, func(rt *rapid.T) {
		tenants++ // a tenant of its own for every check: a new file takes longer
		tenant := fmt.Sprint("t", tenants)
		models := map[string]*modelPlace{"p": newModelPlace(), "p/q": newModelPlace()}
		next := 0
		rt.Repeat(map[string]func(*rapid.T){
			"page": func(rt *rapid.T) {
				p := drawPlace(rt, tenant)
				next++
				applyToBoth(rt, s, p, models[p.ID], drawPage(rt, next))
			},
			"stale page": func(rt *rapid.T) {
				p := drawPlace(rt, tenant)
				if _, err := s.Apply(t.Context(), p, "never", inventory.Page{Changes: []inventory.Change{book("z")}}); !errors.Is(err, inventory.ErrMoved) {
					rt.Fatalf("stale page: %v", err)
				}
			},
			"restart": func(rt *rapid.T) {
				p := drawPlace(rt, tenant)
				if err := s.Restart(t.Context(), p, models[p.ID].cursor); err != nil {
					rt.Fatal(err)
				}
				models[p.ID].cursor = ""
			},
			"reopen": func(rt *rapid.T) {
				closeStore(t, s)
				s = openAt(t, path, sqlstore.Options{})
			},
			"open": func(rt *rapid.T) { checkDue(rt, s, tenant, models["p/q"]) },
			"":     func(rt *rapid.T) { checkModel(rt, s, tenant, models) },
		})
	})
}

func applyToBoth(rt *rapid.T, s *sqlstore.Store, p inventory.Place, m *modelPlace, page inventory.Page) {
	tally, err := s.Apply(context.Background(), p, m.cursor, page)
	if err != nil {
		rt.Fatal(err)
	}
	page.Changes = lastOfEach(page.Changes)
	before := len(m.assets)
	m.apply(page)
	checkTally(rt, tally, page, before, len(m.assets))
}

func drawPlace(rt *rapid.T, tenant string) inventory.Place {
	p := inventory.Place{Tenant: tenant, ID: "p", Kind: inventory.PlaceLibrary}
	if rapid.Bool().Draw(rt, "personal") {
		p.ID, p.Kind = "p/q", inventory.PlaceOneDrive
	}
	return p
}

func drawPage(rt *rapid.T, next int) inventory.Page {
	return inventory.Page{
		Changes: rapid.SliceOfN(rapid.Custom(drawChange), 0, 8).Draw(rt, "changes"), Next: inventory.Cursor(fmt.Sprint(next)),
		Full: rapid.Bool().Draw(rt, "full"), Complete: rapid.Bool().Draw(rt, "complete"),
	}
}

func drawChange(rt *rapid.T) inventory.Change {
	id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(rt, "asset")
	dir := rapid.SampledFrom([]string{"f1", "f2", "f3", "root"}).Draw(rt, "folder")
	parent := rapid.SampledFrom([]string{"", "f1", "f2", "f3", "root"}).Draw(rt, "parent")
	name := rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "name")
	switch rapid.SampledFrom([]string{"asset", "asset", "asset", "folder", "other", "gone", "gone folder"}).Draw(rt, "what") {
	case "folder":
		f := folder(dir, parent, name)
		f.Folder.Shared, f.Folder.Inherits = drawSharing(rt)
		return f
	case "other":
		return bookWith(id, func(a *inventory.Asset) { a.Kind = inventory.KindOther })
	case "gone":
		return removed(id)
	case "gone folder":
		return removed(dir)
	default:
		return bookWith(id, func(a *inventory.Asset) {
			a.Name, a.Parent = name, parent
			a.Shared, a.Inherits = drawSharing(rt)
		})
	}
}

func drawSharing(rt *rapid.T) (shared, inherits bool) {
	told := rapid.SampledFrom([]string{"above", "above", "shared", "private"}).Draw(rt, "sharing")
	return told == "shared", told == "above"
}

// checkDue asks what may be opened of a person's own: never what is shared with
// nobody, and once a listing is complete all that is.
func checkDue(rt *rapid.T, s *sqlstore.Store, tenant string, m *modelPlace) {
	ds, err := s.Due(context.Background(), sqlstore.DueQuery{Tenant: tenant, Depth: inventory.DepthHeads, Reader: 1})
	if err != nil {
		rt.Fatal(err)
	}
	got, want := map[string]bool{}, map[string]bool{}
	for _, d := range ds {
		if d.Place.ID == "p/q" {
			got[d.Asset.VendorID] = true
		}
	}
	for id, a := range m.assets {
		if m.shared(a) {
			want[id] = true
		}
	}
	for id := range got {
		if !want[id] {
			rt.Fatalf("%s may be opened, and is shared with nobody", id)
		}
	}
	if m.settled && !maps.Equal(want, got) {
		rt.Fatalf("due is %v, want %v", got, want)
	}
}

// lastOfEach keeps the last change of every id, in the order Apply takes them:
// folders, assets, removals.
func lastOfEach(cs []inventory.Change) (kept []inventory.Change) {
	for i, c := range cs {
		if !slices.ContainsFunc(cs[i+1:], func(o inventory.Change) bool { return o.ID == c.ID }) {
			kept = append(kept, c)
		}
	}
	return kept
}

func checkTally(rt *rapid.T, got inventory.Tally, page inventory.Page, before, after int) {
	assets, others := 0, 0
	for _, c := range page.Changes {
		if c.Asset != nil && c.Asset.Kind == inventory.KindOther {
			others++
		} else if c.Asset != nil {
			assets++
		}
	}
	if !got.Balanced() || got.Found != assets+others || got.Stored != assets || got.Skipped[sqlstore.SkippedOther] != others || got.Changed > assets {
		rt.Fatalf("tally %+v of %d assets and %d others", got, assets, others)
	}
	if added := after - before + got.Removed; added < 0 || added > got.Changed {
		rt.Fatalf("tally %+v where %d assets became %d", got, before, after)
	}
}

func checkModel(rt *rapid.T, s *sqlstore.Store, tenant string, models map[string]*modelPlace) {
	want := map[string]string{}
	for id, m := range models {
		p := inventory.Place{Tenant: tenant, ID: id}
		for _, a := range m.assets {
			want[p.Key()+"/"+a.VendorID] = m.path(a.Parent) + "|" + a.Name + "|" + fmt.Sprint(m.shared(a))
		}
		if c, err := s.Cursor(context.Background(), p); err != nil || c != m.cursor {
			rt.Fatalf("cursor of %s = %q, %v; want %q", id, c, err, m.cursor)
		}
	}
	got := map[string]string{}
	last := inventory.AssetID("")
	for r, err := range s.Records(context.Background(), sqlstore.Filter{Tenant: tenant}) {
		if err != nil {
			rt.Fatal(err)
		}
		if r.Asset.ID <= last {
			rt.Fatalf("%s comes after %s", r.Asset.ID, last)
		}
		last = r.Asset.ID
		got[string(r.Asset.ID)] = r.Asset.Path + "|" + r.Asset.Name + "|" + fmt.Sprint(r.Asset.Shared)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatalf("assets (-want +got):\n%s", diff)
	}
}
