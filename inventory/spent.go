package inventory

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Spent is how many units were spent in each hour, counted from 1970 in UTC.
// It is small enough to be kept: a day has 25 such hours.
type Spent map[int64]int

// dayHours is how many hours can lie within the last 24: the first and the
// last of them in part, which are counted whole.
const dayHours = 25

// MarshalText implements encoding.TextMarshaler.
func (s Spent) MarshalText() ([]byte, error) { return json.Marshal(map[int64]int(s)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Spent) UnmarshalText(text []byte) error { return json.Unmarshal(text, (*map[int64]int)(s)) }

// Add books units.
func (s *Spent) Add(now time.Time, units int) { s.Carry(Spent{hourOf(now): units}) }

// Carry adds what was spent elsewhere.
func (s *Spent) Carry(other Spent) {
	if *s == nil {
		*s = Spent{}
	}
	for hour, n := range other {
		(*s)[hour] += n
	}
}

// Forget drops the hours that are over a day past.
func (s Spent) Forget(now time.Time) {
	maps.DeleteFunc(s, func(hour int64, _ int) bool { return hour <= hourOf(now)-dayHours })
}

// Sum is all that was spent.
func (s Spent) Sum() (n int) {
	for _, units := range s {
		n += units
	}
	return n
}

// Again is when so many more units can be spent where a day has perDay; zero:
// now. A day without limit is one of 0.
func (s Spent) Again(perDay float64, units int) (at time.Time) {
	left := perDay - float64(s.Sum()+units)
	if perDay <= 0 || units <= 0 || left >= 0 {
		return at
	}
	for _, hour := range slices.Sorted(maps.Keys(s)) {
		at = time.Unix((hour+dayHours)*3600, 0)
		if left += float64(s[hour]); left >= 0 {
			break
		}
	}
	return at
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }
