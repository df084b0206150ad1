package google

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/desirepath/desirepath/scanners/scannertest"
)

// simulate sends requests in the name of many people on a simulated clock,
// through the guard, units and limits that a scan of Google has.
func simulate(t *testing.T, requests int, request func(n int) *http.Request) (*scannertest.Quota, scannertest.Took) {
	t.Helper()
	o, err := Wire(Options{Tenant: "alder", Admin: "admin@example.edu", Credential: Credential{Token: "t"}, Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	// As published: https://developers.google.com/workspace/drive/api/guides/limits
	q := &scannertest.Quota{Units: units, Latency: 200 * time.Millisecond, Windows: []*scannertest.Window{
		{Length: time.Minute, Limit: 1_000_000}, {Length: 24 * time.Hour, Limit: 400_000_000}}}
	return q, q.Ask(t, o, 96, requests, request)
}

// inTheNameOf makes a request as the scanner does for one of many people.
func inTheNameOf(person int, call string, query url.Values) *http.Request {
	u := &url.URL{Scheme: "https", Host: "www.googleapis.com", Path: "/drive/v3/" + call, RawQuery: query.Encode()}
	ctx := context.WithValue(context.Background(), identityKey{}, identity{subject: fmt.Sprintf("p%d@example.edu", person)})
	return (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}).WithContext(ctx)
}

// TestNightsOfADomain simulates the first listing of a domain, and a night in
// which everybody is asked for changes, which must take at most 1.15 times
// what the quota allows. It is of two million files and two thousand people
// unless DESIREPATH_FILES says how many files, a thousand to a person:
//
//	DESIREPATH_FILES=100000000 go test ./scanners/google -run NightsOfADomain -v
func TestNightsOfADomain(t *testing.T) {
	files := scannertest.Files(t, 2_000_000)
	people := files / 1000
	synctest.Test(t, func(t *testing.T) {
		// The start token, a full page, and one that is hardly begun.
		q, took := simulate(t, 3*people, func(n int) *http.Request {
			if n%3 == 0 {
				return inTheNameOf(n/3, "changes/startPageToken", nil)
			}
			return inTheNameOf(n/3, "files", url.Values{"pageSize": {"1000"}})
		})
		took.Check(t, q, fmt.Sprintf("first listing of %d files", files))
	})
	synctest.Test(t, func(t *testing.T) {
		q, took := simulate(t, people, func(n int) *http.Request { return inTheNameOf(n, "changes", url.Values{"pageToken": {"1"}}) })
		took.Check(t, q, fmt.Sprintf("changes of %d people", people))
		if took.Time > 15*time.Minute {
			t.Errorf("%d people's changes took %s; want 15 minutes at most", people, took.Time)
		}
	})
}

// TestOnePersonsLimit asks much in one person's name, which may not have more
// than a third of what the domain has.
func TestOnePersonsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, took := simulate(t, 6500, func(int) *http.Request { return inTheNameOf(1, "files", nil) }); took.Time < 110*time.Second {
			t.Errorf("650,000 units in one person's name took %s; want about two minutes", time.Since(start))
		}
	})
}
