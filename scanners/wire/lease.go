package wire

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A lease is what this process has of a rate that others take from too: a
// second's worth at most. It asks for as much as it used in the last second, so
// that it asks about once a second, and begins small.
type lease struct {
	from  Shared
	rate  func() inventory.Rate
	pacer *Pacer // is told of pauses; nil for a rate that has none

	asking turn // holds who asks, while the others wait for the answer
	given  int
	left   int
	begin  time.Time // it may be used from then
	end    time.Time // and until then
	next   time.Time // ask no sooner
	use    use

	hearing turn
	mu      sync.Mutex
	heard   time.Time // when it was last known whether there is a pause
}

func newLease(from Shared, rate func() inventory.Rate, pacer *Pacer) *lease {
	return &lease{from: from, rate: rate, pacer: pacer, asking: newTurn(), hearing: newTurn()}
}

// take implements units.
func (l *lease) take(ctx context.Context, n int) error {
	if n > 0 {
		if err := l.draw(ctx, n); err != nil {
			return err
		}
	}
	return l.hear(ctx)
}

// draw takes units of the lease, or of a new one when it is used up or over.
func (l *lease) draw(ctx context.Context, n int) error {
	if err := l.asking.begin(ctx); err != nil {
		return err
	}
	defer l.asking.end()
	if l.left < n || !time.Now().Before(l.end) {
		if err := l.ask(ctx, n); err != nil {
			return err
		}
	}
	l.left -= n
	return sleep(ctx, time.Until(l.begin))
}

// ask waits for a new lease of n units or more.
func (l *lease) ask(ctx context.Context, n int) error {
	for {
		if err := sleep(ctx, time.Until(l.next)); err != nil {
			return err
		}
		asked := time.Now()
		got, err := l.lease(ctx, n, l.size(asked, n))
		switch {
		case err != nil:
			return err
		case got.Units > 0:
			l.given, l.left = got.Units, got.Units
			l.begin, l.end = time.Now().Add(got.Wait), asked.Add(got.Wait+leaseTime)
			return nil
		}
		l.next = time.Now().Add(got.Wait + jitter(got.Wait))
		if l.pacer != nil {
			if _, err := l.pacer.sitOut(ctx); err != nil {
				return err
			}
		}
	}
}

// lease asks once, for n units when the day has no more than those.
func (l *lease) lease(ctx context.Context, n, units int) (inventory.Lease, error) {
	got, err := l.call(ctx, units)
	if err == nil && !got.Again.IsZero() && units > n {
		got, err = l.call(ctx, n)
	}
	if err == nil && !got.Again.IsZero() {
		err = spentUntil(got.Again)
	}
	return got, err
}

func (l *lease) call(ctx context.Context, units int) (inventory.Lease, error) {
	began := time.Now()
	got, err := l.from.Lease(ctx, l.rate(), units)
	if err != nil {
		return got, fmt.Errorf("the pace that all processes share: %w", err)
	}
	if l.pacer != nil {
		l.pacer.Pause(got.Pause)
		l.know(began)
	}
	return got, nil
}

// size is how many units to ask for, n of which are needed now.
func (l *lease) size(now time.Time, n int) int {
	want := l.use.next(now, l.given-l.left)
	l.given, l.left = 0, 0
	r := l.rate()
	most := min(float64(r.Burst), r.PerSecond*leaseTime.Seconds())
	return max(n, int(min(want, most)))
}

// A use is how many units this process uses in the time of a lease.
type use struct {
	since time.Time
	units float64 // since then
	last  float64 // in as much time before
}

// next takes note of what was used of a lease, and says how much more will be:
// what is missing to as much as before, and when it is more than that already,
// as much again.
func (u *use) next(now time.Time, used int) float64 {
	u.units += float64(used)
	if passed := now.Sub(u.since); passed >= leaseTime {
		u.last = u.units * leaseTime.Seconds() / passed.Seconds()
		u.since, u.units = now, 0
	}
	if u.units < u.last {
		return u.last - u.units
	}
	return u.units
}

// hear asks whether there is a pause, unless that was asked within a second.
func (l *lease) hear(ctx context.Context) error {
	if l.pacer == nil || l.knows() {
		return nil
	}
	if err := l.hearing.begin(ctx); err != nil {
		return err
	}
	defer l.hearing.end()
	if l.knows() {
		return nil
	}
	_, err := l.call(ctx, 0)
	return err
}

func (l *lease) knows() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.heard) < leaseTime
}

func (l *lease) know(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = latest(l.heard, at)
}

// rested implements units.
func (l *lease) rested(now time.Time) bool {
	if !l.asking.free() {
		return false
	}
	defer l.asking.end()
	return now.After(l.end.Add(leaseTime))
}

// A turn is a lock that can be waited for as long as a context lasts.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) begin(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// free begins if nobody has the turn.
func (t turn) free() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

func (t turn) end() { <-t }

// hashed stands for a key, which may be somebody's address.
func hashed(name, key string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(name+"\x00"+key)))[:24]
}
