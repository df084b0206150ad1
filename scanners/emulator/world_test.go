package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestProceduralItemsAreFoundAgain(t *testing.T) {
	w := NewWorld(Options{People: 6, Assets: 3000, Seed: 9})
	total := 0
	for _, p := range w.Places() {
		items, next := w.List(p.ID, 0, 1<<30)
		if next != -1 {
			t.Errorf("%s: more after everything", p.Name)
		}
		total += len(items) - 1
		for i, it := range items {
			if at, ok := w.Position(p.ID, it.ID); !ok || at != i {
				t.Fatalf("%s: %s is at %d (%v), want %d", p.Name, it.ID, at, ok, i)
			}
			if it.Parent == "" {
				continue
			}
			inside := func(c Item) bool { return c.ID == it.ID }
			if !slices.ContainsFunc(w.Children(p.ID, it.Parent), inside) {
				t.Fatalf("%s: %s is not among its parent's children", p.Name, it.Name)
			}
			if up, _ := w.Position(p.ID, it.Parent); up >= i {
				t.Fatalf("%s: %s comes before its folder", p.Name, it.Name)
			}
		}
	}
	if total != 3000 {
		t.Errorf("%d assets, want 3000", total)
	}
}

func TestSameSeedSameOrganisation(t *testing.T) {
	list := func(seed int64) []string {
		w := NewWorld(Options{People: 3, Assets: 200, Seed: seed})
		var out []string
		for _, p := range w.Places() {
			items, _ := w.List(p.ID, 0, 1000)
			for _, it := range items {
				out = append(out, p.ID+it.ID+it.Name+it.Modified.String())
			}
		}
		return out
	}
	if diff := cmp.Diff(list(1), list(1)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	if slices.Equal(list(1), list(2)) {
		t.Error("another seed makes no difference")
	}
}

// A million assets cost no more than the people and places they belong to.
func TestMillionAssetsCostNoMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	w := NewWorld(Options{People: 100, Assets: 1_000_000})
	c := serve(t, w, ServerOptions{})
	for _, p := range w.Places()[:20] {
		if p.Suite != Microsoft {
			continue
		}
		a := c.list("/v1.0/drives/" + p.ID + "/root/delta?$top=500")
		if b := c.list(a.Next); len(a.Value) != 500 || len(b.Value) != 500 {
			t.Fatalf("pages of %d and %d", len(a.Value), len(b.Value))
		}
	}
	if deep, _ := w.List(w.Places()[0].ID, 5000, 10); len(deep) != 10 {
		t.Errorf("%d items deep in a drive", len(deep))
	}
	if grown := int64(heap()) - int64(before); grown > 16<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	runtime.KeepAlive(w)
}

func TestRefusedChanges(t *testing.T) {
	w, place := library(t)
	outer, inner, file := named(t, w, place.ID, "Outer"), named(t, w, place.ID, "Inner"), named(t, w, place.ID, "root.csv")
	if _, err := w.Move(place.ID, outer.ID, inner.ID); err == nil {
		t.Error("a folder went into itself")
	}
	if _, err := w.Create(place.ID, Item{Name: "x", Parent: file.ID}); !errors.Is(err, ErrNotFound) {
		t.Errorf("create below a file: %v", err)
	}
	if err := w.Delete(place.ID, place.Root()); !errors.Is(err, ErrNotFound) {
		t.Errorf("delete the root: %v", err)
	}
	if _, err := w.Edit(place.ID, outer.ID, "", nil); err == nil {
		t.Error("a folder was edited")
	}
	if _, err := w.Rename("nowhere", file.ID, "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("rename in a place that is not there: %v", err)
	}
	if _, err := w.Load(place.ID, Item{ID: file.ID, Name: "twice"}); err == nil {
		t.Error("an id was given twice")
	}
	if seq := w.Seq(place.ID); seq != 0 {
		t.Errorf("what was refused is in the log, at %d", seq)
	}
}

// Whatever is done to a place in whatever order, a client that follows the feed ends up with the truth.
func TestFeedsFollowAnyHistory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := NewWorld(Options{People: 1, Assets: 60, Now: ticking()})
		c := serve(t, w, ServerOptions{})
		place := w.Places()[0].ID
		known := map[string]string{}
		a := c.walk("/v1.0/drives/" + place + "/root/delta?$top=13")
		a.apply(known)
		for step := range rapid.IntRange(1, 25).Draw(rt, "steps") {
			anyChange(rt, w, place, step)
			if rapid.Bool().Draw(rt, "look") {
				a = c.walk(a.Delta)
				a.apply(known)
			}
		}
		c.walk(a.Delta).apply(known)
		if diff := cmp.Diff(stateOf(w, place), known); diff != "" {
			rt.Fatalf("(-truth +known):\n%s", diff)
		}
	})
}

// anyChange does something; what the world refuses is no change.
func anyChange(rt *rapid.T, w *World, place string, step int) {
	items, _ := w.List(place, 0, 1000)
	pick := func(label string) Item { return items[rapid.IntRange(0, len(items)-1).Draw(rt, label)] }
	it := pick("item")
	switch rapid.IntRange(0, 6).Draw(rt, "what") {
	case 0:
		w.Create(place, Item{Name: fmt.Sprint("new ", step), Folder: rapid.Bool().Draw(rt, "folder"), Parent: it.ID})
	case 1:
		w.Rename(place, it.ID, fmt.Sprint("renamed ", step))
	case 2, 3:
		w.Move(place, it.ID, pick("to").ID)
	case 4:
		w.Delete(place, it.ID)
	case 5:
		w.Trash(place, it.ID)
	case 6:
		w.Restore(place, it.ID)
	}
}

func TestDirectory(t *testing.T) {
	w := NewWorld(Options{People: 30})
	w.AddPerson(Person{Name: "Gil Guest", Address: "gil@elsewhere.example", Microsoft: true, Guest: true})
	w.AddPerson(Person{Name: "Only Google", Address: "only@example.edu", Google: true})
	c := serve(t, w, ServerOptions{})
	a := c.walk("/v1.0/users?$top=7&$select=id,userPrincipalName,accountEnabled,userType")
	want := map[string]any{}
	for _, p := range w.People() {
		if p.Microsoft {
			want[p.ID] = map[string]any{"id": p.ID, "userPrincipalName": p.Address, "accountEnabled": !p.Left, "userType": map[bool]string{true: "Guest", false: "Member"}[p.Guest]}
		}
	}
	got := map[string]any{}
	for _, v := range a.Value {
		got[v["id"].(string)] = v
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-world +users):\n%s", diff)
	}
	c.body(http.StatusNotFound, c.do(http.MethodGet, "/v1.0/users/gil@elsewhere.example/drive"))
	c.body(http.StatusNotFound, c.do(http.MethodGet, "/v1.0/users/only@example.edu"))
	if personal := c.walk("/v1.0/sites/getAllSites?$top=4"); len(personal.Value) != len(w.Sites()) {
		t.Errorf("%d sites, want %d", len(personal.Value), len(w.Sites()))
	}
}

// BenchmarkDelta is what a page of 200 items costs the emulator, so that it does not stand in the way when scanners are measured.
func BenchmarkDelta(b *testing.B) {
	w := NewWorld(Options{People: 1, Assets: 1_000_000})
	s := NewServer(w, ServerOptions{})
	h := s.Handler()
	req := httptest.NewRequest(http.MethodGet, "/v1.0/drives/"+w.Places()[0].ID+"/root/delta?$select=id,name,size,file,folder,parentReference,lastModifiedDateTime,eTag,shared", nil)
	req.Header.Set("Authorization", "Bearer "+s.token)
	for b.Loop() {
		rec := httptest.NewRecorder()
		if h.ServeHTTP(rec, req); rec.Code != http.StatusOK {
			b.Fatal(rec.Code, rec.Body)
		}
	}
	b.ReportMetric(float64(b.N*deltaUsual)/b.Elapsed().Seconds(), "items/s")
}
