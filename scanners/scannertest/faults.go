package scannertest

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// change makes changes of every sort.
func (b *bench) change() {
	b.Helper()
	for _, p := range b.places {
		b.Tenant.Create(p, "", "While unwell.xlsx")
		b.Tenant.Edit(p, b.find(p, "Finance/2026", "Q1.xlsx"))
		b.Tenant.Rename(p, b.find(p, "Finance", "Costs.xlsx"), "Expenses.xlsx")
		b.Tenant.Delete(p, b.find(p, "Finance", "Travel.xlsx"))
	}
}

// survives lists twice, from scratch and after changes, under a fault plan.
func (b *bench) survives(spec string) {
	b.Helper()
	b.Faults(spec)
	b.list()
	b.wantTruth("listed with " + spec)
	b.change()
	b.list()
	b.wantTruth("changes listed with " + spec)
}

func throttling(b *bench) {
	b.needs("faults", b.Faults != nil)
	b.survives("throttle=0.3,retry-after=1s,seed=1")
	if b.Early != nil && b.Early() != 0 {
		b.Errorf("%d requests came before the time that Retry-After named", b.Early())
	}
}

func unreliable(b *bench) {
	b.needs("faults", b.Faults != nil)
	b.survives("5xx=0.2,cut=0.1,truncate=0.1,seed=2")
}

func emptyPages(b *bench) {
	b.needs("faults", b.Faults != nil)
	b.survives("empty=0.5,seed=3")
}

func repeatedAssets(b *bench) {
	b.needs("faults", b.Faults != nil)
	b.survives("repeat=1,seed=4")
}

func foreignLink(b *bench) {
	b.needs("faults", b.Faults != nil)
	b.needs("record of requests", b.Requests != nil)
	b.needs("links to pages", !b.Linkless)
	b.list()
	before, known := b.records(), hosts(b.Requests())
	b.Faults("foreign=1,seed=5")
	for _, p := range b.places {
		b.restart(p)
	}
	reports, err := b.pass(b.Context(), b.store, 0)
	if err == nil && !slices.ContainsFunc(reports, func(r inventory.PlaceReport) bool { return r.Error != "" }) {
		b.Errorf("a link to another host is in no report: %+v", reports)
	}
	for h := range hosts(b.Requests()) {
		if !known[h] {
			b.Errorf("a request went to %s", h)
		}
	}
	b.wantKept("a link to another host", before)
	b.Faults("")
	b.list()
	b.wantTruth("after the links were right again")
}

// hosts is where requests went.
func hosts(requests []string) map[string]bool {
	out := map[string]bool{}
	for _, r := range requests {
		_, rest, _ := strings.Cut(r, " ")
		address, _, _ := strings.Cut(rest, " ")
		if u, err := url.Parse(address); err == nil {
			out[u.Host] = true
		}
	}
	return out
}

func exclusion(b *bench) {
	b.list()
	out := b.places[0]
	b.places = b.places[1:]
	requested := 0
	if b.Requests != nil {
		requested = len(b.Requests())
	}
	scope := inventory.Scope{Exclude: inventory.Rules{Places: []string{out.ID}}}
	reports, err := (&scanners.Engine{Sink: b.store, Scope: scope}).List(b.Context(), b.Scanner())
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range reports {
		if r.Place == out.Key() || r.Name == out.Name && r.Place == "" || !r.Complete {
			b.Errorf("want complete reports that do not name the excluded place: %+v", r)
		}
	}
	b.wantTruth("with a place excluded")
	if b.Requests == nil {
		b.Log("not checked for want of a record of requests: whether the excluded place was asked for")
		return
	}
	for _, r := range b.Requests()[requested:] {
		if plain, _ := url.QueryUnescape(r); strings.Contains(r, out.ID) || strings.Contains(plain, out.ID) {
			b.Errorf("an excluded place was asked for: %s", r)
		}
	}
}

func cancelBetweenPages(b *bench) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	applied := 0
	s := &tap{Store: b.store, after: func(inventory.Page) error {
		applied++
		cancel()
		return nil
	}}
	start := time.Now()
	reports, err := b.pass(ctx, s, 1)
	b.wantCancelled(reports, err, time.Since(start))
	if applied != 1 {
		b.Errorf("%d pages were stored after the cancellation", applied-1)
	}
	b.list()
	b.wantTruth("after a cancelled pass")
}

func cancelWhileWaiting(b *bench) {
	b.needs("faults", b.Faults != nil)
	b.list()
	b.Faults("throttle=1,retry-after=60s,seed=6")
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var cancelled time.Time
	timer := time.AfterFunc(300*time.Millisecond, func() { cancelled = time.Now(); cancel() })
	defer timer.Stop()
	reports, err := b.pass(ctx, b.store, 0)
	if ctx.Err() == nil {
		b.Fatalf("the pass did not wait: %v %+v", err, reports)
	}
	b.wantCancelled(reports, err, time.Since(cancelled))
}

// prompt is how soon a cancelled pass must end.
const prompt = 3 * time.Second

func (b *bench) wantCancelled(reports []inventory.PlaceReport, err error, took time.Duration) {
	b.Helper()
	if !errors.Is(err, context.Canceled) {
		b.Errorf("error %v, want %v", err, context.Canceled)
	}
	if took > prompt {
		b.Errorf("the pass went on for %v", took)
	}
	if !slices.ContainsFunc(reports, func(r inventory.PlaceReport) bool { return !r.Complete && r.Error != "" }) {
		b.Errorf("no report says that it was cut short: %+v", reports)
	}
}
