package workbook

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

var fuzzOptions = Options{Limits: Limits{
	FileBytes: 1 << 20, PartBytes: 4 << 20, TotalBytes: 8 << 20, Strings: 10_000, Time: 5 * time.Second,
}}

// checkRead: an answer or a reason, and an answer that is valid JSON.
func checkRead(t *testing.T, b []byte, name string) {
	s, err := readBytes(b, name, fuzzOptions)
	if err != nil {
		if !errors.Is(err, inventory.ErrUnreadable) {
			t.Fatalf("an error without a reason: %v", err)
		}
		if strings.Contains(err.Error(), "gave up") {
			t.Fatalf("a panic: %v", err)
		}
		return
	}
	checkStructure(t, name, s)
	if _, err := json.Marshal(s); err != nil {
		t.Fatal(err)
	}
}

func FuzzReadXLSX(f *testing.F) {
	f.Add(zipOf(f, plainParts(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`)))
	f.Add(compoundOf("Workbook"))
	f.Add(compoundOf("EncryptedPackage"))
	f.Fuzz(func(t *testing.T, b []byte) { checkRead(t, b, "x.xlsx") })
}

// FuzzReadParts fuzzes what is inside of the zip file, which chance alone
// rarely gets at.
func FuzzReadParts(f *testing.F) {
	parts := plainParts(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f t="shared" si="0" ref="B1:B2">A1*2</f></c></row>
		<row r="2"><c r="B2"><f t="shared" si="0"/><v>3</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells><autoFilter ref="A1:B2"/></worksheet>`)
	f.Add(parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"], parts["xl/worksheets/sheet1.xml"], `<sst><si><t>Name</t></si></sst>`,
		`<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy"/></numFmts><fonts><font><b/></font></fonts><cellXfs><xf numFmtId="170" fontId="0"/></cellXfs></styleSheet>`)
	f.Fuzz(func(t *testing.T, book, rels, sheet, strs, styles string) {
		checkRead(t, zipOf(t, map[string]string{
			"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": rels, "xl/worksheets/sheet1.xml": sheet,
			"xl/sharedStrings.xml": strs, "xl/styles.xml": styles, "xl/connections.xml": strs,
		}), "x.xlsx")
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("Name;Amount\nann;1\n\"b\"\"\nob\";2\n"))
	f.Add([]byte(utf16LE("Name\tAmount\nann\t1\n")))
	f.Add([]byte("a|b\r\r\n=1|2\n"))
	f.Fuzz(func(t *testing.T, b []byte) { checkRead(t, b, "x.csv") })
}

func FuzzFormula(f *testing.F) {
	f.Add(`IF('a b'!$A1:B$2="x""y",_xlfn.XLOOKUP([1]S!A:A,{1,2},T[[#All],[c]]),#N/A)`)
	f.Add(`"`)
	f.Add(`[['`)
	f.Fuzz(func(t *testing.T, s string) {
		p := parseFormula(Formula{Text: s, Row: 3, Col: 3})
		if len(p.shape) > maxShape+maxFormula {
			t.Fatalf("a shape of %d bytes", len(p.shape))
		}
	})
}

func FuzzCompound(f *testing.F) {
	f.Add(compoundOf("PROJECT", "\x09Module=One\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) { readProject(strings.NewReader(string(b)), int64(len(b)), new(Meta)) })
}
