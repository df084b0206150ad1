package workbook

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestConnectionTarget(t *testing.T) {
	for _, c := range []struct{ kind, in, wantKind, want string }{
		{"oledb", `Provider=SQLOLEDB.1;Password=hush;User ID=sa;Initial Catalog=Finance;Data Source=sql01.example.org`, "oledb", "sql01.example.org/Finance"},
		{"odbc", `ODBC;DSN=Warehouse;UID=me;PWD=hush;DATABASE=stock`, "odbc", "Warehouse/stock"},
		{"odbc", `DRIVER={SQL Server; odd};SERVER=tcp:db.example.org,1433;Database=crm;Uid=x;Pwd={a;b}`, "odbc", "db.example.org,1433/crm"},
		{"odbc", `Driver={Microsoft Access Driver (*.mdb)};Dbq=C:\Users\margot\Desk\orders.mdb;Uid=Admin`, "odbc", "orders.mdb"},
		{"oledb", `Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Location=Orders;Extended Properties=""`, "powerquery", "Orders"},
		{"oledb", `Provider=MSOLAP;Data Source=$Embedded$`, "oledb", ""},
		{"oledb", `Provider=MSDASQL;Data Source="https://u:hush@cube.example.org/olap/a1?token=hush";Initial Catalog=Sales`, "oledb", "cube.example.org/olap/a1/Sales"},
		{"oledb", `Password="odd;Data Source=trap";Data Source=real;`, "oledb", "real"},
		{"oledb", `not a connection string`, "oledb", ""},
		{"oledb", ``, "oledb", ""},
	} {
		kind := c.kind
		if got := connectionTarget(&kind, c.in); got != c.want || kind != c.wantKind {
			t.Errorf("%s: %s %q, want %s %q", c.in, kind, got, c.wantKind, c.want)
		}
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		read     func(string) string
		in, want string
	}{
		{webTarget, "https://user:hush@api.example.org:8443/v2/orders?key=hush#x", "api.example.org/v2/orders"},
		{webTarget, "https://hooks.example.org/services/T00AB12CD/abcdef0123456789abcdef/x", "hooks.example.org/services/T00AB12CD"},
		{webTarget, "https://alder-my.sharepoint.com/personal/margot_t_alder_edu/Documents", "alder-my.sharepoint.com"},
		{webTarget, "no address", ""},
		{fileTarget, `C:\Users\margot\Rates 2024.xlsx`, "Rates 2024.xlsx"},
		{fileTarget, `\\files01\finance\Rates.xlsx`, "files01/Rates.xlsx"},
		{fileTarget, `file:///C:/Users/margot/Rates%202024.xlsx`, "Rates 2024.xlsx"},
		{fileTarget, `Macintosh HD:Users:margot:log.txt`, "log.txt"},
		{linkTarget, "https://alder.sharepoint.com/sites/x/Shared%20Documents/Rates.xlsx?web=1", "alder.sharepoint.com/Rates.xlsx"},
		{linkTarget, "../old/Rates.xlsx", "Rates.xlsx"},
		{objectName, `"sales"."dbo"."Orders"`, "sales.dbo.Orders"},
		{objectName, `select name from people`, ""},
	} {
		if got := c.read(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestParseSection(t *testing.T) {
	code := `section Section1;
		// shared Comment = Sql.Database("no", "no")
		shared Orders = let
			Source = Sql.Database("sql01", "Finance", [Query="select hush"]),
			T = Table.SelectRows(Source, each [x] = "Web.Contents(""https://no.example"")")
		in T;
		shared #"Rates per day" = Excel.Workbook(Web.Contents("https://rates.example.org/day?key=hush"), true);
		shared Site = SharePoint.Files("https://alder.sharepoint.com/sites/finance", [ApiVersion = 15]);
		shared Local = Csv.Document(File.Contents("C:\Users\margot\in.csv")) & Excel.CurrentWorkbook(){[Name="T1"]};
		shared Old = Odbc.Query("dsn=Warehouse;pwd=hush", "select hush");
		shared Param = Sql.Database(Server, Db) /* Odbc.Query("no") */;
		shared Derived = Orders;`
	want := []inventory.Query{
		{Name: "Orders", Sources: []string{"Sql.Database sql01/Finance"}},
		{Name: "Rates per day", Sources: []string{"Web.Contents rates.example.org/day"}},
		{Name: "Site", Sources: []string{"SharePoint.Files alder.sharepoint.com/sites/finance"}},
		{Name: "Local", Sources: []string{"File.Contents in.csv", "Excel.CurrentWorkbook"}},
		{Name: "Old", Sources: []string{"Odbc.Query Warehouse"}},
		{Name: "Param", Sources: []string{"Sql.Database"}},
		{Name: "Derived", Sources: []string{}},
	}
	if diff := cmp.Diff(want, parseSection(code)); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, mashupQueries([]byte(strings.TrimSuffix(strings.TrimPrefix(mashupOf(t, code), `<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">`), `</DataMashup>`)))); diff != "" {
		t.Errorf("queries of a workbook (-want +got):\n%s", diff)
	}
}

// TestMeta reads what stands around the cells of the canary workbook.
func TestMeta(t *testing.T) {
	s := mustRead(t, zipOf(t, canaryParts(t)), "x.xlsx")
	want := inventory.Structure{
		Format: "xlsx", DefinedNames: []string{"Rates"},
		Connections:   []inventory.Connection{{Kind: "oledb", Target: "srv/db"}, {Kind: "web", Target: "host.example/path"}},
		ExternalLinks: []string{"Rates.xlsx"}, Validations: 1, Notes: 1, ListWords: []string{"closed", "open"},
		Macros:  inventory.Macros{Modules: []string{}},
		Queries: []inventory.Query{{Name: "Orders", Sources: []string{"Sql.Database srv/db"}}},
		Depth:   inventory.DepthFull, Reader: ReaderVersion,
	}
	s.Sheets, s.BytesRead = nil, 0
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("structure (-want +got):\n%s", diff)
	}
}

// TestJSONHasNoNulls: those who read the output of inspect count on lists.
func TestJSONHasNoNulls(t *testing.T) {
	for name, b := range map[string][]byte{
		"x.xlsx": zipOf(t, plainParts(`<worksheet><sheetData/></worksheet>`)),
		"x.csv":  []byte("a,b\n1,2\n3,4\n"),
	} {
		out, err := json.Marshal(mustRead(t, b, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(out), "null") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestPersonal(t *testing.T) {
	for s, want := range map[string]bool{
		"nora@example.org": true, "Call +1 (555) 123-4567": true, "078-05-1120 ssn": true,
		"Grade": false, "Price": false, "2024-05-06": false, "Q1 2024": false, "ISO 27001": false, "Version 1.2.3": false,
		"Budget 2023-2024": false, "As of 31.12.2024": false, "FY 2023/24": false,
	} {
		if got := looksPersonal(s); got != want {
			t.Errorf("looksPersonal(%q) = %v", s, got)
		}
	}
	runs := nameRuns([]string{"Name", "Mark Weber", "Chidi Okonkwo", "Lindqvist, Agnetha", "Start Date", "Due Date", "End Date", "Ann Lee", "Bo Ek"})
	if diff := cmp.Diff([]bool{false, true, true, true, false, false, false, false, false}, runs); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

// TestValidationsOfExtensions: a list on another sheet is written in an
// extension, with its formula one element deeper.
func TestValidationsOfExtensions(t *testing.T) {
	s := mustRead(t, zipOf(t, plainParts(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Status</t></is></c></row></sheetData>
		<extLst><ext><x14:dataValidations count="2"><x14:dataValidation type="list"><x14:formula1><xm:f>"Won, Lost,Wilhelmina"</xm:f></x14:formula1><xm:sqref>A2</xm:sqref></x14:dataValidation>
		<x14:dataValidation type="list"><x14:formula1><xm:f>Lists!A1:A9</xm:f></x14:formula1></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>`)), "x.xlsx")
	if diff := cmp.Diff([]string{"lost", "won"}, s.ListWords); diff != "" || s.Validations != 2 || s.Sheets[0].Formulas != 0 {
		t.Errorf("%d validations (-want +got):\n%s", s.Validations, diff)
	}
}
