package workbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/personal"
)

// The canary that may be found nowhere, and the person of the directory.
const (
	hush      = "kanari"
	person    = "Wilhelmina Vogelzang"
	personOne = "Wilhelmina_Vogelzang" // where a name can hold no blanks
	personTwo = "WilhelminaVogelzang"
)

// inDirectory knows the person as a directory does: by the full name alone.
func inDirectory(s string) bool {
	s = strings.ToLower(s)
	return s == "wilhelmina vogelzang" || s == "vogelzang, wilhelmina"
}

// TestCanaryOfFormats plants a canary in every kind of cell, formula, list,
// remark, property, connection, query and macro that a format has, and a
// person in the names that people choose. Neither is found in what comes out,
// at any depth; ordinary headings are.
func TestCanaryOfFormats(t *testing.T) {
	for name, file := range map[string][]byte{
		"x.xlsm": canaryXLSM(t), "x.xlsb": canaryXLSB(t), "x.xls": personXLS(), "x.ods": canaryODS(t), "x.csv": canaryCSV(","),
		"x.tsv": canaryCSV("\t"), "x.xml": canarySpreadsheetML(),
	} {
		if !bytes.Contains(file, []byte("PK\x03\x04")) && !bytes.Contains(file, []byte("kanari")) {
			t.Fatalf("%s holds no canary", name)
		}
		for _, depth := range []inventory.Depth{inventory.DepthHeads, inventory.DepthFull} {
			s, err := readBytes(file, name, Options{Depth: depth, Personal: inDirectory})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			out, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			low := strings.ToLower(string(out))
			for _, never := range []string{hush, "wilhelmina", "vogelzang"} {
				if at := strings.Index(low, never); at >= 0 {
					t.Errorf("%s at depth %d: %q was kept: %s", name, depth, never, out[max(0, at-80):min(len(out), at+40)])
				}
			}
			for _, kept := range []string{`"Grade"`, `"Price"`} {
				if !strings.Contains(string(out), kept) {
					t.Errorf("%s at depth %d: %s was dropped: %s", name, depth, kept, out)
				}
			}
		}
	}
}

// TestHoldsPerson: however a name is written.
func TestHoldsPerson(t *testing.T) {
	for name, want := range map[string]bool{
		person: true, personOne: true, personTwo: true, "Vogelzang, Wilhelmina": true, "Vogelzang Wilhelmina": true, "mod" + personTwo + "2": true,
		"Hours of " + person + " (2024)": true, "hours_" + personOne + "_2024": true, "Wilhelmina.Vogelzang": true, "WILHELMINA VOGELZANG": true,
		"Grade": false, "Price": false, "Vogelzang": false, "Wilhelmina": false, "": false, "Wilhelmina Price": false,
		strings.Repeat("word ", 40): false,
	} {
		if got := personal.Holds(name, inDirectory); got != want {
			t.Errorf("Holds(%q) = %v", name, got)
		}
	}
}

func canaryXLSM(t *testing.T) []byte {
	parts := canaryParts(t)
	maps.Copy(parts, map[string]string{
		"xl/vbaProject.bin": string(canaryProject()),
		"xl/workbook.xml": `<workbook xmlns:r="x"><sheets><sheet name="One" sheetId="1" r:id="r1"/><sheet name="` + person + `" sheetId="2" r:id="r9"/></sheets>
			<definedNames><definedName name="` + personOne + `">One!$A$1</definedName><definedName name="Rates">"kanari"</definedName></definedNames></workbook>`,
		"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships><Relationship Id="r1" Type="` + relationTypes + `pivotTable" Target="../pivotTables/pivotTable1.xml"/></Relationships>`,
	})
	around := aroundParts()
	for part, text := range around {
		if strings.Contains(part, "ivot") || strings.HasPrefix(part, "doc") || strings.Contains(part, "omment") || strings.Contains(part, "drawing") {
			parts[part] = text
		}
	}
	parts["xl/pivotTables/pivotTable1.xml"] = strings.Replace(around["xl/pivotTables/pivotTable1.xml"], "A3:D6", "K3:N6", 1)
	delete(parts, "xl/pivotCache/pivotCacheDefinition2.xml") // the name of a sheet, which is kept
	parts["docProps/custom.xml"] = strings.Replace(parts["docProps/custom.xml"], "Confidential - Staff", person, 1)
	parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "</Relationships>",
		`<Relationship Id="r6" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>`, 1)
	return zipOf(t, parts)
}

