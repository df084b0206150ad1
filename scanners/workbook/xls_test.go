package workbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/codepage"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
	"github.com/desirepath/desirepath/scanners/workbook/target"
	"github.com/google/go-cmp/cmp"
)

// canaryXLS is a workbook with a canary in every place that must not be kept.
func canaryXLS() []byte {
	tokens := func(parts ...any) []byte { b := packed(parts...); return packed(len(b), b) }
	globals := func(w *biffWriter) {
		for range 4 {
			w.record(biffFont, 200, 0, 8, 400, make([]byte, 6), short("Arial"))
		}
		w.record(biffFont, 200, 0, 8, 700, make([]byte, 6), short("Arial")) // the fourth is left out: this is number 5
		w.record(biffFormat4, 170, long("yyyy-mm-dd"))
		w.record(biffXF5, 0, 0, make([]byte, 16))
		w.record(biffXF5, 5, 0, make([]byte, 16))
		w.record(biffXF5, 0, 170, make([]byte, 16))
		w.record(biffSupBook, 2, 0x0401)
		path := "\x01\x01@files01\x03" + canary(0) + "\x03Rates.xls"
		w.record(biffSupBook, 1, long(path), long(canary(1)))
		w.record(biffExternSheet, 2, 0, 0, 0, 1, 0, 0)
		w.record(biffName, 0, byte(0), byte(5), 0, 0, 0, uint32(0), wide("Rates"))
		w.record(biffName, 1, byte(0), byte(len(canary(2))), 0, 0, 0, uint32(0), wide(canary(2)))
		w.record(biffName, 0x0e, byte(0), byte(14), 0, 0, 0, uint32(0), wide("_xlfn.COUNTIFS"))
		filter := packed(byte(0x3b), 0, 0, 2, 0, 1)
		w.record(biffName, 0x21, byte(0), byte(1), len(filter), 0, 1, uint32(0), byte(0), byte(nameFilterOfList), filter)
		// Three strings: one with looks and pronunciation, one cut in two.
		second := wide("Price")[1:]
		w.record(biffSST, uint32(9), uint32(4),
			4, byte(0x0c), 1, uint32(4), "Name", uint32(0), canary(3)[:4],
			5, byte(1), second[:4])
		w.record(biffContinue, byte(0), "ice", long("Grade"), len(canary(4)), wide(canary(4)))
		w.record(biffQuery, 0x19, 1, 1, 0, 0, 1)
		w.record(biffQueryString, long("SELECT '"+canary(5)+"'"))
		w.record(biffQueryString, long("ODBC;DSN=Warehouse;UID="+canary(6)+";PWD="+canary(7)+";DATABASE=stock"))
		w.record(biffQueryString, long(canary(8)))
		w.record(biffQuery, make([]byte, 12))
		w.record(0x5c, long(canary(9))) // who wrote it
	}
	sheet := func(w *biffWriter) {
		w.record(biffDimension3, uint32(0), uint32(4), 0, 5, 0)
		for col, s := range []uint32{0, 1, 2} {
			w.record(biffLabelSST, 0, col, 1, s)
		}
		w.record(biffLabel3, 0, 3, 1, long("Status"))
		w.record(biffLabel3, 0, 4, 1, long("Due"))
		for row := 1; row < 4; row++ {
			w.record(biffLabelSST, row, 0, 0, uint32(3))
			w.record(biffMulRK, row, 1, 0, uint32(3<<2|2), 0, uint32(250<<2|3), 2)
			if row == 1 { // both share a formula: IF(B2="…",1.5,Rates)
				w.record(biffFormula2, row, 3, 0, "\x00\x00\x00\x00\x00\x00\xff\xff", 0, uint32(0), tokens(byte(1), 1, 3))
				w.record(biffShared, 1, 2, byte(3), byte(3), byte(0), byte(2),
					tokens(byte(ptgRefN), 0, 0xc0fe, byte(ptgStr), short(canary(10)), byte(0x0b), byte(ptgNum), 1.5, byte(ptgName), 1, 0, byte(ptgFuncVar), byte(3), 1))
				w.record(biffString3, long(canary(11)))
			} else if row == 2 {
				w.record(biffFormula2, row, 3, 0, "\x02\x00\x2a\x00\x00\x00\xff\xff", 0, uint32(0), tokens(byte(1), 1, 3))
			} else { // COUNTIFS(Sheet!$A$1,[Book]Sheet!B2)
				w.record(biffFormula2, row, 3, 0, 7.0, 0, uint32(0),
					tokens(byte(ptgName), 3, 0, byte(ptgRef3D), 0, 0, 0, byte(ptgRef3D), 1, 1, 0xc001, byte(ptgFuncVar), byte(3), 255))
			}
			w.record(biffNumber3, row, 4, 2, 45000.0)
		}
		w.record(biffBOF5, 0x600, 0x20, uint32(0), uint32(0), uint32(0)) // a chart
		w.record(biffLabel3, 9, 9, 0, long(canary(12)))
		w.record(biffEOF)
		w.record(biffMerged, 1, 5, 6, 0, 1)
		w.record(biffWindow2, 0x06be, make([]byte, 16))
		w.record(biffPane, 0, 1, 1, 0, byte(2))
		w.record(biffValidation, uint32(0x83), long(canary(13)), long(canary(14)), long(canary(15)), long(canary(16)),
			len("Open\x00zyx17kanari\x00Closed")+3, 0, byte(ptgStr), byte(len("Open\x00zyx17kanari\x00Closed")), byte(0), "Open\x00"+canary(17)+"\x00Closed", 0, 0)
		w.record(biffPivot, 0, 3, 0, 3)
		w.record(biffFeature11, make([]byte, 12), 5, byte(0), uint32(0), 1, uint32(0), 0, 0, 3, 0, 4, uint32(0), uint32(1), uint32(1))
	}
	stream := biff8(globals, []string{"One", canary(18) + "@example.org"}, sheet, func(*biffWriter) {})
	names := []string{"_VBA_PROJECT_CUR/PROJECT", "MBD0001/Workbook", "Workbook", "\x05SummaryInformation"}
	return compoundWith(names, map[string][]byte{
		"Workbook": stream, "\x05SummaryInformation": []byte(canary(19)), "MBD0001/Workbook": []byte("another one"),
		"_VBA_PROJECT_CUR/PROJECT": []byte("Document=ThisWorkbook/&H00000000\r\nModule=Orders\r\nName=\"" + canary(20) + "\"\r\n"),
	})
}

// TestXLS reads the canary workbook: all of what may be kept, and no more.
func TestXLS(t *testing.T) {
	s := mustRead(t, canaryXLS(), "x.xls")
	s.BytesRead = 0
	want := inventory.Structure{
		Format: "xls", DefinedNames: []string{"Rates"},
		Sheets: []inventory.Sheet{{
			Name: "One", Rows: 4, Columns: 5, Formulas: 3, Functions: map[string]int{"IF": 2, "COUNTIFS": 1},
			Regions: []inventory.Region{{
				Range: "A1:E4", HeaderRows: 1, Headings: []string{"Name", "Price", "Grade", "Status", "Due"},
				Types:  []inventory.ColumnType{"text", "number", "number", "formula", "date"},
				Shapes: []string{"IF(RC[-2]=TEXT,NUM,NAME)", "COUNTIFS(Sheet!R1C1,[Book]Sheet!R[-2]C[-2])"},
			}},
		}, {Hidden: true, Functions: map[string]int{}, Regions: []inventory.Region{}}},
		Connections:   []inventory.Connection{{Kind: "odbc", Target: "Warehouse/stock"}},
		ExternalLinks: []string{"files01/Rates.xls"}, Pivots: 1, Tables: 1, Validations: 1, ListWords: []string{"closed", "open"},
		Macros:  inventory.Macros{Present: true, Modules: []string{"ThisWorkbook", "Orders"}},
		Queries: []inventory.Query{}, Depth: inventory.DepthFull, Reader: ReaderVersion,
	}
	if diff := cmp.Diff(want, s, withoutStats); diff != "" {
		t.Errorf("structure (-want +got):\n%s", diff)
	}
	out, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range canaries {
		if strings.Contains(strings.ToLower(string(out)), canary(i)) {
			t.Errorf("canary %d was kept: %s", i, out)
		}
	}
}

// TestXLSTail: what stands behind the cells is handed to Build.
func TestXLSTail(t *testing.T) {
	book, err := xlsBookOf(canaryXLS())
	if err != nil {
		t.Fatal(err)
	}
	for sheet := range book.grid() {
		for range sheet.Cells {
		}
		want := Tail{Rows: 4, Columns: 5, Merged: []Range{{5, 0, 6, 1}}, Headed: []Range{{0, 0, 2, 1}, {0, 0, 3, 4}},
			Frozen: 1, Validations: 1, ListEntries: []string{"Open", "zyx17kanari", "Closed"}}
		if diff := cmp.Diff(want, sheet.Tail()); diff != "" {
			t.Errorf("tail (-want +got):\n%s", diff)
		}
		break
	}
}

// TestXLSTokens decodes formulas of three versions, written at C5.
func TestXLSTokens(t *testing.T) {
	func5 := func(name string, version int) *xlsBook {
		return &xlsBook{version: version, xlsGlobals: xlsGlobals{decode: codepage.Decoder(1252), defined: []string{name}, links: []xlsLink{{external: true}, {names: []string{"EDATE"}}}, sheetIn: []int{0, 1}}}
	}
	for _, c := range []struct {
		version int
		tokens  []byte
		want    string
	}{
		{8, packed(byte(ptgArea), 4, 4, 0xc000, 0xc001, byte(ptgFuncVar), byte(1), 4), "SUM(RC[-2]:RC[-1])"},
		{8, packed(byte(ptgArea), 4, 4, 0xc000, 0xc001, byte(ptgAttr), byte(0x10), 0), "SUM(RC[-2]:RC[-1])"},
		{8, packed(byte(ptgArea), 0, 0xffff, 0, 2, byte(ptgFunc), 77), "COLUMNS(COL:COL)"},
		{8, packed(byte(ptgArea), 2, 3, 0, 0xff, byte(ptgFunc), 76), "ROWS(ROW:ROW)"},
		{8, packed(byte(ptgInt), 3, byte(ptgMinus), byte(ptgInt), 2, byte(0x07), byte(ptgParen), byte(ptgPercent)), "(-NUM^NUM)%"},
		{8, packed(byte(ptgBool), byte(1), byte(ptgAttr), byte(2), 9, byte(ptgErr), byte(42), byte(ptgAttr), byte(8), 9, byte(ptgMissing), byte(ptgFuncVar), byte(3), 1), "IF(BOOL,ERROR,)"},
		{8, packed(byte(ptgInt), 1, byte(ptgAttr), byte(4), 1, 0, 0, byte(ptgArray), make([]byte, 7), byte(ptgFuncVar), byte(2), 100), "CHOOSE(NUM,{ARRAY})"},
		{8, packed(byte(ptgNameX), 1, 1, 0, byte(ptgRef), 4, 0xc002, byte(ptgInt), 1, byte(ptgFuncVar), byte(3), 255), "EDATE(RC,NUM)"},
		{8, packed(byte(ptgMemFunc), 0, byte(ptgRef), 4, 0xc002, byte(ptgRef), 5, 0xc002, byte(0x10)), "RC,R[1]C"},
		{8, packed(byte(ptgRefErr3D), 0, 0, 0), "ERROR"},
		{8, packed(byte(ptgFuncVar), byte(0), 221), "TODAY()"},
		{8, packed(byte(ptgName), 1, 0), "NAME"},
		{5, packed(byte(ptgRef), 0xc004, byte(1), byte(ptgStr), byte(2), "hi", byte(0x08)), "RC[-1]&TEXT"},
		{5, packed(byte(ptgRef3D), 0xffff, make([]byte, 12), 0, byte(0)), "Sheet!R1C1"},
		{5, packed(byte(ptgArea3D), 1, make([]byte, 12), 0xc004, 0x3fff, byte(1), byte(1)), "[Book]Sheet!RC[-1]:R16384C2"},
		{2, packed(byte(ptgRef), 0xc003, byte(2), byte(ptgFunc), byte(24), byte(ptgRef), 0xc003, byte(2), byte(ptgFuncVar), byte(2), byte(4)), "SUM(ABS(R[-1]C),R[-1]C)"},
		{2, packed(byte(ptgSheet), make([]byte, 5), 1, byte(ptgRef), 0, byte(0), byte(ptgEndSheet), 0, byte(0)), "[Book]Sheet!R1C1"},
	} {
		f := func5("x", c.version).formula(c.tokens, 4, 2)
		if got := parseFormula(f).shape; got != c.want {
			t.Errorf("BIFF%d %x: %s, want %s (%s)", c.version, c.tokens, got, c.want, f.Text)
		}
	}
	for _, broken := range [][]byte{{}, {0x03}, {ptgInt}, {ptgFuncVar, 9, 4, 0}, {0x3f}, {ptgFunc, 0xff, 0x7f}, bytes.Repeat([]byte{ptgMissing}, maxTokens+1)} {
		if f := func5("x", 8).formula(broken, 0, 0); !f.Opaque || f.Text != "" {
			t.Errorf("%.20x: %+v", broken, f)
		}
	}
}

// TestFunctionTable: each line begins with the number of its first function.
func TestFunctionTable(t *testing.T) {
	next := 0
	for line := range strings.Lines(strings.TrimSpace(biffFunctionTable)) {
		words := strings.Fields(line)
		if words[0] != fmt.Sprint(next) {
			t.Errorf("line %q should begin with %d", line, next)
		}
		next += len(words) - 1
	}
	if name, n := biffFunction(480); name != "IFERROR" || n != 2 || next != 485 {
		t.Errorf("%s with %d arguments, of %d functions", name, n, next)
	}
}

func TestVirtualPath(t *testing.T) {
	for in, want := range map[string]string{
		"\x01\x01C\x03Users\x03margot\x03Rates.xls":            "Rates.xls",
		"\x01\x01@files01\x03finance\x03Rates.xls":             "files01/Rates.xls",
		"\x01\x04old\x03[Rates.xls]Sheet 1":                    "Rates.xls",
		"\x01\x05\x26https://alder.sharepoint.com/x/Rates.xls": "alder.sharepoint.com/Rates.xls",
		"Rates.xls": "Rates.xls",
	} {
		if got := target.Link(virtualPath(in)); got != want || !isVirtualPath(in) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{"", " ", "\x00", "\x02", "Excel\x03[a.xls]Sheet1"} {
		if isVirtualPath(in) {
			t.Errorf("%q is no path", in)
		}
	}
}

func TestNumbersOfXLS(t *testing.T) {
	for v, want := range map[uint32]string{
		0x3ff00000: "1", 0x3ff00001: "0.01", 1<<2 | 2: "1", 12345<<2 | 3: "123.45", 0xfffffffe: "-1", 0x7fe00000: "8.98846567431158E+307",
	} {
		if got := numberText(rkNumber(v)); got != want {
			t.Errorf("%#x: %s, want %s", v, got, want)
		}
	}
}

// bare2 is a sheet of Excel 2.
func bare2() []byte {
	var w biffWriter
	w.record(biffBOF2, 2, biffWorksheet)
	w.record(biffCodePage, 1251)
	w.record(biffFormat2, byte(7), "General")
	w.record(biffFormat2, byte(6), "d.m.yy")
	w.record(biffFont, 200, 0, byte(4), "Helv")
	w.record(biffFont, 200, 1, byte(4), "Helv")
	for col, name := range []string{"Name", "Amount", "Total", "\xc4\xe0\xf2\xe0"} { // a date, in Cyrillic
		w.record(biffLabel2, 0, col, byte(0), byte(1<<6), byte(0), byte(len(name)), name)
	}
	for row := 1; row < 4; row++ {
		w.record(biffLabel2, row, 0, "\x00\x00\x00", byte(4), "word")
		w.record(biffInteger, row, 1, "\x00\x00\x00", 7)
		w.record(biffFormula2, row, 2, "\x00\x00\x00", 7.0, byte(0), byte(8), byte(ptgRef), 0xc000+row, byte(1), byte(ptgInt), 2, byte(0x05))
		w.record(biffNumber2, row, 3, byte(0), byte(1), byte(0), 45000.5)
	}
	w.record(biffEOF)
	return w.Bytes()
}

func TestBareStreams(t *testing.T) {
	s := mustRead(t, bare2(), "old.xls")
	want := []inventory.Sheet{{
		Name: "Sheet1", Rows: 4, Columns: 4, Formulas: 3, Functions: map[string]int{},
		Regions: []inventory.Region{{
			Range: "A1:D4", HeaderRows: 1, Headings: []string{"Name", "Amount", "Total", "Дата"},
			Types: []inventory.ColumnType{"text", "number", "formula", "date"}, Shapes: []string{"RC[-1]*NUM"},
		}},
	}}
	if diff := cmp.Diff(want, s.Sheets, withoutStats); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	whole := biff8(nil, []string{"One"}, func(w *biffWriter) { w.record(biffLabel3, 0, 0, 0, long("Name")) })
	if s := mustRead(t, whole, "bare.xls"); len(s.Sheets) != 1 || s.Sheets[0].Name != "One" || s.Sheets[0].Rows != 1 {
		t.Errorf("%+v", s.Sheets)
	}
}

// TestXLSReasons: what cannot be read says why.
func TestXLSReasons(t *testing.T) {
	many := make([]string, 60)
	sheets := make([]func(*biffWriter), 60)
	for i := range many {
		many[i], sheets[i] = fmt.Sprint("Sheet ", i), func(*biffWriter) {}
	}
	pass := func(parts ...any) []byte {
		return biff8(func(w *biffWriter) { w.record(biffFilePass, parts...) }, nil)
	}
	strs := biff8(func(w *biffWriter) {
		w.record(biffSST, uint32(60), uint32(60), bytes.Repeat([]byte{1, 0, 0, 'a'}, 60))
	}, nil)
	good := biff8(nil, []string{"One"}, func(w *biffWriter) { w.record(biffLabel3, 0, 0, 0, long("Name")) })
	for name, c := range map[string]struct {
		stream []byte
		reason string
		detail string
	}{
		"xor":       {pass(0, 1, 2), "encrypted", "(xor)"},
		"rc4":       {pass(1, 1, 1), "encrypted", "(rc4)"},
		"cryptoapi": {pass(1, 2, 2), "encrypted", "(cryptoapi)"},
		"sheets":    {biff8(nil, many, sheets...), "too-large", "sheets"},
		"strings":   {strs, "too-large", "strings"},
		"cut":       {good[:len(good)-6], "truncated", ""},
		"no start":  {good[20:], "damaged", "does not begin"},
	} {
		_, err := readBytes(xlsOf(c.stream), "x.xls", Options{Limits: Limits{Sheets: 50, Strings: 50}})
		if Reason(err) != c.reason || !strings.Contains(err.Error(), c.detail) {
			t.Errorf("%s: %v; want %s", name, err, c.reason)
		}
	}
}

// TestXLSHeads: at DepthHeads the cells past the first rows are not read when
// the sheet has an index, and what stands behind them is.
func TestXLSHeads(t *testing.T) {
	var index uint32
	sheet := func(w *biffWriter) {
		w.record(biffIndex, uint32(0), uint32(0), uint32(20_000), uint32(0), index)
		w.record(biffDimension3, uint32(0), uint32(20_000), 0, 3, 0)
		for row := range 20_000 {
			w.record(biffLabel3, row, 0, 0, long("word"))
			w.record(biffRK, row, 1, 0, uint32(row<<2|2))
		}
		index = uint32(w.Len())
		w.record(biffDBCell, uint32(0))
		w.record(biffValidation, uint32(0))
	}
	biff8(nil, []string{"One"}, sheet) // learns where the index leads to
	b := xlsOf(biff8(nil, []string{"One"}, sheet))
	s, err := readBytes(b, "x.xls", Options{Depth: inventory.DepthHeads})
	if err != nil {
		t.Fatal(err)
	}
	if s.Sheets[0].Rows != 20_000 || s.Validations != 1 || s.BytesRead > int64(len(b))/8 {
		t.Errorf("%d rows, %d validations, %d of %d bytes read", s.Sheets[0].Rows, s.Validations, s.BytesRead, len(b))
	}
	if s := mustRead(t, b, "x.xls"); s.Sheets[0].Rows != 20_000 || s.Validations != 1 {
		t.Errorf("in full: %d rows", s.Sheets[0].Rows)
	}
}

// TestHostileXLS: streams made to be costly are answered all the same.
func TestHostileXLS(t *testing.T) {
	names, places := make([]string, 1500), make([]func(*biffWriter), 1500)
	for i := range names {
		names[i], places[i] = "S", func(w *biffWriter) { w.record(biffLabel3, 0, 0, 0, long("Name")) }
	}
	deep := packed(byte(ptgInt), 1, bytes.Repeat([]byte{ptgMinus}, maxTokens-3))
	args := packed(bytes.Repeat([]byte{ptgMissing}, 127), byte(ptgFuncVar), byte(127), 4)
	formulas := func(tokens []byte) []byte {
		return biff8(nil, []string{"One"}, func(w *biffWriter) {
			for row := range 1000 {
				w.record(biffFormula2, row, 0, 0, 1.0, 0, uint32(0), len(tokens), tokens)
			}
		})
	}
	for name, b := range map[string][]byte{
		"many sheets": xlsOf(biff8(nil, names, places...)),
		"deep":        xlsOf(formulas(deep)),
		"arguments":   xlsOf(formulas(args)),
		"nested":      xlsOf(biff8(nil, []string{"One"}, func(w *biffWriter) { w.Write(bytes.Repeat(packed(biffBOF5, 4, 0x600, 0x10), 100_000)) })),
		"names": xlsOf(biff8(func(w *biffWriter) {
			for range 100_000 {
				w.record(biffName, 0, byte(0), byte(1), 0, 0, 0, uint32(0), wide("x"))
			}
		}, nil)),
		"own tail": loopingCompound(),
	} {
		start := time.Now()
		s, err := readBytes(b, "x.xls", Options{})
		if err == nil {
			checkStructure(t, name, s)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		} else {
			t.Logf("%s: %d KB in %v: %v", name, len(b)>>10, took.Round(time.Millisecond), err)
		}
	}
}

// loopingCompound has a folder tree and a chain of sectors that bite their
// own tails.
func loopingCompound() []byte {
	b := xlsOf(biff8(nil, nil))
	directory := bytes.Index(b, []byte("R\x00o\x00o\x00t\x00"))
	copy(b[directory+128+68:], packed(uint32(1), uint32(0), uint32(1))) // the workbook's neighbours: itself
	copy(b[directory+128+120:], packed(uint32(1<<30)))
	fat := bytes.LastIndex(b, []byte("\xfe\xff\xff\xff"))
	copy(b[fat-4:], packed(uint32(0)))
	return b
}

func FuzzReadXLS(f *testing.F) {
	f.Add(canaryXLS())
	f.Add(bare2())
	f.Add(biff8(nil, []string{"One"}, func(w *biffWriter) {
		w.record(biffRString, 0, 0, 0, 4, "\x00Name", 0)
		w.record(biffArray3, 0, 1, byte(0), byte(0), 0, uint32(0), 3, byte(ptgInt), 1)
	}))
	f.Add(loopingCompound())
	f.Fuzz(func(t *testing.T, b []byte) { checkRead(t, b, "x.xls") })
}

// FuzzXLSStream fuzzes what is inside of the container.
func FuzzXLSStream(f *testing.F) {
	for _, name := range []string{"Workbook"} {
		c, err := ole.Open(bytes.NewReader(canaryXLS()), int64(len(canaryXLS())))
		if err != nil {
			f.Fatal(err)
		}
		stream, err := c.Stream(c.Child(c.Root(), name), 1<<20)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stream)
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkRead(t, xlsOf(b), "x.xls") })
}

func FuzzXLSTokens(f *testing.F) {
	f.Add(byte(8), packed(byte(ptgArea), 4, 4, 0xc000, 0xc001, byte(ptgFuncVar), byte(1), 4))
	f.Add(byte(5), packed(byte(ptgNameX), 1, 1, 0, byte(ptgFuncVar), byte(1), 255))
	f.Add(byte(2), packed(byte(ptgAttr), byte(4), byte(9)))
	f.Fuzz(func(t *testing.T, version byte, tokens []byte) {
		book := &xlsBook{version: []int{2, 3, 4, 5, 8}[version%5], xlsGlobals: xlsGlobals{decode: codepage.Decoder(932), defined: []string{"F"}, links: []xlsLink{{names: []string{"G"}}}, sheetIn: []int{0, 9}}}
		parseFormula(book.formula(tokens, 3, 3))
	})
}
