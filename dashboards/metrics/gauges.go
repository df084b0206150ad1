package metrics

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/prometheus/client_golang/prometheus"
)

// gauges lists every metric that is taken from the inventory. All of them are
// gauges: a night's totals may fall as well as rise.
func gauges() []gauge[inventory.Summary] {
	return []gauge[inventory.Summary]{
		counts("assets", "Assets in the inventory.", func(s inventory.Summary) []inventory.Count { return s.Assets }, "tenant", "kind"),
		one("assets_looked_into", "Assets whose structure is known.", func(s inventory.Summary) float64 { return float64(s.Structures) }),
		counts("assets_unread", "Assets that were not looked into, by reason.", func(s inventory.Summary) []inventory.Count { return s.Unread }, "tenant", "reason"),
		counts("verdicts", "Judged assets by the capability and sanctioned system they come closest to.", func(s inventory.Summary) []inventory.Count { return s.Verdicts }, "capability", "system"),
		counts("families", "Families of copies and versions.", func(s inventory.Summary) []inventory.Count { return s.Families }, "kind"),
		counts("conversations", "Conversations by system and state.", func(s inventory.Summary) []inventory.Count { return s.Conversations }, "system", "state"),
		counts("conversations_waiting", "Conversations that have not ended, by how long they have been in their state: week, month, quarter or longer.", waiting, "state", "within"),
		one("invitations_last_week", "Keepers who were invited within seven days.", func(s inventory.Summary) float64 { return float64(s.Invited) }),
		counts("needs", "Needs and things done by hand around each system, by kind; no system is a need that none serves yet.", func(s inventory.Summary) []inventory.Count { return s.Needs }, "system", "kind"),
		counts("verdicts_by_certainty", "Judged assets that come close to a capability, by how certain the verdict is.", func(s inventory.Summary) []inventory.Count { return s.Certainty }, "certainty"),
		counts("places", "Places that are listed.", func(s inventory.Summary) []inventory.Count { return s.Places }, "tenant", "kind"),
		one("last_complete_run_timestamp_seconds", "When a run last ended complete, 0 if none did.", func(s inventory.Summary) float64 { return seconds(s.LastComplete) }),
		one("last_run_timestamp_seconds", "When the newest run ended, 0 if none did.", func(s inventory.Summary) float64 { return seconds(s.LastRun.Finished) }),
		one("last_run_duration_seconds", "How long the newest run took.", duration),
		family("last_run_stage_duration_seconds", "How long each stage of the newest run took.", stages, "stage"),
		family("last_run_result", "1 for the result of the newest run.", results, "result"),
		family("last_run_assets_found", "Assets the newest run found, by what became of them and, where they were not kept, why.", coverage, "tenant", "outcome", "reason"),
		family("last_run_places", "Places of the newest run, by whether they were listed to the end.", places, "tenant", "complete"),
		family("last_run_requests", "Requests of the newest run.", requests, "tenant", "host", "method", "status"),
		family("last_run_units", "Quota units the newest run spent.", spent(func(l inventory.LedgerLine) float64 { return float64(l.Units) }), "tenant"),
		family("last_run_received_bytes", "Bytes of answers the newest run read.", spent(func(l inventory.LedgerLine) float64 { return float64(l.Bytes) }), "tenant"),
		family("last_run_throttled_seconds", "How long the newest run waited because a tenant asked for it.", spent(func(l inventory.LedgerLine) float64 { return l.Waited.Seconds() }), "tenant"),
		one("last_run_mutations", "Requests of the newest run that were neither reads nor sign-ins. It is always 0: anything else is a fault of ours.", func(s inventory.Summary) float64 { return float64(s.LastRun.Ledger.Mutations()) }),
	}
}

func family[Known any](name, help string, samples func(Known) []sample, labels ...string) gauge[Known] {
	return gauge[Known]{desc: prometheus.NewDesc("desirepath_"+name, help, labels, nil), samples: samples}
}

func one(name, help string, value func(inventory.Summary) float64) gauge[inventory.Summary] {
	return family(name, help, func(s inventory.Summary) []sample { return []sample{{value: value(s)}} })
}

func counts(name, help string, of func(inventory.Summary) []inventory.Count, labels ...string) gauge[inventory.Summary] {
	return family(name, help, func(s inventory.Summary) (out []sample) {
		for _, c := range of(s) {
			out = append(out, sample{float64(c.N), []string{c.A, c.B}[:len(labels)]})
		}
		return out
	}, labels...)
}

