package wire

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A limit is a Limit at work: one rate for all requests, or one for each key.
type limit struct {
	Limit
	mu    sync.Mutex
	rates map[string]*rate.Limiter
	tidy  int // how many rates there may be before the idle ones are dropped
}

func (l *limit) wait(ctx context.Context, req *http.Request) error {
	if l.Match != nil && !l.Match(req) {
		return nil
	}
	units, key := 1, ""
	if l.Units != nil {
		units = l.Units(req)
	}
	if l.Key != nil {
		key = l.Key(req)
	}
	return waitUnits(ctx, l.rate(key), units)
}

func (l *limit) rate(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rates[key]
	if r == nil {
		l.drop()
		r = perMinute(l.PerMinute, max(1, l.Burst))
		l.rates[key] = r
	}
	return r
}

// drop forgets who has rested long enough to be like new: an organisation has
// more people than are asked about at any time.
func (l *limit) drop() {
	if len(l.rates) < max(l.tidy, 1024) {
		return
	}
	now := time.Now()
	maps.DeleteFunc(l.rates, func(_ string, r *rate.Limiter) bool { return r.TokensAt(now) >= float64(r.Burst()) })
	l.tidy = 2 * len(l.rates)
}
