package workbook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

const spreadsheetMLFile = `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">
<DocumentProperties><Author>hush</Author></DocumentProperties>
<x:ExcelWorkbook><x:SupBook><x:Path>C:\Users\margot\Rates.xls</x:Path><x:SheetName>hush</x:SheetName></x:SupBook></x:ExcelWorkbook>
<Styles><Style ss:ID="s1"><Font ss:Bold="1"/></Style><Style ss:ID="s2"><NumberFormat ss:Format="Short Date"/></Style><Style ss:ID="s3" ss:Parent="s2"/></Styles>
<Names><NamedRange ss:Name="Everything" ss:RefersTo="=Orders!R1C1"/><NamedRange ss:Name="_FilterDatabase" ss:Hidden="1"/><NamedRange ss:Name="Print_Titles"/></Names>
<Worksheet ss:Name="Orders"><Table ss:ExpandedColumnCount="5" ss:ExpandedRowCount="6">
 <Row ss:StyleID="s1"><Cell ss:MergeAcross="1"><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>Order</B> <Font>No</Font></ss:Data><Comment><ss:Data>hush</ss:Data></Comment></Cell>
  <Cell><Data ss:Type="String">Due date</Data></Cell><Cell><Data ss:Type="String">Amount</Data></Cell><Cell><Data ss:Type="String">Paid</Data></Cell></Row>
 <Row ss:Span="1"/>
 <Row><Cell><Data ss:Type="String">A-1</Data></Cell><Cell ss:Index="3" ss:StyleID="s3"><Data ss:Type="Number">45000</Data></Cell>
  <Cell ss:Formula="=SUM(R[-3]C:R[-1]C,Rates!R1C3)*IF(RC[-1]=&quot;R1C1&quot;,1,RC1)"><Data ss:Type="Number">1</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell></Row>
 <Row ss:Index="6"><Cell><Data ss:Type="String">A-2</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2024-05-01T00:00:00.000</Data></Cell>
  <Cell ss:Formula="=SUM(C[-1])"><Data ss:Type="Error">#N/A</Data></Cell><Cell><Data ss:Type="Boolean">0</Data></Cell></Row>
</Table>
<x:WorksheetOptions><x:FreezePanes/><x:SplitHorizontal>1</x:SplitHorizontal></x:WorksheetOptions>
<x:DataValidation><x:Range>C5</x:Range><x:Type>List</x:Type><x:CellRangeList/><x:Value>&quot;Open,hush,Closed&quot;</x:Value></x:DataValidation>
<x:AutoFilter x:Range="R1C1:R6C5"/><x:PivotTable/>
<x:QueryTable><x:QuerySource><x:QueryType>ODBC</x:QueryType><x:CommandText>select hush</x:CommandText><x:Connection>DSN=Warehouse;UID=hush;PWD=hush;DATABASE=stock</x:Connection></x:QuerySource></x:QueryTable>
</Worksheet>
<Worksheet ss:Name="Rates"><Table/><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
</Workbook>`

func TestSpreadsheetML(t *testing.T) {
	s := mustRead(t, []byte(spreadsheetMLFile), "x.xml")
	want := inventory.Structure{
		Format: "spreadsheetml", DefinedNames: []string{"Everything"},
		Connections:   []inventory.Connection{{Kind: "odbc", Target: "Warehouse/stock"}},
		ExternalLinks: []string{"Rates.xls"},
		Pivots:        1, Validations: 1, Notes: 1, ListWords: []string{"closed", "open"},
		Macros: inventory.Macros{Modules: []string{}}, Queries: []inventory.Query{},
		Depth: inventory.DepthFull, Reader: ReaderVersion,
		Sheets: []inventory.Sheet{
			{Name: "Orders", Rows: 6, Columns: 5, Formulas: 2, Functions: map[string]int{"SUM": 2, "IF": 1}, Regions: []inventory.Region{{
				Range: "A1:E6", HeaderRows: 1, Headings: []string{"Order No", "Due date", "Amount", "Paid"},
				Types:  []inventory.ColumnType{"text", "date", "formula", "bool"},
				Shapes: []string{"SUM(R[-3]C:R[-1]C,Sheet!R1C3)*IF(RC[-1]=TEXT,NUM,RC1)", "SUM(COL:COL)"},
			}}},
			{Name: "Rates", Hidden: true, Functions: map[string]int{}, Regions: []inventory.Region{}},
		},
	}
	s.BytesRead = 0
	if diff := cmp.Diff(want, s, withoutStats); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFromR1C1(t *testing.T) {
	for in, want := range map[string]string{
		"R[-2]C:R[-1]C":         "D3:D4",
		"R1C1+RC[1]*2":          "$A$1+E5*2",
		"SUM(R)+SUM(C2:C[1])":   "SUM(5:5)+SUM($B:E)",
		`ROUND(RC,2)&"R1C1"`:    `ROUND(D5,2)&"R1C1"`,
		"'R1 C1'!R2C2":          "'R1 C1'!$B$2",
		"[Book.xls]Sheet1!R1C1": "[Book.xls]Sheet1!$A$1",
		"R[-9]C":                "D1048572", // around the sheet
		"RATE(Rent,Cost_1)":     "RATE(Rent,Cost_1)",
		"R1C1.x+é_R1C1":         "R1C1.x+é_R1C1",
		"rc[-1]":                "C5",
		"R[":                    "R[",
	} {
		if got := fromR1C1(in, 4, 3); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestSpreadsheetMLRefused(t *testing.T) {
	for name, c := range map[string]struct{ file, reason string }{
		"cut":     {spreadsheetMLFile[:2000], "truncated"},
		"doctype": {strings.Replace(spreadsheetMLFile, "<Workbook", "<!DOCTYPE x><Workbook", 1), "refused"},
		"other":   {strings.ReplaceAll(spreadsheetMLFile, "Workbook", "Notes"), "not-a-workbook"},
	} {
		if _, err := readBytes([]byte(c.file), "x.xml", Options{}); Reason(err) != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
}

// TestXMLEncodings: what a file declares is believed.
func TestXMLEncodings(t *testing.T) {
	latin := strings.Replace(spreadsheetMLFile, `version="1.0"`, `version="1.0" encoding="ISO-8859-1"`, 1)
	latin = strings.Replace(latin, "Due date", "F\xe4llig", 1)
	for name, file := range map[string][]byte{
		"latin": []byte(latin),
		"utf16": []byte(utf16LE(strings.Replace(spreadsheetMLFile, "Due date", "Fällig", 1))),
	} {
		s, err := readBytes(file, "x.xml", Options{})
		if err != nil || s.Sheets[0].Regions[0].Headings[1] != "Fällig" {
			t.Errorf("%s: %v %v", name, s.Sheets, err)
		}
	}
}
