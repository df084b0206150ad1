package google

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

func readWorkbook(ctx context.Context, r io.ReaderAt, size int64, name string, want inventory.Depth) (inventory.Structure, error) {
	return workbook.Read(ctx, r, size, name, workbook.Options{Depth: want})
}

func withReaders(o *Options) { o.Read, o.Build, o.Reader = readWorkbook, workbook.Build, 7 }

func text(s string) object    { return object{"effectiveValue": object{"stringValue": s}} }
func number(n float64) object { return object{"effectiveValue": object{"numberValue": n}} }
func bold(s string) object {
	return object{"effectiveValue": object{"stringValue": s}, "effectiveFormat": object{"textFormat": object{"bold": true}}}
}
func date(n float64) object {
	return object{"effectiveValue": object{"numberValue": n}, "effectiveFormat": object{"numberFormat": object{"type": "DATE"}}}
}
func calculated(f string, n float64) object {
	return object{"userEnteredValue": object{"formulaValue": f}, "effectiveValue": object{"numberValue": n}}
}
func chosen(s string, from ...string) object {
	var values []any
	for _, f := range from {
		values = append(values, object{"userEnteredValue": f})
	}
	return object{"effectiveValue": object{"stringValue": s}, "dataValidation": object{"condition": object{"type": "ONE_OF_LIST", "values": values}}}
}
func row(cells ...object) object { return object{"values": cells} }

// spreadsheetAnswers are a spreadsheet with a table of customers, formulas that read elsewhere, and a hidden sheet without cells.
func spreadsheetAnswers(ranges *[]string) answers {
	rows := []object{row(bold("Customer"), bold("Status"), bold("Since"), bold("Amount"), bold("With tax"))}
	for i := range 6 {
		rows = append(rows, row(text(fmt.Sprintf("CANARY-%d Ltd", i)), chosen("Open", "Open", "Closed", "CANARY-CHOICE"), date(45000+float64(i)), number(40+float64(i)),
			calculated(fmt.Sprintf("=D%d*1.2", i+2), 48)))
	}
	const other = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"
	rows = append(rows, row(),
		row(calculated(`=SUM(IMPORTRANGE("https://docs.google.com/spreadsheets/d/`+other+`/edit#gid=0","Rates!A1:B"))`, 1)),
		row(calculated(`=IMPORTDATA("https://feeds.example.com/rates.csv?key=CANARY-KEY")`, 1)))
	sheet := object{"sheetId": 0, "title": "It's customers", "gridProperties": object{"rowCount": 1000, "columnCount": 26, "frozenRowCount": 1}}
	return answers{"/v4/spreadsheets/sheet1": func(_ string, q url.Values) (int, any) {
		if q.Get("ranges") == "" {
			return 200, object{
				"namedRanges": []any{object{"name": "Rates"}},
				"dataSources": []any{object{"spec": object{"bigQuery": object{"tableSpec": object{"tableProjectId": "p", "datasetId": "d", "tableId": "t"}}}}},
				"sheets":      []any{object{"properties": sheet}, object{"properties": object{"sheetId": 5, "title": "Chart", "hidden": true}}},
			}
		}
		*ranges = append(*ranges, q["ranges"]...)
		return 200, object{"sheets": []any{object{"properties": object{"sheetId": 0}, "data": []any{object{"rowData": rows}}}}}
	}}
}

func TestNativeSpreadsheet(t *testing.T) {
	var ranges []string
	a := spreadsheetAnswers(&ranges)
	a["/drive/v3/files/sheet1"] = always(200, object{"id": "sheet1", "mimeType": nativePrefix + "spreadsheet", "modifiedTime": "2026-11-20T10:00:00.000Z"})
	s := newScripted(t, a)
	due := inventory.Due{Place: mine, Depth: inventory.DepthHeads, Asset: inventory.Asset{VendorID: "sheet1", Kind: inventory.KindSheet, Revision: "2026-11-20T10:00:00.000Z"}}
	st, err := s.scanner(t, withReaders).Inspect(t.Context(), due)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"'It''s customers'!A1:Z200"}, ranges); d != "" {
		t.Errorf("ranges (-want +got):\n%s", d)
	}
	var headings []string
	for h := range st.Headings {
		headings = append(headings, h)
	}
	if d := cmp.Diff([]string{"Customer", "Status", "Since", "Amount", "With tax"}, headings); d != "" {
		t.Errorf("headings (-want +got):\n%s", d)
	}
	if len(st.Sheets) != 2 || !st.Sheets[1].Hidden || st.Sheets[0].Functions["IMPORTRANGE"] != 1 || st.Validations != 1 {
		t.Errorf("structure %+v", st)
	}
	if d := cmp.Diff([]string{"docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"}, st.ExternalLinks); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]inventory.Connection{{Kind: "bigquery", Target: "p.d.t"}, {Kind: "web", Target: "feeds.example.com"}}, st.Connections); d != "" {
		t.Errorf("connections (-want +got):\n%s", d)
	}
	if st.Format != "gsheet" || st.Reader != 7 || st.Revision != due.Asset.Revision || st.Depth != inventory.DepthHeads || st.BytesRead == 0 {
		t.Errorf("structure %+v", st)
	}
	body, err := json.Marshal(st)
	if err != nil || strings.Contains(string(body), "CANARY") {
		t.Errorf("a value was kept (%v): %s", err, body)
	}
}

