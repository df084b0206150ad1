package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// day is how old the last complete run may be, in seconds, before the number
// changes colour; a nightly job takes a while.
const day = 26 * 60 * 60

func source() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("${source}")}
}

func instant(expr, legend string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().Datasource(source()).Expr(expr).LegendFormat(legend).Instant()
}

func number(title, description, expr, unit string) *stat.PanelBuilder {
	return stat.NewPanelBuilder().
		Title(title).Description(description).
		Datasource(source()).
		Span(6).Height(5).Unit(unit).
		GraphMode(common.BigValueGraphModeArea).
		Thresholds(steps(dashboard.Threshold{Color: "blue"})).
		WithTarget(prometheus.NewDataqueryBuilder().Datasource(source()).Expr(expr).Range())
}

func freshness() *stat.PanelBuilder {
	return number("Since the last complete run", "Turns yellow after 26 hours.", `time() - (desirepath_last_complete_run_timestamp_seconds > 0)`, "s").
		GraphMode(common.BigValueGraphModeNone).
		NoValue("no complete run yet").
		Thresholds(steps(
			dashboard.Threshold{Color: "green"},
			dashboard.Threshold{Color: "yellow", Value: cog.ToPtr[float64](day)},
			dashboard.Threshold{Color: "red", Value: cog.ToPtr[float64](2 * day)},
		))
}

func steps(s ...dashboard.Threshold) *dashboard.ThresholdsConfigBuilder {
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(s)
}

func bars(title, description, expr, legend string) *bargauge.PanelBuilder {
	return bargauge.NewPanelBuilder().
		Title(title).Description(description).
		Datasource(source()).
		Span(12).Height(9).Min(0).
		Orientation(common.VizOrientationHorizontal).
		DisplayMode(common.BarGaugeDisplayModeBasic).
		Thresholds(steps(dashboard.Threshold{Color: "blue"})).
		WithTarget(instant(`sort_desc(`+expr+`)`, legend))
}

func lines(title, description, expr, legend, unit string) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().
		Title(title).Description(description).
		Datasource(source()).
		Span(12).Height(8).Min(0).Unit(unit).
		LineInterpolation(common.LineInterpolationStepAfter).
		FillOpacity(8).
		WithTarget(prometheus.NewDataqueryBuilder().Datasource(source()).Expr(expr).LegendFormat(legend).Range())
}
