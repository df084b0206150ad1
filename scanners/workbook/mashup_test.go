package workbook

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/desirepath/desirepath/inventory"
	"github.com/google/go-cmp/cmp"
)

// FuzzMashup fuzzes what a workbook keeps of Power Query, base64 taken off.
func FuzzMashup(f *testing.F) {
	text := mashupOf(f, `section Section1; shared A = Sql.Database("s", "d");`)
	packed := text[len(`<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">`) : len(text)-len(`</DataMashup>`)]
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, q := range mashupQueries([]byte(base64.StdEncoding.EncodeToString(b))) {
			if len(q.Sources) > 100 || utf8.ValidString(string(b)) && !utf8.ValidString(q.Name) {
				t.Fatalf("%q", q)
			}
		}
	})
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

func FuzzSection(f *testing.F) {
	f.Add(`shared #"A b" = Sql.Database("s", "d"); /* x */ shared B = Web.Contents("https://h/x?k"); // y`)
	f.Fuzz(func(t *testing.T, s string) { parseSection(s) })
}
