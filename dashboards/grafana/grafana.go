// Package grafana describes the Grafana dashboards of desirepath, the rules
// that Prometheus watches it by, and what Grafana needs to provision them. The
// dashboards are written in Go and kept as JSON beside this file; a test holds
// the two together, and "go test ./dashboards/grafana -update" writes the JSON
// anew.
package grafana

import (
	"embed"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Files holds the dashboards, one folder for each kind of store, the
// provisioning folder, ready to mount, and the rules for Prometheus.
//
//go:embed sqlite postgres provisioning rules.yaml
var Files embed.FS

// A Store is the kind of database that tables are read from.
type Store string

// The stores. Grafana reads SQLite by the plugin frser-sqlite-datasource, and
// PostgreSQL by itself.
const (
	SQLite     Store = "sqlite"
	PostgreSQL Store = "postgres"
)

// Dashboards builds all dashboards, by the name of their file.
func Dashboards(s Store) (map[string]dashboard.Dashboard, error) {
	all := map[string]dashboard.Dashboard{}
	for name, b := range map[string]*dashboard.DashboardBuilder{
		"inventory": s.inventory(), "conversations": s.conversations(), "coverage": s.coverage(), "system": s.system(),
	} {
		d, err := b.Build()
		if err != nil {
			return nil, err
		}
		all[name+".json"] = d
	}
	return all, nil
}

// board begins a dashboard: its data sources, the way to the portal and to the
// other dashboards, and a mark for each run.
func (s Store) board(uid, title, description string) *dashboard.DashboardBuilder {
	return dashboard.NewDashboardBuilder(title).
		Uid("desirepath-"+uid).
		Description(description).
		Tags([]string{"desirepath"}).
		Time("now-30d", "now").
		Timezone(common.TimeZoneBrowser).
		Refresh("5m").
		Readonly().
		WithVariable(dashboard.NewDatasourceVariableBuilder("source").Label("Metrics").Type("prometheus")).
		WithVariable(dashboard.NewDatasourceVariableBuilder("store").Label("Inventory").Type(s.plugin())).
		WithVariable(dashboard.NewTextBoxVariableBuilder("portal").Label("Portal").
			Description("The address of desirepath's pages, which links lead to.").
			DefaultValue(dashboard.StringOrMap{String: cog.ToPtr("http://127.0.0.1:8364")})).
		Link(dashboard.NewDashboardLinkBuilder("Desire paths").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{"desirepath"}).KeepTime(true).AsDropdown(true)).
		Link(dashboard.NewDashboardLinkBuilder("Portal").Type(dashboard.DashboardLinkTypeLink).Url("$portal").TargetBlank(true)).
		Annotation(dashboard.NewAnnotationQueryBuilder().Name("Runs").Datasource(prom()).Enable(true).IconColor("blue").
			Expr(`changes(desirepath_last_run_timestamp_seconds[$__interval]) > 0`))
}

// chosen is a variable whose values are those of a metric's label.
func chosen(name, label, metric string) *dashboard.QueryVariableBuilder {
	query := "label_values(" + metric + ", " + name + ")"
	return dashboard.NewQueryVariableBuilder(name).Label(label).
		Datasource(prom()).Query(dashboard.StringOrMap{String: &query}).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).
		Sort(dashboard.VariableSortAlphabeticalAsc)
}

// tenants lets a reader choose among the sources; all of them to begin with.
func tenants() *dashboard.QueryVariableBuilder {
	return chosen("tenant", "Source", "desirepath_assets").Multi(true).IncludeAll(true).AllValue(".*").
		Current(dashboard.VariableOption{
			Text: dashboard.StringOrArrayOfString{String: cog.ToPtr("All")}, Value: dashboard.StringOrArrayOfString{String: cog.ToPtr("$__all")},
		})
}
