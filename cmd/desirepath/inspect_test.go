package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// TestWatch: whatever reading a file does, it is answered for.
func TestWatch(t *testing.T) {
	w := watch{time: 100 * time.Millisecond, memory: 32 << 20, grace: 100 * time.Millisecond}
	forever := make(chan struct{})
	defer close(forever)
	for name, c := range map[string]struct {
		read func(context.Context) (inventory.Structure, error)
		want string
	}{
		"answers": {func(context.Context) (inventory.Structure, error) { return inventory.Structure{Format: "xlsx"}, nil }, ""},
		"fails": {func(context.Context) (inventory.Structure, error) {
			return inventory.Structure{}, errors.New("damaged")
		}, "damaged"},
		"panics": {func(context.Context) (inventory.Structure, error) { panic("out of range") }, "gave up on it: out of range"},
		"is slow and heeds": {func(ctx context.Context) (inventory.Structure, error) {
			<-ctx.Done()
			return inventory.Structure{}, context.Cause(ctx)
		}, "longer than 100ms"},
		"is slow and heeds nothing": {func(context.Context) (inventory.Structure, error) {
			<-forever
			return inventory.Structure{}, nil
		}, "longer than 100ms, and it did not stop"},
		"takes memory": {func(ctx context.Context) (inventory.Structure, error) {
			var kept [][]byte
			for ctx.Err() == nil {
				kept = append(kept, bytes.Repeat([]byte{1}, 1<<20))
			}
			return inventory.Structure{Sheets: make([]inventory.Sheet, len(kept))}, context.Cause(ctx)
		}, "more than 32 MiB of memory"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w
			if name == "takes memory" {
				w.time, w.grace = time.Minute, time.Minute
			}
			s, err := w.look(context.Background(), c.read)
			switch {
			case c.want == "" && (err != nil || s.Format != "xlsx"):
				t.Errorf("%v, %v", s, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			case err != nil && s.Sheets == nil:
				t.Error("lists of a failure are absent, not empty")
			}
		})
	}
}

// TestInspectAddress reads a file from a server: by parts where it has them,
// past redirects that are safe, and without telling who asks.
func TestInspectAddress(t *testing.T) {
	file := largeWorkbook(t)
	mux := http.NewServeMux()
	served := 0
	mux.HandleFunc("/big.xlsx", func(w http.ResponseWriter, r *http.Request) {
		served++
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("sent %v", r.Header)
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		http.ServeContent(w, r, "big.xlsx", time.Time{}, bytes.NewReader(file))
	})
	mux.HandleFunc("/whole.csv", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("Name,Grade\nx,1\ny,2\n")) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/big.xlsx", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://files.example/x", http.StatusFound)
	})
	mux.HandleFunc("/told", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://u:p@files.example/x", http.StatusFound)
	})
	mux.HandleFunc("/closed", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	server := httptest.NewServer(mux)
	defer server.Close()

	for path, want := range map[string]string{
		"/big.xlsx": "", "/moved": "", "/whole.csv": "",
		"/round": "more than 5 times", "/away": "leads to http://files.example", "/told": "not followed",
		"/closed": "wants to know who asks", "/none": "answered 404",
	} {
		served = 0
		got := inspect(t.Context(), server.URL+path+"?signature=hush", inventory.DepthHeads)
		if strings.Contains(got.Path, "hush") || got.Path != server.URL+path {
			t.Errorf("%s is shown as %s", path, got.Path)
		}
		if want != "" {
			if !strings.Contains(got.Error, want) {
				t.Errorf("%s: error %q, want %q", path, got.Error, want)
			}
			continue
		}
		if got.Error != "" || len(got.Sheets) == 0 || got.Sheets[0].Regions[0].Headings[1] != "Grade" {
			t.Errorf("%s: %s, %v", path, got.Error, got.Sheets)
			continue
		}
		f := got.Fetched
		if path == "/big.xlsx" && (f.Requests != served || f.Size != int64(len(file)) || f.Share > 0.5 || f.Share <= 0 || f.Requests > 9) {
			t.Errorf("%s: %+v of %d requests and %d bytes", path, *f, served, len(file))
		}
		if path == "/big.xlsx" {
			t.Logf("%d requests, %d of %d bytes", f.Requests, f.Bytes, f.Size)
		}
	}
}

// largeWorkbook is one that is not fetched whole.
func largeWorkbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for row := range 60_000 {
		cells := []any{"Name", "Grade", "Price"}
		if row > 0 {
			cells = []any{row * 7919 % 100_003, row * 104_729 % 99_991, float64(row*31%977) / 7}
		}
		if err := w.SetRow("A"+strconv.Itoa(row+1), cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestInspectView: what a person is shown of one file fits a terminal of 100
// columns and says what matters.
func TestInspectView(t *testing.T) {
	var headings []string
	for range 40 {
		headings = append(headings, "Heading", "Ähnlich in two")
	}
	i := inspection{Path: "budget.xlsx", Fetched: &fetched{Requests: 3, Bytes: 98_304, Size: 1_200_000, Share: 0.08}, Structure: inventory.Structure{
		Format: "xlsx",
		Sheets: []inventory.Sheet{
			{Name: "Plan\x1b[31m", Rows: 12, Columns: 80, Formulas: 9, Functions: map[string]int{"IF": 2, "SUM": 7}, Regions: []inventory.Region{
				{Range: "A1:CB12", HeaderRows: 1, Headings: headings}, {Range: "A20:C30", HeaderRows: 1, Headings: []string{"Region"}, Pivot: true},
			}},
			{Hidden: true},
		},
		Connections: []inventory.Connection{{Kind: "oledb", Target: "sql01/Finance"}},
		Queries:     []inventory.Query{{Name: "Orders", Sources: []string{"Sql.Database sql01/Finance"}}},
		Macros:      inventory.Macros{Present: true, Modules: []string{"Reminders"}, Does: []string{inventory.MacroMails}},
		Tables:      1, Notes: 2, Label: inventory.Label{Name: "Confidential"},
	}}
	var b strings.Builder
	if err := writeView(&b, i); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > viewWidth {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	lines := strings.Split(b.String(), "\n")
	var facts []string
	for _, l := range lines {
		if !strings.Contains(l, "Heading") && !strings.Contains(l, "Ähnlich") {
			facts = append(facts, l)
		}
	}
	if n := strings.Count(b.String(), "Ähnlich in two"); n != 40 {
		t.Errorf("%d headings of 40 are whole", n)
	}
	want := []string{
		"budget.xlsx", "  xlsx, 2 sheets, fetched 98 KB of 1.2 MB (8 %) in 3 requests", "",
		"1. Plan [31m (12 rows x 80 columns)",
		"  pivot       A20:C30 Region", "  formulas    9: SUM 7, IF 2", "",
		"2. (a name that is not kept) (hidden, empty)", "",
		"  reads from  oledb sql01/Finance", "  query       Orders: Sql.Database sql01/Finance",
		"  code        Reminders; it sends mail", "  label       Confidential", "  also        1 declared table, 2 notes", "",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("view (-want +got):\n%s", diff)
	}
}
