package wire

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"
)

// A limit is a Limit at work: one rate for all requests, or one for each key.
type limit struct {
	Limit
	open  func(key string) units
	mu    sync.Mutex
	rates map[string]units
	tidy  int // how many rates there may be before the idle ones are dropped
}

func newLimit(l Limit, s *sharing) *limit {
	out := &limit{Limit: l, rates: map[string]units{}}
	out.open = func(string) units { return perMinute(l.PerMinute, max(1, l.Burst)) }
	if s != nil {
		out.open = func(key string) units { return newLease(s.from, s.limit(l, key), nil) }
	}
	return out
}

// order is by which limits are waited for.
func (l *limit) order() int {
	if l.Key != nil {
		return 0
	}
	return 1
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
	return l.rate(key).take(ctx, units)
}

func (l *limit) rate(key string) units {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rates[key]
	if r == nil {
		l.drop()
		r = l.open(key)
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
	maps.DeleteFunc(l.rates, func(_ string, r units) bool { return r.rested(now) })
	l.tidy = 2 * len(l.rates)
}