func TestCallsFitIntoRequestAndAnswer(t *testing.T) {
	book := &sheets.Spreadsheet{}
	for i := range 300 {
		rows := int64(1000)
		if i == 7 {
			rows = 0 // a chart
		}
		book.Sheets = append(book.Sheets, &sheets.Sheet{Properties: &sheets.SheetProperties{
			SheetId: int64(i), Title: fmt.Sprintf("Größe & Maß %d", i), GridProperties: &sheets.GridProperties{RowCount: rows, ColumnCount: 26},
		}})
	}
	for depth, want := range map[inventory.Depth]struct{ calls, tabs int }{inventory.DepthHeads: {headCalls, 9 * headCalls}, inventory.DepthFull: {fullCalls, readSheets - 1}} {
		g, calls, seen := newGrid(book, depth), 0, map[string]bool{}
		for ranges := g.wanted(); len(ranges) > 0; ranges = g.wanted() {
			calls++
			q := url.Values{"ranges": ranges}.Encode()
			cells := 0
			for _, r := range ranges {
				_, address, _ := strings.Cut(r, "!")
				area, err := workbook.ParseRange(address)
				if err != nil || seen[r] {
					t.Fatalf("range %s: %v", r, err)
				}
				cells += (area.Bottom - area.Top + 1) * 26
				seen[r] = true
			}
			if cells > callCells || len(q) > callLength+200 {
				t.Errorf("a call asks for %d cells with %d bytes", cells, len(q))
			}
		}
		tabs := map[string]bool{}
		for r := range seen {
			tab, _, _ := strings.Cut(r, "!")
			tabs[tab] = true
		}
		if len(tabs) != want.tabs || calls != want.calls {
			t.Errorf("depth %d: %d tabs in %d calls", depth, len(tabs), calls)
		}
		st := g.structure(workbook.Build)
		unread := 0
		for _, sh := range st.Sheets {
			if sh.Unread {
				unread++
			}
		}
		if !st.Partial || unread != 299-want.tabs {
			t.Errorf("depth %d: partial %v, %d sheets are unread", depth, st.Partial, unread)
		}
	}
}

