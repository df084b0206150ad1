package wire

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/time/rate"
)

// A Pace is how fast a tenant may be asked.
type Pace struct {
	// PerMinute is how many units leave in any minute; 0 is as many as it
	// answers. PerDay is how many in any 24 hours, whichever run spends them;
	// 0 is any number.
	PerMinute, PerDay float64
	Burst             int // units that may be spent at once after a rest; 0: a second's worth, or 20, and at most a tenth of a minute's
	// MaxWait is the longest pause that is sat out; a longer one fails the
	// requests with ErrPaused. 0: 15 minutes.
	MaxWait time.Duration
	// Backoff is the first wait where none was asked for; it doubles up to 64
	// times that, with jitter. 0: one second.
	Backoff time.Duration
}

// Takes is how long it takes to spend so many units, the waiting for the next
// day's included; 0 where no pace is kept.
func (p Pace) Takes(units float64) time.Duration {
	var d time.Duration
	if p.PerDay > 0 {
		days := math.Floor(units / p.PerDay)
		d, units = time.Duration(days)*24*time.Hour, units-days*p.PerDay
	}
	if p.PerMinute > 0 {
		d += time.Duration(units / p.PerMinute * float64(time.Minute))
	}
	return d
}

// burst is Burst, or what it is when nothing is said.
func (p Pace) burst() int {
	return cmp.Or(p.Burst, max(1, min(max(20, int(p.PerMinute/60)), int(p.PerMinute/10))))
}

// A Limit is a further limit on the requests it matches.
type Limit struct {
	// Name tells it from the transport's others where the pace is shared, so it
	// is the same in all processes; "" is its place among them.
	Name  string
	Match func(*http.Request) bool // nil: all
	// Key tells requests apart that have the limit each to themselves, such
	// as those in the name of one person; nil: they share it.
	Key func(*http.Request) string
	// Units is what a request costs of this limit; nil: every request 1.
	Units     func(*http.Request) int
	PerMinute float64
	Burst     int // 0: 1
}

// A Pacer makes all requests to one tenant wait for their turn. A pause that
// the tenant asks for holds all of them. It is safe for concurrent use.
type Pacer struct {
	units   units
	limits  []*limit
	sharing *sharing // nil: this process alone asks
	maxWait time.Duration

	mu     sync.Mutex
	until  time.Time // nothing leaves before
	flying int       // units that have left and are not answered
	slow   slowdown
}

// units are taken from a rate: this process's own, or one that is shared.
type units interface {
	// take waits until n of them may be used.
	take(ctx context.Context, n int) error
	// rested reports whether none were taken for so long that it is like new.
	rested(now time.Time) bool
}

// NewPacer builds the pacer of one tenant that this process alone asks.
func NewPacer(p Pace, limits ...Limit) *Pacer { return newPacer(p, limits, nil) }

func newPacer(p Pace, limits []Limit, s *sharing) *Pacer {
	pc := &Pacer{sharing: s, maxWait: cmp.Or(p.MaxWait, 15*time.Minute)}
	switch {
	case s != nil:
		pc.units = newLease(s.from, s.pace(p), pc)
	case p.PerMinute > 0:
		pc.units = perMinute(p.PerMinute, p.burst())
	default:
		pc.units = own{rate.NewLimiter(rate.Inf, 1)}
	}
	for _, l := range named(limits) {
		pc.limits = append(pc.limits, newLimit(l, s))
	}
	// Whoever waits for one person's units holds none of those that all share.
	slices.SortStableFunc(pc.limits, func(a, b *limit) int { return cmp.Compare(a.order(), b.order()) })
	return pc
}

// steady is what may leave in a second so that a minute sees so many units, a
// burst at its beginning included, as vendors count them.
func steady(perMinute float64, burst int) (perSecond float64, most int) {
	if left := perMinute - float64(burst); left >= perMinute/2 {
		perMinute = left
	}
	return perMinute / 60, max(1, burst)
}

// perMinute lets so many units pass in any minute.
func perMinute(units float64, burst int) own {
	perSecond, most := steady(units, burst)
	return own{rate.NewLimiter(rate.Limit(perSecond), most)}
}

// Wait blocks until a request that costs units may leave, and tells how long
// that took. It returns early with the context's error, or with one that wraps
// ErrPaused or, where the day is shared, ErrSpent. Whoever was let go says so
// with Done when the answer has come.
func (p *Pacer) Wait(ctx context.Context, req *http.Request, units int) (time.Duration, error) {
	start := time.Now()
	err := p.pass(ctx, req, units)
	if err == nil {
		p.fly(units)
	}
	return time.Since(start), err
}

func (p *Pacer) pass(ctx context.Context, req *http.Request, units int) error {
	for _, l := range p.limits {
		if err := l.wait(ctx, req); err != nil {
			return err
		}
	}
	for {
		if err := p.units.take(ctx, units); err != nil {
			return err
		}
		if err := sleep(ctx, p.turn(units)); err != nil {
			return err
		}
		held, err := p.sitOut(ctx)
		if err != nil || !held || p.sharing == nil {
			return err
		}
		// What was leased before a pause is over.
	}
}

// Done ends what Wait began.
func (p *Pacer) Done(units int) { p.fly(-units) }

func (p *Pacer) fly(units int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flying += units
}

// sitOut waits for the end of a pause, and of those that begin meanwhile, and
// tells whether there was one.
func (p *Pacer) sitOut(ctx context.Context) (held bool, err error) {
	for ; ; held = true {
		left := p.left()
		if left <= 0 {
			return held, ctx.Err()
		}
		if left > p.maxWait {
			return held, fmt.Errorf("%w (it asked for %s)", ErrPaused, left.Round(time.Second))
		}
		if err := sleep(ctx, left+jitter(left)); err != nil {
			return held, err
		}
	}
}

// Pause holds every request for d from now. A longer pause that is already
// under way stands.
func (p *Pacer) Pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

func (p *Pacer) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// own is a rate of this process's own.
type own struct{ *rate.Limiter }

// take implements units, in portions that the burst allows.
func (o own) take(ctx context.Context, n int) error {
	for n > 0 && o.Limit() != rate.Inf {
		part := min(n, o.Burst())
		r := o.ReserveN(time.Now(), part)
		if err := sleep(ctx, r.Delay()); err != nil {
			r.Cancel()
			return err
		}
		n -= part
	}
	return ctx.Err()
}

// rested implements units.
func (o own) rested(now time.Time) bool { return o.TokensAt(now) >= float64(o.Burst()) }

// jitter spreads the requests that wait for the same moment.
func jitter(d time.Duration) time.Duration {
	return time.Duration(rand.Int64N(int64(min(d/10, time.Second)) + 1))
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func newBackoff(p Pace) *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = cmp.Or(p.Backoff, time.Second)
	b.MaxInterval = 64 * b.InitialInterval
	b.Multiplier = 2
	b.Reset()
	return b
}

// retryAfter tells how long an answer asks us to stay away: the larger of
// Retry-After (seconds, whole or not, or a date) and RateLimit-Reset.
func retryAfter(resp *http.Response, now time.Time) (d time.Duration, found bool) {
	for _, v := range resp.Header.Values("Retry-After") {
		if w, ok := seconds(v); ok {
			d, found = max(d, w), true
		} else if at, err := http.ParseTime(v); err == nil {
			d, found = max(d, at.Sub(earlier(resp, now))), true
		}
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		if w, ok := seconds(resp.Header.Get("RateLimit-Reset")); ok {
			d, found = max(d, w), true
		}
	}
	return d, found
}

// earlier is the server's clock when it is behind ours, so that a date is not
// undercut because the clocks differ.
func earlier(resp *http.Response, now time.Time) time.Time {
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil && at.Before(now) {
		return at
	}
	return now
}

func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || f < 0 || math.IsNaN(f) {
		return 0, false
	}
	return time.Duration(math.Ceil(min(f, 1e9) * float64(time.Second))), true
}
