package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ticking is a clock that goes one second further whenever it is looked at.
func ticking() func() time.Time {
	at := dawn()
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}

func TestDeltaFromScratchIsTheTruth(t *testing.T) {
	w := NewWorld(Options{People: 4, Assets: 900, Seed: 3})
	c := serve(t, w, ServerOptions{})
	for _, p := range w.Places() {
		if p.Suite != Microsoft {
			continue
		}
		known := map[string]string{}
		a := c.walk("/v1.0/drives/" + p.ID + "/root/delta?$top=7")
		seen := map[string]bool{"": true}
		for _, v := range a.Value {
			parent, _ := v["parentReference"].(map[string]any)["id"].(string)
			if seen[v["id"].(string)] = true; !seen[parent] {
				t.Errorf("%v came before its parent", v["name"])
			}
		}
		a.apply(known)
		if diff := cmp.Diff(stateOf(w, p.ID), known); diff != "" {
			t.Errorf("place %s (-truth +listed):\n%s", p.Name, diff)
		}
	}
}

func TestDeltaTellsEveryChange(t *testing.T) {
	changes := []struct {
		name string
		do   func(w *World, place string, it Item) error
		want []string // names in the next feed, without parents
	}{
		{"nothing", func(*World, string, Item) error { return nil }, []string{}},
		{"create", func(w *World, place string, it Item) error {
			_, err := w.Create(place, Item{Name: "new.xlsx", Parent: it.Parent, Content: BytesContent(nil)})
			return err
		}, []string{"new.xlsx"}},
		{"edit", func(w *World, place string, it Item) error {
			_, err := w.Edit(place, it.ID, it.CreatedBy, BytesContent([]byte("more")))
			return err
		}, []string{"inner.xlsx"}},
		{"edit twice", func(w *World, place string, it Item) error {
			if _, err := w.Edit(place, it.ID, it.CreatedBy, BytesContent([]byte("more"))); err != nil {
				return err
			}
			_, err := w.Rename(place, it.ID, "inner2.xlsx")
			return err
		}, []string{"inner2.xlsx"}},
		{"rename", func(w *World, place string, it Item) error {
			_, err := w.Rename(place, it.ID, "other.xlsx")
			return err
		}, []string{"other.xlsx"}},
		{"move", func(w *World, place string, it Item) error {
			_, err := w.Move(place, it.ID, "")
			return err
		}, []string{"inner.xlsx"}},
		{"share", func(w *World, place string, it Item) error {
			_, err := w.Share(place, it.ID, Grant{Link: LinkOrganisation, Role: RoleRead})
			return err
		}, []string{"inner.xlsx"}},
		{"touch", func(w *World, place string, it Item) error {
			_, err := w.Touch(place, it.ID)
			return err
		}, []string{"inner.xlsx"}},
		{"delete a file", func(w *World, place string, it Item) error { return w.Delete(place, it.ID) }, []string{"-"}},
		{"bin a folder", func(w *World, place string, it Item) error { return w.Trash(place, it.Parent) }, []string{"-", "-"}},
		{"bin and restore", func(w *World, place string, it Item) error {
			if err := w.Trash(place, it.Parent); err != nil {
				return err
			}
			return w.Restore(place, it.Parent)
		}, []string{"Inner", "inner.xlsx"}},
	}
	for _, test := range changes {
		t.Run(test.name, func(t *testing.T) {
			w, place := library(t)
			c := serve(t, w, ServerOptions{})
			known := map[string]string{}
			first := c.walk("/v1.0/drives/" + place.ID + "/root/delta")
			first.apply(known)
			if err := test.do(w, place.ID, named(t, w, place.ID, "inner.xlsx")); err != nil {
				t.Fatal(err)
			}
			next := c.walk(first.Delta, "deltaExcludeParent", "true")
			if diff := cmp.Diff(test.want, next.names()); diff != "" {
				t.Errorf("next feed (-want +got):\n%s", diff)
			}
			next.apply(known)
			if diff := cmp.Diff(stateOf(w, place.ID), known); diff != "" {
				t.Errorf("afterwards (-truth +known):\n%s", diff)
			}
			if after := c.walk(next.Delta); len(after.Value) > 0 {
				t.Errorf("the feed after that is not empty: %v", after.names())
			}
		})
	}
}

