package microsoft

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// The seven traps of the SDK's HTTP stack, each with the test that shows that
// we are not caught: its retries cut fractions off a Retry-After, leave bodies
// open, and run against a time limit; its page iterator drops headers; its
// builders share a map; its models cost many times the bytes of an item; and a
// host that it does not know is asked without a token.

// onePerson is a page of users.
const onePerson = `{"value":[{"id":"1","userPrincipalName":"ada@alder.example"}]}`

// later answers once with a Retry-After, and tells when requests came.
func later(after string, at *[]time.Time) http.RoundTripper {
	return tap(func(r *http.Request) (*http.Response, error) {
		*at = append(*at, time.Now())
		if len(*at) == 1 {
			resp := jsonReply(r, 429, `{"error":{"code":"activityLimitReached"}}`)
			resp.Header.Set("Retry-After", after)
			return resp, nil
		}
		return jsonReply(r, 200, onePerson), nil
	})
}

// 1. The SDK truncates Retry-After to whole seconds: 0.9 becomes at once.
func TestTrapRetryAfterIsTruncated(t *testing.T) {
	for after, least := range map[string]time.Duration{"0.9": 900 * time.Millisecond, "2.5": 2500 * time.Millisecond, "7": 7 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			var at []time.Time
			if _, err := collect(contentScanner(t, Endpoint, later(after, &at), nil).Accounts(t.Context())); err != nil || len(at) != 2 {
				t.Fatalf("%d requests, %v", len(at), err)
			}
			if waited := at[1].Sub(at[0]); waited < least {
				t.Errorf("Retry-After %s: asked again after %v", after, waited)
			}
		})
	}
}

// 2. The SDK neither reads nor closes the body of an answer that it repeats,
// so that each repetition opens a connection.
func TestTrapBodiesAreLeftOpen(t *testing.T) {
	var opened, asked atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if asked.Add(1) <= 4 {
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, `{"error":{"code":"generalException","message":"`+strings.Repeat("x", 10_000)+`"}}`)
			return
		}
		io.WriteString(w, onePerson)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	base, err := wire.NewBase("")
	if err != nil {
		t.Fatal(err)
	}
	defer base.CloseIdleConnections()
	n := &tenant{t: t}
	n.ends.Graph, n.ends.Token = srv.URL+"/v1.0", "x"
	s := n.scanner(func(_ *Options, o *wire.Options) { o.Base = base })
	if _, err := collect(s.Accounts(t.Context())); err != nil || asked.Load() != 5 || opened.Load() != 1 {
		t.Errorf("%d requests over %d connections, %v; want 5 over 1", asked.Load(), opened.Load(), err)
	}
}

// 3. The SDK's client gives up after 100 seconds, the pause that the tenant
// asked for included.
func TestTrapTimeLimitRunsDuringPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		accounts, err := collect(contentScanner(t, Endpoint, later("600", &at), nil).Accounts(t.Context()))
		if err != nil || len(accounts) != 1 || at[len(at)-1].Sub(at[0]) < 600*time.Second {
			t.Errorf("%d accounts after requests at %v, %v", len(accounts), at, err)
		}
	})
}

