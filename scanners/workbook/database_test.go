package workbook

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/access/accesstest"
)

func accessColumns(spec ...any) (out []accesstest.Column) {
	for i := 0; i < len(spec); i += 2 {
		out = append(out, accesstest.Column{Name: spec[i].(string), Type: byte(spec[i+1].(int))})
	}
	return out
}

func TestReadAccess(t *testing.T) {
	db := accesstest.Database{
		Version: 3,
		Tables: []accesstest.Table{
			{Name: "tblContacts", Columns: accessColumns("ContactID", accesstest.Long, "LastName", accesstest.Text, "Next call", accesstest.Date),
				Rows: [][]any{{1, "Ruru", 9}, {2, "Tui", 9}}},
			{Name: "tblHidden", Flags: 8, Columns: accessColumns("Active", accesstest.Bool)},
		},
		Objects: []accesstest.Object{
			{ID: -1, Type: 4, Name: "Orders", Connect: "ODBC;DRIVER={SQL Server};SERVER=erp.example.org;UID=sa;PWD=hush;DATABASE=sales", ForeignName: "dbo.Orders"},
			{ID: -2, Type: 6, Name: "Stock", Database: `\\files\shared\stock_be.accdb`, Connect: ";PWD=hush", ForeignName: "tblStock"},
			{ID: -3, Type: 6, Name: "Moves", Database: `\\files\shared\stock_be.accdb`, Connect: ";PWD=hush", ForeignName: "tblMoves"},
			{ID: -4, Type: 6, Name: "Tasks", Connect: "WSS;HDR=NO;IMEX=2;DATABASE=https://example.org/sites/works;LIST={1-2};VIEW=;RetrieveIds=Yes;TABLE=Tasks", ForeignName: "{1-2}"},
			{ID: -5, Type: 6, Name: "Rates", Database: `C:\Users\margot\`, Connect: "Text;DSN=Rates;FMT=Delimited;HDR=NO;DATABASE=C:\\Users\\margot", ForeignName: "rates#csv"},
			{ID: -6, Type: 6, Name: "Mail", Database: `C:\Temp\`, Connect: "Outlook 9.0;MAPILEVEL=margot@example.org|;PROFILE=margot", ForeignName: "Contacts"},
			{ID: -7, Type: 5, Flags: 0x70, Name: "Open orders"}, {ID: -8, Type: 5, Name: "Fees"}, {ID: -9, Type: 5, Flags: 0x50, Name: "Archive"},
			{ID: -10, Type: -32768, Name: "Contacts"}, {ID: -11, Type: -32761, Name: "basMail"}, {ID: -12, Type: 8, Name: "ContactsFees"},
		},
		Queries: []accesstest.QueryRow{
			{ObjectID: -7, Attribute: 1, Name1: "ODBC;DSN=erp;DATABASE=sales;PWD=hush", Expression: "SELECT hush FROM x"},
			{ObjectID: -9, Attribute: 4, Name1: `D:\old\archive.mdb`},
		},
	}
	got := mustRead(t, db.Bytes(), "crm.accdb")
	region := func(at string, headings []string, types ...inventory.ColumnType) []inventory.Region {
		return []inventory.Region{{Range: at, HeaderRows: 1, Headings: headings, Types: types}}
	}
	linked := func(name string) inventory.Sheet {
		return inventory.Sheet{Name: name, Functions: map[string]int{}, Regions: []inventory.Region{}}
	}
	want := inventory.EmptyStructure()
	want.Format, want.Depth, want.Reader, want.BytesRead, want.Tables = "accdb", inventory.DepthFull, ReaderVersion, got.BytesRead, 7
	want.Sheets = []inventory.Sheet{
		linked("Orders"), linked("Stock"), linked("Moves"), linked("Tasks"), linked("Rates"), linked("Mail"),
		{Name: "tblContacts", Rows: 3, Columns: 3, Functions: map[string]int{},
			Regions: region("A1:C3", []string{"ContactID", "LastName", "Next call"}, inventory.ColumnNumber, inventory.ColumnText, inventory.ColumnDate)},
		{Name: "tblHidden", Hidden: true, Rows: 1, Columns: 1, Functions: map[string]int{}, Regions: region("A1", []string{"Active"}, inventory.ColumnBool)},
	}
	want.Tables = len(want.Sheets)
	want.Connections = []inventory.Connection{
		{Kind: "odbc", Target: "erp.example.org/sales/dbo.Orders"}, {Kind: "sharepoint", Target: "example.org/sites/works/Tasks"}, {Kind: "outlook", Target: "Contacts"},
	}
	want.ExternalLinks = []string{"files/stock_be.accdb", "rates.csv"}
	want.Queries = []inventory.Query{
		{Name: "Archive", Kind: "make-table", Sources: []string{"access archive.mdb"}}, {Name: "Fees", Kind: "select", Sources: []string{}},
		{Name: "Open orders", Kind: "pass-through", Sources: []string{"odbc erp/sales"}},
	}
	want.Macros = inventory.Macros{Present: true, Modules: []string{"basMail"}}
	want.Objects = inventory.Objects{Forms: []string{"Contacts"}, Relationships: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAccessKeepsNobody: nothing that a database holds is kept, nor is what
// says who somebody is.
func TestAccessKeepsNobody(t *testing.T) {
	db := accesstest.Database{
		Version: 1, Moved: true,
		Tables: []accesstest.Table{
			{Name: "Visits", Columns: accessColumns("Grade", accesstest.Text, "Price", accesstest.Money, "Wilhelmina Vogelzang", accesstest.Bool, canary(0)+"@example.org", accesstest.Text, "Remark", accesstest.Memo),
				Rows: [][]any{{canary(1), 1, nil, canary(2), canary(3)}, {canary(4), 1, nil, canary(5), strings.Repeat(canary(6), 50)}}},
			{Name: "Wilhelmina Vogelzang", Columns: accessColumns("Hours", accesstest.Int)},
		},
		Objects: []accesstest.Object{
			{ID: -1, Type: 4, Name: "Orders", Connect: "ODBC;SERVER=s;UID=" + canary(7) + ";PWD=" + canary(8) + ";APP=" + canary(9), ForeignName: "select " + canary(10) + " from x"},
			{ID: -2, Type: 6, Name: "Rates", Connect: ";PWD=" + canary(11), Database: `C:\Users\` + canary(12) + `\rates.mdb`},
			{ID: -3, Type: 5, Flags: 0x70, Name: "Wilhelmina_Vogelzang"}, {ID: -4, Type: -32768, Name: "frmWilhelminaVogelzang"}, {ID: -5, Type: -32764, Name: canary(13) + "@example.org"},
			{ID: -6, Type: -32766, Name: "Wilhelmina Vogelzang"}, {ID: -7, Type: -32761, Name: "Wilhelmina_Vogelzang"}, {ID: -8, Type: 8, Name: canary(14)},
		},
		Queries: []accesstest.QueryRow{{ObjectID: -3, Attribute: 1, Name1: "ODBC;DSN=d;PWD=" + canary(15), Expression: "SELECT " + canary(16)}, {ObjectID: -3, Attribute: 8, Expression: "x = '" + canary(17) + "'"}},
	}
	known := func(s string) bool { return strings.EqualFold(s, "Wilhelmina Vogelzang") }
	got, err := readBytes(db.Bytes(), "visits.mdb", Options{Personal: known})
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 18 {
		if strings.Contains(string(out), canary(i)) {
			t.Errorf("canary %d was kept: %s", i, out)
		}
	}
	if low := strings.ToLower(string(out)); strings.Contains(low, "wilhelmina") || strings.Contains(low, "vogelzang") {
		t.Errorf("a name of the directory was kept: %s", out)
	}
	for _, kept := range []string{"Visits", "Grade", "Price", "Remark", "Hours", "rates.mdb"} {
		if !strings.Contains(string(out), kept) {
			t.Errorf("%q was not kept", kept)
		}
	}
}

// TestAccessOverHTTP: a large database costs a few requests for a small part of
// it, since no row is read.
func TestAccessOverHTTP(t *testing.T) {
	db := accesstest.Database{Version: 3, Scattered: true}
	for _, name := range []string{"Contacts", "Visits", "Fees", "Stock"} {
		table := accesstest.Table{Name: name, Columns: accessColumns("ID", accesstest.Long, "Remark", accesstest.Text)}
		for i := range 5_000 {
			table.Rows = append(table.Rows, []any{i, strings.Repeat("word ", 20)})
		}
		db.Tables = append(db.Tables, table)
	}
	file := db.Bytes()
	served := serve(t, file, 1<<20)
	got := readServed(t, served, len(file))
	t.Logf("%d requests and %d bytes of %d", served.requests, served.bytes, len(file))
	if got.Partial || len(got.Sheets) != 4 || got.Sheets[3].Rows != 5_001 || len(got.Sheets[3].Regions) != 1 {
		t.Errorf("%+v", got)
	}
	if served.bytes*5 > int64(len(file)) {
		t.Errorf("%d bytes of %d", served.bytes, len(file))
	}
}

func FuzzReadAccess(f *testing.F) {
	var whole [3][]byte
	for version := range whole {
		whole[version] = accesstest.Database{
			Version: byte(version), CodePage: 1252,
			Tables:  []accesstest.Table{{Name: "Visits", Columns: accessColumns("Grade", accesstest.Text, "Remark", accesstest.Memo), Rows: [][]any{{"a", "b"}}}},
			Objects: []accesstest.Object{{ID: -1, Type: 4, Name: "Orders", Connect: "ODBC;SERVER=s"}, {ID: -2, Type: 5, Flags: 0x70, Name: "q"}},
			Queries: []accesstest.QueryRow{{ObjectID: -2, Attribute: 1, Name1: "ODBC;DSN=d"}},
		}.Bytes()
		f.Add(version, []byte("\x00\x20\x00\x04\x02\x01\x02\x03"))
	}
	f.Fuzz(func(t *testing.T, version int, changes []byte) {
		checkRead(t, accesstest.Changed(whole[uint(version)%3], changes), "x.accdb")
	})
}