func TestDeltaWithParents(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	start := c.walk("/v1.0/drives/" + place.ID + "/root/delta?token=latest")
	if len(start.Value) != 0 || start.Delta == "" {
		t.Fatalf("token=latest: %d items, delta link %q", len(start.Value), start.Delta)
	}
	if _, err := w.Touch(place.ID, named(t, w, place.ID, "inner.xlsx").ID); err != nil {
		t.Fatal(err)
	}
	want := []string{"root", "Outer", "Inner", "inner.xlsx"}
	if diff := cmp.Diff(want, c.walk(start.Delta).names()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What changes while a listing is under way is told by the listing, by the feed after it, or by both; never by neither.
func TestDeltaWhileThingsChange(t *testing.T) {
	w := NewWorld(Options{People: 1, Assets: 300, Seed: 5})
	c := serve(t, w, ServerOptions{})
	place := w.Places()[0].ID
	known := map[string]string{}
	url := "/v1.0/drives/" + place + "/root/delta?$top=20"
	for round := 0; url != ""; round++ {
		a := c.list(url)
		a.apply(known)
		if url = a.Next; url == "" {
			c.walk(a.Delta).apply(known)
			break
		}
		items, _ := w.List(place, round*5+3, 4)
		w.Rename(place, items[0].ID, fmt.Sprint("renamed ", round))
		w.Delete(place, items[1].ID)
		w.Create(place, Item{Name: fmt.Sprint("created ", round), Folder: true})
		w.Move(place, items[2].ID, named(t, w, place, fmt.Sprint("created ", round)).ID)
	}
	if diff := cmp.Diff(stateOf(w, place), known); diff != "" {
		t.Errorf("(-truth +known):\n%s", diff)
	}
}

// Changes and readers may come at the same time; whoever then follows the feed knows the truth.
func TestChangesWhileServing(t *testing.T) {
	w := NewWorld(Options{People: 1, Assets: 100, Seed: 6})
	c := serve(t, w, ServerOptions{})
	place := w.Places()[0].ID
	first := c.walk("/v1.0/drives/" + place + "/root/delta")
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 25 {
				items, _ := w.List(place, 1+worker*7+i%7, 1)
				w.Rename(place, items[0].ID, fmt.Sprint("renamed ", worker, i))
				if made, err := w.Create(place, Item{Name: fmt.Sprint("made ", worker, i), Content: BytesContent(nil)}); err == nil && i%2 == 0 {
					w.Delete(place, made.ID)
				}
			}
		})
	}
	known := map[string]string{}
	first.apply(known)
	at := first.Delta
	for range 20 {
		a := c.walk(at + "&$top=7")
		a.apply(known)
		at = a.Delta
	}
	all.Wait()
	c.walk(at).apply(known)
	if diff := cmp.Diff(stateOf(w, place), known); diff != "" {
		t.Errorf("(-truth +known):\n%s", diff)
	}
}

func TestDeltaSpellings(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	first := c.walk("/v1.0/drives/" + place.ID + "/root/delta")
	link, err := url.Parse(first.Delta)
	if err != nil {
		t.Fatal(err)
	}
	if link.Host != strings.TrimPrefix(c.base, "http://") {
		t.Errorf("the delta link leads to %s", link.Host)
	}
	token := link.Query().Get("token")
	d := "/v1.0/drives/" + place.ID
	quoted := "/v1.0/drives('" + place.ID + "')"
	site := "/v1.0/sites/" + place.Site + "/drive"
	for path, want := range map[string]int{
		d + "/root/delta":                                          6,
		d + "/root/delta()":                                        6,
		d + "/items/root/delta()":                                  6,
		d + "/items/root/delta":                                    6,
		d + "/items/" + place.Root() + "/delta":                    6,
		quoted + "/root/delta":                                     6,
		quoted + "/items('root')/microsoft.graph.delta()":          6,
		quoted + "/root/microsoft.graph.delta(token=null)":         6,
		d + "/root/delta(token='" + token + "')":                   0,
		d + "/root/delta?token=" + token:                           0,
		d + "/items/root/microsoft.graph.delta(token='latest')":    0,
		site + "/root/delta":                                       6,
		site + "/root/delta?$select=id,name,parentReference":       6,
		site + "/root/delta?token=" + token + "&$select=id,name":   0,
		"/v1.0/sites('" + place.Site + "')/drive/root/delta?$top=": 6,
	} {
		if got := len(c.walk(path).Value); got != want {
			t.Errorf("%s: %d items, want %d", path, got, want)
		}
	}
}

func TestDeltaSelection(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	for _, v := range c.walk("/v1.0/drives/" + place.ID + "/root/delta?$select=name,size&$top=2").Value {
		for key := range v {
			if key != "id" && key != "name" && key != "size" {
				t.Errorf("%v has %s, which was not selected", v["name"], key)
			}
		}
	}
	a := c.list("/v1.0/drives/" + place.ID + "/root/delta?$top=100000")
	if len(a.Value) != 6 {
		t.Errorf("a page of %d", len(a.Value))
	}
	for _, v := range a.Value {
		for _, absent := range []string{"cTag", "@microsoft.graph.downloadUrl"} {
			if v[absent] != nil {
				t.Errorf("%v has %s, which delta leaves out", v["name"], absent)
			}
		}
		if _, has := v["parentReference"].(map[string]any)["path"]; has {
			t.Errorf("%v has a path, which delta leaves out", v["name"])
		}
	}
}

