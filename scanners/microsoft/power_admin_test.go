package microsoft

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
)

// What the older interfaces tell beyond the query: connectors with what is
// read through them, and how many an app is shared with.
func TestOlderInterfaces(t *testing.T) {
	w, ada := apps(t)
	e := w.Environments()[0]
	w.AddThing(emulator.PowerThing{Environment: e.ID, Type: emulator.CanvasApp, Name: "Loans", CreatedBy: ada, SharedUsers: 3, SharedGroups: 1, Connectors: []emulator.Connector{
		{Name: "shared_sql", Sources: []string{"[dbo].[EQUIPMENT]", "Ada Abbott"}, Sets: []string{"db.alderbay.example,TIDEMARK", "default", "Server=db;Password=canary"}},
		{Name: "shared_sharepointonline", Sources: []string{"Loans"}, Sets: []string{"https://alderbay.sharepoint.example/sites/it?sig=canary"}},
	}})
	w.AddThing(emulator.PowerThing{Environment: e.ID, Type: emulator.ModelApp, Name: "Prospects", CreatedBy: ada})
	w.AddThing(emulator.PowerThing{Environment: e.ID, Type: emulator.CloudFlow, Name: "Remind", CreatedBy: ada, Connectors: []emulator.Connector{{Name: "shared_office365"}}})
	w.AddThing(emulator.PowerThing{Environment: e.ID, Type: emulator.StudioAgent, Name: "Helper", CreatedBy: ada})
	n := newTenant(t, w, emulator.ServerOptions{})
	personal := func(o *Options, _ *wire.Options) { o.Personal = func(name string) bool { return name == "Ada Abbott" } }
	told := changesOf(t, n.scanner(n.with(Features{PowerPlatformAdmin: true}), personal), inventory.PlaceEnvironment)
	if len(told) != 3 || n.server.Count("resourcequery") != 0 {
		t.Fatalf("told %d, %d queries of the inventory", len(told), n.server.Count("resourcequery"))
	}
	loans, prospects, remind := told["Loans"], told["Prospects"], told["Remind"]
	connectors := func(targets ...string) (out []inventory.Connection) {
		for _, target := range targets {
			out = append(out, inventory.Connection{Kind: "connector", Target: target})
		}
		return out
	}
	d := cmp.Diff(connectors("shared_sharepointonline", "shared_sharepointonline/alderbay.sharepoint.example/sites/it", "shared_sql", "shared_sql/db.alderbay.example/TIDEMARK"), loans.Inside.Connections) +
		cmp.Diff([]inventory.Query{{Name: "Loans", Sources: []string{"shared_sharepointonline"}}, {Name: "[dbo].[EQUIPMENT]", Sources: []string{"shared_sql"}}}, loans.Inside.Queries) +
		cmp.Diff(connectors("shared_office365"), remind.Inside.Connections) +
		cmp.Diff(inventory.Usage{People: 4, Widely: true, Facets: inventory.FacetSharing}, *loans.Usage)
	if d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !loans.Asset.Shared || prospects.Asset.Shared || loans.Asset.Owner != "ada@alderbay.example" || remind.Asset.Owner != "ada@alderbay.example" || remind.Usage != nil {
		t.Errorf("loans %+v, prospects %+v, flow %+v with use %+v", loans.Asset, prospects.Asset, remind.Asset, remind.Usage)
	}
	if prospects.Inside.Format != "model-driven app" || remind.Asset.Kind != inventory.KindFlow {
		t.Errorf("%s, %s", prospects.Inside.Format, remind.Asset.Kind)
	}

	// Both interfaces together tell each thing once, under the same id.
	both := changesOf(t, n.scanner(n.with(Features{PowerPlatform: true, PowerPlatformAdmin: true})), inventory.PlaceEnvironment)
	query := changesOf(t, n.scanner(n.with(Features{PowerPlatform: true})), inventory.PlaceEnvironment)
	if len(both) != 4 || len(query) != 4 {
		t.Errorf("together %d, by the query %d", len(both), len(query))
	}
	for name, c := range both {
		if c.ID != query[name].ID || c.Asset.ID != query[name].Asset.ID {
			t.Errorf("%s has the ids %s and %s", name, c.Asset.ID, query[name].Asset.ID)
		}
	}
}

func TestDataSets(t *testing.T) {
	for name, want := range map[string]string{
		"default": "", "": "", "db.example,SALES": "db.example/SALES", "db.example, SALES": "db.example/SALES", "https://a.example/sites/b/?x=1": "a.example/sites/b",
		"Server=x;Pwd=y": "", "me@example.com": "", "https://user:pw@a.example/x": "a.example/x",
	} {
		if got := dataSet(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
