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
func stored(t testing.TB, n *tenant, store *scannertest.Memory, tries int) map[inventory.AssetID]string {
	t.Helper()
	for try := 1; ; try++ {
		reports, err := (&scanners.Engine{Sink: store}).List(t.Context(), n.scanner())
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

// Everything goes wrong at once, and what is stored is still exactly the truth.
func TestStorm(t *testing.T) {
	w := emulator.NewWorld(emulator.Options{Seed: 5, People: 6, Assets: 600})
	n := newTenant(t, w, emulator.ServerOptions{})
	calm := stored(t, n, scannertest.NewMemory(inventory.Scope{}), 1)
	if len(calm) < 100 {
		t.Fatalf("only %d assets in calm", len(calm))
	}
	if testing.Short() {
		t.Skip("skipped: a storm takes half a minute")
	}
	n.faults("throttle=0.02,retry-after=1s,5xx=0.15,cut=0.1,truncate=0.1,expire=0.02,empty=0.2,repeat=0.3,seed=9")
	storm := stored(t, n, scannertest.NewMemory(inventory.Scope{}), 6)
	if d := cmp.Diff(calm, storm); d != "" {
		t.Errorf("storm (-calm +storm):\n%s", d)
	}
	if early := n.server.EarlyRequests(); early != 0 {
		t.Errorf("%d requests came early", early)
	}
	if m := n.server.Mutations(); m != 0 {
		t.Errorf("%d requests asked to change something", m)
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
