package microsoft

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/scanners/wire"
)

func TestDecodeFeed(t *testing.T) {
	page, err := decodeFeed([]byte(`{"@odata.context":"x","value":[
		{"id":"1","root":{},"folder":{"childCount":2},"name":"root"},
		{"id":"2","name":"Q1 \u00fc.xlsx","size":9007199254740993,"webUrl":"https://x","eTag":"e","cTag":"c","unknown":{"a":[1,{"b":null}]},
		 "createdDateTime":"2026-01-02T03:04:05.5Z","lastModifiedDateTime":"soon","createdBy":{"application":{"id":"app"},"user":{"id":"u1","email":"ada@x"}},
		 "lastModifiedBy":{"application":{"id":"app"}},"parentReference":{"id":"1","path":null},
		 "file":{"mimeType":"m","hashes":{"quickXorHash":"q","sha256Hash":"AB"}},"shared":{"scope":"users"}},
		{"id":"3","name":null,"deleted":{"state":"deleted"},"size":null,"file":null,"createdBy":null,"shared":{}},
		{"id":"4","remoteItem":{"id":"r"},"malware":{},"package":{"type":"oneNote"},"folder":null}
	],"@odata.nextLink":"https://next"}`))
	want := feedPage{nextLink: "https://next", items: []driveItem{
		{id: "1", root: true, folder: true, name: "root"},
		{id: "2", name: "Q1 ü.xlsx", size: 9007199254740993, url: "https://x", eTag: "e", cTag: "c", mime: "m", parent: "1", hash: "sha256:ab",
			created: time.Date(2026, 1, 2, 3, 4, 5, 5e8, time.UTC), createdBy: identity{"u1", "ada@x"}, file: true, shared: true},
		{id: "3", deleted: true, unshared: true},
		{id: "4", remote: true, malware: true},
	}}
	if d := cmp.Diff(want, page, cmp.AllowUnexported(feedPage{}, driveItem{}, identity{})); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	for it, rev := range map[string]driveItem{
		"h:quickxor:q": {hash: "quickxor:q", cTag: "c", eTag: "e"}, "c:c": {cTag: "c", eTag: "e"}, "e:e": {eTag: "e"},
	} {
		if rev.revision() != it {
			t.Errorf("revision %q, want %q", rev.revision(), it)
		}
	}
}

func TestDecodeFeedRefuses(t *testing.T) {
	for _, body := range []string{"", "{", `{"value":[{"id":"1"}`, `{"value":[]}x`, `{"value":[]}{}`, `[]`, `{"value":[{"id":"1}]}`, "<html>", `{"value":[{"id":"1"}]`} {
		if page, err := decodeFeed([]byte(body)); err == nil {
			t.Errorf("%q was read as %+v", body, page)
		}
	}
}

// What is read is JSON, and has the items that encoding/json sees.
func FuzzDecodeFeed(f *testing.F) {
	f.Add([]byte(`{"value":[{"id":"1","name":"a","file":{"hashes":{"sha1Hash":"x"}}}],"@odata.deltaLink":"l"}`))
	f.Add(feedBody(2))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := decodeFeed(body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("read what is no JSON: %q", body)
		}
		var plain map[string]json.RawMessage // and no struct, for which VALUE would do too
		var value []json.RawMessage
		if json.Unmarshal(body, &plain) != nil || plain["value"] != nil && json.Unmarshal(plain["value"], &value) != nil {
			return
		}
		if strings.Count(strings.ToLower(string(body)), "value") == 1 && len(value) != len(page.items) {
			t.Errorf("%d items, want %d: %q", len(page.items), len(value), body)
		}
	})
}

// feedBody is a page of n files as OneDrive sends it.
func feedBody(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#Collection(driveItem)","value":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"@odata.type":"#microsoft.graph.driveItem","createdDateTime":"2024-03-%02dT08:12:44Z","eTag":"\"{6E0F7D1B-2C5A-4E0B-9C7D-%012d},3\"",
"id":"01BYE5RZ%026d","lastModifiedDateTime":"2026-01-%02dT17:03:09Z","name":"Budget %d.xlsx",
"webUrl":"https://alder-my.sharepoint.com/personal/ada_alder_example/_layouts/15/Doc.aspx?sourcedoc=%%7B6E0F7D1B-%d%%7D&file=Budget.xlsx",
"size":%d,"createdBy":{"user":{"email":"ada@alder.example","id":"8d5f1a52-7d0a-4a8b-9c33-%012d","displayName":"Ada Abbott"}},
"lastModifiedBy":{"user":{"email":"bob@alder.example","id":"8d5f1a52-7d0a-4a8b-9c33-%012d","displayName":"Bob Brandt"}},
"parentReference":{"driveType":"business","driveId":"b!aGVsbG8td29ybGQtdGhpcy1pcy1hLWRyaXZl","id":"01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJD36K","siteId":"alder-my.sharepoint.com,1,2"},
"file":{"mimeType":"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet","hashes":{"quickXorHash":"%028d"}},"shared":{"scope":"users"}}`,
			i%28+1, i, i, i%28+1, i, i, 10_000+i, i%50, i%70, i)
	}
	b.WriteString(`],"@odata.deltaLink":"https://graph.microsoft.com/v1.0/drives/b!x/root/delta?token=abc"}`)
	return b.Bytes()
}

const pageOf = 1000

// feedServer serves a page of changes, compressed, over loopback.
func feedServer(b *testing.B) (*Scanner, string) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(bytes.ReplaceAll(feedBody(pageOf), []byte("https://graph.microsoft.com"), []byte("http://HOST")))
	z.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(zipped.Bytes())
	}))
	b.Cleanup(srv.Close)
	endpoint := srv.URL + "/v1.0"
	o, err := WireOptions("alder", endpoint, Features{})
	if err != nil {
		b.Fatal(err)
	}
	transport, err := wire.New(o)
	if err != nil {
		b.Fatal(err)
	}
	tokens, err := StaticToken(endpoint, "x")
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Options{Tenant: "alder", Endpoint: endpoint, Tokens: tokens, Transport: transport})
	if err != nil {
		b.Fatal(err)
	}
	return s, endpoint + "/drives/b!x/root/delta"
}
