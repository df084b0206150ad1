package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A place is where units are shared, in memory.
type place struct {
	mu      sync.Mutex
	buckets map[string]*inventory.Bucket
	asked   int
	names   []string
	latency time.Duration
	err     error
}

func (p *place) bucket(r inventory.Rate) *inventory.Bucket {
	time.Sleep(p.latency)
	p.mu.Lock()
	if p.buckets == nil {
		p.buckets = map[string]*inventory.Bucket{}
	}
	b := p.buckets[r.Name]
	if b == nil {
		b = &inventory.Bucket{}
		p.buckets[r.Name] = b
		p.names = append(p.names, r.Name)
	}
	p.asked++
	return b
}

func (p *place) Lease(_ context.Context, r inventory.Rate, units int) (inventory.Lease, error) {
	b := p.bucket(r)
	defer p.mu.Unlock()
	if p.err != nil {
		return inventory.Lease{}, p.err
	}
	return b.Lease(time.Now(), r, units), nil
}

func (p *place) Slower(_ context.Context, r inventory.Rate, perSecond float64, d time.Duration) error {
	b := p.bucket(r)
	defer p.mu.Unlock()
	b.Slower(time.Now(), r, perSecond, d)
	return p.err
}

// arrivals are the times at which requests came, by whatever key.
type arrivals struct {
	mu  sync.Mutex
	all map[string][]time.Time
}

// add notes an arrival, and tells how many of the first key there are.
func (a *arrivals) add(keys ...string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, key := range keys {
		if a.all == nil {
			a.all = map[string][]time.Time{}
		}
		a.all[key] = append(a.all[key], time.Now())
	}
	return len(a.all[keys[0]])
}

// most is how many came within any stretch of time.
func (a *arrivals) most(key string, within time.Duration) (most int) {
	first := 0
	for i, at := range a.all[key] {
		for at.Sub(a.all[key][first]) >= within {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// hungry has so many transports ask as fast as they may for d, several requests
// at once each. It gives the errors that ended any.
func hungry(t *testing.T, d time.Duration, transports int, o Options, path func(worker, n int) string) (failed []error) {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for worker := range transports {
		tr := newTransport(t, o)
		for part := range 4 {
			wg.Go(func() {
				for n := part; ; n += 4 {
					_, err := get(t, tr, ctx, "https://graph.example.com/v1.0/"+path(worker, n))
					if ctx.Err() != nil {
						return
					}
					if err != nil {
						mu.Lock()
						failed = append(failed, err)
						mu.Unlock()
						return
					}
				}
			})
		}
	}
	wg.Wait()
	return failed
}

// person is who a request is about: the last part of its path.
func person(r *http.Request) string { return r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:] }

func isMail(r *http.Request) bool { return strings.Contains(r.URL.Path, "/mail/") }

// However many processes ask, no minute sees more than the pace, and nearly all
// of it is used; each asks where it is shared about once a second.
func TestManyKeepToOnePace(t *testing.T) {
	for _, tc := range []struct{ transports, perMinute int }{{1, 600}, {3, 6000}, {10, 600}, {10, 6000}, {40, 1200}} {
		t.Run(fmt.Sprintf("%d at %d", tc.transports, tc.perMinute), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var came arrivals
				shared := &place{latency: time.Millisecond}
				o := Options{Guard: graph, Shared: shared, Name: "graph", Pace: Pace{PerMinute: float64(tc.perMinute)}}
				o.Base = answer(func(r *http.Request) (*http.Response, error) {
					came.add("")
					time.Sleep(70 * time.Millisecond)
					return reply(200, "{}"), nil
				})
				const minutes = 5
				if failed := hungry(t, minutes*time.Minute, tc.transports, o, func(int, int) string { return "users" }); failed != nil {
					t.Fatal(failed)
				}
				most, share := came.most("", time.Minute), float64(len(came.all[""]))/float64(minutes*tc.perMinute)
				asks := float64(shared.asked) / (60 * minutes) / float64(tc.transports)
				t.Logf("at most %d in a minute, %.1f %% of the share used, each asked %.2f times a second", most, 100*share, asks)
				if most > tc.perMinute || share < 0.9 || asks > 2.5 {
					t.Errorf("at most %d in a minute, %.1f %% of the share used, each asked %.2f times a second; want %d, 90 %% and 2.5", most, 100*share, asks, tc.perMinute)
				}
			})
		})
	}
}

