package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// Shared is where all processes that ask one tenant take their units, so that
// together they keep to its pace and its day, and a pause that one of them is
// asked for holds them all. It counts by a clock of its own. It is safe for
// concurrent use.
type Shared interface {
	// Lease takes units of a rate, all or none; none at all asks only whether
	// there is a pause.
	Lease(ctx context.Context, r inventory.Rate, units int) (inventory.Lease, error)
	// Slower lets no more than so many units a second of a rate be leased for d
	// from now; 0 is a pause.
	Slower(ctx context.Context, r inventory.Rate, perSecond float64, d time.Duration) error
}

// leaseTime is how long a lease lasts. A process asks about as often, hears of
// a pause within it, and what it has not used by then is lost: whatever is sent
// in a minute was leased within 61 seconds.
const leaseTime = time.Second

// sharing is what a transport shares with those of its name in other processes.
type sharing struct {
	from   Shared
	name   string
	budget *Budget
	log    *slog.Logger
	said   atomic.Int64 // when the others were last told to go slower, in nanoseconds
}

// sharing is nil for a transport that shares nothing.
func (o Options) sharing() (*sharing, error) {
	if o.Shared == nil {
		return nil, nil
	}
	if o.Name == "" {
		return nil, errors.New("a pace that is shared needs a name")
	}
	taken := map[string]bool{}
	for _, l := range named(o.Limits) {
		if taken[l.Name] {
			return nil, fmt.Errorf("two limits of the pace %s are named %s", o.Name, l.Name)
		}
		taken[l.Name] = true
	}
	return &sharing{from: o.Shared, name: o.Name, budget: o.Budget, log: o.Log}, nil
}

// pace is the rate of all requests. One without a limit is shared all the same,
// for its pauses.
func (s *sharing) pace(p Pace) func() inventory.Rate {
	r := inventory.Rate{Name: s.name, PerSecond: unlimited, Burst: unlimited}
	if p.PerMinute > 0 {
		r.PerSecond, r.Burst = sharedRate(p.PerMinute, p.burst())
	}
	return func() inventory.Rate {
		r := r
		r.PerDay = s.budget.perDay(time.Now())
		return r
	}
}

const unlimited = 1_000_000 // units a second

// limit is the rate of a further limit, for one key.
func (s *sharing) limit(l Limit, key string) func() inventory.Rate {
	r := inventory.Rate{Name: s.name + " " + l.Name}
	if key != "" {
		r.Name += " " + hashed(s.name, key)
	}
	r.PerSecond, r.Burst = sharedRate(l.PerMinute, max(1, l.Burst))
	return func() inventory.Rate { return r }
}

// sharedRate is what can be leased of so many units a minute, since a minute
// may see the leases of 61 seconds.
func sharedRate(units float64, burst int) (perSecond float64, most int) {
	perSecond, most = steady(units, burst)
	return perSecond * float64(time.Minute) / float64(time.Minute+leaseTime), most
}

// pause holds every request to the tenant for d from now, of all processes
// that share its pace.
func (t *Transport) pause(ctx context.Context, d time.Duration) {
	p := t.pacer
	p.Pause(d)
	if p.sharing != nil {
		p.sharing.tell(ctx, t.o.Pace, 0, d)
	}
}

// tellSlow tells the other processes what is left of the quota. Each of them
// hears of it from its own answers too, but not that the others spend it as
// well: so the rate that all of them lease from is what goes down.
func (p *Pacer) tellSlow(ctx context.Context, pace Pace, remaining int, until time.Duration) {
	if p.sharing == nil || !p.sharing.due(time.Now()) {
		return
	}
	p.mu.Lock()
	remaining = max(0, remaining-p.flying)
	p.mu.Unlock()
	p.sharing.tell(ctx, pace, float64(remaining)/max(until, time.Second).Seconds(), until)
}

// tell has all processes go slower, or pause. That it could not be told ends
// nothing: this process heeds it, and the others are told by the tenant itself.
func (s *sharing) tell(ctx context.Context, p Pace, perSecond float64, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.from.Slower(ctx, s.pace(p)(), perSecond, d); err != nil {
		s.log.Warn("the other processes were not told to go slower", "scanner", s.name, "err", err)
	}
}

// due reports, once in a lease's time, whether it is time to tell.
func (s *sharing) due(now time.Time) bool {
	last := s.said.Load()
	return now.UnixNano()-last >= int64(leaseTime) && s.said.CompareAndSwap(last, now.UnixNano())
}

// named gives limits names where they have none: their places.
func named(limits []Limit) []Limit {
	out := make([]Limit, len(limits))
	for i, l := range limits {
		if l.Name == "" {
			l.Name = fmt.Sprint("limit ", i+1)
		}
		out[i] = l
	}
	return out
}
