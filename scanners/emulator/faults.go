package emulator

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Faults is a plan of what goes wrong. The shares are between 0 and 1, of requests or, for Empty, Repeat and Foreign, of pages. What
// happens to a request depends on the seed, on the request and on how often it was made, not on the order in which requests arrive.
// Except for Foreign, the same request made a third time in a row is answered properly, so that no plan makes a scan impossible.
type Faults struct {
	Throttle   float64       // 429; until RetryAfter has passed every request to that suite gets one
	Busy       float64       // 503 that says when to come back; the same holds
	RetryAfter time.Duration // whole seconds; 1 s when 0
	Server     float64       // 500, 502, 503 or 504
	Cut        float64       // the connection closes without an answer
	Truncate   float64       // the connection closes in the middle of the answer
	Expire     float64       // a cursor is no longer good
	HTML       float64       // 200 with a sign-in page
	Empty      float64       // a page without items that has a next link
	Repeat     float64       // a page that has an item twice
	Foreign    float64       // a next link that leads to another host
	Revoke     float64       // an access token of Google's is no longer good
	Incomplete float64       // a listing of Drive's that says that it could not search everything
	Units      int           // quota units of Drive that there are in a minute, a part of them for one person; 0: any number
	Licences   int           // of the Microsoft tenant, which say how many resource units there are in a minute and in a day; 0: any number
	Seed       uint64
}

// ParseFaults reads a plan such as "throttle=0.1,retry-after=1s,5xx=0.05,cut=0.02,seed=7". Nothing is no faults.
func ParseFaults(spec string) (Faults, error) {
	var f Faults
	shares := map[string]*float64{
		"throttle": &f.Throttle, "busy": &f.Busy, "5xx": &f.Server, "cut": &f.Cut, "truncate": &f.Truncate, "expire": &f.Expire,
		"html": &f.HTML, "empty": &f.Empty, "repeat": &f.Repeat, "foreign": &f.Foreign, "incomplete": &f.Incomplete, "revoke": &f.Revoke,
	}
	for part := range strings.SplitSeq(spec, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if err := f.set(shares, name, value); err != nil {
			return Faults{}, fmt.Errorf("faults %q: %w", part, err)
		}
	}
	return f, nil
}

func (f *Faults) set(shares map[string]*float64, name, value string) (err error) {
	switch name {
	case "licences":
		f.Licences, err = strconv.Atoi(value)
		return err
	case "units":
		f.Units, err = strconv.Atoi(value)
		return err
	case "seed":
		f.Seed, err = strconv.ParseUint(value, 10, 64)
		return err
	case "retry-after":
		f.RetryAfter, err = time.ParseDuration(value)
		return err
	}
	share, ok := shares[name]
	if !ok {
		return fmt.Errorf("there is no fault %q; there are throttle, busy, retry-after, 5xx, cut, truncate, expire, html, empty, repeat, foreign, incomplete, revoke, units, licences, seed", name)
	}
	*share, err = strconv.ParseFloat(value, 64)
	if err == nil && (*share < 0 || *share > 1) {
		err = fmt.Errorf("%s is a share between 0 and 1", name)
	}
	return err
}

// SetFaults replaces the plan, and forgets how often requests were made.
func (s *Server) SetFaults(f Faults) {
	if f.RetryAfter <= 0 {
		f.RetryAfter = time.Second
	}
	s.faults.Store(&faultPlan{Faults: f, tried: map[uint64]tries{}, closed: map[string]window{}, meters: map[string]*unitMeter{"minute": {}, "day": {}}})
}

// EarlyRequests is the number of requests that came before a Retry-After had passed, although its answer had been out for a while.
func (s *Server) EarlyRequests() int {
	p := s.faults.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.early
}

// A fault is what happens to one request.
type fault string

const (
	faultNone     fault = ""
	faultThrottle fault = "throttle"
	faultBusy     fault = "busy"
	faultServer   fault = "5xx"
	faultCut      fault = "cut"
	faultTruncate fault = "truncate"
	faultExpire   fault = "expire"
	faultRevoke   fault = "revoke"
	faultHTML     fault = "html"
)

// announced says that the answer tells when to come back, where the suite does that at all.
func (f fault) announced() bool { return f == faultThrottle || f == faultBusy }

// pageFault is what happens to one page.
type pageFault struct{ empty, repeat, foreign, incomplete bool }

// faultPlan is a plan and what it has done so far.
type faultPlan struct {
	Faults

	mu     sync.Mutex
	tried  map[uint64]tries
	closed map[string]window     // by suite
	meters map[string]*unitMeter // of resource units, by what they are counted in
	early  int
}

type tries struct {
	made, failed int // failed in a row
}

// window is when a suite answers nothing but 429.
type window struct{ from, until time.Time }

const (
	patience = 2                      // how often in a row the same request may fail
	grace    = 100 * time.Millisecond // requests that were under way when a 429 went out are not early
)

func (p *faultPlan) idle() bool {
	f := p.Faults
	return f.Throttle+f.Busy+f.Server+f.Cut+f.Truncate+f.Expire+f.HTML+f.Empty+f.Repeat+f.Foreign+f.Incomplete+f.Revoke+float64(f.Units+f.Licences) == 0
}

// draw decides about one request. The second result is the wait that a 429 announces.
func (p *faultPlan) draw(d dialect, r *http.Request, now time.Time) (fault, pageFault, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.closed[d.suite]; now.Before(w.until) {
		if now.Sub(w.from) > grace {
			p.early++
		}
		return faultThrottle, pageFault{}, w.until.Sub(now)
	}
	key := requestKey(r)
	t := p.tried[key]
	t.made++
	f := p.pick(d, r, key, t)
	if t.failed++; f == faultNone {
		t.failed = 0
	}
	p.tried[key] = t
	if f.announced() && d.announces {
		p.closed[d.suite] = window{now, now.Add(p.RetryAfter)}
	}
	return f, p.pickPage(key, t), p.RetryAfter
}

func (p *faultPlan) pick(d dialect, r *http.Request, key uint64, t tries) fault {
	if t.failed >= patience {
		return faultNone
	}
	x := chance(p.Seed, key, uint64(t.made))
	for _, c := range []struct {
		fault fault
		share float64
	}{
		{faultThrottle, p.Throttle}, {faultBusy, p.Busy}, {faultServer, p.Server}, {faultCut, p.Cut}, {faultTruncate, p.Truncate}, {faultExpire, p.Expire}, {faultHTML, p.HTML}, {faultRevoke, p.Revoke},
	} {
		if x < c.share {
			if c.fault == faultExpire && !d.cursor(r) || c.fault == faultRevoke && (d.suite != Google || r.Method == http.MethodPost) {
				return faultNone
			}
			return c.fault
		}
		x -= c.share
	}
	return faultNone
}

func (p *faultPlan) pickPage(key uint64, t tries) pageFault {
	roll := func(salt uint64, share float64) bool { return chance(p.Seed, key, uint64(t.made), salt) < share }
	return pageFault{empty: roll(1, p.Empty), repeat: roll(2, p.Repeat), foreign: roll(3, p.Foreign), incomplete: roll(4, p.Incomplete)}
}

// chance is a number in [0,1) that looks random.
func chance(seed uint64, parts ...uint64) float64 {
	return float64(scramble(seed, parts...)>>11) / (1 << 53)
}

// requestKey is the same for the same request, whatever the port this emulator listens on.
func requestKey(r *http.Request) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, r.Method, " ", r.URL.Path, "?", r.URL.RawQuery, " ", r.Header.Get("Range"))
	return h.Sum64()
}
