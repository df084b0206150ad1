package emulator

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestQuickXor(t *testing.T) {
	for text, want := range map[string]string{
		"":     "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"\x4a": "SgAAAAAAAAAAAAAAAQAAAAAAAAA=", // one byte is the first of the ring, and the length 1
	} {
		if got := digestsOf([]byte(text)).QuickXor; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	long := bytes.Repeat([]byte("desire path "), 50)
	q := new(quickXor)
	for len(long) > 0 {
		n := min(7, len(long))
		q.Write(long[:n])
		long = long[n:]
	}
	if whole := digestsOf(bytes.Repeat([]byte("desire path "), 50)).QuickXor; q.String() != whole {
		t.Errorf("in pieces %s, in one %s", q, whole)
	}
}

func TestDownload(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	file := named(t, w, place.ID, "root.csv")
	whole, err := file.Content.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	res := c.do(http.MethodGet, "/v1.0/drives/"+place.ID+"/items/"+file.ID+"/content", "Range", "bytes=0-3")
	c.body(http.StatusFound, res)
	location := res.Header.Get("Location")
	for _, test := range []struct {
		ask    string
		status int
		want   string
		answer string
	}{
		{"", 200, string(whole), ""},
		{"bytes=0-2", 206, string(whole[:3]), "bytes 0-2/8"},
		{"bytes=4-", 206, string(whole[4:]), "bytes 4-7/8"},
		{"bytes=4-99", 206, string(whole[4:]), "bytes 4-7/8"},
		{"bytes=-3", 200, string(whole), ""},
		{"bytes=0-1,3-4", 200, string(whole), ""},
		{"bytes=5-2", 200, string(whole), ""},
	} {
		res := c.do(http.MethodGet, location, "Authorization", "", "Range", test.ask)
		if got := string(c.body(test.status, res)); got != test.want || res.Header.Get("Content-Range") != test.answer {
			t.Errorf("range %q: %q with %q, want %q with %q", test.ask, got, res.Header.Get("Content-Range"), test.want, test.answer)
		}
	}
	c.body(http.StatusRequestedRangeNotSatisfiable, c.do(http.MethodGet, location, "Authorization", "", "Range", "bytes=8-"))
	c.body(http.StatusUnauthorized, c.do(http.MethodGet, location)) // with the token
	forged, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	forged.RawQuery = "tempauth=forged"
	c.body(http.StatusUnauthorized, c.do(http.MethodGet, forged.String(), "Authorization", ""))
}

func TestDownloadURLByName(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	file := named(t, w, place.ID, "inner.xlsx")
	for query, want := range map[string]bool{"": true, "?$select=id,name": false, "?$select=id,content.downloadUrl": true} {
		var v map[string]any
		if err := json.Unmarshal(c.get("/v1.0/drives/"+place.ID+"/items/"+file.ID+query), &v); err != nil {
			t.Fatal(err)
		}
		link, has := v["@microsoft.graph.downloadUrl"].(string)
		if has != want {
			t.Errorf("%q: download URL %v, want %v", query, has, want)
		}
		if has {
			if got := string(c.get(link, "Authorization", "")); got != "not a workbook either" {
				t.Errorf("%q: downloaded %q", query, got)
			}
		}
	}
}

func TestItemOutsideAFeedHasItsPath(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	for name, want := range map[string]string{"root.csv": "", "outer.xlsx": "/Outer", "inner.xlsx": "/Outer/Inner"} {
		var v struct {
			Parent itemReference `json:"parentReference"`
			CTag   string        `json:"cTag"`
			WebURL string        `json:"webUrl"`
		}
		it := named(t, w, place.ID, name)
		if err := json.Unmarshal(c.get("/v1.0/drives/"+place.ID+"/items/"+it.ID), &v); err != nil {
			t.Fatal(err)
		}
		if v.Parent.Path != "/drives/"+place.ID+"/root:"+want || v.Parent.ID != it.Parent || v.CTag == "" {
			t.Errorf("%s: path %q, parent %q, cTag %q", name, v.Parent.Path, v.Parent.ID, v.CTag)
		}
		if name == "root.csv" && v.WebURL != "https://example.sharepoint.example/sites/estates/Shared%20Documents/root.csv" {
			t.Errorf("%s: address %s", name, v.WebURL)
		}
	}
}

func TestWhatCannotBeDownloaded(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	bad, err := w.Create(place.ID, Item{Name: "bad.xlsm", Malware: true, Content: BytesContent([]byte("x"))})
	if err != nil {
		t.Fatal(err)
	}
	items := "/v1.0/drives/" + place.ID + "/items/"
	c.body(http.StatusForbidden, c.do(http.MethodGet, items+bad.ID+"/content"))
	c.body(http.StatusBadRequest, c.do(http.MethodGet, items+bad.Parent+"/content"))
	if err := w.Trash(place.ID, bad.ID); err != nil {
		t.Fatal(err)
	}
	c.body(http.StatusNotFound, c.do(http.MethodGet, items+bad.ID+"/content"))
}

func TestGzip(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	path := "/v1.0/drives/" + place.ID + "/root/delta"
	plain := c.get(path, "Accept-Encoding", "identity")
	res := c.do(http.MethodGet, path, "Accept-Encoding", "gzip")
	zipped := c.body(http.StatusOK, res)
	if res.Header.Get("Content-Encoding") != "gzip" || len(zipped) >= len(plain) {
		t.Fatalf("encoding %q, %d bytes for %d", res.Header.Get("Content-Encoding"), len(zipped), len(plain))
	}
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("unzipped (%v): %s", err, cmp.Diff(string(plain), string(got)))
	}
	if res := c.do(http.MethodGet, "/v1.0/users/nobody", "Accept-Encoding", "gzip"); res.StatusCode != 404 || res.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("an error: status %d, encoding %q", res.StatusCode, res.Header.Get("Content-Encoding"))
	}
}

func TestServeFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "x,y\n", "sub/b.csv": "p,q\n", "sub/deep/c.txt": "c"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := NewWorld(Options{})
	if err := w.ServeFolder(dir, "Finance"); err != nil {
		t.Fatal(err)
	}
	places := w.Places()
	if len(places) != 2 {
		t.Fatalf("%d places", len(places))
	}
	c := serve(t, w, ServerOptions{})
	a := c.walk("/v1.0/drives/" + places[0].ID + "/root/delta")
	if diff := cmp.Diff([]string{"root", "a.csv", "sub", "b.csv", "deep", "c.txt"}, a.names()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	at := "/v1.0/drives/" + places[0].ID + "/items/" + named(t, w, places[0].ID, "b.csv").ID + "/content"
	location := c.do(http.MethodGet, at).Header.Get("Location")
	if got := string(c.body(http.StatusPartialContent, c.do(http.MethodGet, location, "Authorization", "", "Range", "bytes=2-3"))); got != "q\n" {
		t.Errorf("two bytes of b.csv are %q", got)
	}
	b := named(t, w, places[1].ID, "b.csv")
	if got, err := b.Content.Bytes(); err != nil || string(got) != "p,q\n" {
		t.Errorf("b.csv holds %q, %v", got, err)
	}
	if d, err := b.Content.Digests(); err != nil || d != digestsOf([]byte("p,q\n")) {
		t.Errorf("b.csv has digests %v, %v", d, err)
	}
	if err := w.ServeFolder(filepath.Join(dir, "missing"), "x"); err == nil {
		t.Error("a folder that is not there was served")
	}
}

// The workbooks of procedural files are real, and the same every time.
func TestTemplatesAreWorkbooks(t *testing.T) {
	for _, tmpl := range templates() {
		first, err := tmpl.xlsx(1)
		if err != nil {
			t.Fatal(err)
		}
		again, err := tmpl.xlsx(1)
		if err != nil || !bytes.Equal(first, again) {
			t.Errorf("%s: not the same bytes twice (%v)", tmpl.name, err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(first))
		if err != nil {
			t.Fatalf("%s: %v", tmpl.name, err)
		}
		rows, err := f.GetRows("Sheet1")
		if err != nil || len(rows) != tmpl.rows(1) || rows[0][0] != tmpl.columns[0][0] {
			t.Errorf("%s: %d rows that begin with %v, %v", tmpl.name, len(rows), rows[0], err)
		}
	}
}
