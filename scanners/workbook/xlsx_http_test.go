package workbook

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A served file counts what was asked for.
type served struct {
	*wire.Ranged
	at       *httptest.Server
	requests int
	bytes    int64
}

// serve gives a reader of a file over HTTP, with as many requests as heads have.
func serve(t *testing.T, file []byte, budget int64) *served {
	t.Helper()
	s := &served{}
	s.at = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests++
		http.ServeContent(&counting{w, &s.bytes}, r, "", time.Time{}, bytes.NewReader(file))
	}))
	t.Cleanup(s.at.Close)
	s.Ranged = wire.NewRanged(wire.RangedOptions{
		Transport: s.at.Client().Transport, Size: int64(len(file)),
		Requests: wire.HeadsRequests, Budget: budget, Whole: wire.Whole,
		Request: func(ctx context.Context) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, http.MethodGet, s.at.URL, nil)
		},
	})
	return s
}

type counting struct {
	http.ResponseWriter
	bytes *int64
}

func (c *counting) Write(b []byte) (int, error) {
	*c.bytes += int64(len(b))
	return c.ResponseWriter.Write(b)
}

func readServed(t *testing.T, s *served, size int) inventory.Structure {
	t.Helper()
	got, err := Read(t.Context(), s.At(t.Context()), int64(size), "x.xlsx", Options{Depth: inventory.DepthHeads})
	if err != nil {
		t.Fatal(err)
	}
	if s.requests > wire.HeadsRequests || s.bytes > wire.HeadsBytes || s.bytes > int64(size) {
		t.Errorf("%d requests and %d bytes for a file of %d", s.requests, s.bytes, size)
	}
	return got
}

// TestHeadsOverHTTP: a large file costs a few requests for a small part of it,
// and tells the same as one at hand.
func TestHeadsOverHTTP(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short, and it makes files of 10 MB")
	}
	for name, c := range map[string]struct {
		shared bool
		share  float64 // of the file, at most
	}{"shared": {true, 0.20}, "inline": {false, 0.02}} {
		file := benchBook(t, 10<<20, c.shared)
		s := serve(t, file, wire.HeadsBytes)
		got := readServed(t, s, len(file))
		want, err := readBytes(file, "x.xlsx", Options{Depth: inventory.DepthHeads})
		if err != nil {
			t.Fatal(err)
		}
		got.BytesRead, want.BytesRead = 0, 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-at hand +served):\n%s", name, diff)
		}
		if diff := cmp.Diff(benchHeadings, got.Sheets[0].Regions[0].Headings); diff != "" {
			t.Errorf("%s: headings (-want +got):\n%s", name, diff)
		}
		share := float64(s.bytes) / float64(len(file))
		t.Logf("%s: %d requests, %d bytes, %.2f %% of the file", name, s.requests, s.bytes, 100*share)
		if share > c.share {
			t.Errorf("%s: %.2f %% of the file was read; want at most %.2f %%", name, 100*share, 100*c.share)
		}
	}
}

// TestBudgetEnds: of a workbook that costs more than its budget what was
// reached is told, and what was not is marked.
func TestBudgetEnds(t *testing.T) {
	// The texts of headings lie at the end of a large table.
	file := withTableReversed(t, benchBook(t, 2<<20, true))
	s := serve(t, file, 200<<10)
	got := readServed(t, s, len(file))
	if r := got.Sheets[0].Regions; !got.Partial || len(r) != 1 || r[0].HeaderRows != 1 || r[0].Unread != len(benchHeadings) || len(r[0].Headings) > 0 {
		t.Errorf("strings out of reach: partial %v, %+v", got.Partial, r)
	}
	if b, _ := json.Marshal(got); bytes.Contains(b, []byte(unreadMark)) {
		t.Errorf("what stands for unread texts was told: %s", b)
	}

	// More sheets than requests, each far from the next.
	file = manySheets(t, 20, 100<<10)
	s = serve(t, file, wire.HeadsBytes)
	got = readServed(t, s, len(file))
	read, unread := 0, 0
	for _, sheet := range got.Sheets {
		switch {
		case sheet.Unread:
			unread++
		case len(sheet.Regions) == 1 && cmp.Equal(sheet.Regions[0].Headings, benchHeadings):
			read++
		}
	}
	t.Logf("%d sheets read, %d unread, with %d requests and %d bytes", read, unread, s.requests, s.bytes)
	if !got.Partial || len(got.Sheets) != 20 || read < 3 || read+unread != 20 {
		t.Errorf("partial %v: %d read, %d unread of %d", got.Partial, read, unread, len(got.Sheets))
	}
}

// partsOf takes a workbook apart.
func partsOf(t *testing.T, file []byte) (names []string, parts map[string]string) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	parts = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
		names = append(names, f.Name)
	}
	return names, parts
}

// withTableReversed turns the table of shared strings around, and the numbers
// that lead into it with it.
func withTableReversed(t *testing.T, file []byte) []byte {
	_, parts := partsOf(t, file)
	head, table, _ := strings.Cut(parts["xl/sharedStrings.xml"], "<si>")
	strs := strings.SplitAfter("<si>"+strings.TrimSuffix(table, "</sst>"), "</si>")
	strs = strs[:len(strs)-1]
	slices.Reverse(strs)
	parts["xl/sharedStrings.xml"] = head + strings.Join(strs, "") + "</sst>"
	var sheet strings.Builder
	for cell := range strings.SplitAfterSeq(parts["xl/worksheets/sheet1.xml"], "</c>") {
		if before, value, shared := strings.Cut(cell, ` t="s"><v>`); shared {
			var i int
			fmt.Sscan(strings.TrimSuffix(value, "</v></c>"), &i)
			cell = fmt.Sprintf(`%s t="s"><v>%d</v></c>`, before, len(strs)-1-i)
		}
		sheet.WriteString(cell)
	}
	parts["xl/worksheets/sheet1.xml"] = sheet.String()
	return zipOf(t, parts)
}

// manySheets makes a workbook of n large sheets.
func manySheets(t *testing.T, n, size int) []byte {
	_, parts := partsOf(t, benchBook(t, size, false))
	sheet := parts["xl/worksheets/sheet1.xml"]
	var book, rels strings.Builder
	for i := range n {
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = sheet
		fmt.Fprintf(&book, `<sheet name="S%d" sheetId="%d" r:id="s%d"/>`, i, i+1, i)
		fmt.Fprintf(&rels, `<Relationship Id="s%d" Type="%sworksheet" Target="worksheets/sheet%d.xml"/>`, i, relationTypes, i+1)
	}
	parts["xl/workbook.xml"] = `<workbook><sheets>` + book.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "</Relationships>", rels.String()+"</Relationships>", 1)
	return zipOf(t, parts)
}

// TestRealFilesOverHTTP: what real workbooks tell over HTTP is what they tell
// at hand, unless the budget ended; none costs more than its size.
func TestRealFilesOverHTTP(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(sharedData(t, "workbooks/labelled"), "*.xlsx"))
	partial, requests, total, sum := 0, 0, int64(0), int64(0)
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := readBytes(file, "x.xlsx", Options{Depth: inventory.DepthHeads})
		if err != nil {
			continue
		}
		s := serve(t, file, wire.HeadsBytes)
		got := readServed(t, s, len(file))
		s.at.Close()
		requests, total, sum = requests+s.requests, total+s.bytes, sum+int64(len(file))
		if got.Partial {
			partial++
			continue
		}
		got.BytesRead, want.BytesRead = 0, 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-at hand +served):\n%.2000s", path, diff)
		}
	}
	t.Logf("%d files, %d of them in part: %d requests, %d KB of %d KB", len(files), partial, requests, total>>10, sum>>10)
	if 20*partial > len(files) {
		t.Errorf("%d of %d in part", partial, len(files))
	}
}
