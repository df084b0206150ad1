package scannertest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

// TestAnyHistoryEndsInTruth lets things happen in any order, runs that are cut
// short and cursors that expire among them, and wants the store and its model
// to hold the truth after two undisturbed nights.
func TestAnyHistoryEndsInTruth(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t)
		defer h.store.Close()
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			h.step(rt)
		}
		for range 2 {
			h.night(nil)
		}
		truth := h.truth()
		for i, s := range h.stores {
			if d := cmp.Diff(truth, contents(t, s)); d != "" {
				rt.Fatalf("store %d (-true +stored):\n%s", i, d)
			}
		}
	})
}

// A history is a vendor with one place and what happened there.
type history struct {
	*testing.T
	vendor  *vendor
	place   inventory.Place
	folders []string
	store   store
	stores  []scannertest.Store // store and its model
	made    int
}

func newHistory(t *testing.T) *history {
	v := newVendor(t, "")
	p := v.world.Places()[0]
	s := openStore(t, inventory.Scope{}).(store)
	return &history{
		T: t, vendor: v, folders: []string{""},
		place:  inventory.Place{Tenant: "paper", ID: p.ID, Kind: inventory.PlaceLibrary, Name: p.Name},
		store:  s,
		stores: []scannertest.Store{scannertest.NewMemory(inventory.Scope{}), s},
	}
}

func (h *history) step(rt *rapid.T) {
	w, p := h.vendor.tenant, h.place
	h.made++
	files := slices.Sorted(maps.Keys(w.Truth(p)))
	folder := rapid.SampledFrom(h.folders).Draw(rt, "folder")
	what := rapid.SampledFrom([]string{"create", "create", "create", "folder", "edit", "rename", "move", "delete", "rename folder", "delete folder", "expire", "night", "cut night"}).Draw(rt, "what")
	switch {
	case what == "create":
		w.Create(p, folder, fmt.Sprint(h.made, ".xlsx"))
	case what == "folder":
		h.folders = append(h.folders, w.CreateFolder(p, folder, fmt.Sprint("folder ", h.made)))
	case what == "expire":
		w.Expire(p)
	case what == "night":
		h.night(nil)
	case what == "cut night":
		n := rapid.IntRange(1, 4).Draw(rt, "pages")
		h.night(func() bool { n--; return n == 0 })
	case what == "rename folder" && folder != "":
		w.Rename(p, folder, fmt.Sprint("renamed ", h.made))
	case what == "delete folder" && folder != "":
		w.Delete(p, folder)
		h.folders = slices.DeleteFunc(h.folders, func(id string) bool {
			it, ok := h.vendor.world.Item(p.ID, id)
			return id != "" && (!ok || it.Gone())
		})
	case len(files) > 0:
		h.file(what, rapid.SampledFrom(files).Draw(rt, "file"), folder)
	}
}

func (h *history) file(what, file, folder string) {
	w, p := h.vendor.tenant, h.place
	switch what {
	case "edit":
		w.Edit(p, file)
	case "rename":
		w.Rename(p, file, fmt.Sprint("renamed ", h.made, ".csv"))
	case "move":
		w.Move(p, file, folder)
	case "delete":
		w.Delete(p, file)
	}
}

// night lists into every store, until cut says so.
func (h *history) night(cut func() bool) {
	for _, s := range h.stores {
		e := &scanners.Engine{Sink: &cutter{s, cut}, Parallel: 1}
		reports, err := e.List(h.Context(), &paper{h.vendor})
		if err != nil && !errors.Is(err, errCut) {
			h.Fatal(err)
		}
		for _, r := range reports {
			if !r.Complete && cut == nil {
				h.Fatalf("an undisturbed night did not end: %+v", r)
			}
		}
	}
}

func (h *history) truth() map[string]scannertest.Fact { return h.vendor.tenant.Truth(h.place) }

func contents(t *testing.T, s scannertest.Store) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	for r, err := range s.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out[r.Asset.VendorID] = scannertest.Fact{Name: r.Asset.Name, Path: r.Asset.Path}
	}
	return out
}

var errCut = errors.New("cut")

// A cutter is a store that fails once the page is stored at which cut says so.
type cutter struct {
	scannertest.Store
	cut func() bool
}

func (c *cutter) Apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page) (inventory.Tally, error) {
	tally, err := c.Store.Apply(ctx, p, from, page)
	if err == nil && c.cut != nil && c.cut() {
		return tally, errCut
	}
	return tally, err
}