// canaryProject is a VBA project that says what must not be repeated.
func canaryProject() []byte {
	source := `' kanari
Sub Kanari()
  kanari = "kanari": x.Open "select kanari", "Provider=SQLOLEDB;Data Source=sql01;User ID=kanari;Password=kanari"
  y.Open "GET", "https://kanari:kanari@api.example.org/v1?key=kanari"
  MsgBox "kanari"
End Sub`
	compiled := []byte("kanari")
	return compoundWith([]string{"PROJECT", "VBA/dir", "VBA/" + personTwo}, map[string][]byte{
		"PROJECT":          []byte("Module=" + personTwo + "\r\nName=\"kanari\"\r\nDescription=\"kanari\"\r\n"),
		"VBA/dir":          packVBA(vbaDirectory(personTwo, uint32(len(compiled)))),
		"VBA/" + personTwo: append(compiled, packVBA([]byte(source))...),
	})
}

func canaryXLSB(t *testing.T) []byte {
	parts := xlsbParts()
	for name, text := range parts {
		parts[name] = strings.ReplaceAll(strings.ReplaceAll(text, "hush", "kana"), string(wideBytes([]uint16{'h', 'u', 's', 'h'})), string(wideBytes([]uint16{'k', 'a', 'n', 'a'})))
	}
	headings := brt(xlsbRow, 0, 0, []byte{0})
	for i, h := range []string{"Name", "Grade", "Price", person, "kanari@example.org", "Vogelzang, Wilhelmina"} {
		headings += brt(xlsbCellText, i, 1, h)
	}
	for row := 1; row < 5; row++ {
		headings += brt(xlsbRow, row, 0, []byte{0}) + brt(xlsbCellText, 0, 0, fmt.Sprint("kanari ", row)) + brt(xlsbCellReal, 1, 0, 1.0) + brt(xlsbCellReal, 2, 0, 2.0) +
			brt(xlsbCellRich, 3, 0, []byte{0}, "kanari") + brt(xlsbFormulaText, 4, 0, "kanari", uint16(0), tokens("\x17\x06\x00"+string(wideBytes([]uint16{'k', 'a', 'n', 'a', 'r', 'i'}))))
	}
	parts["xl/worksheets/sheet1.bin"] = brt(129) + brt(145) + headings + brt(146) + brt(130)
	parts["xl/workbook.bin"] = brt(131) + brt(xlsbSheet, 0, 1, "rId1", "Orders") + brt(xlsbSheet, 0, 2, "rId2", person) +
		brt(xlsbName, 0, []byte{0}, null, personOne, tokens("\x1e\x01\x00")) + brt(132)
	parts["xl/comments1.bin"] = brt(628) + brt(632, "kanari") + brt(xlsbComment, 0) + brt(637, []byte{0}, "kanari") + brt(636)
	parts["xl/vbaProject.bin"] = string(canaryProject())
	parts["docProps/custom.xml"] = aroundParts()["docProps/custom.xml"]
	parts["xl/_rels/workbook.bin.rels"] = strings.Replace(parts["xl/_rels/workbook.bin.rels"], "</Relationships>",
		`<Relationship Id="r9" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>`, 1)
	return zipOf(t, parts)
}

