package workbook

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestReadText(t *testing.T) {
	plain := "Name,Start date,Amount\nann,2024-01-02,3.5\nbob,2024-02-03,4\n"
	for name, c := range map[string]struct {
		in       string
		format   string
		headings []string
	}{
		"comma.csv":        {plain, "csv", []string{"Name", "Start date", "Amount"}},
		"semicolon.csv":    {"Name;Betrag;Datum\nann;3,5;01.02.2024\nbob;4,0;02.02.2024\n", "csv", []string{"Name", "Betrag", "Datum"}},
		"tab.tsv":          {strings.ReplaceAll(plain, ",", "\t"), "tsv", []string{"Name", "Start date", "Amount"}},
		"tab.xls":          {strings.ReplaceAll(plain, ",", "\t"), "tsv", []string{"Name", "Start date", "Amount"}},
		"pipe.csv":         {strings.ReplaceAll(plain, ",", "|"), "csv", []string{"Name", "Start date", "Amount"}},
		"bom.csv":          {"\ufeff" + plain, "csv", []string{"Name", "Start date", "Amount"}},
		"utf16.csv":        {utf16LE("\ufeff" + plain), "csv", []string{"Name", "Start date", "Amount"}},
		"utf16-no-bom.csv": {utf16LE(plain), "csv", []string{"Name", "Start date", "Amount"}},
		"windows-1252.csv": {"Pr\xe9nom,Date,Quantit\xe9\nann,2024-01-02,3\nbob,2024-01-03,4\n", "csv", []string{"Prénom", "Date", "Quantité"}},
		"quoted.csv":       {"\"Name, full\",\"Say \"\"Amount\"\"\",Note\nann,1,\"two\nlines\"\nbob,2,x\n", "csv", []string{"Name, full", `Say "Amount"`, "Note"}},
		"cr.csv":           {strings.ReplaceAll(plain, "\n", "\r"), "csv", []string{"Name", "Start date", "Amount"}},
		"preamble.csv":     {"Export of the register\nMade on 2024-05-06\n\n" + plain, "csv", []string{"Name", "Start date", "Amount"}},
		"sep.csv":          {"sep=;\n" + strings.ReplaceAll(plain, ",", ";"), "csv", []string{"Name", "Start date", "Amount"}},
		"no-headings.csv":  {"ann,waxwing,1\nbob,heron,2\n", "csv", nil},
		"one-column.csv":   {"Name\nann\nbob\ncid\n", "csv", []string{"Name"}},
		"unclosed.csv":     {"Name,Amount\nann,1\nbob,\"2\ncid,3\n", "csv", []string{"Name", "Amount"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustRead(t, []byte(c.in), "/some/"+name)
			if diff := cmp.Diff(c.headings, slices.Collect(s.Headings)); diff != "" || s.Format != c.format {
				t.Errorf("format %s; headings (-want +got):\n%s", s.Format, diff)
			}
			if want, _, _ := strings.Cut(name, "."); s.Sheets[0].Name != want {
				t.Errorf("sheet %q, want %q", s.Sheets[0].Name, want)
			}
		})
	}
}

func utf16LE(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

func TestTextColumnTypes(t *testing.T) {
	var b strings.Builder
	b.WriteString("ID,Name,E-mail,Joined,Active,Amount,Comment,Mixed\n")
	for i := range 50 {
		mixed := []string{"x", "7", "2024-01-01"}[i%3]
		fmt.Fprintf(&b, "%d,ann b,a%d@example.org,2024-01-%02d,true,$%d.50,,%s\n", i, i, i%28+1, i, mixed)
	}
	s := mustRead(t, []byte(b.String()), "x.csv")
	want := []inventory.ColumnType{"number", "text", "email", "date", "bool", "number", "empty", "mixed"}
	if diff := cmp.Diff(want, s.Sheets[0].Regions[0].Types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	if s.Sheets[0].Rows != 51 || s.Sheets[0].Columns != 8 {
		t.Errorf("%d rows and %d columns", s.Sheets[0].Rows, s.Sheets[0].Columns)
	}
}

// TestHeadsReadLess: at DepthHeads a long file is not read to its end.
func TestHeadsReadLess(t *testing.T) {
	long := []byte("Name,Amount\n" + strings.Repeat("ann,1\n", 1_000_000))
	s, err := readBytes(long, "x.csv", Options{Depth: inventory.DepthHeads})
	if err != nil {
		t.Fatal(err)
	}
	if s.BytesRead > 256<<10 || s.Depth != inventory.DepthHeads {
		t.Errorf("read %d bytes of %d at depth %d", s.BytesRead, len(long), s.Depth)
	}
	if diff := cmp.Diff([]string{"Name", "Amount"}, slices.Collect(s.Headings)); diff != "" {
		t.Errorf("headings (-want +got):\n%s", diff)
	}
}
