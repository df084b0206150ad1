package microsoft

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// stored lists a tenant into a store, as often as it takes to see every place,
// and tells what is in it.
func stored(t testing.TB, n *tenant, store *scannertest.Memory, tries int, change ...func(*Options, *wire.Options)) map[inventory.AssetID]string {
	t.Helper()
	for try := 1; ; try++ {
		reports, err := (&scanners.Engine{Sink: store}).List(t.Context(), n.scanner(change...))
		var failed []string
		for _, r := range reports {
			if !r.Complete {
				failed = append(failed, r.Name+": "+r.Error)
			}
		}
		if err == nil && len(failed) == 0 {
			break
		}
		if try == tries {
			t.Fatalf("after %d passes: %v %q", try, err, failed)
		}
	}
	out := map[inventory.AssetID]string{}
	for r, err := range store.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out[r.Asset.ID] = r.Asset.Path + "/" + r.Asset.Name
	}
	return out
}

// seaside is an organisation with all kinds of place: libraries, OneDrives,
// lists, and files that several people edit and share.
func seaside(t *testing.T) *emulator.World {
	w := emulator.NewWorld(emulator.Options{Seed: 5, People: 6, Assets: 600})
	people, sites := w.People(), 0
	for _, site := range w.Sites() {
		if site.Personal || sites == 5 {
			continue
		}
		sites++
		for i := range 6 {
			w.AddList(emulator.SiteList{Site: site.ID, Name: fmt.Sprintf("%s %d", site.Name, i), Columns: []emulator.ListColumn{{Heading: "Due"}, {Heading: "Status"}}})
		}
	}
	for _, p := range w.Places() {
		if p.Suite != emulator.Microsoft {
			continue
		}
		for i, size := range []int{10, 5000, 700_000} {
			it := file(t, w, p.ID, fmt.Sprintf("tracker %d.xlsx", i), bytes.Repeat([]byte{'a' + byte(i)}, size))
			by := people[i%len(people)].ID
			if _, err := w.Edit(p.ID, it.ID, by, emulator.BytesContent(bytes.Repeat([]byte{'A' + byte(i)}, size))); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Share(p.ID, it.ID, emulator.Grant{Person: by, Role: emulator.RoleWrite}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

// A weather is all that a night learns of a tenant: what there is, what is
// inside, who uses it, and who is there.
type weather struct {
	Assets     map[inventory.AssetID]string
	Structures map[inventory.AssetID]inventory.Structure
	Usages     map[inventory.AssetID]inventory.Usage
	Accounts   []inventory.Account
}

// learned does what a night does, each step as often as it takes.
func learned(t *testing.T, n *tenant, tries int) weather {
	t.Helper()
	now := func(o *Options, w *wire.Options) {
		o.Features.Lists, o.PageSize, o.Now, w.Pace = true, 50, func() time.Time { return time.Unix(0, 0) }, wire.Pace{}
	}
	store := scannertest.NewMemory(inventory.Scope{})
	out := weather{Structures: map[inventory.AssetID]inventory.Structure{}, Usages: map[inventory.AssetID]inventory.Usage{}}
	out.Assets = stored(t, n, store, tries, now)
	s := n.scanner(now)
	places := map[string]inventory.Place{}
	for _, p := range again(t, tries, func() ([]inventory.Place, error) { return collect(s.Places(t.Context())) }) {
		places[p.ID] = p
	}
	out.Accounts = again(t, tries, func() ([]inventory.Account, error) { return collect(s.Accounts(t.Context())) })
	for r, err := range store.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		a, p := r.Asset, places[r.Asset.Place]
		if !strings.Contains(a.Name, "tracker") && a.Kind != inventory.KindList {
			continue // the world's own files are as many as a page of a book
		}
		out.Structures[a.ID] = again(t, tries, func() (inventory.Structure, error) {
			return s.Inspect(t.Context(), inventory.Due{Asset: a, Place: p, Depth: inventory.DepthFull})
		})
		if a.Kind != inventory.KindList {
			out.Usages[a.ID] = again(t, tries, func() (inventory.Usage, error) {
				return s.Observe(t.Context(), p, a, inventory.FacetEditors|inventory.FacetSharing)
			})
		}
	}
	return out
}

// again asks as the nights to come would.
func again[T any](t *testing.T, tries int, ask func() (T, error)) T {
	t.Helper()
	for try := 1; ; try++ {
		v, err := ask()
		if err == nil {
			return v
		}
		if try == tries {
			t.Fatalf("after %d tries: %v", try, err)
		}
	}
}

// A third of all requests are throttled, connections break, answers are cut
// short, cursors expire: what is learned is still exactly the truth, and no
// request came before it was time.
func TestStorm(t *testing.T) {
	for name, spec := range map[string]string{
		"throttled": "throttle=0.3,retry-after=7s,cut=0.02,truncate=0.01,expire=0.05,seed=9",
		"broken":    "throttle=0.02,retry-after=1s,5xx=0.15,busy=0.05,cut=0.1,truncate=0.1,expire=0.02,empty=0.2,repeat=0.3,seed=9",
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, seaside, emulator.ServerOptions{}, func(t *testing.T, n *tenant) {
				calm := learned(t, n, 1)
				if len(calm.Assets) < 100 || len(calm.Structures) < 20 || len(calm.Usages) < 10 || len(calm.Accounts) == 0 {
					t.Fatalf("in calm only %d assets, %d structures, %d usages, %d accounts", len(calm.Assets), len(calm.Structures), len(calm.Usages), len(calm.Accounts))
				}
				n.faults(spec)
				start, before := time.Now(), len(n.recorder.Requests())
				storm := learned(t, n, 12)
				if d := cmp.Diff(calm, storm); d != "" {
					t.Errorf("storm (-calm +storm):\n%s", d)
				}
				if early := n.server.EarlyRequests(); early != 0 {
					t.Errorf("%d requests came early", early)
				}
				if m := n.server.Mutations(); m != 0 {
					t.Errorf("%d requests asked to change something", m)
				}
				t.Logf("%d assets, %d structures, %d usages; %d requests in calm, %d in the storm, which took %v", len(storm.Assets), len(storm.Structures),
					len(storm.Usages), before, len(n.recorder.Requests())-before, time.Since(start).Round(time.Second))
			})
		})
	}
}

// A second scan of what has not changed asks for no content and for each place once.
func TestSecondScanAsksLittle(t *testing.T) {
	n := newTenant(t, emulator.NewWorld(emulator.Options{People: 6, Assets: 600}), emulator.ServerOptions{})
	store := scannertest.NewMemory(inventory.Scope{})
	stored(t, n, store, 1)
	places, err := collect(n.scanner().Places(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	n.server.ResetRequests()
	stored(t, n, store, 1)
	if feeds := n.server.Count("delta"); feeds != len(places) {
		t.Errorf("%d requests for changes of %d places", feeds, len(places))
	}
	if n.server.Count("/items/")+n.server.Count("download") != 0 {
		t.Errorf("asked for content: %v", n.server.Requests())
	}
}

// The ledger of a scan has reads only.
func TestLedgerHasReadsOnly(t *testing.T) {
	n := newTenant(t, emulator.NewWorld(emulator.Options{People: 3, Assets: 50}), emulator.ServerOptions{})
	ledger := &wire.Ledger{}
	s := n.scanner(func(_ *Options, o *wire.Options) { o.Ledger = ledger })
	if _, err := (&scanners.Engine{Sink: scannertest.NewMemory(inventory.Scope{})}).List(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for _, l := range ledger.Lines() {
		if l.Method != http.MethodGet || l.Status != 200 || l.Units < l.Count || strings.Contains(l.Template, "@") {
			t.Errorf("line %+v", l)
		}
	}
	if len(ledger.Lines()) < 4 || ledger.Mutations() != 0 {
		t.Errorf("%d lines, %d mutations", len(ledger.Lines()), ledger.Mutations())
	}
}

// No token, address of a person, or link shows in an error or in the log,
// whatever goes wrong.
func TestNothingSecretIsTold(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "Payroll.xlsx", []byte("x"))
	n := newTenant(t, w, emulator.ServerOptions{})
	var told bytes.Buffer
	quiet := func(o *Options, wo *wire.Options) {
		log := slog.New(slog.NewTextHandler(&told, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Log, wo.Log, wo.Attempts = log, log, 2
	}
	s := n.scanner(quiet)
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	links := []string{"token=", "tempauth", n.ends.Token, "$select"}
	for _, spec := range []string{"cut=1", "truncate=1", "5xx=1", "html=1", "expire=1", "foreign=1", "throttle=1,retry-after=1h"} {
		n.faults(spec)
		s := n.scanner(quiet)
		_, err := collect(s.Places(t.Context()))
		fmt.Fprintln(&told, spec, "places", err)
		_, err = collect(s.Pages(t.Context(), p, ""))
		fmt.Fprintln(&told, spec, "pages", err)
		_, err = s.Inspect(t.Context(), inventory.Due{Asset: assets["Payroll.xlsx"], Place: p})
		fmt.Fprintln(&told, spec, "inspect", err)
		_, err = s.Observe(t.Context(), p, assets["Payroll.xlsx"], inventory.FacetEditors)
		fmt.Fprintln(&told, spec, "observe", err)
	}
	for _, secret := range links {
		if at := strings.Index(told.String(), secret); at >= 0 {
			t.Errorf("tells %q: %s", secret, told.String()[max(0, at-200):min(told.Len(), at+100)])
		}
	}
	for _, word := range []string{"HTTPS_PROXY", "cut short", "run again later"} {
		if !strings.Contains(told.String(), word) {
			t.Errorf("nowhere says %q:\n%s", word, told.String())
		}
	}
}

// A web page with 200 names what is probably in between.
func TestWebPages(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "Budget.xlsx", []byte("x"))
	n := newTenant(t, w, emulator.ServerOptions{})
	interposed := ""
	s := n.scanner(func(_ *Options, o *wire.Options) {
		o.Base = tap(func(r *http.Request) (*http.Response, error) {
			resp, err := n.recorder.RoundTrip(r)
			if err == nil && interposed != "" && strings.Contains(r.URL.Path, interposed) {
				resp.Header.Set("Content-Type", "text/html; charset=utf-8")
			}
			return resp, err
		})
	})
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	inspect := func() error {
		return second(s.Inspect(t.Context(), inventory.Due{Asset: assets["Budget.xlsx"], Place: p}))
	}
	for path, ask := range map[string]func() error{
		"/sites":         func() error { return second(collect(s.Places(t.Context()))) },
		"/users":         func() error { return second(collect(s.Accounts(t.Context()))) },
		"/delta":         func() error { return second(collect(s.Pages(t.Context(), p, ""))) },
		"/items/":        inspect,
		"/download.aspx": inspect,
	} {
		interposed = path
		if err := ask(); !errors.Is(err, wire.ErrInterposed) || !strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// The SDK must not try again by itself, and must sit out a pause that is
// longer than its own time limit.
func TestTheSDKLeavesRetriesToTheTransport(t *testing.T) {
	n := newTenant(t, office(t), emulator.ServerOptions{})
	sent := 0
	s := n.scanner(func(_ *Options, o *wire.Options) {
		o.Attempts = 2
		o.Base = tap(func(r *http.Request) (*http.Response, error) {
			sent++
			return &http.Response{StatusCode: 503, Header: http.Header{"Retry-After": {"0.01"}}, Body: http.NoBody, Request: r}, nil
		})
	})
	start := time.Now()
	_, err := collect(s.Accounts(t.Context()))
	if err == nil || sent != 2 || time.Since(start) > 2*time.Second {
		t.Errorf("%v after %d requests in %s; want an error after the transport's 2 attempts", err, sent, time.Since(start))
	}
}
