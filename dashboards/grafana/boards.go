package grafana

import (
	"regexp"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// when finds the times of a query.
var when = regexp.MustCompile(`when\(([a-z_.]+)\)`)

// inventory shows what people built, and how sure the verdicts are.
func (s Store) inventory() *dashboard.DashboardBuilder {
	return s.board("inventory", "Desire paths: inventory", "What people built beside the sanctioned systems.").
		WithVariable(tenants()).
		WithRow(dashboard.NewRowBuilder("Where people walk")).
		WithPanel(number("Assets in the inventory", "Workbooks, lists, forms and apps.", `sum(desirepath_assets{tenant=~"$tenant"})`, "short")).
		WithPanel(number("Looked into", "Assets whose headings and formulas are known.", `sum(desirepath_assets_looked_into)`, "short")).
		WithPanel(number("Come close to a system", "Assets that do what a sanctioned system does.", `sum(desirepath_verdicts{capability!=""})`, "short")).
		WithPanel(number("Families", "Copies and versions of one thing count once: one family is one conversation.", `sum(desirepath_families)`, "short")).
		WithPanel(bars("Built beside each system", "How many assets come close to each sanctioned system: where its owners can learn most.", `sum by (system) (desirepath_verdicts{system!=""})`, "{{system}}")).
		WithPanel(bars("Built for a purpose without a system", "By capability: needs that no sanctioned system serves yet.", `sum by (capability) (desirepath_verdicts{capability!="", system=""})`, "{{capability}}")).
		WithPanel(bars("By kind", "What people build with.", `sum by (kind) (desirepath_assets{tenant=~"$tenant"})`, "{{kind}}")).
		WithPanel(bars("How certain the verdicts are", "Of those that name a capability. Calibrated: of verdicts at 0.8, about four in five are right.", `desirepath_verdicts_by_certainty`, "{{certainty}}")).
		WithPanel(lines("Assets", "By source.", `sum by (tenant) (desirepath_assets{tenant=~"$tenant"})`, "{{tenant}}", "short")).
		WithPanel(lines("Come close to a system", "By system.", `sum by (system) (desirepath_verdicts{system!=""})`, "{{system}}", "short")).
		WithPanel(s.rows("Largest families", "What is copied most: a template that everybody needs, or a tool that outgrew its builder.",
			`SELECT f.kind AS kind, COUNT(*) AS members, MAX(a.name) AS example, MAX(f.representative) AS asset
FROM families f JOIN family_members m ON m.family = f.id JOIN assets a ON a.id = f.representative
GROUP BY f.id, f.kind ORDER BY members DESC, f.id LIMIT 20`,
			link{"example", "Open it", "/asset/${__data.fields.asset}"}))
}

// conversations shows who waits for whom, and what people need.
func (s Store) conversations() *dashboard.DashboardBuilder {
	return s.board("conversations", "Desire paths: conversations and needs", "Where the conversations with builders stand, and what they tell of the systems. It names nobody; the portal does, to the partners.").
		WithRow(dashboard.NewRowBuilder("Conversations")).
		WithPanel(number("Under way", "Invited, asked for a later time, talking or agreed.", `sum(desirepath_conversations{state=~"invited|not-now|talking|agreed"}) or vector(0)`, "short")).
		WithPanel(number("Came to an end", "With one of the seven outcomes; none of them takes a tool from anybody.", `sum(desirepath_conversations{state=~"adopted|supported|connected|system-changed|left-alone|retired|our-mistake"}) or vector(0)`, "short")).
		WithPanel(number("Invitations this week", "Within seven days, of all partners.", `desirepath_invitations_last_week`, "short")).
		WithPanel(warned("Of what partners have time for", "Invitations of this week against the partners' capacity. Above 1, builders wait for those who invited them.", `desirepath_invitations_last_week / (desirepath_invitation_capacity_per_week > 0) or vector(0)`, "percentunit", 0.9, 1.01)).
		WithPanel(lines("By state", "Where the conversations stand.", `sum by (state) (desirepath_conversations)`, "{{state}}", "short")).
		WithPanel(bars("Waiting for their next step for a month or longer", "Talks that began and fell silent cost trust: these come first.", `sum by (state) (desirepath_conversations_waiting{within=~"quarter|longer"})`, "{{state}}")).
		WithPanel(bars("By system", "Conversations of all states.", `sum by (system) (desirepath_conversations)`, "{{system}}")).
		WithPanel(bars("Outcomes", "How conversations ended.", `sum by (state) (desirepath_conversations{state=~"adopted|supported|connected|system-changed|left-alone|retired|our-mistake"}) or vector(0)`, "{{state}}")).
		WithRow(dashboard.NewRowBuilder("Needs")).
		WithPanel(bars("Needs around each system", "Fields and functions that people have and the system lacks, and what they do by hand although it could.", `sum by (system) (desirepath_needs{system!=""})`, "{{system}}")).
		WithPanel(lines("Needs by kind", "A need that is answered disappears from here.", `sum by (kind) (desirepath_needs)`, "{{kind}}", "short")).
		WithPanel(s.rows("Waiting longest", "Conversations that have not ended, by when they reached their state. The portal tells with whom.",
			`SELECT system, state, when(since) AS since, id AS conversation FROM conversations
WHERE joined = '' AND state IN ('invited', 'talking', 'agreed') ORDER BY since LIMIT 50`,
			link{"conversation", "Open it", "/conversation/${__value.text}"}))
}

// coverage shows what the scans saw and did not see, and how they fare.
func (s Store) coverage() *dashboard.DashboardBuilder {
	return s.board("coverage", "Desire paths: coverage and health", "How much of the organisation the scans have seen, what they did not see and why, and how the nights went.").
		WithVariable(tenants()).
		WithRow(dashboard.NewRowBuilder("The newest night")).
		WithPanel(warned("Since the last complete run", "Turns yellow after 26 hours.", `time() - (desirepath_last_complete_run_timestamp_seconds > 0)`, "s", day, 2*day).NoValue("no complete run yet")).
		WithPanel(number("Duration", "Of the newest run, from start to end.", `desirepath_last_run_duration_seconds`, "s")).
		WithPanel(warned("Requests that were not reads", "Always 0: desirepath only reads.", `desirepath_last_run_mutations`, "short", 1, 1)).
		WithPanel(soonest()).
		WithRow(dashboard.NewRowBuilder("Seen and not seen")).
		WithPanel(lines("Found", "Stored, excluded on request, skipped and failed add up to all that was found.", `sum by (outcome) (desirepath_last_run_assets_found{tenant=~"$tenant|"})`, "{{outcome}}", "short")).
		WithPanel(lines("Places listed to the end", "A place that was not is tried again by the next run; nothing of it is lost.", `sum by (complete) (desirepath_last_run_places{tenant=~"$tenant|"})`, "complete: {{complete}}", "short")).
		WithPanel(bars("Not stored, and why", "Of what the newest run found.", `sum by (outcome, reason) (desirepath_last_run_assets_found{reason!="", tenant=~"$tenant"})`, "{{outcome}}: {{reason}}")).
		WithPanel(bars("Not looked into, and why", "Private files are not opened; encrypted ones cannot be.", `sum by (reason) (desirepath_assets_unread{tenant=~"$tenant"})`, "{{reason}}")).
		WithRow(dashboard.NewRowBuilder("What a night costs")).
		WithPanel(lines("Time by stage", "Listing follows what changed; the rest follows what is new.", `desirepath_last_run_stage_duration_seconds`, "{{stage}}", "s")).
		WithPanel(lines("Requests", "By source and by the status that it answered.", `sum by (tenant, status) (desirepath_last_run_requests{tenant=~"$tenant"})`, "{{tenant}} {{status}}", "short")).
		WithPanel(lines("Quota units", "Of the share that we may spend.", `desirepath_last_run_units{tenant=~"$tenant"}`, "{{tenant}}", "short")).
		WithPanel(lines("Received", "Bytes of answers.", `desirepath_last_run_received_bytes{tenant=~"$tenant"}`, "{{tenant}}", "bytes")).
		WithPanel(lines("Waited because a source asked", "Time spent obeying Retry-After.", `desirepath_last_run_throttled_seconds{tenant=~"$tenant"}`, "{{tenant}}", "s")).
		WithPanel(lines("Result", "1 for the result of the newest run.", `desirepath_last_run_result`, "{{result}}", "short")).
		WithPanel(s.rows("Runs", "The newest fifty.",
			`SELECT id AS run, when(started) AS started, (finished - started) / 1000000 AS seconds, result, error FROM runs ORDER BY id DESC LIMIT 50`,
			link{"run", "What it saw", "/coverage"}))
}

// soonest is when the first certificate ends that a source signs in with. A
// source with a key or a managed identity has none.
func soonest() interface {
	Build() (dashboard.Panel, error)
} {
	return number("First certificate ends in", "Renew it before: without it a source is not seen. Sources that sign in by other means have none.", `min(desirepath_credential_end_timestamp_seconds) - time()`, "s").
		GraphMode(common.BigValueGraphModeNone).
		NoValue("no certificate in use").
		Thresholds(steps(
			dashboard.Threshold{Color: "red"},
			dashboard.Threshold{Color: "yellow", Value: ptr(14 * 24 * 3600)},
			dashboard.Threshold{Color: "green", Value: ptr(45 * 24 * 3600)},
		))
}

func ptr(v float64) *float64 { return &v }

// system shows what people do around one system.
func (s Store) system() *dashboard.DashboardBuilder {
	return s.board("system", "Desire paths: one system", "What people built beside one sanctioned system, for those who run it.").
		WithVariable(chosen("system", "System", `desirepath_verdicts{system!=""}`)).
		WithPanel(number("Built beside it", "Assets that do what the system does.", `sum(desirepath_verdicts{system="$system"})`, "short")).
		WithPanel(number("Conversations", "With those who built them, of all states.", `sum(desirepath_conversations{system="$system"}) or vector(0)`, "short")).
		WithPanel(number("Needs", "What people have and the system lacks.", `sum(desirepath_needs{system="$system", kind!="by-hand"}) or vector(0)`, "short")).
		WithPanel(number("Done by hand", "What the system offers and people still do themselves: perhaps nobody told them, perhaps it is hard to use.", `sum(desirepath_needs{system="$system", kind="by-hand"}) or vector(0)`, "short")).
		WithPanel(lines("Built beside it", "By capability.", `sum by (capability) (desirepath_verdicts{system="$system"})`, "{{capability}}", "short")).
		WithPanel(lines("Conversations", "By state.", `sum by (state) (desirepath_conversations{system="$system"}) or vector(0)`, "{{state}}", "short")).
		WithPanel(s.rows("Conversations", "The portal tells with whom, and what they need.",
			`SELECT state, when(since) AS since, id AS conversation FROM conversations WHERE system = '$system' AND joined = '' ORDER BY since DESC LIMIT 100`,
			link{"conversation", "Open it", "/conversation/${__value.text}"}))
}
