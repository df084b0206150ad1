package microsoft

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
)

// Links do not carry headers: each page is asked for with all of them.
func TestHeadersOnEveryPage(t *testing.T) {
	n := newTenant(t, emulator.NewWorld(emulator.Options{People: 2, Assets: 80}), emulator.ServerOptions{})
	pages := 0
	s := n.scanner(func(_ *Options, o *wire.Options) {
		o.Base = tap(func(r *http.Request) (*http.Response, error) {
			if isFeed(r.URL) {
				pages++
				if r.Header.Get("deltaExcludeParent") != "true" || r.Header.Get("Prefer") != "hierarchicalsharing" || !strings.Contains(r.URL.RawQuery, "$select=") {
					t.Errorf("page %d: %v %s", pages, r.Header, r.URL.RawQuery)
				}
			}
			if ua := r.UserAgent(); !strings.HasPrefix(ua, "NONISV|") {
				t.Errorf("%s: user agent %q", r.URL.Path, ua)
			}
			return n.recorder.RoundTrip(r)
		})
	})
	if _, assets := listed(t, s, inventory.PlaceOneDrive); pages < 3 {
		t.Errorf("%d pages for %d assets: nothing was tested", pages, len(assets))
	}
}

// However Graph says that it no longer knows a token, the place is listed anew.
func TestExpiredCursors(t *testing.T) {
	n := newTenant(t, office(t), emulator.ServerOptions{})
	p, _ := listed(t, n.scanner(), inventory.PlaceOneDrive)
	for _, tc := range []struct {
		status  int
		body    string
		expired bool
	}{
		{410, `{"error":{"code":"resyncRequired"}}`, true},
		{410, `{"error":{"code":"resyncChangesApplyDifferences"}}`, true},
		{410, `{"error":{"code":"resyncChangesUploadDifferences"}}`, true},
		{410, `{"error":{"code":"gone","innerError":{"code":"resyncChangesApplyDifferences"}}}`, true},
		{410, `{"error":{"code":"SyncStateInvalid"}}`, true},
		{404, `{"error":{"code":"SyncStateNotFound"}}`, true},
		{410, ``, true},
		{400, `{"error":{"code":"SyncStateNotFound"}}`, true},
		{400, `{"error":{"code":"invalidRequest","message":"Parameter 'DeltaToken' not supported for this request"}}`, true},
		{404, `{"error":{"code":"itemNotFound"}}`, false},
		{403, `{"error":{"code":"accessDenied"}}`, false},
	} {
		s := n.scanner(func(_ *Options, o *wire.Options) {
			o.Base = tap(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: tc.status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
					Body: io.NopCloser(strings.NewReader(tc.body))}, nil
			})
		})
		_, err := collect(s.Pages(t.Context(), p, "changes:/drives/x/root/delta?token=old"))
		if errors.Is(err, scanners.ErrCursorExpired) != tc.expired || err == nil {
			t.Errorf("%d %s: %v", tc.status, tc.body, err)
		}
	}
	if _, err := collect(n.scanner().Pages(t.Context(), p, "nonsense")); !errors.Is(err, scanners.ErrCursorExpired) {
		t.Errorf("a cursor that is not ours: %v", err)
	}
}

// Where Graph says that a listing from scratch begins is followed, if that is
// the same drive of the same service and not where it was refused.
func TestWhereAListingBeginsAnew(t *testing.T) {
	n := newTenant(t, office(t), emulator.ServerOptions{})
	p, _ := listed(t, n.scanner(), inventory.PlaceOneDrive)
	old := "/drives/" + p.ID + "/root/delta?token=old"
	for location, want := range map[string]inventory.Cursor{
		n.ends.Graph + "/drives/" + p.ID + "/root/delta?token=fresh":                  inventory.Cursor("listing:/drives/" + p.ID + "/root/delta?token=fresh"),
		n.ends.Graph + "/drives('" + p.ID + "')/root/microsoft.graph.delta(token='')": inventory.Cursor("listing:/drives('" + p.ID + "')/root/microsoft.graph.delta(token='')"),
		"":                 "",
		"%":                "",
		n.ends.Graph + old: "",
		n.ends.Graph + "/drives/" + p.ID + "x/root/delta?token=fresh":               "",
		n.ends.Graph + "/users/somebody/drive/root/delta?token=fresh":               "",
		"https://elsewhere.example/v1.0/drives/" + p.ID + "/root/delta?token=fresh": "",
	} {
		s := n.scanner(func(_ *Options, o *wire.Options) {
			o.Base = tap(func(r *http.Request) (*http.Response, error) {
				h := http.Header{"Content-Type": {"application/json"}, "Location": {location}}
				return &http.Response{StatusCode: 410, Header: h, Request: r, Body: io.NopCloser(strings.NewReader(`{"error":{"code":"resyncRequired"}}`))}, nil
			})
		})
		_, err := collect(s.Pages(t.Context(), p, inventory.Cursor("changes:"+old)))
		var expired *scanners.Expired
		if !errors.As(err, &expired) || expired.Resume != want {
			t.Errorf("Location %q: %v, %+v; want to go on at %q", location, err, expired, want)
		}
		if err != nil && strings.Contains(err.Error(), "token") {
			t.Errorf("the error tells the link: %v", err)
		}
	}
}

// A cursor outlives the address of the service, and holds no host.
func TestCursorsHoldNoHost(t *testing.T) {
	n := newTenant(t, office(t), emulator.ServerOptions{})
	s := n.scanner()
	p, _ := listed(t, s, inventory.PlaceOneDrive)
	all, err := collect(s.Pages(t.Context(), p, ""))
	if err != nil {
		t.Fatal(err)
	}
	last := all[len(all)-1]
	if !last.Complete || strings.Contains(string(last.Next), "127.0.0.1") || last.Next == "" {
		t.Errorf("last page %+v", last)
	}
	again := newTenant(t, n.world, emulator.ServerOptions{}) // the same organisation on another port
	if _, err := collect(again.scanner().Pages(t.Context(), p, last.Next)); err != nil {
		t.Error(err)
	}
}

// A page that was cut in a way that HTTP did not notice is asked for again,
// and not for ever.
func TestGarbledPages(t *testing.T) {
	n := newTenant(t, office(t), emulator.ServerOptions{})
	p, _ := listed(t, n.scanner(), inventory.PlaceOneDrive)
	for _, tc := range []struct{ bad, sent int }{{2, 3}, {99, 3}} {
		sent := 0
		s := n.scanner(func(_ *Options, o *wire.Options) {
			o.Base = tap(func(r *http.Request) (*http.Response, error) {
				resp, err := n.recorder.RoundTrip(r)
				if err != nil {
					return nil, err
				}
				if sent++; sent <= tc.bad {
					b, _ := io.ReadAll(resp.Body)
					resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b[:len(b)/2])), -1
				}
				return resp, nil
			})
		})
		_, err := collect(s.Pages(t.Context(), p, ""))
		if (err != nil) != (tc.bad > 3) || sent != tc.sent || err != nil && !errors.Is(err, errGarbled) {
			t.Errorf("%d bad pages: %v after %d requests", tc.bad, err, sent)
		}
	}
}