func TestStructuresOfAnotherRevisionAreRefused(t *testing.T) {
	var ranges []string
	for name, now := range map[string]func(string, url.Values) (int, any){
		"edited":  always(200, object{"mimeType": nativePrefix + "spreadsheet", "modifiedTime": "2026-11-21T10:00:00.000Z"}),
		"trashed": always(200, object{"mimeType": nativePrefix + "spreadsheet", "modifiedTime": "2026-11-20T10:00:00.000Z", "trashed": true}),
		"deleted": refuses(404, "notFound"),
	} {
		a := spreadsheetAnswers(&ranges)
		a["/drive/v3/files/sheet1"] = now
		due := inventory.Due{Place: mine, Asset: inventory.Asset{VendorID: "sheet1", Kind: inventory.KindSheet, Revision: "2026-11-20T10:00:00.000Z"}}
		if _, err := newScripted(t, a).scanner(t, withReaders).Inspect(t.Context(), due); !errors.Is(err, inventory.ErrStale) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// download serves one file's bytes below any address, with ranges, and the tokens for it.
func download(t *testing.T, content []byte, change func(http.ResponseWriter, *http.Request) bool) *scripted {
	s := &scripted{tokens: map[string]string{}, answers: answers{
		"/drive/v3/files/f": always(200, object{"id": "f", "mimeType": "text/csv", "headRevisionId": "r1"}),
	}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("alt") != "media" {
			s.ServeHTTP(w, r)
			return
		}
		s.mu.Lock()
		s.asked = append(s.asked, r.Header.Get("Range"))
		s.mu.Unlock()
		if change == nil || !change(w, r) {
			http.ServeContent(w, r, "", moment("2026-11-20T10:00:00Z"), strings.NewReader(string(content)))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func csvOf(rows int) []byte {
	var b strings.Builder
	b.WriteString("Ticket,Priority,Assignee\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,high,team-%d\n", 1000+i, i%7)
	}
	return []byte(b.String())
}

func dueFile(content []byte, hash string) inventory.Due {
	return inventory.Due{Place: mine, Depth: inventory.DepthHeads, Asset: inventory.Asset{
		VendorID: "f", Kind: inventory.KindTable, Name: "Tickets", MIME: "text/csv", Revision: "r1", Size: int64(len(content)), Hash: hash,
	}}
}

func md5of(b []byte) string {
	sum := md5.Sum(b)
	return "md5:" + hex.EncodeToString(sum[:])
}

// Whatever the listing said, which may be nights old, a person's own file is asked once more whether it is shared before its content is.
// Of one that is shared with nobody not a byte is fetched, and no token is that could.
func TestInspectStaysOutOfWhatIsPrivate(t *testing.T) {
	content := csvOf(10)
	shared := false
	s := download(t, content, nil)
	s.answers["/drive/v3/files/f"] = func(string, url.Values) (int, any) {
		return 200, object{"id": "f", "mimeType": "text/csv", "headRevisionId": "r1", "shared": shared}
	}
	closed := s.scanner(t, withReaders, func(o *Options) { o.Private = false })
	due := dueFile(content, md5of(content))
	due.Asset.Shared = true
	if _, err := closed.Inspect(t.Context(), due); !errors.Is(err, inventory.ErrPrivate) {
		t.Errorf("shared with nobody by now: error %v", err)
	}
	if d := cmp.Diff([]string{mine.Owner + " drive.metadata.readonly"}, s.exchanged); d != "" {
		t.Errorf("tokens (-want +got):\n%s", d)
	}
	shared = true
	if _, err := closed.Inspect(t.Context(), due); err != nil {
		t.Errorf("shared: error %v", err)
	}
}

func TestSmallFilesAreFetchedWholeAndPinnedByTheirHash(t *testing.T) {
	content := csvOf(10)
	s := download(t, content, nil)
	st, err := s.scanner(t, withReaders).Inspect(t.Context(), dueFile(content, md5of(content)))
	if err != nil || st.Format != "csv" || st.BytesRead != int64(len(content)) {
		t.Fatalf("structure %+v, error %v", st, err)
	}
	if len(s.asked) != 1 { // the hash says that it is the revision; nobody needs to ask
		t.Errorf("asked %q", s.asked)
	}
	other := dueFile(content, md5of([]byte("before")))
	if _, err := s.scanner(t, withReaders).Inspect(t.Context(), other); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("another content: error %v", err)
	}
}

func TestLargeFilesAreReadInParts(t *testing.T) {
	content := csvOf(200_000)
	s := download(t, content, nil)
	st, err := s.scanner(t, withReaders).Inspect(t.Context(), dueFile(content, ""))
	if err != nil || len(st.Sheets) != 1 {
		t.Fatalf("structure %+v, error %v", st, err)
	}
	if st.BytesRead >= int64(len(content))/2 {
		t.Errorf("%d of %d bytes were fetched", st.BytesRead, len(content))
	}
	if !strings.HasPrefix(s.asked[0], "bytes=") {
		t.Errorf("asked %q", s.asked)
	}
}

func TestDownloadsThatFail(t *testing.T) {
	answer := func(status int, reason string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			_, body := refusalBody(status, reason)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			json.NewEncoder(w).Encode(body)
			return true
		}
	}
	page := func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<html>sign in</html>")
		return true
	}
	small, large := csvOf(10), csvOf(50_000)
	cases := []struct {
		name    string
		content []byte
		change  func(http.ResponseWriter, *http.Request) bool
		want    error
		words   string
	}{
		{"gone", small, answer(404, "notFound"), inventory.ErrStale, "no longer there"},
		{"gone, in parts", large, answer(404, "notFound"), inventory.ErrStale, "no longer there"},
		{"harmful", small, answer(403, "cannotDownloadAbusiveFile"), inventory.ErrUnreadable, "harmful"},
		{"no scope, in parts", large, answer(403, "insufficientPermissions"), inventory.ErrNotPermitted, "drive.readonly"},
		{"a sign-in page", small, page, nil, "proxy"},
		{"a sign-in page, in parts", large, page, nil, "proxy"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := download(t, c.content, c.change)
			_, err := s.scanner(t, withReaders).Inspect(t.Context(), dueFile(c.content, ""))
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want %v with %q", err, c.want, c.words)
			}
		})
	}
}