// 4. The SDK's page iterator sends our headers with the first page alone.
func TestTrapHeadersOfLaterPages(t *testing.T) {
	pages := map[string]int{}
	base := tap(func(r *http.Request) (*http.Response, error) {
		kind := "users"
		if isFeed(r.URL) {
			kind = "feed"
			if r.Header.Get("Prefer") != "hierarchicalsharing" || r.Header.Get("deltaExcludeParent") != "true" {
				t.Errorf("page %d of a feed has headers %v", pages[kind], r.Header)
			}
		}
		if !strings.HasPrefix(r.UserAgent(), "NONISV|desirepath|") || r.Header.Get("Authorization") == "" {
			t.Errorf("page %d of %s: user agent %q, Authorization %q", pages[kind], kind, r.UserAgent(), r.Header.Get("Authorization"))
		}
		pages[kind]++
		link := "nextLink"
		if pages[kind] == 4 && kind == "feed" {
			link = "deltaLink"
		}
		if pages[kind] == 4 && kind == "users" {
			return jsonReply(r, 200, onePerson), nil
		}
		next := "https://graph.microsoft.com" + r.URL.Path + "?token=" + fmt.Sprint(pages[kind])
		return jsonReply(r, 200, `{"value":[],"@odata.`+link+`":"`+next+`"}`), nil
	})
	s := contentScanner(t, Endpoint, base, nil)
	_, err := collect(s.Accounts(t.Context()))
	_, feed := collect(s.Pages(t.Context(), inventory.Place{ID: "b!x", Kind: inventory.PlaceLibrary}, ""))
	if err != nil || feed != nil || pages["users"] != 4 || pages["feed"] != 4 {
		t.Errorf("pages %v, %v, %v", pages, err, feed)
	}
}

// 5. Two requests of one builder write to one map, which ends the process. The
// race detector would tell.
func TestTrapBuildersAreShared(t *testing.T) {
	base := tap(func(r *http.Request) (*http.Response, error) { return jsonReply(r, 200, onePerson), nil })
	s := contentScanner(t, Endpoint, base, nil)
	p, a := inventory.Place{ID: "b!x", Kind: inventory.PlaceLibrary}, inventory.Asset{VendorID: "1", Kind: inventory.KindWorkbook}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 20 {
				collect(s.Accounts(t.Context()))
				s.Observe(t.Context(), p, a, inventory.FacetEditors|inventory.FacetSharing)
				collect(s.subsites(t.Context(), "x"))
			}
		})
	}
	all.Wait()
}

// 6. The SDK reads an answer whole, into a tree, then into models with three
// maps each. Ours takes at most 3 KB a file, decoding and translation included;
// the buffers of answers are used again.
func TestTrapModelsTakeMemory(t *testing.T) {
	body := feedBody(pageOf)
	s := contentScanner(t, Endpoint, tap(func(r *http.Request) (*http.Response, error) { return jsonReply(r, 200, onePerson), nil }), nil)
	p := inventory.Place{ID: "b!x", Kind: inventory.PlaceLibrary}
	const times = 5
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		feed, err := decodeFeed(body)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := s.changes(t.Context(), p, feed.items)
		if err != nil || len(changes) != pageOf {
			t.Fatalf("%d changes, %v", len(changes), err)
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / times / pageOf; each > 3<<10 {
		t.Errorf("%d bytes a file of %d", each, len(body)/pageOf)
	}
}

// 7. A host that is not on the SDK's list of valid ones is asked without a
// token, and without a word. Ours ask every cloud with one, and no other host at all.
func TestTrapUnknownHostsAreAskedWithoutToken(t *testing.T) {
	for _, c := range clouds() {
		endpoint, asked := "https://"+c.graph+"/v1.0", 0
		s := contentScanner(t, endpoint, tap(func(r *http.Request) (*http.Response, error) {
			if asked++; r.URL.Host != c.graph || r.Header.Get("Authorization") != "Bearer canary-content" {
				t.Errorf("%s was asked with Authorization %q", r.URL.Host, r.Header.Get("Authorization"))
			}
			return jsonReply(r, 200, onePerson), nil
		}), nil)
		if _, err := collect(s.Accounts(t.Context())); err != nil || asked != 1 {
			t.Errorf("%s: %d requests, %v", c.graph, asked, err)
		}
		for _, other := range []string{"https://elsewhere.example/v1.0/users", "http://" + c.graph + "/v1.0/users", "https://" + c.graph + ".elsewhere.example/"} {
			u, err := url.Parse(other)
			if err != nil {
				t.Fatal(err)
			}
			if token, err := s.o.Tokens.GetAuthorizationToken(t.Context(), u, nil); err == nil || token != "" {
				t.Errorf("%s: token %q, %v; want an error, not an empty token", other, token, err)
			}
		}
	}
}