// waiting tells of every state and span, so that a series that falls to zero
// says so.
func waiting(s inventory.Summary) (all []inventory.Count) {
	for _, state := range inventory.States() {
		if state.Ended() {
			continue
		}
		for _, span := range inventory.Spans() {
			c := inventory.Count{A: string(state), B: span.Name}
			if i := slices.IndexFunc(s.Waiting, func(w inventory.Count) bool { return w.A == c.A && w.B == c.B }); i >= 0 {
				c.N = s.Waiting[i].N
			}
			all = append(all, c)
		}
	}
	return all
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

func duration(s inventory.Summary) float64 {
	if s.LastRun.Finished.IsZero() {
		return 0
	}
	return s.LastRun.Finished.Sub(s.LastRun.Started).Seconds()
}

func stages(s inventory.Summary) (out []sample) {
	for _, stage := range s.LastRun.Stages {
		out = append(out, sample{stage.Took.Seconds(), []string{stage.Stage}})
	}
	return out
}

func results(s inventory.Summary) (out []sample) {
	for _, r := range []inventory.RunResult{inventory.RunComplete, inventory.RunPartial, inventory.RunFailed, inventory.RunCut} {
		value := 0.0
		if s.LastRun.Result == r {
			value = 1
		}
		out = append(out, sample{value, []string{string(r)}})
	}
	return out
}

// tenantOf is the tenant of a place in a run's account; "" of what was
// excluded, which is counted and never named.
func tenantOf(p inventory.PlaceReport) string {
	tenant, _, _ := strings.Cut(p.Place, "/")
	return tenant
}

func coverage(s inventory.Summary) []sample {
	tallies := map[string]inventory.Tally{}
	for _, p := range s.LastRun.Places {
		t := tallies[tenantOf(p)]
		t.Add(p.Tally)
		tallies[tenantOf(p)] = t
	}
	var out []sample
	for _, tenant := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[tenant]
		out = append(out,
			sample{float64(t.Stored), []string{tenant, "stored", ""}},
			sample{float64(t.Excluded), []string{tenant, "excluded", ""}},
		)
		for _, because := range []struct {
			outcome string
			reasons map[string]int
		}{{"skipped", t.Skipped}, {"failed", t.Failed}} {
			for _, reason := range slices.Sorted(maps.Keys(because.reasons)) {
				out = append(out, sample{float64(because.reasons[reason]), []string{tenant, because.outcome, reason}})
			}
		}
	}
	return out
}

// places tells of both answers for every tenant, so that a share can be taken
// of them.
func places(s inventory.Summary) (out []sample) {
	complete, all := map[string]int{}, map[string]int{}
	for _, p := range s.LastRun.Places {
		all[tenantOf(p)]++
		if p.Complete {
			complete[tenantOf(p)]++
		}
	}
	for _, tenant := range slices.Sorted(maps.Keys(all)) {
		out = append(out,
			sample{float64(complete[tenant]), []string{tenant, "yes"}},
			sample{float64(all[tenant] - complete[tenant]), []string{tenant, "no"}},
		)
	}
	return out
}

func requests(s inventory.Summary) []sample {
	return tally(s.LastRun.Ledger, func(l inventory.LedgerLine) ([]string, float64) {
		return []string{l.Source, l.Host, l.Method, strconv.Itoa(l.Status)}, float64(l.Count)
	})
}

// spent adds up by tenant what the lines of the ledger tell.
func spent(of func(inventory.LedgerLine) float64) func(inventory.Summary) []sample {
	return func(s inventory.Summary) []sample {
		return tally(s.LastRun.Ledger, func(l inventory.LedgerLine) ([]string, float64) { return []string{l.Source}, of(l) })
	}
}

// tally adds up what rows tell under the same labels, in the labels' order.
func tally[Row any](rows []Row, of func(Row) (labels []string, value float64)) []sample {
	sums := map[string]*sample{}
	for _, row := range rows {
		labels, value := of(row)
		key := strings.Join(labels, "\x00")
		if sums[key] == nil {
			sums[key] = &sample{labels: labels}
		}
		sums[key].value += value
	}
	out := make([]sample, 0, len(sums))
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, *sums[key])
	}
	return out
}