func TestCursorsExpire(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	codes := map[string]int{}
	for range 60 {
		first := c.walk("/v1.0/drives/" + place.ID + "/root/delta?$select=id,name")
		if err := w.ExpireTokens(place.ID); err != nil {
			t.Fatal(err)
		}
		res := c.do(http.MethodGet, first.Delta)
		status := http.StatusGone
		if res.StatusCode == http.StatusBadRequest {
			status = http.StatusBadRequest
		}
		var e graphError
		if err := json.Unmarshal(c.body(status, res), &e); err != nil {
			t.Fatal(err)
		}
		location := res.Header.Get("Location")
		codes[fmt.Sprint(status, " ", e.Error.Code, " ", location != "")]++
		if location == "" {
			continue
		}
		again := c.walk(location)
		if len(again.Value) != 6 || len(again.Value[0]) != 2 {
			t.Errorf("the location lists %d items of %d properties", len(again.Value), len(again.Value[0]))
		}
		if rest := c.walk(again.Delta); len(rest.Value) != 0 {
			t.Errorf("after starting again there is %v", rest.names())
		}
	}
	for _, want := range []string{"410 resyncRequired true", "410 resyncRequired false", "410 resyncChangesApplyDifferences true", "410 resyncChangesUploadDifferences true",
		"410 SyncStateNotFound false", "410 SyncStateInvalid false", "400 invalidRequest false"} {
		if codes[want] == 0 {
			t.Errorf("in 60 expiries there was no %q: %v", want, codes)
		}
	}
	c.body(http.StatusBadRequest, c.do(http.MethodGet, "/v1.0/drives/"+place.ID+"/root/delta?token=made-up"))
}

// Deleted items come seven to a page, whatever was asked for.
func TestDeletedItemsComeSevenToAPage(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	var ids []string
	for i := range 20 {
		it, err := w.Create(place.ID, Item{Name: fmt.Sprintf("%d.xlsx", i), Content: BytesContent([]byte("x"))})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, it.ID)
	}
	start := c.walk("/v1.0/drives/" + place.ID + "/root/delta?$top=500")
	for _, id := range ids {
		if err := w.Delete(place.ID, id); err != nil {
			t.Fatal(err)
		}
	}
	var sizes []int
	for url := start.Delta; url != ""; {
		a := c.list(url, "deltaExcludeParent", "true")
		sizes, url = append(sizes, len(a.Value)), a.Next
	}
	if !slices.Equal(sizes, []int{7, 7, 6}) {
		t.Errorf("pages of %v deleted items", sizes)
	}
}

func TestHierarchicalSharing(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	outer := named(t, w, place.ID, "Outer")
	start := c.walk("/v1.0/drives/" + place.ID + "/root/delta")
	if _, err := w.Share(place.ID, outer.ID, Grant{External: "someone@elsewhere.example", Role: RoleWrite}); err != nil {
		t.Fatal(err)
	}
	scopes := func(header ...string) map[string]any {
		out := map[string]any{}
		for _, v := range c.walk("/v1.0/drives/"+place.ID+"/root/delta", header...).Value {
			if v["shared"] != nil {
				out[v["name"].(string)] = v["shared"].(map[string]any)["scope"]
			}
		}
		return out
	}
	below := map[string]any{"Outer": "users", "Inner": "users", "outer.xlsx": "users", "inner.xlsx": "users"}
	if diff := cmp.Diff(below, scopes()); diff != "" {
		t.Errorf("everywhere (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"root": nil, "Outer": "users"}, scopes("Prefer", "hierarchicalsharing")); diff != "" {
		t.Errorf("at the roots (-want +got):\n%s", diff)
	}
	// What does not inherit says so at the root of its own hierarchy, and nothing below it is shared.
	inner := named(t, w, place.ID, "Inner")
	if _, err := w.Seclude(place.ID, inner.ID); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"root": nil, "Outer": "users", "Inner": nil}, scopes("Prefer", "hierarchicalsharing")); diff != "" {
		t.Errorf("at the roots, one secluded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"Outer": "users", "outer.xlsx": "users"}, scopes()); diff != "" {
		t.Errorf("everywhere, one secluded (-want +got):\n%s", diff)
	}
	if _, err := w.Unshare(place.ID, outer.ID); err != nil {
		t.Fatal(err)
	}
	next := c.walk(start.Delta, "Prefer", "hierarchicalsharing", "deltaExcludeParent", "true")
	for _, v := range next.Value {
		if got, ok := v["shared"].(map[string]any); !ok || len(got) > 0 {
			t.Errorf("taken back from %v: shared is %v, want an empty facet", v["name"], v["shared"])
		}
	}
}