// personXLS is a workbook of BIFF8 with a person in every name; for canaries
// elsewhere see canaryXLS.
func personXLS() []byte {
	long := func(s string) string { return string([]byte{byte(len(s)), byte(len(s) >> 8), 0}) + s }
	globals := func(w *biffWriter) {
		w.record(biffName, 0, byte(0), byte(len(personOne)), 0, 0, 0, uint32(0), "\x00"+personOne)
	}
	stream := biff8(globals, []string{"One", person}, func(w *biffWriter) {
		for i, h := range []string{"Name", "Grade", "Price", person, "kanari@example.org"} {
			w.record(biffLabel3, 0, i, 0, long(h))
		}
		for row := 1; row < 5; row++ {
			w.record(biffLabel3, row, 0, 0, long(fmt.Sprint("kanari ", row)))
			w.record(biffNumber3, row, 1, 0, 1.0)
			w.record(biffNumber3, row, 2, 0, 2.0)
			w.record(biffLabel3, row, 3, 0, long("kanari"))
		}
		w.record(biffNote, 1, 1, 0, 1, long("kanari"))
	}, func(*biffWriter) {})
	return compoundWith([]string{"Workbook", "\x05DocumentSummaryInformation", "_VBA_PROJECT_CUR/PROJECT"}, map[string][]byte{
		"Workbook": stream, "\x05DocumentSummaryInformation": []byte("kanari"),
		"_VBA_PROJECT_CUR/PROJECT": []byte("Module=" + personTwo + "\r\nName=\"kanari\"\r\n"),
	})
}

func canaryODS(t *testing.T) []byte {
	cell := func(s string) string {
		return `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p><office:annotation><dc:creator>kanari</dc:creator><text:p>kanari</text:p></office:annotation></table:table-cell>`
	}
	number := `<table:table-cell office:value-type="float" office:value="1" table:formula="of:=IF([.A1]=&quot;kanari&quot;;1)"/>`
	row := `<table:table-row>` + cell("kanari") + number + number + cell("kanari") + `</table:table-row>`
	sheets := `<table:table table:name="One"><table:table-row>` + cell("Name") + cell("Grade") + cell("Price") + cell(person) + `</table:table-row>` + row + row + row +
		`<table:named-expressions><table:named-range table:name="` + personOne + `"/></table:named-expressions></table:table><table:table table:name="` + person + `"/>`
	parts := odsParts(sheets)
	for name, text := range parts {
		parts[name] = strings.ReplaceAll(text, "hush", "kanari")
	}
	parts["Basic/Standard/"+personTwo+".xml"] = `<script:module script:name="` + personTwo + `">Sub Kanari</script:module>`
	parts["meta.xml"] = `<office:document-meta><meta:user-defined meta:name="Client">kanari</meta:user-defined><meta:user-defined meta:name="MSIP_Label_` + labelGUID + `_Name">` + person + `</meta:user-defined>
		<meta:user-defined meta:name="MSIP_Label_` + labelGUID + `_Enabled">true</meta:user-defined></office:document-meta>`
	return zipOf(t, parts)
}

func canaryCSV(comma string) []byte {
	lines := []string{strings.Join([]string{"Name", "Grade", "Price", person, "kanari@example.org"}, comma)}
	for range 5 {
		lines = append(lines, strings.Join([]string{"kanari", "1", "2.5", `"kanari"`, `=IF(A1=""kanari"",1)`}, comma))
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func canarySpreadsheetML() []byte {
	text := strings.ReplaceAll(spreadsheetMLFile, "hush", "kanari")
	row := func(cells ...string) string {
		return `<Row><Cell><Data ss:Type="String">` + strings.Join(cells, `</Data></Cell><Cell><Data ss:Type="String">`) + `</Data></Cell></Row>`
	}
	sheet := `<Worksheet ss:Name="Two"><Table>` + row("Name", "Grade", "Price", person) +
		strings.Repeat(`<Row><Cell ss:HRef="http://kanari"><Data ss:Type="String">kanari</Data></Cell><Cell ss:Formula="=IF(RC[-1]=&quot;kanari&quot;,1)"><Data ss:Type="Number">1</Data></Cell><Cell><Data ss:Type="Number">2</Data></Cell><Cell><Data ss:Type="String">kanari</Data></Cell></Row>`, 3) +
		`</Table></Worksheet><Worksheet ss:Name="` + person + `"><Table/></Worksheet>`
	text = strings.Replace(text, `<Worksheet ss:Name="Orders">`, sheet+`<Worksheet ss:Name="Orders">`, 1)
	return []byte(strings.Replace(text, `<NamedRange ss:Name="Everything"`, `<NamedRange ss:Name="`+personOne+`"/><NamedRange ss:Name="Everything"`, 1))
}
