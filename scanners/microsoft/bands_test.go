package microsoft

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/desirepath/desirepath/scanners/scannertest"
)

// A band is what a tenant with so many licences may be asked, as published:
// https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
type band struct {
	name                        string
	licences, perMinute, perDay int
}

func bands() []band {
	return []band{
		{"up to 1,000", 1000, 1250, 1_200_000},
		{"up to 5,000", 5000, 2500, 2_400_000},
		{"up to 15,000", 15_000, 3750, 3_600_000},
		{"up to 50,000", 50_000, 5000, 4_800_000},
		{"above", 100_000, 6250, 6_000_000},
	}
}

// A night is what is asked of a tenant: of each drive what has changed, or
// all there is, in pages.
type night struct {
	name   string
	drives int
	pages  int  // in all
	fresh  bool // from scratch: the first page of each drive has no token
}

func nights(licences, files, page int) []night {
	drives := licences * 13 / 10
	return []night{
		{"first listing", drives, max(drives, files/page), true},
		// Few of the hundredth that changed fill a page.
		{"1 % changed", drives, drives + files/100/page, false},
	}
}

func (n night) request(i int) *http.Request {
	path := fmt.Sprintf("/v1.0/drives/b!%d/root/delta", i%n.drives)
	u := &url.URL{Scheme: "https", Host: "graph.microsoft.com", Path: path}
	if !n.fresh || i >= n.drives {
		u.RawQuery = "token=abc"
	}
	return &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}
}

// simulate runs a night on a simulated clock, through the guard, units and
// pacer that a scan has, against the published limits or our share of them.
func simulate(t *testing.T, b band, n night, share float64) (*scannertest.Quota, scannertest.Took) {
	t.Helper()
	o, err := WireOptions("alder", Endpoint, Features{})
	if err != nil {
		t.Fatal(err)
	}
	o.Pace = Pace(b.licences, share)
	part := func(limit int) int { return int(float64(limit) * share) }
	q := &scannertest.Quota{Units: o.Units, Latency: 400 * time.Millisecond, Windows: []*scannertest.Window{
		{Length: time.Minute, Limit: part(b.perMinute)}, {Length: 24 * time.Hour, Limit: part(b.perDay)}}}
	return q, q.Ask(t, o, 64, n.pages, n.request)
}

// TestNightsOfEveryBand simulates a first listing and a night of a tenant in
// every band, which must take at most 1.15 times what the quota allows. It is
// of two million files unless DESIREPATH_FILES says how many:
//
//	DESIREPATH_FILES=100000000 go test ./scanners/microsoft -run NightsOfEveryBand -v
func TestNightsOfEveryBand(t *testing.T) {
	files := scannertest.Files(t, 2_000_000)
	for _, b := range bands() {
		for _, n := range nights(b.licences, files, 200) {
			synctest.Test(t, func(t *testing.T) {
				q, took := simulate(t, b, n, 1)
				took.Check(t, q, fmt.Sprintf("%-12s licences, %d files, %-13s", b.name, files, n.name))
			})
		}
	}
}

// TestNightsOverSeveralDays is of a share so small that a day of it is soon
// used up: every run carries on what the last one spent.
func TestNightsOverSeveralDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, took := simulate(t, bands()[0], night{"first listing", 1300, 60_000, true}, 0.02)
		took.Check(t, q, "a fiftieth of the quota")
		if took.Runs < 3 || took.Time < 48*time.Hour {
			t.Errorf("%d runs in %s; want one for each of three days", took.Runs, took.Time)
		}
	})
}
