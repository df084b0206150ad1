// Package schedule says when a night begins, and begins it.
package schedule

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/robfig/cron/v3"
)

// A Schedule says at which moments a night is due.
type Schedule struct {
	rule cron.Schedule
	zone *time.Location
}

// Parse reads a cron expression of five fields, such as "30 1 * * *", or one
// of the words @daily, @weekly and @hourly; its times are those of clocks in
// a zone of the IANA database, "" being this machine's.
func Parse(expression, zone string) (Schedule, error) {
	rule, err := cron.ParseStandard(expression)
	if err != nil {
		return Schedule{}, fmt.Errorf("%q is no cron expression: %w; every night at half past one is \"30 1 * * *\"", expression, err)
	}
	if _, ok := rule.(*cron.SpecSchedule); !ok {
		return Schedule{}, fmt.Errorf("%q has no times of the day; every night at half past one is \"30 1 * * *\"", expression)
	}
	local := time.Local
	if zone != "" {
		if local, err = time.LoadLocation(zone); err != nil {
			return Schedule{}, fmt.Errorf("%q is no time zone; give one such as Europe/Berlin or Australia/Brisbane", zone)
		}
	}
	s := Schedule{rule, local}
	if s.Next(time.Now()).IsZero() {
		return Schedule{}, fmt.Errorf("%q names a day that never comes", expression)
	}
	return s, nil
}

// Next is the first moment after t at which a night is due; zero if there is
// none in five years.
//
// The expression speaks of what clocks on the wall show. It is therefore
// followed on a clock that knows no summer time, and what that shows is then
// looked for in the zone: a time that the clocks leap over is taken to be the
// moment of the leap, and of one that they show twice the first counts. So
// there is one night a day, on those two days as well.
func (s Schedule) Next(t time.Time) time.Time {
	wall := onWall(t.In(s.zone))
	for {
		wall = s.rule.Next(wall)
		if wall.IsZero() {
			return wall
		}
		if moment := s.moment(wall); moment.After(t) {
			return moment
		}
	}
}

// onWall is what a clock shows at t, told as if it were in UTC.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// moment is when clocks of the zone first show what wall shows.
func (s Schedule) moment(wall time.Time) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, s.zone)
	begins, ends := t.ZoneBounds()
	shown := onWall(t)
	switch {
	case shown.After(wall): // time.Date counted with the offset before the leap
		return begins
	case shown.Before(wall): // or with the one after it
		return ends
	}
	if !begins.IsZero() {
		_, now := t.Zone()
		_, before := begins.Add(-time.Second).Zone()
		if first := t.Add(time.Duration(now-before) * time.Second); first.Before(begins) && onWall(first).Equal(wall) {
			return first
		}
	}
	return t
}

// Missed reports whether a night was due after the last one began and has not
// begun by now. Of a night that never was there is nothing to miss.
func (s Schedule) Missed(last, now time.Time) bool {
	if last.IsZero() {
		return false
	}
	due := s.Next(last)
	return !due.IsZero() && !due.After(now)
}

// A Keeper keeps to a schedule.
type Keeper struct {
	Schedule Schedule
	Jitter   time.Duration             // up to this much is waited beyond the time, so that not all begin at once
	Tell     func(next time.Time)      // hears when the next night begins; nil: nobody
	Work     func(ctx context.Context) // a night; tells of its own errors
}

// Keep does the work whenever it is due, until ctx ends. Nights never overlap:
// what falls due during one is that night's successor, however many there are.
// Of those that were missed since the last one began, one is made up for at
// once.
func (k Keeper) Keep(ctx context.Context, last time.Time) {
	if k.Schedule.Missed(last, time.Now()) {
		k.Work(ctx)
	}
	for ctx.Err() == nil {
		next := k.Schedule.Next(time.Now())
		if k.Jitter > 0 {
			next = next.Add(rand.N(k.Jitter))
		}
		if k.Tell != nil {
			k.Tell(next)
		}
		if wait(ctx, next) {
			k.Work(ctx)
		}
	}
}

// step is how long one sleep lasts at most. A machine that sleeps or whose
// clock is set counts a timer on, so the time is looked at every now and then.
const step = time.Minute

// wait returns true at the moment, and false when ctx ends before it.
func wait(ctx context.Context, moment time.Time) bool {
	for {
		left := time.Until(moment.Round(0)) // by the clock on the wall
		if left <= 0 {
			return ctx.Err() == nil
		}
		timer := time.NewTimer(min(left, step))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
}