// What one of them is asked to heed, all of them do within a second.
func TestOnePauseHoldsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var came arrivals
		var mu sync.Mutex
		var began time.Time
		o := Options{Guard: graph, Shared: &place{latency: time.Millisecond}, Name: "graph", Pace: Pace{PerMinute: 3000},
			Units: func(r *http.Request) int { return len(person(r)) - 5 }} // users cost nothing
		o.Base = answer(func(r *http.Request) (*http.Response, error) {
			n := came.add("")
			mu.Lock()
			defer mu.Unlock()
			if began.IsZero() && n > 500 {
				began = time.Now()
				return reply(429, "{}", "Retry-After", "30"), nil
			}
			return reply(200, "{}"), nil
		})
		o.Base = slowly{o.Base, 20 * time.Millisecond}
		if failed := hungry(t, time.Minute, 10, o, func(_, n int) string { return []string{"users", "sites/a", "users/b"}[n%3] }); failed != nil {
			t.Fatal(failed)
		}
		late := 0
		for _, at := range came.all[""] {
			if since := at.Sub(began); since > 1100*time.Millisecond && since < 30*time.Second {
				late++
			}
		}
		after := slices.ContainsFunc(came.all[""], func(at time.Time) bool { return at.Sub(began) > 30*time.Second })
		if began.IsZero() || late > 0 || !after {
			t.Errorf("%d of %d came later than a second into the pause, and it went on after it: %v", late, len(came.all[""]), after)
		}
	})
}

type slowly struct {
	http.RoundTripper
	takes time.Duration
}

func (s slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(s.takes)
	return s.RoundTripper.RoundTrip(r)
}

// Further limits hold over all of them, each person's too, and nothing that is
// shared says who that is.
func TestLimitsAreSharedByKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var came arrivals
		shared := &place{latency: time.Millisecond}
		o := Options{Guard: graph, Shared: shared, Name: "graph", Limits: []Limit{
			{Name: "mail", Match: isMail, PerMinute: 300, Burst: 10},
			{Name: "mail by person", Match: isMail, Key: person, PerMinute: 30, Burst: 5},
		}}
		o.Base = answer(func(r *http.Request) (*http.Response, error) {
			came.add(person(r))
			if isMail(r) {
				came.add("all mail")
			}
			time.Sleep(50 * time.Millisecond)
			return reply(200, "{}"), nil
		})
		people := []string{"ada@alder.example", "bob@alder.example"}
		if failed := hungry(t, 3*time.Minute, 5, o, func(_, n int) string { return "mail/" + people[n%2] }); failed != nil {
			t.Fatal(failed)
		}
		for key, limit := range map[string]int{people[0]: 30, people[1]: 30, "all mail": 300} {
			if most := came.most(key, time.Minute); most > limit || most < limit*85/100 && key != "all mail" {
				t.Errorf("%s: %d in a minute; want at most %d, and nearly that", key, most, limit)
			}
		}
		if all := fmt.Sprint(shared.names); strings.Contains(all, "alder") || len(shared.names) != 4 {
			t.Errorf("shared under %s", all)
		}
	})
}

// A day that is used up is used up for all, and each is told when it can go on.
func TestADayIsSharedByAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var came arrivals
		o := Options{Guard: graph, Shared: &place{}, Name: "graph", Pace: Pace{PerMinute: 6000, PerDay: 2000}}
		o.Base = answer(func(r *http.Request) (*http.Response, error) {
			came.add("")
			time.Sleep(50 * time.Millisecond)
			return reply(200, "{}"), nil
		})
		users := func(int, int) string { return "users" }
		failed := hungry(t, time.Hour, 5, o, users)
		if n := len(came.all[""]); n > 2000 || n < 1900 || len(failed) != 20 {
			t.Errorf("%d requests left, and %d workers ended; want 2000 and all 20", n, len(failed))
		}
		for _, err := range failed {
			if !errors.Is(err, ErrSpent) || !strings.Contains(err.Error(), "it can go on from 2 January") {
				t.Errorf("ended by %v", err)
			}
		}
		time.Sleep(25 * time.Hour)
		if failed = hungry(t, 10*time.Second, 1, o, users); failed != nil {
			t.Errorf("a day later: %v", failed)
		}
	})
}

