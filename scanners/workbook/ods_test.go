package workbook

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

const odsSheets = `
<table:table table:name="Orders" table:style-name="ta1">
 <table:table-column table:default-cell-style-name="ce1" table:number-columns-repeated="16384"/>
 <table:shapes><draw:frame><draw:text-box><text:p>a note</text:p></draw:text-box></draw:frame></table:shapes>
 <table:table-header-rows><table:table-row>
  <table:table-cell office:value-type="string" table:style-name="ce2"><text:p>Order<text:s text:c="2"/>No</text:p><office:annotation><text:p>secret</text:p></office:annotation></table:table-cell>
  <table:table-cell office:value-type="string" table:style-name="ce3" table:number-columns-spanned="2" table:number-rows-spanned="1"><text:p>Customer</text:p></table:table-cell><table:covered-table-cell/>
  <table:table-cell office:value-type="string"><text:p>Due date</text:p></table:table-cell>
  <table:table-cell office:value-type="string"><text:p>Amount</text:p></table:table-cell>
  <table:table-cell office:value-type="string"><text:p>Paid</text:p></table:table-cell>
 </table:table-row></table:table-header-rows>
 <table:table-row table:number-rows-repeated="3">
  <table:table-cell office:value-type="string"><text:p>A-1</text:p></table:table-cell>
  <table:table-cell office:value-type="string" table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>
  <table:table-cell office:value-type="date" office:date-value="2024-05-01"/>
  <table:table-cell office:value-type="currency" office:value="12.5" table:formula="of:=SUM([.A1:.B2];[$Rates.$C$1])*COM.MICROSOFT.IFS([.A1]=&quot;x&quot;;2)"/>
  <table:table-cell office:value-type="boolean" office:boolean-value="true"/>
 </table:table-row>
 <table:table-row table:number-rows-repeated="1048572"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>
<table:table table:name="Rates" table:style-name="ta2">
 <table:table-source xlink:href="file:///C:/Users/margot/Linked.ods"/>
 <table:table-row><table:table-cell office:value-type="float" office:value="1" table:formula="of:=['file:///srv/rates%202024.ods'#$Day.A1]"/></table:table-row>
 <table:named-expressions><table:named-range table:name="Local" table:cell-range-address="$Rates.$A$1"/></table:named-expressions>
</table:table>
<table:table table:name="'file:///srv/rates%202024.ods'#Day"><table:table-row><table:table-cell office:value-type="float" office:value="7"/></table:table-row></table:table>`

// odsBody is the body of a document of sheets.
func odsBody(sheets string) string {
	return `<office:scripts/><office:automatic-styles>
	<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
	<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
	<style:style style:name="ce1" style:family="table-cell" style:parent-style-name="Default"/>
	<style:style style:name="ce2" style:family="table-cell"><style:text-properties fo:font-weight="bold"/></style:style>
	<style:style style:name="ce3" style:family="table-cell" style:parent-style-name="ce2"/>
	</office:automatic-styles><office:body><office:spreadsheet>
	<table:content-validations><table:content-validation table:name="v1" table:condition="of:cell-content-is-in-list(&quot;Open&quot;;&quot;Closed&quot;;&quot;hush&quot;)" table:base-cell-address="Orders.A2"/></table:content-validations>` +
		sheets + `<table:named-expressions><table:named-range table:name="Everything" table:cell-range-address="$Orders.$A$1:.$E$9"/><table:named-range table:name="_xlnm_Print_Area"/></table:named-expressions>
	<table:database-ranges><table:database-range table:name="OrderTable" table:target-range-address="Orders.A1:Orders.F4"/>
	<table:database-range table:name="__Anonymous_Sheet_DB__0" table:target-range-address="Rates.A1:Rates.B2" table:display-filter-buttons="true"/></table:database-ranges>
	<table:data-pilot-tables><table:data-pilot-table table:name="P"><table:database-source-sql table:database-name="Bookings" table:sql-statement="select hush"/></table:data-pilot-table></table:data-pilot-tables>
	</office:spreadsheet></office:body>`
}

const odsNamespaces = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.3"`

func odsParts(sheets string) map[string]string {
	return map[string]string{
		"mimetype":                     "application/vnd.oasis.opendocument.spreadsheet",
		"content.xml":                  `<office:document-content` + odsNamespaces + `>` + odsBody(sheets) + `</office:document-content>`,
		"META-INF/manifest.xml":        `<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>`,
		"Basic/Standard/Mail.xml":      `<script:module script:name="Mail"/>`,
		"Basic/script-lc.xml":          `<library:libraries/>`,
		"Basic/Standard/script-lb.xml": `<library:library/>`,
		"settings.xml": `<office:document-settings><config:config-item-map-named config:name="Tables"><config:config-item-map-entry config:name="Orders">
			<config:config-item config:name="VerticalSplitMode">2</config:config-item><config:config-item config:name="VerticalSplitPosition">1</config:config-item>
			</config:config-item-map-entry></config:config-item-map-named></office:document-settings>`,
	}
}

func flatODS(sheets string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><office:document` + odsNamespaces + ` office:mimetype="application/vnd.oasis.opendocument.spreadsheet">` +
		strings.Replace(odsBody(sheets), "<office:scripts/>", `<office:scripts><office:script><ooo:libraries><ooo:library-embedded ooo:name="Standard"><ooo:module ooo:name="Mail">Sub Hush</ooo:module></ooo:library-embedded></ooo:libraries></office:script></office:scripts>`, 1) +
		`</office:document>`
}

// TestOpenDocument reads the same spreadsheet packed and flat.
func TestOpenDocument(t *testing.T) {
	for format, file := range map[string][]byte{"ods": zipOf(t, odsParts(odsSheets)), "fods": []byte(flatODS(odsSheets))} {
		s := mustRead(t, file, "x."+format)
		want := inventory.Structure{
			Format: format, DefinedNames: []string{"Local", "Everything"},
			Connections:   []inventory.Connection{{Kind: "database", Target: "Bookings"}},
			ExternalLinks: []string{"Linked.ods", "rates 2024.ods"},
			Pivots:        1, Tables: 1, Validations: 1, Notes: 1, ListWords: []string{"closed", "open"},
			Macros:  inventory.Macros{Present: true, Modules: []string{"Mail"}},
			Queries: []inventory.Query{}, Depth: inventory.DepthFull, Reader: ReaderVersion,
			Sheets: []inventory.Sheet{
				{Name: "Orders", Rows: 4, Columns: 6, Formulas: 3, Functions: map[string]int{"SUM": 3, "IFS": 3}, Regions: []inventory.Region{{
					Range: "A1:F4", HeaderRows: 1, Headings: []string{"Order No", "Customer", "Due date", "Amount", "Paid"},
					Types:  []inventory.ColumnType{"text", "text", "date", "formula", "bool"},
					Shapes: []string{"SUM(R[-1]C[-4]:RC[-3],Sheet!R1C3)*IFS(R[-1]C[-4]=TEXT,NUM)"},
				}}},
				{Name: "Rates", Hidden: true, Rows: 1, Columns: 1, Formulas: 1, Functions: map[string]int{}, Regions: []inventory.Region{
					{Range: "A1", Headings: []string{}, Shapes: []string{"[Book]Sheet!RC"}},
				}},
			},
		}
		s.BytesRead = 0
		if diff := cmp.Diff(want, s, withoutStats); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

func TestOpenDocumentFormula(t *testing.T) {
	for in, want := range map[string]string{
		`of:=SUM([.A1:.B2];[.C3])`:                         `SUM(A1:B2,C3)`,
		`oooc:=IF([.A1]>1;"a;b";[$'A sheet'.$B$2])`:        `IF(A1>1,"a;b",Sheet!$B$2)`,
		`of:=['file:///C:/x%20y.ods'#$'S]1'.A1:.B2]+1`:     `[1]Sheet!A1:B2+1`,
		`of:=VLOOKUP([.A1];[$S.A1:$S.C1048576];2;FALSE())`: `VLOOKUP(A1,Sheet!A:C,2,FALSE)`,
		`of:=COM.MICROSOFT.CONCAT([.A:.A];{1;2|3;4})`:      `CONCAT(A:A,{1})`,
		`of:=LEGACY.NORMSDIST([.#REF!])&#REF!`:             `NORMSDIST(#REF!)&#REF `,
		`msoxl:=SUM(A1,Sheet2!B2)`:                         `SUM(A1,Sheet2!B2)`,
		`of:=[.A1]![.B1]`:                                  `A1 B1`,
		`of:={"a";"b`:                                      `{"a","b`,
		`of:=[`:                                            ``,
	} {
		if got := odsFormula(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestOpenDocumentRanges(t *testing.T) {
	for in, want := range map[string]string{
		"Sheet1.A1:Sheet1.C9":      "Sheet1 A1:C9",
		"$'O''Hara. 1'.$A$1:.$C$9": "O'Hara. 1 A1:C9",
		"Sheet1.B2":                "Sheet1 B2",
		"S.A1:S.B2 S.D1:S.E2":      "S A1:B2",
		"S.B2 S.D1":                "S B2",
	} {
		sheet, r, ok := odsRange(in)
		if got := sheet + " " + r.String(); !ok || got != want {
			t.Errorf("%s: %s %v, want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "'", ".", "A", "S.#REF!"} {
		if _, _, ok := odsRange(in); ok {
			t.Errorf("%q is no range", in)
		}
	}
}

// TestOpenDocumentRefused: what cannot be read says why.
func TestOpenDocumentRefused(t *testing.T) {
	with := func(part, text string) []byte {
		parts := odsParts(odsSheets)
		parts[part] = text
		return zipOf(t, parts)
	}
	for name, c := range map[string]struct {
		file   []byte
		reason string
	}{
		"encrypted": {with("META-INF/manifest.xml", `<m:manifest xmlns:m="x"><m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>`), "encrypted"},
		"wholly":    {with("META-INF/manifest.xml", `<manifest><file-entry full-path="encrypted-package"><encryption-data/></file-entry></manifest>`), "encrypted"},
		"doctype":   {with("content.xml", `<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`), "refused"},
		"cut":       {with("content.xml", odsParts(odsSheets)["content.xml"][:4000]), "truncated"},
		"text":      {[]byte(strings.ReplaceAll(flatODS(""), "office:spreadsheet", "office:text")), "not-a-workbook"},
		"document":  {with("mimetype", "application/vnd.oasis.opendocument.text"), "not-a-workbook"},
	} {
		if _, err := readBytes(c.file, "x.ods", Options{}); Reason(err) != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
	if _, err := readBytes(zipOf(t, odsParts(odsSheets)), "x.ods", Options{Limits: Limits{Sheets: 1}}); Reason(err) != "too-large" {
		t.Errorf("two sheets where one is allowed: %v", err)
	}
}

// TestRepeatedCellsCostNothing: a cell that says it stands everywhere.
func TestRepeatedCellsCostNothing(t *testing.T) {
	row := `<table:table-row table:number-rows-repeated="999999999"><table:table-cell table:number-columns-repeated="999999999" office:value-type="string"><text:p>Name</text:p></table:table-cell></table:table-row>`
	file := zipOf(t, odsParts(`<table:table table:name="A">`+strings.Repeat(row, 1000)+`</table:table>`+strings.Repeat(`<table:table table:name="B">`+row+`</table:table>`, 50)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	s := mustRead(t, file, "x.ods")
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	t.Logf("%v, %d MiB allocated in all", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
	if took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	if len(s.Sheets) != 51 || s.Sheets[0].Rows != maxRows || s.Sheets[0].Columns != maxColumns {
		t.Errorf("%d sheets, the first of %d rows", len(s.Sheets), s.Sheets[0].Rows)
	}
}

// TestColumnStyles: a cell without a style has that of its column.
func TestColumnStyles(t *testing.T) {
	r := odsSheetReader{columns: []odsColumn{{2, "a"}, {3, "b"}, {9, "c"}}}
	for col, want := range map[int]string{0: "a", 1: "a", 2: "b", 3: "c", 8: "c", 9: ""} {
		r.run.Col = col
		if got := r.cellStyle(); got != want {
			t.Errorf("column %d has %q, want %q", col, got, want)
		}
	}
}

// TestOpenDocumentHeads: of the rows past the first only the number is told.
func TestOpenDocumentHeads(t *testing.T) {
	row := `<table:table-row><table:table-cell office:value-type="string"><text:p>Name</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="1" table:formula="of:=[.A1]"/></table:table-row>`
	file := zipOf(t, odsParts(`<table:table table:name="A">`+strings.Repeat(row, 1000)+`</table:table>`))
	s, err := readBytes(file, "x.ods", Options{Depth: inventory.DepthHeads})
	if err != nil || s.Sheets[0].Rows != 1000 || s.Sheets[0].Formulas != headRows {
		t.Errorf("%d rows, %d formulas, %v", s.Sheets[0].Rows, s.Sheets[0].Formulas, err)
	}
}
