package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// ErrSpent is wrapped when the units of a day are used up. The error says when
// more can be asked.
var ErrSpent = errors.New("the day's share of what this tenant may be asked is used up")

// Spent is how many units were spent in each hour, counted from 1970 in UTC.
// It is small enough to be kept between runs: a day has 25 such hours.
type Spent map[int64]int

// MarshalText implements encoding.TextMarshaler.
func (s Spent) MarshalText() ([]byte, error) { return json.Marshal(map[int64]int(s)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Spent) UnmarshalText(text []byte) error { return json.Unmarshal(text, (*map[int64]int)(s)) }

// A Budget is what may be spent within 24 hours, whichever run spends it: hand
// what was spent on with Spent, and to the next run with Carry. The zero
// Budget is without limit and counts all the same. It is safe for concurrent
// use.
type Budget struct {
	mu    sync.Mutex
	limit float64 // units in 24 hours; 0: none
	hours Spent
}

// dayHours is how many hours can lie within the last 24: the first and the
// last of them in part, which are counted whole.
const dayHours = 25

// Carry adds what earlier runs spent.
func (b *Budget) Carry(earlier Spent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for hour, n := range earlier {
		b.add(hour, n)
	}
}

// Spent is what was spent in the last day, this run included.
func (b *Budget) Spent() Spent {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(time.Now())
	return maps.Clone(b.hours)
}

// setLimit says how many units 24 hours have; 0: any number.
func (b *Budget) setLimit(perDay float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = perDay
}

// spend books units. When they would exceed the budget it books nothing and
// returns an error that wraps ErrSpent.
func (b *Budget) spend(now time.Time, units int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now)
	if b.limit > 0 && units > 0 {
		if at := b.again(units); !at.IsZero() {
			return fmt.Errorf("%w: it can go on from %s", ErrSpent, at.UTC().Format("2 January 15:04 MST"))
		}
	}
	b.add(hourOf(now), units)
	return nil
}

// again is when so many units can be spent; zero: now.
func (b *Budget) again(units int) (at time.Time) {
	left := b.limit - float64(units)
	for _, n := range b.hours {
		left -= float64(n)
	}
	if left >= 0 {
		return at
	}
	for _, hour := range slices.Sorted(maps.Keys(b.hours)) {
		at = time.Unix((hour+dayHours)*3600, 0)
		if left += float64(b.hours[hour]); left >= 0 {
			break
		}
	}
	return at
}

// forget drops the hours that are over a day past.
func (b *Budget) forget(now time.Time) {
	maps.DeleteFunc(b.hours, func(hour int64, _ int) bool { return hour <= hourOf(now)-dayHours })
}

func (b *Budget) add(hour int64, units int) {
	if b.hours == nil {
		b.hours = Spent{}
	}
	b.hours[hour] += units
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }
