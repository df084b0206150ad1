package scannertest

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/desirepath/desirepath/scanners/wire"
)

// A Quota is a tenant that counts units as a vendor publishes it, in windows
// that slide, refuses what is beyond, and answers everything else with an
// empty object. It is for a simulated clock (testing/synctest).
type Quota struct {
	Units   func(*http.Request) int
	Windows []*Window
	Latency time.Duration // of an answer

	mu             sync.Mutex
	Spent          int // units served
	Served, Denied int // requests
}

// A Window is how many units any stretch of time may have.
type Window struct {
	Length time.Duration
	Limit  int

	ticks []tick // oldest first
	sum   int
}

// A tick is what was spent within a 600th of a window.
type tick struct {
	at    int64
	units int
}

// Files is how many files a simulation is of: DESIREPATH_FILES, or else a
// number that takes a moment.
func Files(t testing.TB, usual int) int {
	t.Helper()
	text := os.Getenv("DESIREPATH_FILES")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("DESIREPATH_FILES: %v", err)
	}
	return n
}

// RoundTrip implements http.RoundTripper.
func (q *Quota) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(q.Latency)
	units := q.Units(r)
	q.mu.Lock()
	defer q.mu.Unlock()
	status, header := http.StatusOK, http.Header{"Content-Type": {"application/json"}}
	for _, w := range q.Windows {
		if wait := w.spend(time.Now(), units); wait > 0 {
			status = http.StatusTooManyRequests
			header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		}
	}
	if status == http.StatusOK {
		q.Served, q.Spent = q.Served+1, q.Spent+units
	} else {
		q.Denied++
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("{}")), ContentLength: 2, Request: r}, nil
}

// spend books units, for throttled requests count too, and tells how long to
// stay away if that was too many.
func (w *Window) spend(now time.Time, units int) time.Duration {
	length := w.Length / 600
	at := now.UnixNano() / int64(length)
	for len(w.ticks) > 0 && w.ticks[0].at <= at-600 {
		w.sum -= w.ticks[0].units
		w.ticks = w.ticks[1:]
	}
	if n := len(w.ticks); n > 0 && w.ticks[n-1].at == at {
		w.ticks[n-1].units += units
	} else {
		w.ticks = append(w.ticks, tick{at, units})
	}
	if w.sum += units; w.sum <= w.Limit {
		return 0
	}
	return time.Duration(w.ticks[0].at+600-at) * length
}

// Least is the least time that so many units can take.
func (q *Quota) Least(units int) time.Duration {
	least := time.Duration(0)
	for _, w := range q.Windows {
		whole := units / w.Limit // windows that must have passed before the rest can begin
		rest := units % w.Limit
		d := time.Duration(whole) * w.Length
		for _, v := range q.Windows {
			if v.Length < w.Length {
				d += time.Duration(float64(rest) / float64(v.Limit) * float64(v.Length))
			}
		}
		least = max(least, d)
	}
	return least
}

// Took is how long requests took, on a simulated clock.
type Took struct {
	Time time.Duration
	Runs int // one after the other, until nothing was left
}

// Check reports how long requests took, and an error unless that is at most
// 1.15 times the least that the quota allows for what they spent, without a
// single refusal.
func (k Took) Check(t testing.TB, q *Quota, what string) {
	t.Helper()
	least := q.Least(q.Spent)
	times := float64(k.Time) / float64(least)
	t.Logf("%s: %9d units in %7.1f min and %d runs, the quota allows %7.1f: %.3f times", what, q.Spent, k.Time.Minutes(), k.Runs, least.Minutes(), times)
	if q.Denied > 0 || least == 0 || times > 1.15 {
		t.Errorf("%s: %d of %d requests were refused, and it took %.3f times what the quota allows; want none, and 1.15 at most", what, q.Denied, q.Served+q.Denied, times)
	}
}

// Ask sends requests through wire to the quota, so many at once as there are
// workers. A run that ends because the day is used up is followed by another
// that knows what it spent. request makes the n-th request.
func (q *Quota) Ask(t testing.TB, o wire.Options, workers, requests int, request func(n int) *http.Request) Took {
	t.Helper()
	o.Base = q
	all := &asking{requests: requests, request: request}
	begun := time.Now()
	for spent, runs := (wire.Spent)(nil), 1; ; runs++ {
		o.Budget, o.Ledger = &wire.Budget{}, nil
		o.Budget.Carry(spent)
		tr, err := wire.New(o)
		if err != nil {
			t.Fatal(err)
		}
		err = all.run(tr, workers)
		if err == nil {
			return Took{time.Since(begun), runs}
		}
		if !errors.Is(err, wire.ErrSpent) {
			t.Fatal(err)
		}
		spent = o.Budget.Spent()
		time.Sleep(15 * time.Minute) // until somebody tries again
	}
}

// asking is requests on their way, over as many runs as they take.
type asking struct {
	requests int
	request  func(n int) *http.Request

	mu   sync.Mutex
	next int
	left []int // those that a run could not send
}

// run sends what is left, until it is told to stop.
func (a *asking) run(tr *wire.Transport, workers int) error {
	var g errgroup.Group
	for range workers {
		g.Go(func() error {
			for n, ok := a.take(); ok; n, ok = a.take() {
				if err := ask(tr, a.request(n)); err != nil {
					a.leave(n)
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

func (a *asking) take() (n int, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if last := len(a.left) - 1; last >= 0 {
		n, a.left = a.left[last], a.left[:last]
		return n, true
	}
	if a.next == a.requests {
		return 0, false
	}
	a.next++
	return a.next - 1, true
}

func (a *asking) leave(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left = append(a.left, n)
}

func ask(tr *wire.Transport, req *http.Request) error {
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
