package workbook

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

// brt writes a record of a binary workbook of what it is made of: numbers of
// the width of their type, texts, and bytes as they are.
func brt(kind int, fields ...any) string {
	var data []byte
	for _, f := range fields {
		switch v := f.(type) {
		case int:
			data = binary.LittleEndian.AppendUint32(data, uint32(v))
		case uint16:
			data = binary.LittleEndian.AppendUint16(data, v)
		case float64:
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
		case string:
			units := utf16.Encode([]rune(v))
			data = binary.LittleEndian.AppendUint32(data, uint32(len(units)))
			data = append(data, wideBytes(units)...)
		case []byte:
			data = append(data, v...)
		}
	}
	var out []byte
	if kind < 0x80 {
		out = append(out, byte(kind))
	} else {
		out = append(out, byte(kind)|0x80, byte(kind>>7))
	}
	size := len(data)
	for ; size >= 0x80; size >>= 7 {
		out = append(out, byte(size)|0x80)
	}
	return string(append(append(out, byte(size)), data...))
}

func wideBytes(units []uint16) (out []byte) {
	for _, u := range units {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// tokens are a formula and what belongs behind it.
func tokens(rgce string, extra ...byte) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(rgce)))
	out = append(out, rgce...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(extra)))
	return append(out, extra...)
}

const null = -1 // the length of a string that is none

func xlsbParts() map[string]string {
	relative := "\x00\xc0"
	text := func(s string) string {
		return "\x17" + string([]byte{byte(len(s)), 0}) + string(wideBytes(utf16.Encode([]rune(s))))
	}
	heading := func(col int, s string) string { return brt(xlsbCellText, col, 1, s) }
	// B2-A2*SUM(S!A1:B1048576), as the cell D2 has it
	product := "\x44\x01\x00\x00\x00\x01\xc0" + "\x44\x01\x00\x00\x00" + relative + "\x3b\x00\x00" + "\x00\x00\x00\x00\xff\xff\x0f\x00\x00\x00\x01\x00" + "\x42\x01\x04\x00" + "\x05\x04"
	// IFERROR of a later Excel: its name, then what it is called with
	named := "\x23\x02\x00\x00\x00" + "\x4c\x00\x00\x00\x00\xff\xff" + text("hush") + "\x42\x03\xff\x00"
	list := []byte{3, 0, 0, 0}
	sheet := brt(129) + brt(xlsbDimension, 0, 3, 0, 5) + brt(xlsbPane, 0.0, 1.0, 1, 0, 2, []byte{1}) + brt(145) +
		brt(xlsbRow, 0, 0, []byte{0}) + heading(0, "Order No") + heading(1, "Due date") + brt(xlsbCellString, 2, 1, 0) +
		brt(xlsbCellRich, 3, 1, []byte{0}, "Amount") + heading(4, "Paid") + heading(5, "State") +
		brt(xlsbRow, 1, 0, []byte{0}) + brt(xlsbCellText, 0, 0, "A-1") + brt(xlsbCellReal, 1, 2, 45000.0) + brt(xlsbCellRK, 2, 0, 100<<2|2) +
		brt(xlsbFormulaNumber, 3, 0, 1.5, uint16(0), tokens(product)) + brt(xlsbCellBool, 4, 0, []byte{1}) + brt(xlsbCellError, 5, 0, []byte{7}) +
		brt(xlsbRow, 2, 0, []byte{0}) + brt(xlsbCellText, 0, 0, "A-2") + brt(xlsbCellReal, 1, 2, 45001.0) + brt(xlsbCellRK, 2, 0, 100<<2|2) +
		brt(xlsbFormulaText, 3, 0, "x", uint16(0), tokens("\x01\x02\x00\x00\x00", 3, 0, 0, 0)) + brt(xlsbShared, 2, 3, 3, 3, tokens(named)) +
		brt(xlsbRow, 3, 0, []byte{0}) + brt(xlsbFormulaBool, 3, 0, []byte{1}, uint16(0), tokens("\x01\x02\x00\x00\x00", 3, 0, 0, 0)) +
		brt(146) + brt(xlsbFilter, 0, 3, 0, 5) + brt(xlsbMerged, 2, 3, 0, 0) +
		brt(xlsbValidation, list, 1, 1, 1, 0, 0, null, null, null, "hush", tokens(text("Open,hush,Closed")), tokens("")) + brt(130)
	return map[string]string{
		"_rels/.rels": `<Relationships><Relationship Id="r1" Type="` + relationTypes + `officeDocument" Target="xl/workbook.bin"/></Relationships>`,
		"xl/_rels/workbook.bin.rels": `<Relationships><Relationship Id="rId1" Type="` + relationTypes + `worksheet" Target="worksheets/sheet1.bin"/>
			<Relationship Id="rId2" Type="` + relationTypes + `worksheet" Target="worksheets/sheet2.bin"/>
			<Relationship Id="rId3" Type="` + relationTypes + `sharedStrings" Target="sharedStrings.bin"/><Relationship Id="rId4" Type="` + relationTypes + `styles" Target="styles.bin"/>
			<Relationship Id="rId5" Type="` + relationTypes + `externalLink" Target="externalLinks/externalLink1.bin"/><Relationship Id="rId6" Type="` + relationTypes + `connections" Target="connections.bin"/></Relationships>`,
		"xl/workbook.bin": brt(131) + brt(xlsbSheet, 0, 1, "rId1", "Orders") + brt(xlsbSheet, 2, 2, "rId2", "Rates") +
			brt(xlsbLinkSelf) + brt(xlsbLink, "rId5") + brt(xlsbExterns, 2, 0, 0, 0, 1, 0, 0) +
			brt(xlsbName, 0, []byte{0}, null, "Everything", tokens("\x1e\x01\x00")) +
			brt(xlsbName, 0x2038b, []byte{0}, null, "_xlfn.IFERROR", tokens("\x1d\x01")) + brt(xlsbName, 0, []byte{0}, null, "gone", tokens("")) + brt(132),
		"xl/styles.bin": brt(278) + brt(xlsbFormat, uint16(170), "yyyy-mm") + brt(xlsbFont, uint16(220), uint16(0), uint16(400)) + brt(xlsbFont, uint16(220), uint16(0), uint16(700)) +
			brt(626) + brt(xlsbXF, uint16(0), uint16(14), uint16(1)) + brt(627) +
			brt(xlsbXFs, 3) + brt(xlsbXF, uint16(0), uint16(0), uint16(0)) + brt(xlsbXF, uint16(0), uint16(0), uint16(1)) + brt(xlsbXF, uint16(0), uint16(170), uint16(0)) + brt(xlsbXFsEnd),
		"xl/sharedStrings.bin":                          brt(159, 1, 1) + brt(xlsbString, []byte{0}, "Quantity") + brt(160),
		"xl/worksheets/sheet1.bin":                      sheet,
		"xl/worksheets/_rels/sheet1.bin.rels":           `<Relationships><Relationship Id="r1" Type="` + relationTypes + `table" Target="../tables/table1.bin"/></Relationships>`,
		"xl/worksheets/sheet2.bin":                      brt(129) + brt(xlsbRow, 0) + brt(xlsbFormulaNumber, 0, 0, 1.0, uint16(0), tokens("\x3a\x01\x00\x00\x00\x00\x00"+relative+"\x18\x19"+strings.Repeat("\x00", 12)+"\x03")),
		"xl/tables/table1.bin":                          brt(xlsbTable, 0, 3, 0, 5, 0, 1, 1),
		"xl/pivotTables/pivotTable1.bin":                "x",
		"xl/externalLinks/externalLink1.bin":            "x",
		"xl/externalLinks/_rels/externalLink1.bin.rels": `<Relationships><Relationship Id="rId1" Type="x/externalLinkPath" TargetMode="External" Target="file:///C:/Users/hush/Rates.xlsx"/></Relationships>`,
		"xl/connections.bin": brt(429) +
			brt(xlsbConnection, []byte{6, 1, 1, 0}, 0, uint16(4), 5, 1, 1, []byte{0}, "hush", "hush") + brt(xlsbDatabase, 3, []byte{2}, "Provider=SQLOLEDB;Data Source=srv;Initial Catalog=db;Password=hush", `"dbo"."Orders"`) + brt(xlsbConnectionEnd) +
			brt(xlsbConnection, []byte{6, 1, 1, 0}, 0, uint16(0), 4, 1, 2, []byte{0}, "hush") + brt(xlsbWeb, 0, "https://hush:hush@host.example/path?key=hush") + brt(xlsbConnectionEnd) + brt(430),
	}
}

func TestXLSB(t *testing.T) {
	s := mustRead(t, zipOf(t, xlsbParts()), "x.xlsb")
	want := inventory.Structure{
		Format: "xlsb", DefinedNames: []string{"Everything"},
		Connections:   []inventory.Connection{{Kind: "oledb", Target: "srv/db/dbo.Orders"}, {Kind: "web", Target: "host.example/path"}},
		ExternalLinks: []string{"Rates.xlsx"},
		Pivots:        1, Tables: 1, Validations: 1, ListWords: []string{"closed", "open"},
		Macros: inventory.Macros{Modules: []string{}}, Queries: []inventory.Query{},
		Depth: inventory.DepthFull, Reader: ReaderVersion,
		Sheets: []inventory.Sheet{
			{Name: "Orders", Rows: 4, Columns: 6, Formulas: 3, Functions: map[string]int{"SUM": 1, "IFERROR": 2}, Regions: []inventory.Region{{
				Range: "A1:F4", HeaderRows: 1, Headings: []string{"Order No", "Due date", "Quantity", "Amount", "Paid", "State"},
				Types:  []inventory.ColumnType{"text", "date", "number", "formula", "bool", "mixed"},
				Shapes: []string{"RC[-2]-RC[-3]*SUM(Sheet!COL:COL)", "IFERROR(RC[-1],TEXT)"},
			}}},
			{Name: "Rates", Hidden: true, Rows: 1, Columns: 1, Formulas: 1, Functions: map[string]int{}, Regions: []inventory.Region{
				{Range: "A1", Headings: []string{}, Shapes: []string{"[Book]Sheet!RC+Table[Column]"}},
			}},
		},
	}
	s.BytesRead = 0
	if diff := cmp.Diff(want, s, withoutStats); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestXLSBCut: wherever a part ends, there is an answer or a reason.
func TestXLSBCut(t *testing.T) {
	for _, name := range []string{"xl/workbook.bin", "xl/styles.bin", "xl/sharedStrings.bin", "xl/worksheets/sheet1.bin", "xl/connections.bin"} {
		parts := xlsbParts()
		whole := parts[name]
		for n := 0; n < len(whole); n += 7 {
			parts[name] = whole[:n]
			if _, err := readBytes(zipOf(t, parts), "x.xlsb", Options{}); err != nil && Reason(err) != "truncated" {
				t.Errorf("%s of %d bytes: %v", name, n, err)
			}
		}
	}
	parts := xlsbParts()
	parts["xl/worksheets/sheet1.bin"] = "\xff\x7f\xff\xff\xff\xff"
	if _, err := readBytes(zipOf(t, parts), "x.xlsb", Options{}); Reason(err) != "truncated" {
		t.Errorf("a record of 256 MB that is not there: %v", err)
	}
}