// What was spent before a day was shared is part of it.
func TestASharedDayKnowsWhatWasCarried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		o := Options{Guard: graph, Shared: &place{}, Name: "graph", Budget: &Budget{}, Pace: Pace{PerDay: 100}}
		o.Base = answer(func(*http.Request) (*http.Response, error) { sent++; return reply(200, "{}"), nil })
		tr := newTransport(t, o)
		o.Budget.Carry(Spent{time.Now().Unix() / 3600: 90})
		var err error
		for err == nil {
			_, err = get(t, tr, t.Context(), "https://graph.example.com/v1.0/users")
		}
		if !errors.Is(err, ErrSpent) || sent != 10 || !o.Budget.Shared() {
			t.Errorf("%d requests left before %v; want 10", sent, err)
		}
	})
}

// A tenant that says what is left of its quota says it to all of them: they
// slow down together, and it never has to refuse.
func TestAllSlowDownTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := &minute{limit: 600, takes: 80 * time.Millisecond, began: time.Now()}
		o := Options{Guard: graph, Base: tenant, Shared: &place{latency: time.Millisecond}, Name: "graph", Pace: Pace{PerMinute: 900}}
		if failed := hungry(t, 5*time.Minute, 10, o, func(int, int) string { return "users" }); failed != nil {
			t.Fatal(failed)
		}
		t.Logf("%d served, %d refused", tenant.served, tenant.denied)
		if tenant.denied > 0 || tenant.served < 4*600 {
			t.Errorf("%d requests were served and %d refused; want nearly 3000 and none", tenant.served, tenant.denied)
		}
	})
}

// Where the pace is kept may be away for a while; then nothing leaves.
func TestNothingLeavesWithoutALease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		away := errors.New("the server is restarting")
		shared := &place{err: away}
		tr := newTransport(t, Options{Guard: graph, Shared: shared, Name: "graph", Pace: Pace{PerMinute: 60}, Attempts: 3,
			Base: answer(func(*http.Request) (*http.Response, error) { sent++; return reply(200, "{}"), nil })})
		if _, err := get(t, tr, t.Context(), "https://graph.example.com/v1.0/users"); !errors.Is(err, away) || sent != 0 {
			t.Errorf("%d sent, %v", sent, err)
		}
		go func() {
			time.Sleep(time.Second)
			shared.mu.Lock()
			defer shared.mu.Unlock()
			shared.err = nil
		}()
		if _, err := get(t, tr, t.Context(), "https://graph.example.com/v1.0/users"); err != nil || sent != 1 {
			t.Errorf("after it came back: %d sent, %v", sent, err)
		}
	})
}

func TestSharedPacesNeedNames(t *testing.T) {
	for _, o := range []Options{{}, {Name: "graph", Limits: []Limit{{Name: "a"}, {Name: "a"}}}, {Name: "graph", Limits: []Limit{{}, {Name: "limit 1"}}}} {
		o.Shared = &place{}
		if _, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	newTransport(t, Options{Shared: &place{}, Name: "graph", Limits: []Limit{{}, {}}})
}

func BenchmarkWait(b *testing.B) {
	req, err := http.NewRequest(http.MethodGet, "https://graph.example.com/", nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, shared := range map[string]Shared{"alone": nil, "shared": &place{}} {
		b.Run(name, func(b *testing.B) {
			o := Options{Shared: shared, Name: "graph", Budget: &Budget{}, Pace: Pace{PerMinute: 1e9, Burst: 1e8}}
			shares, err := o.sharing()
			if err != nil {
				b.Fatal(err)
			}
			p := newPacer(o.Pace, nil, shares)
			for b.Loop() {
				if _, err := p.Wait(b.Context(), req, 1); err != nil {
					b.Fatal(err)
				}
				p.Done(1)
			}
		})
	}
}
