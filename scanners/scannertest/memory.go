package scannertest

import (
	"context"
	"errors"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// A Store is a sink whose content can be read back.
type Store interface {
	scanners.Sink
	// Records yields all that is stored, in any order.
	Records(context.Context) iter.Seq2[inventory.Record, error]
}

// A Memory is the Store in its simplest form, and thereby the model of what a
// sink does: the rules of scanners.Sink in a few maps. It is safe for
// concurrent use.
type Memory struct {
	Scope inventory.Scope

	mu     sync.Mutex
	places map[string]*memoryPlace
}

type memoryPlace struct {
	place      inventory.Place
	cursor     inventory.Cursor
	generation int // of listings from scratch
	folders    map[string]memoryFolder
	removed    map[string]bool // folders whose content goes unless it moves before the listing is complete
	assets     map[string]*memoryAsset
}

type memoryFolder struct {
	inventory.Folder
	generation int
}

type memoryAsset struct {
	asset      inventory.Asset
	generation int
}

// NewMemory makes an empty store for the scope.
func NewMemory(scope inventory.Scope) *Memory {
	return &Memory{Scope: scope, places: map[string]*memoryPlace{}}
}

// Cursor implements scanners.Sink.
func (m *Memory) Cursor(ctx context.Context, p inventory.Place) (inventory.Cursor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at(p).cursor, ctx.Err()
}

// Restart implements scanners.Sink.
func (m *Memory) Restart(ctx context.Context, p inventory.Place, from inventory.Cursor) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	mp := m.at(p)
	if mp.cursor != from {
		return inventory.ErrMoved
	}
	mp.cursor = ""
	return ctx.Err()
}

// SeenPlaces implements scanners.Sink.
func (m *Memory) SeenPlaces(ctx context.Context, tenant string, places []inventory.Place) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := map[string]bool{}
	for _, p := range places {
		seen[p.Key()] = true
	}
	maps.DeleteFunc(m.places, func(key string, mp *memoryPlace) bool {
		return mp.place.Tenant == tenant && !seen[key]
	})
	return ctx.Err()
}

// Apply implements scanners.Sink.
func (m *Memory) Apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page) (inventory.Tally, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	mp := m.at(p)
	switch {
	case ctx.Err() != nil:
		return inventory.Tally{}, ctx.Err()
	case mp.cursor != from:
		return inventory.Tally{}, inventory.ErrMoved
	case from == "" && !page.Full && len(page.Changes) > 0:
		return inventory.Tally{}, errors.New("a page from scratch that is not marked Full")
	case from == "":
		mp.generation++
	}
	var tally inventory.Tally
	for i, c := range page.Changes {
		if last(page.Changes, i) {
			tally.Add(m.change(mp, c))
		}
	}
	if page.Complete {
		tally.Removed += mp.sweep(page.Full)
	}
	mp.cursor = page.Next
	return tally, nil
}

// Records implements Store.
func (m *Memory) Records(context.Context) iter.Seq2[inventory.Record, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []inventory.Record
	for _, mp := range m.places {
		for _, a := range mp.assets {
			r := inventory.Record{Asset: a.asset, PlaceName: mp.place.Name}
			r.Asset.Path = mp.path(a.asset)
			r.Asset.Shared = mp.shared(a.asset)
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b inventory.Record) int { return strings.Compare(string(a.Asset.ID), string(b.Asset.ID)) })
	return func(yield func(inventory.Record, error) bool) {
		for _, r := range out {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (m *Memory) at(p inventory.Place) *memoryPlace {
	mp := m.places[p.Key()]
	if mp == nil {
		mp = &memoryPlace{folders: map[string]memoryFolder{}, removed: map[string]bool{}, assets: map[string]*memoryAsset{}}
		m.places[p.Key()] = mp
	}
	mp.place = p
	return mp
}

// last reports whether a change is the last of its id in a page: it is the one
// that counts.
func last(changes []inventory.Change, i int) bool {
	return !slices.ContainsFunc(changes[i+1:], func(c inventory.Change) bool { return c.ID == changes[i].ID })
}

func (m *Memory) change(mp *memoryPlace, c inventory.Change) (t inventory.Tally) {
	switch {
	case c.Folder != nil:
		mp.folders[c.ID] = memoryFolder{*c.Folder, mp.generation}
		delete(mp.removed, c.ID)
	case c.Removed:
		if mp.assets[c.ID] != nil {
			t.Removed++
		}
		delete(mp.assets, c.ID)
		if _, ok := mp.folders[c.ID]; ok {
			mp.removed[c.ID] = true
		}
	default:
		t.Found++
		m.keep(mp, *c.Asset, &t)
	}
	return t
}

func (m *Memory) keep(mp *memoryPlace, a inventory.Asset, t *inventory.Tally) {
	known := a
	known.Path = mp.path(a)
	switch {
	case m.Scope.ExcludesAsset(known):
		t.Excluded++
		delete(mp.assets, a.VendorID)
	case a.Kind == inventory.KindOther:
		t.Skipped = map[string]int{"other": 1}
		delete(mp.assets, a.VendorID)
	default:
		t.Stored++
		if old := mp.assets[a.VendorID]; old == nil || old.asset != a {
			t.Changed++
		}
		mp.assets[a.VendorID] = &memoryAsset{a, mp.generation}
	}
}

// sweep removes what lay in removed folders and, at the end of a full listing,
// what that did not mention.
func (mp *memoryPlace) sweep(full bool) int {
	n := len(mp.assets)
	stays := map[string]bool{}
	for id, f := range mp.folders {
		inRemoved := slices.ContainsFunc(mp.upFrom(id), func(id string) bool { return mp.removed[id] })
		stays[id] = !inRemoved && (!full || f.generation == mp.generation)
		if inRemoved {
			maps.DeleteFunc(mp.assets, func(_ string, a *memoryAsset) bool { return a.asset.Parent == id })
		}
	}
	maps.DeleteFunc(mp.folders, func(id string, _ memoryFolder) bool { return !stays[id] })
	maps.DeleteFunc(mp.assets, func(_ string, a *memoryAsset) bool { return full && a.generation < mp.generation })
	clear(mp.removed)
	return n - len(mp.assets)
}

func (mp *memoryPlace) path(a inventory.Asset) string {
	if a.Path != "" {
		return a.Path
	}
	var dir string
	for _, id := range mp.upFrom(a.Parent) {
		dir = path.Join(mp.folders[id].Name, dir)
	}
	return dir
}

// shared follows an asset that is shared if its folder is up to the first
// folder that speaks for itself.
func (mp *memoryPlace) shared(a inventory.Asset) bool {
	if !a.Inherits {
		return a.Shared
	}
	for _, id := range mp.upFrom(a.Parent) {
		if f := mp.folders[id]; f.Shared || !f.Inherits {
			return f.Shared
		}
	}
	return false
}

// upFrom are the folders from one up to the root.
func (mp *memoryPlace) upFrom(id string) (ids []string) {
	// Bounded, because a vendor's folders may form a ring while they are moved.
	for ; len(ids) < 100; id = mp.folders[id].Parent {
		if _, ok := mp.folders[id]; !ok {
			break
		}
		ids = append(ids, id)
	}
	return ids
}
