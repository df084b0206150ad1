package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A client is a plain HTTP client of a served world. Nothing of the scanners is in it, or a shared mistake would cancel out.
type client struct {
	t     *testing.T
	s     *Server
	base  string
	http  *http.Client
	extra http.Header
}

func serve(t *testing.T, w *World, o ServerOptions) *client {
	t.Helper()
	s := NewServer(w, o)
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	hc := srv.Client()
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{t: t, s: s, base: srv.URL, http: hc, extra: http.Header{}}
}

// do sends a request with the token. url is absolute or below the server.
func (c *client) do(method, url string, header ...string) *http.Response {
	c.t.Helper()
	res, err := c.try(method, url, header...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, url, err)
	}
	return res
}

func (c *client) try(method, url string, header ...string) (*http.Response, error) {
	if strings.HasPrefix(url, "/") {
		url = c.base + url
	}
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header = c.extra.Clone()
	req.Header.Set("Authorization", "Bearer "+c.s.token)
	for i := 0; i+1 < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			req.Header.Del(header[i])
		}
	}
	return c.http.Do(req)
}

// body reads an answer and fails on any other status.
func (c *client) body(status int, res *http.Response) []byte {
	c.t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s: %v", res.Request.URL, err)
	}
	if res.StatusCode != status {
		c.t.Fatalf("%s %s: status %d, want %d: %s", res.Request.Method, res.Request.URL, res.StatusCode, status, b)
	}
	return b
}

func (c *client) get(url string, header ...string) []byte {
	c.t.Helper()
	return c.body(http.StatusOK, c.do(http.MethodGet, url, header...))
}

// answer is what any Graph collection looks like.
type answer struct {
	Next  string           `json:"@odata.nextLink"`
	Delta string           `json:"@odata.deltaLink"`
	Value []map[string]any `json:"value"`
}

func (c *client) list(url string, header ...string) answer {
	c.t.Helper()
	var a answer
	if err := json.Unmarshal(c.get(url, header...), &a); err != nil {
		c.t.Fatalf("%s: %v", url, err)
	}
	return a
}

// walk follows next links to the end; the pages' values are joined, and the delta link is the last one's.
func (c *client) walk(url string, header ...string) answer {
	c.t.Helper()
	var all answer
	for pages := 0; url != ""; pages++ {
		if pages > 10_000 {
			c.t.Fatal("there is no end to the pages")
		}
		a := c.list(url, header...)
		if (a.Next == "") == (a.Delta == "") && strings.Contains(url, "delta") {
			c.t.Fatalf("page with next link %q and delta link %q; exactly one is needed", a.Next, a.Delta)
		}
		all.Value = append(all.Value, a.Value...)
		all.Delta, url = a.Delta, a.Next
	}
	return all
}

// state applies a feed to what is known, as a client of delta does: the last word about an item counts.
func (a answer) apply(known map[string]string) {
	for _, v := range a.Value {
		id := v["id"].(string)
		if v["deleted"] != nil {
			delete(known, id)
			continue
		}
		parent, _ := v["parentReference"].(map[string]any)["id"].(string)
		known[id] = parent + "/" + v["name"].(string)
	}
}

// stateOf is what a client should know about a place.
func stateOf(w *World, place string) map[string]string {
	known := map[string]string{}
	items, _ := w.List(place, 0, 1<<30)
	for _, it := range items {
		if !it.Gone() {
			known[it.ID] = it.Parent + "/" + it.Name
		}
	}
	return known
}

// names are the names in a feed, in order; "-" stands for something deleted.
func (a answer) names() []string {
	out := []string{}
	for _, v := range a.Value {
		name, ok := v["name"].(string)
		if !ok {
			name = "-"
		}
		out = append(out, name)
	}
	return out
}

// library makes a world with one person and one small library: two folders, one in the other, and a file in each and in the root.
func library(t *testing.T) (*World, Place) {
	t.Helper()
	w := NewWorld(Options{Now: ticking()})
	p := w.AddPerson(Person{Name: "Ada Abbott", Address: "ada@example.edu", Microsoft: true, Google: true, Department: "Estates"})
	s := w.AddSite(Site{Name: "Estates", Path: "sites/estates"})
	place := w.AddPlace(Place{Suite: Microsoft, Kind: KindLibrary, Name: "Documents", Site: s.ID, Members: []Grant{{Person: p.ID, Role: RoleWrite}}})
	load := func(it Item) string {
		it.CreatedBy = p.ID
		out, err := w.Load(place.ID, it)
		if err != nil {
			t.Fatal(err)
		}
		return out[0].ID
	}
	outer := load(Item{Name: "Outer", Folder: true})
	inner := load(Item{Name: "Inner", Folder: true, Parent: outer})
	load(Item{Name: "root.csv", Content: BytesContent([]byte("a,b\n1,2\n"))})
	load(Item{Name: "outer.xlsx", Parent: outer, Content: BytesContent([]byte("not really a workbook"))})
	load(Item{Name: "inner.xlsx", Parent: inner, Content: BytesContent([]byte("not a workbook either"))})
	return w, place
}

// named finds an item of a place by its name.
func named(t *testing.T, w *World, place, name string) Item {
	t.Helper()
	items, _ := w.List(place, 0, 1<<30)
	i := slices.IndexFunc(items, func(it Item) bool { return it.Name == name })
	if i < 0 {
		t.Fatalf("there is no item %q", name)
	}
	return items[i]
}

// elements are the elements of a slice of anything; nothing for what is not a slice.
func elements(v any) []any {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice {
		return nil
	}
	out := make([]any, 0, r.Len())
	for i := range r.Len() {
		out = append(out, r.Index(i).Interface())
	}
	return out
}
