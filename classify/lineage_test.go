package classify

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

func TestLineage(t *testing.T) {
	cat := catalogue.Catalogue{}.WithSystems(inventory.System{ID: "sis", Hosts: []string{"sis.example.org"}, Targets: []string{"sql01/Students"}})
	asset := func(id, name string, day int) inventory.Asset {
		return inventory.Asset{ID: inventory.AssetID("t/" + id), Place: id[:1], VendorID: id, Name: name, Modified: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)}
	}
	report, app := asset("a1", "Report.xlsx", 1), asset("b9", "Leave approval", 1)
	others := []inventory.Asset{
		asset("a2", "marks.xlsx", 1), asset("a3", "Marks.xlsx", 5), asset("b2", "marks.xlsx", 9), // copies: the newest in the same place
		asset("b3", "fees.xlsx", 1),                              // elsewhere, and the only one
		asset("b4", "list.xlsx", 1), asset("c4", "list.xlsx", 1), // elsewhere, and nobody knows which
		asset("1AbCdEfGhIjK", "Budget", 1),
	}
	l := NewLineage(cat)
	l.Read(report, inventory.Structure{
		ExternalLinks: []string{"Marks.xlsx", "tenant.example.org/fees.xlsx", "list.xlsx", "Report.xlsx", "https://docs.google.com/spreadsheets/d/1abcdefghijk"},
		Connections:   []inventory.Connection{{Kind: "odbc", Target: "sql01/Students"}, {Kind: "oledb", Target: "sql07/Other"}, {Kind: "permission", Target: "Microsoft Graph/Files.Read.All"}},
		Queries:       []inventory.Query{{Sources: []string{"Web.Contents sis.example.org/api", "Sql.Database sql01/Students", "Excel.CurrentWorkbook"}}},
	})
	l.Read(app, inventory.Structure{Connections: []inventory.Connection{{Kind: "connector", Target: "shared_sql"}}})
	form, script := asset("b7", "Ask for leave", 1), asset("b8", "Nudge", 1)
	form.Kind = inventory.KindForm
	google := []string{"docs.google.com/spreadsheets/d/1AbCdEfGhIjK"} // answers go to a form's spreadsheet; a script reads its own
	l.Read(form, inventory.Structure{ExternalLinks: google})
	l.Read(script, inventory.Structure{ExternalLinks: google, Connections: []inventory.Connection{{Kind: "service", Target: "Google/Mail"}, {Kind: "trigger", Target: "clock"}, {Kind: "jdbc", Target: "sql01/Students"}}})
	for _, a := range append(others, report, app, form, script) {
		l.Offer(a)
	}
	want := []inventory.Edge{
		{Reader: "t/1AbCdEfGhIjK", Asset: "t/b7", By: inventory.EdgeLink},
		{Reader: "t/a1", Name: "list.xlsx", By: inventory.EdgeLink},
		{Reader: "t/a1", Name: "sql07/Other", By: inventory.EdgeConnection},
		{Reader: "t/a1", System: "sis", By: inventory.EdgeConnection},
		{Reader: "t/a1", Asset: "t/1AbCdEfGhIjK", By: inventory.EdgeLink},
		{Reader: "t/a1", Asset: "t/a3", By: inventory.EdgeLink},
		{Reader: "t/a1", Asset: "t/b3", By: inventory.EdgeLink},
		{Reader: "t/b8", System: "sis", By: inventory.EdgeConnection},
		{Reader: "t/b8", Asset: "t/1AbCdEfGhIjK", By: inventory.EdgeLink},
		{Reader: "t/b9", Name: "shared_sql", By: inventory.EdgeConnection},
	}
	if diff := cmp.Diff(want, l.Edges()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
