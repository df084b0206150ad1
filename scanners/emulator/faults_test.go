package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseFaults(t *testing.T) {
	got, err := ParseFaults("throttle=0.1, busy=0.15, retry-after=2s,5xx=0.05,cut=0.02,truncate=0.01,expire=0.03,html=0.04,empty=0.06,repeat=0.07,foreign=1,seed=7")
	if err != nil {
		t.Fatal(err)
	}
	want := Faults{Throttle: 0.1, Busy: 0.15, RetryAfter: 2 * time.Second, Server: 0.05, Cut: 0.02, Truncate: 0.01, Expire: 0.03, HTML: 0.04, Empty: 0.06, Repeat: 0.07, Foreign: 1, Seed: 7}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{"slow=1", "cut=2", "cut=x", "cut", "retry-after=soon", "seed=-1"} {
		if _, err := ParseFaults(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// outcome is what became of one request: a status, or how it broke.
func (c *client) outcome(url string) string {
	res, err := c.try(http.MethodGet, url, "Accept-Encoding", "identity")
	if err != nil {
		return "cut"
	}
	defer res.Body.Close()
	if _, err := io.ReadAll(res.Body); err != nil {
		return "truncated"
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return "html"
	}
	return fmt.Sprint(res.StatusCode)
}

func TestFaultsAreTheSameForTheSameSeed(t *testing.T) {
	run := func(seed uint64, backwards bool) map[string][]string {
		c := serve(t, NewWorld(Options{People: 1}), ServerOptions{Faults: Faults{Server: 0.2, Cut: 0.1, Truncate: 0.1, HTML: 0.1, Seed: seed}})
		c.http.Transport.(*http.Transport).DisableKeepAlives = true // or net/http quietly repeats a request whose connection was cut
		out := map[string][]string{}
		for i := range 60 {
			if backwards {
				i = 59 - i
			}
			url := fmt.Sprintf("/v1.0/users?$top=%d", i+1)
			for range 3 {
				out[url] = append(out[url], c.outcome(url))
			}
		}
		return out
	}
	first := run(1, false)
	if diff := cmp.Diff(first, run(1, true)); diff != "" {
		t.Errorf("in another order (-first +second):\n%s", diff)
	}
	if cmp.Equal(first, run(2, false)) {
		t.Error("another seed makes no difference")
	}
	seen := map[string]int{}
	for url, three := range first {
		for _, o := range three {
			seen[o]++
		}
		if three[0] != "200" && three[1] != "200" && three[2] != "200" {
			t.Errorf("%s never succeeds: %v", url, three)
		}
	}
	for _, kind := range []string{"200", "cut", "truncated", "html"} {
		if seen[kind] == 0 {
			t.Errorf("no %s among %v", kind, seen)
		}
	}
	if seen["500"]+seen["502"]+seen["503"]+seen["504"] < 10 {
		t.Errorf("few server errors among %v", seen)
	}
}

// patient asks again until the answer is good, as often as a plan can make necessary.
func (c *client) patient(url string) answer {
	c.t.Helper()
	for range patience + 1 {
		res, err := c.try(http.MethodGet, url)
		if err != nil {
			continue
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		var a answer
		if err == nil && res.StatusCode == http.StatusOK && json.Unmarshal(body, &a) == nil {
			return a
		}
	}
	c.t.Fatalf("%s fails more than %d times", url, patience)
	return answer{}
}

// Even when everything fails whenever it may, a client that tries three times gets through, and to the truth.
func TestFaultsNeverStopAPatientClient(t *testing.T) {
	for _, spec := range []string{"5xx=1", "cut=1", "truncate=1", "html=1", "empty=1", "repeat=1", "expire=1", "5xx=0.3,cut=0.3,truncate=0.3,empty=0.5,repeat=0.5"} {
		t.Run(spec, func(t *testing.T) {
			faults, err := ParseFaults(spec)
			if err != nil {
				t.Fatal(err)
			}
			w := NewWorld(Options{People: 1, Assets: 50})
			c := serve(t, w, ServerOptions{Faults: faults})
			place := w.Places()[0].ID
			known := map[string]string{}
			for url := "/v1.0/drives/" + place + "/root/delta?$top=20"; url != ""; {
				a := c.patient(url)
				a.apply(known)
				url = a.Next
			}
			if diff := cmp.Diff(stateOf(w, place), known); diff != "" {
				t.Errorf("(-truth +known):\n%s", diff)
			}
		})
	}
}

func TestThrottleCountsEarlyRequests(t *testing.T) {
	c := serve(t, NewWorld(Options{People: 1}), ServerOptions{Faults: Faults{Throttle: 1}})
	res := c.do(http.MethodGet, "/v1.0/users")
	c.body(http.StatusTooManyRequests, res)
	if got := res.Header.Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After %q", got)
	}
	c.body(http.StatusTooManyRequests, c.do(http.MethodGet, "/v1.0/groups")) // was under way
	if n := c.s.EarlyRequests(); n != 0 {
		t.Errorf("%d early requests at once", n)
	}
	time.Sleep(grace + 50*time.Millisecond)
	c.body(http.StatusTooManyRequests, c.do(http.MethodGet, "/v1.0/sites/getAllSites"))
	if n := c.s.EarlyRequests(); n != 1 {
		t.Errorf("%d early requests, want 1", n)
	}
	time.Sleep(time.Second)
	c.do(http.MethodGet, "/v1.0/users")
	if n := c.s.EarlyRequests(); n != 1 {
		t.Errorf("%d early requests after the wait, want 1", n)
	}
}

func TestBusySaysWhenToComeBack(t *testing.T) {
	c := serve(t, NewWorld(Options{People: 1}), ServerOptions{Faults: Faults{Busy: 1, RetryAfter: 2 * time.Second}})
	res := c.do(http.MethodGet, "/v1.0/users")
	c.body(http.StatusServiceUnavailable, res)
	if got := res.Header.Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After %q", got)
	}
	c.body(http.StatusTooManyRequests, c.do(http.MethodGet, "/v1.0/groups"))
}

func TestForeignLinks(t *testing.T) {
	w := NewWorld(Options{People: 1, Assets: 50})
	c := serve(t, w, ServerOptions{Faults: Faults{Foreign: 1}})
	a := c.list("/v1.0/drives/" + w.Places()[0].ID + "/root/delta?$top=5")
	if strings.HasPrefix(a.Next, c.base) || !strings.HasPrefix(a.Next, "http://elsewhere.example") {
		t.Errorf("next link %s", a.Next)
	}
}

func TestExpiredByFault(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{Faults: Faults{Expire: 1}})
	first := c.walk("/v1.0/drives/" + place.ID + "/root/delta") // carries no cursor
	res := c.do(http.MethodGet, first.Delta)
	c.body(http.StatusGone, res)
	if again := c.list(res.Header.Get("Location")); len(again.Value) != 6 {
		t.Errorf("the location lists %d items", len(again.Value))
	}
}
