package metrics

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/prometheus/client_golang/prometheus"
)

// gauges lists every metric. All of them are gauges: a night's totals may
// fall as well as rise.
func gauges() []gauge {
	return []gauge{
		counts("assets", "Assets in the inventory.", func(s inventory.Summary) []inventory.Count { return s.Assets }, "tenant", "kind"),
		one("assets_looked_into", "Assets whose structure is known.", func(s inventory.Summary) float64 { return float64(s.Structures) }),
		counts("assets_unread", "Assets that were not looked into, by reason.", func(s inventory.Summary) []inventory.Count { return s.Unread }, "tenant", "reason"),
		counts("verdicts", "Judged assets by the capability and sanctioned system they come closest to.", func(s inventory.Summary) []inventory.Count { return s.Verdicts }, "capability", "system"),
		counts("families", "Families of copies and versions.", func(s inventory.Summary) []inventory.Count { return s.Families }, "kind"),
		counts("conversations", "Conversations by system and state.", func(s inventory.Summary) []inventory.Count { return s.Conversations }, "system", "state"),
		counts("places", "Places that are listed.", func(s inventory.Summary) []inventory.Count { return s.Places }, "tenant", "kind"),
		one("last_complete_run_timestamp_seconds", "When a run last ended complete, 0 if none did.", func(s inventory.Summary) float64 { return seconds(s.LastComplete) }),
		one("last_run_timestamp_seconds", "When the newest run ended, 0 if none did.", func(s inventory.Summary) float64 { return seconds(s.LastRun.Finished) }),
		one("last_run_duration_seconds", "How long the newest run took.", duration),
		family("last_run_result", "1 for the result of the newest run.", results, "result"),
		family("last_run_assets_found", "Assets the newest run found, by what became of them.", coverage, "outcome"),
		family("last_run_places", "Places of the newest run, by whether they were listed to the end.", places, "complete"),
		family("last_run_requests", "Requests of the newest run.", requests, "host", "method", "status"),
		one("last_run_units", "Quota units the newest run spent.", units),
		one("last_run_throttled_seconds", "How long the newest run waited because a tenant asked for it.", waited),
	}
}

func family(name, help string, samples func(inventory.Summary) []sample, labels ...string) gauge {
	return gauge{desc: prometheus.NewDesc("desirepath_"+name, help, labels, nil), samples: samples}
}

func one(name, help string, value func(inventory.Summary) float64) gauge {
	return family(name, help, func(s inventory.Summary) []sample { return []sample{{value: value(s)}} })
}

func counts(name, help string, of func(inventory.Summary) []inventory.Count, labels ...string) gauge {
	return family(name, help, func(s inventory.Summary) (out []sample) {
		for _, c := range of(s) {
			out = append(out, sample{float64(c.N), []string{c.A, c.B}[:len(labels)]})
		}
		return out
	}, labels...)
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

func coverage(s inventory.Summary) []sample {
	var t inventory.Tally
	for _, p := range s.LastRun.Places {
		t.Add(p.Tally)
	}
	total := func(m map[string]int) (n float64) {
		for v := range maps.Values(m) {
			n += float64(v)
		}
		return n
	}
	return []sample{
		{float64(t.Stored), []string{"stored"}},
		{float64(t.Excluded), []string{"excluded"}},
		{total(t.Skipped), []string{"skipped"}},
		{total(t.Failed), []string{"failed"}},
	}
}

func places(s inventory.Summary) []sample {
	n := map[bool]float64{}
	for _, p := range s.LastRun.Places {
		n[p.Complete]++
	}
	return []sample{{n[true], []string{"yes"}}, {n[false], []string{"no"}}}
}

func requests(s inventory.Summary) (out []sample) {
	type key struct{ host, method, status string }
	n := map[key]float64{}
	for _, l := range s.LastRun.Ledger {
		n[key{l.Host, l.Method, strconv.Itoa(l.Status)}] += float64(l.Count)
	}
	keys := slices.SortedFunc(maps.Keys(n), func(a, b key) int {
		return slices.Compare([]string{a.host, a.method, a.status}, []string{b.host, b.method, b.status})
	})
	for _, k := range keys {
		out = append(out, sample{n[k], []string{k.host, k.method, k.status}})
	}
	return out
}

func units(s inventory.Summary) (n float64) {
	for _, l := range s.LastRun.Ledger {
		n += float64(l.Units)
	}
	return n
}

func waited(s inventory.Summary) (n float64) {
	for _, l := range s.LastRun.Ledger {
		n += l.Waited.Seconds()
	}
	return n
}
