package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// day is how old the last complete run may be, in seconds, before the number
// changes colour; a nightly job takes a while.
const day = 26 * 60 * 60

func prom() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("${source}")}
}

func instant(expr, legend string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().Datasource(prom()).Expr(expr).LegendFormat(legend).Instant()
}

// number shows one value and how it went.
func number(title, description, expr, unit string) *stat.PanelBuilder {
	return stat.NewPanelBuilder().
		Title(title).Description(description).
		Datasource(prom()).
		Span(6).Height(5).Unit(unit).
		GraphMode(common.BigValueGraphModeArea).
		Thresholds(steps(dashboard.Threshold{Color: "blue"})).
		WithTarget(prometheus.NewDataqueryBuilder().Datasource(prom()).Expr(expr).LegendFormat(title).Range())
}

// warned is a number that turns yellow and then red as it rises.
func warned(title, description, expr, unit string, yellow, red float64) *stat.PanelBuilder {
	return number(title, description, expr, unit).
		GraphMode(common.BigValueGraphModeNone).
		Thresholds(steps(
			dashboard.Threshold{Color: "green"},
			dashboard.Threshold{Color: "yellow", Value: cog.ToPtr(yellow)},
			dashboard.Threshold{Color: "red", Value: cog.ToPtr(red)},
		))
}

func steps(s ...dashboard.Threshold) *dashboard.ThresholdsConfigBuilder {
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(s)
}

// bars compares values as they are now, the greatest first.
func bars(title, description, expr, legend string) *bargauge.PanelBuilder {
	return bargauge.NewPanelBuilder().
		Title(title).Description(description).
		Datasource(prom()).
		Span(12).Height(9).Min(0).Unit("short").
		Orientation(common.VizOrientationHorizontal).
		DisplayMode(common.BarGaugeDisplayModeBasic).
		Thresholds(steps(dashboard.Threshold{Color: "blue"})).
		WithTarget(instant(`sort_desc(`+expr+`)`, legend))
}

// lines shows how values went.
func lines(title, description, expr, legend, unit string) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().
		Title(title).Description(description).
		Datasource(prom()).
		Span(12).Height(8).Min(0).Unit(unit).
		LineInterpolation(common.LineInterpolationStepAfter).
		FillOpacity(8).
		WithTarget(prometheus.NewDataqueryBuilder().Datasource(prom()).Expr(expr).LegendFormat(legend).Range())
}

// A link leads from a table's column to a page of the portal.
type link struct{ column, title, path string }

// rows shows what a query over the inventory's own tables finds.
func (s Store) rows(title, description, query string, links ...link) *table.PanelBuilder {
	p := table.NewPanelBuilder().
		Title(title).Description(description).
		Datasource(s.source()).
		Span(24).Height(9).Unit("string").
		WithTarget(sqlTarget(s.target(query)))
	for _, l := range links {
		p = p.OverrideByName(l.column, []dashboard.DynamicConfigValue{{Id: "links", Value: []map[string]any{
			{"title": l.title, "url": "$portal" + l.path, "targetBlank": true},
		}}})
	}
	return p
}

func (s Store) plugin() string {
	if s == PostgreSQL {
		return "grafana-postgresql-datasource"
	}
	return "frser-sqlite-datasource"
}

func (s Store) source() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr(s.plugin()), Uid: cog.ToPtr("${store}")}
}

// target is a query as the data source's plugin reads it. Times are kept in
// microseconds; "when(COLUMN)" stands for what makes a date of them.
func (s Store) target(query string) map[string]any {
	if s == PostgreSQL {
		return map[string]any{
			"refId": "A", "datasource": s.source(), "format": "table", "rawQuery": true,
			"rawSql": when.ReplaceAllString(query, `to_timestamp($1 / 1000000)`),
		}
	}
	text := when.ReplaceAllString(query, `datetime($1 / 1000000, 'unixepoch')`)
	return map[string]any{
		"refId": "A", "datasource": s.source(), "queryType": "table", "timeColumns": []string{},
		"queryText": text, "rawQueryText": text,
	}
}

// sqlTarget is a query that the SDK has no type for.
type sqlTarget map[string]any

// Build implements cog.Builder.
func (t sqlTarget) Build() (variants.Dataquery, error) { return variants.UnknownDataquery(t), nil }
