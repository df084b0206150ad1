package inventory

import (
	"math"
	"time"
)

// A Rate is how fast something may be used up that several processes take
// from, such as what a tenant may be asked.
type Rate struct {
	// Name tells it from the tenant's other rates. It is kept, so it never
	// holds what a person is called.
	Name      string
	PerSecond float64
	Burst     int     // units that may be used at once after a rest
	PerDay    float64 // units in any 24 hours; 0: any number
}

// A Lease is what one process may use of a Rate, or why it may not.
type Lease struct {
	Units int           // 0: none now
	Wait  time.Duration // until they may be used, or asked for again
	Pause time.Duration // above zero: nobody may use any for so long
	Again time.Time     // when the day's units are used up: when there are some again
}

// A Bucket is what is left of a Rate, as of a moment. It is filled evenly and
// holds a burst at most; units may be given out a little before they are there,
// so that whoever asks need not ask twice. Its own moment counts and no
// other's: a clock that is set back fills nothing and prolongs nothing. The
// zero Bucket was never asked and is full.
type Bucket struct {
	At     time.Time
	Tokens float64       // below zero: given out already
	Held   time.Duration // nothing is given for so long
	Slow   float64       // units a second, while Slowed lasts
	Slowed time.Duration
	Spent  Spent // of the day, where a day has a limit
}

const (
	// ahead is how much time's units may be lent already when more are. Whoever
	// is not lent any comes back when half of it is owed.
	ahead = time.Second
	// patience is how long before they are there units may be lent. Whoever is
	// lent some may be gone by then, and they are lost: where they come slower
	// than that, they are given when they are there.
	patience = 15 * time.Second
	// Nobody is told to stay away for longer: things change.
	longest = time.Minute
)

// Lease takes units, all or none. They are lost when they are not used.
func (b *Bucket) Lease(now time.Time, r Rate, units int) Lease {
	b.fill(now, r)
	if b.Held > 0 || units <= 0 {
		return Lease{Pause: b.Held}
	}
	b.Spent.Forget(now)
	if at := b.Spent.Again(r.PerDay, units); !at.IsZero() {
		return Lease{Again: at}
	}
	if owed := b.until(r, 0); owed > ahead {
		return Lease{Wait: min(owed-ahead/2, longest)}
	}
	there := b.until(r, float64(min(units, r.Burst)))
	wait := b.until(r, float64(units))
	if wait > patience && there > 0 {
		return Lease{Wait: min(there, longest)}
	}
	if r.PerDay > 0 {
		b.Spent.Add(now, units)
	}
	b.Tokens -= float64(units)
	return Lease{Units: units, Wait: wait}
}

// Slower lets no more than so many units a second be given for d from now; 0
// is none. A longer pause that is under way stands.
func (b *Bucket) Slower(now time.Time, r Rate, perSecond float64, d time.Duration) {
	b.fill(now, r)
	if perSecond <= 0 {
		b.Held = max(b.Held, d)
		return
	}
	b.Slow, b.Slowed = perSecond, d
}

// fill brings the bucket to a moment.
func (b *Bucket) fill(now time.Time, r Rate) {
	if b.At.IsZero() {
		b.At, b.Tokens = now, float64(r.Burst)
	}
	passed := max(0, now.Sub(b.At))
	slowly := time.Duration(0)
	if b.Slow < r.PerSecond {
		slowly = min(passed, b.Slowed)
	}
	b.Tokens += slowly.Seconds()*b.Slow + (passed-slowly).Seconds()*r.PerSecond
	b.At, b.Held, b.Slowed = now, max(0, b.Held-passed), max(0, b.Slowed-passed)
	full := float64(r.Burst)
	if b.Slowed > 0 {
		full = min(full, b.Slow)
	}
	b.Tokens = min(b.Tokens, full)
}

// until is how long it takes until so many units are there.
func (b *Bucket) until(r Rate, units float64) time.Duration {
	rate := r.PerSecond
	if b.Slowed > 0 {
		rate = min(rate, b.Slow)
	}
	if b.Tokens >= units {
		return 0
	}
	return time.Duration(min(math.Ceil((units-b.Tokens)/rate*1e6), 1e15)) * time.Microsecond
}
