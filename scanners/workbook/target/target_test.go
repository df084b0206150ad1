package target

import (
	"testing"
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
		if got := Connection(&kind, c.in); got != c.want || kind != c.wantKind {
			t.Errorf("%s: %s %q, want %s %q", c.in, kind, got, c.wantKind, c.want)
		}
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		read     func(string) string
		in, want string
	}{
		{Web, "https://user:hush@api.example.org:8443/v2/orders?key=hush#x", "api.example.org/v2/orders"},
		{Web, "https://hooks.example.org/services/T00AB12CD/abcdef0123456789abcdef/x", "hooks.example.org/services/T00AB12CD"},
		{Web, "https://alder-my.sharepoint.com/personal/margot_t_alder_edu/Documents", "alder-my.sharepoint.com"},
		{Web, "no address", ""},
		{File, `C:\Users\margot\Rates 2024.xlsx`, "Rates 2024.xlsx"},
		{File, `\\files01\finance\Rates.xlsx`, "files01/Rates.xlsx"},
		{File, `file:///C:/Users/margot/Rates%202024.xlsx`, "Rates 2024.xlsx"},
		{File, `Macintosh HD:Users:margot:log.txt`, "log.txt"},
		{Link, "https://alder.sharepoint.com/sites/x/Shared%20Documents/Rates.xlsx?web=1", "alder.sharepoint.com/Rates.xlsx"},
		{Link, "../old/Rates.xlsx", "Rates.xlsx"},
		{Object, `"sales"."dbo"."Orders"`, "sales.dbo.Orders"},
		{Object, `select name from people`, ""},
	} {
		if got := c.read(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.in, got, c.want)
		}
	}
}
