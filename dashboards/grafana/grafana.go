// Package grafana describes the Grafana dashboard of desirepath and what
// Grafana needs to provision it. The dashboard is written in Go and kept as
// JSON beside this file; a test holds the two together, and
// "go test ./dashboards/grafana -update" writes the JSON anew.
package grafana

import (
	"embed"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Files holds inventory.json and the provisioning folder, ready to mount.
//
//go:embed inventory.json provisioning
var Files embed.FS

// Inventory builds the dashboard: what there is, which conversations run,
// and what the scans did and did not see.
func Inventory() (dashboard.Dashboard, error) {
	return dashboard.NewDashboardBuilder("Desire paths").
		Uid("desirepath-inventory").
		Description("What people built beside the sanctioned systems, the conversations about it, and how much of the organisation the scans have seen.").
		Tags([]string{"desirepath"}).
		Time("now-30d", "now").
		Timezone(common.TimeZoneBrowser).
		Refresh("5m").
		WithVariable(dashboard.NewDatasourceVariableBuilder("source").Label("Data source").Type("prometheus")).
		WithRow(dashboard.NewRowBuilder("Where people walk")).
		WithPanel(number("Assets in the inventory", "Workbooks, lists, forms and apps in all tenants.", `sum(desirepath_assets)`, "short")).
		WithPanel(number("Come close to a system", "Assets that do what a sanctioned system does.", `sum(desirepath_verdicts{capability!=""})`, "short")).
		WithPanel(number("Conversations under way", "Invited, talking or agreed.", `sum(desirepath_conversations{state=~"invited|talking|agreed|not-now"}) or vector(0)`, "short")).
		WithPanel(freshness()).
		WithPanel(bars("Built beside each system", "How many assets come close to each sanctioned system: where its owners can learn most.", `sum by (system) (desirepath_verdicts{system!=""})`, "{{system}}")).
		WithPanel(bars("Built for each purpose", "By capability; one without a system of its own is a need nobody serves yet.", `sum by (capability) (desirepath_verdicts{capability!=""})`, "{{capability}}")).
		WithRow(dashboard.NewRowBuilder("Conversations")).
		WithPanel(lines("Conversations by state", "Where the conversations stand.", `sum by (state) (desirepath_conversations)`, "{{state}}", "short")).
		WithPanel(bars("Conversations by system", "All states together.", `sum by (system) (desirepath_conversations)`, "{{system}}")).
		WithRow(dashboard.NewRowBuilder("Coverage and health")).
		WithPanel(lines("What the newest run found", "Stored, excluded on request, skipped and failed add up to all that was found.", `sum by (outcome) (desirepath_last_run_assets_found)`, "{{outcome}}", "short")).
		WithPanel(lines("Places listed to the end", "A place that was not is tried again by the next run; nothing of it is lost.", `desirepath_last_run_places`, "complete: {{complete}}", "short")).
		WithPanel(lines("Not looked into", "Assets whose inside is unknown, by reason.", `sum by (reason) (desirepath_assets_unread)`, "{{reason}}", "short")).
		WithPanel(lines("Duration of a run", "From start to end.", `desirepath_last_run_duration_seconds`, "duration", "s")).
		WithPanel(lines("Requests of a run", "By the status that the tenant answered.", `sum by (host, status) (desirepath_last_run_requests)`, "{{host}} {{status}}", "short")).
		WithPanel(lines("Waited because a tenant asked", "Time spent obeying Retry-After.", `desirepath_last_run_throttled_seconds`, "waited", "s")).
		Build()
}
