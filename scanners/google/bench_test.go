package google

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// BenchmarkListing lists a My Drive of 20,000 files from pages that cost the server nothing.
func BenchmarkListing(b *testing.B) {
	const count, size = 20, 1000
	bodies := make([][]byte, count)
	for i := range bodies {
		var files []any
		for j := range size {
			id := fmt.Sprintf("1%031d", i*size+j)
			files = append(files, object{
				"id": id, "name": fmt.Sprintf("Budget %d.xlsx", j), "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
				"trashed": false, "parents": []string{"0AKfolder0000PVA"}, "ownedByMe": true, "shared": true, "size": "48213",
				"createdTime": "2026-09-01T08:00:00.000Z", "modifiedTime": "2026-11-01T08:00:00.000Z", "md5Checksum": "0123456789abcdef0123456789abcdef",
				"headRevisionId": "0B1234567890abcdefghijklmnopqrstuvwxyz", "webViewLink": "https://docs.google.com/spreadsheets/d/" + id + "/edit",
				"lastModifyingUser": object{"emailAddress": "ann@example.edu"},
			})
		}
		page := object{"incompleteSearch": false, "files": files}
		if i+1 < count {
			page["nextPageToken"] = strconv.Itoa(i + 1)
		}
		body, err := json.Marshal(page)
		if err != nil {
			b.Fatal(err)
		}
		bodies[i] = body
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/drive/v3/files" {
			fmt.Fprint(w, `{"startPageToken":"1"}`)
			return
		}
		at, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
		w.Write(bodies[at])
	}))
	defer srv.Close()
	o := Options{Tenant: "alder", Admin: "admin@example.edu", Credential: Credential{Token: "t"},
		Endpoints: At(srv.URL)}
	w, err := Wire(o)
	if err != nil {
		b.Fatal(err)
	}
	if o.Transport, err = wire.New(w); err != nil {
		b.Fatal(err)
	}
	s, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for page, err := range s.Pages(b.Context(), inventory.Place{Tenant: "alder", ID: "1", Kind: inventory.PlaceMyDrive, Owner: "ann@example.edu"}, "") {
			if err != nil {
				b.Fatal(err)
			}
			n += len(page.Changes)
		}
		if n != count*size {
			b.Fatalf("%d files", n)
		}
	}
	b.ReportMetric(float64(b.N)*count*size/b.Elapsed().Seconds(), "files/s")
}
