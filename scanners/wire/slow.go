package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A slowdown stretches the units that a tenant says are left over the time
// until it counts anew, so that it never has to say no. It holds until then.
type slowdown struct {
	perUnit time.Duration
	reset   time.Time
	next    time.Time // when the next unit may leave
}

// Slow tells the pacer that so many units remain for the time until the reset.
// What is under way is taken to be uncounted. Without units to spare nothing
// leaves before the reset.
func (p *Pacer) Slow(remaining int, until time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if remaining -= p.flying; remaining <= 0 {
		if at := now.Add(until); at.After(p.until) {
			p.until = at
		}
		return
	}
	next := p.slow.next
	if next.Before(now) || now.After(p.slow.reset) {
		next = now
	}
	p.slow = slowdown{perUnit: until / time.Duration(remaining), reset: now.Add(until), next: next}
}

// turn is how long a request that costs units waits for its turn while the
// tenant is short of them.
func (p *Pacer) turn(units int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !now.Before(p.slow.reset) || units == 0 {
		return 0
	}
	p.slow.next = latest(p.slow.next, now).Add(time.Duration(units) * p.slow.perUnit)
	return min(p.slow.next.Sub(now), p.slow.reset.Sub(now))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// remaining reads what an answer says is left of the quota, and for how long
// (draft-ietf-httpapi-ratelimit-headers-03, as SharePoint sends it from four
// fifths of the quota on).
func remaining(h http.Header) (units int, until time.Duration, said bool) {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("RateLimit-Remaining")))
	until, reset := seconds(h.Get("RateLimit-Reset"))
	return n, until, err == nil && reset
}
