package wire

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A tenant that counts a minute at a time, says from four fifths on what is
// left of it, and refuses what is beyond.
type minute struct {
	mu             sync.Mutex
	limit          int
	used           int
	began          time.Time
	served, denied int
	takes          time.Duration // to answer
}

func (m *minute) RoundTrip(*http.Request) (*http.Response, error) {
	m.mu.Lock()
	if time.Since(m.began) >= time.Minute {
		m.began, m.used = time.Now(), 0
	}
	m.used++
	left := time.Until(m.began.Add(time.Minute))
	headers := []string{"RateLimit-Limit", strconv.Itoa(m.limit), "RateLimit-Remaining", strconv.Itoa(max(0, m.limit-m.used)),
		"RateLimit-Reset", strconv.Itoa(int((left + time.Second - 1) / time.Second))}
	if m.used < m.limit*4/5 {
		headers = nil
	}
	code := 200
	if m.used > m.limit {
		code, m.denied = 429, m.denied+1
		headers = append(headers, "Retry-After", headers[5])
	} else {
		m.served++
	}
	m.mu.Unlock()
	time.Sleep(m.takes)
	return reply(code, "{}", headers...), nil
}

// Whoever heeds what is left is never refused, though its own pace is far
// above what the tenant grants.
func TestRemainingUnitsLastUntilTheReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := &minute{limit: 600, takes: 80 * time.Millisecond, began: time.Now()}
		tr := newTransport(t, Options{Guard: graph, Base: tenant, Pace: Pace{PerMinute: 6000, Burst: 1}})
		start := time.Now()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 300 {
					if _, err := get(t, tr, t.Context(), "https://graph.example.com/v1.0/users"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		took := time.Since(start)
		if tenant.denied != 0 || tenant.served != 2400 {
			t.Errorf("%d of %d requests were refused; want none", tenant.denied, tenant.served+tenant.denied)
		}
		if took > 4*time.Minute+10*time.Second {
			t.Errorf("2400 requests at 600 a minute took %s; want little more than the quota's 4 minutes", took)
		}
	})
}

// Nothing leaves when nothing remains, and what is under way counts.
func TestNothingRemains(t *testing.T) {
	for _, tc := range []struct {
		name              string
		remaining, flying int
		want              time.Duration
	}{
		{"none", 0, 0, 30 * time.Second},
		{"all of it is under way", 4, 4, 30 * time.Second},
		{"some", 6, 0, 5 * time.Second},
		{"some of it under way", 6, 4, 15 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPacer(Pace{})
			p.fly(tc.flying)
			p.Slow(tc.remaining, 30*time.Second)
			req, err := http.NewRequest(http.MethodGet, "https://graph.example.com/", nil)
			if err != nil {
				t.Fatal(err)
			}
			waited, err := p.Wait(t.Context(), req, 1)
			if err != nil || waited < tc.want || waited > tc.want+time.Second {
				t.Errorf("%s: waited %s, %v; want %s", tc.name, waited, err, tc.want)
			}
		})
	}
}

// Each person has a limit of their own, and those who rested are forgotten.
func TestLimitsByKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		who := func(r *http.Request) string { return r.Header.Get("From") }
		p := NewPacer(Pace{}, Limit{Key: who, Units: func(*http.Request) int { return 2 }, PerMinute: 12, Burst: 2})
		ask := func(name string) time.Duration {
			req, err := http.NewRequest(http.MethodGet, "https://drive.example.com/", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("From", name)
			waited, err := p.Wait(t.Context(), req, 1)
			if err != nil {
				t.Fatal(err)
			}
			return waited.Round(time.Second)
		}
		// 10 units a minute beside the burst
		for i, want := range []time.Duration{0, 12 * time.Second, 12 * time.Second} {
			if got := ask("ada"); got != want {
				t.Errorf("request %d waited %s; want %s", i, got, want)
			}
		}
		if got := ask("grace"); got != 0 {
			t.Errorf("another person's first request waited %s", got)
		}
		for i := range 5000 {
			ask(strconv.Itoa(i))
			time.Sleep(time.Second)
		}
		if n := len(p.limits[0].rates); n > 2100 {
			t.Errorf("%d people are remembered", n)
		}
	})
}
