package schedule

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func parsed(t *testing.T, expression, zone string) Schedule {
	t.Helper()
	s, err := Parse(expression, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestNext follows schedules over the days on which clocks change. In Berlin
// 02:00 to 03:00 was left out on 29 March 2026, and came twice on 25 October;
// in Lord Howe clocks move by half an hour.
func TestNext(t *testing.T) {
	for name, c := range map[string]struct {
		expression, zone, after string
		want                    []string
	}{
		"every night": {"30 1 * * *", "Europe/Berlin", "2026-01-10T12:00:00Z",
			[]string{"2026-01-11T00:30:00Z", "2026-01-12T00:30:00Z"}},
		"a time that is leapt over": {"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		"a time that comes twice": {"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		"asked between the two": {"45 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z",
			[]string{"2026-10-26T01:45:00Z"}},
		"clocks that move by half an hour": {"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
			[]string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		"Mondays": {"0 3 * * 1", "Australia/Brisbane", "2026-11-22T12:00:00Z",
			[]string{"2026-11-22T17:00:00Z", "2026-11-29T17:00:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := parsed(t, c.expression, c.zone)
			at, err := time.Parse(time.RFC3339, c.after)
			if err != nil {
				t.Fatal(err)
			}
			var have []string
			for range c.want {
				at = s.Next(at)
				have = append(have, at.UTC().Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, have); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOneNightADay walks five years in every zone that moves its clocks at
// another hour: there are as many nights as days, all in order.
func TestOneNightADay(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut", "UTC"} {
		for _, expression := range []string{"0 0 * * *", "30 0 * * *", "30 1 * * *", "30 2 * * *", "0 3 * * *", "59 23 * * *"} {
			s := parsed(t, expression, zone)
			at := time.Date(2024, 6, 1, 12, 0, 0, 0, s.zone)
			end := at.AddDate(5, 0, 0)
			nights := 0
			for at = s.Next(at); at.Before(end); at = s.Next(at) {
				nights++
			}
			if want := 1826; nights != want {
				t.Errorf("%s in %s: %d nights in %d days", expression, zone, nights, want)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ expression, zone, says string }{
		{"", "", "is no cron expression"},
		{"1 2 3", "", "is no cron expression"},
		{"61 * * * *", "", "is no cron expression"},
		{"@every 5m", "", "no times of the day"},
		{"0 0 30 2 *", "", "a day that never comes"},
		{"30 1 * * *", "Europe/Atlantis", "is no time zone"},
	} {
		if _, err := Parse(c.expression, c.zone); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q in %q: %v, want %q", c.expression, c.zone, err, c.says)
		}
	}
}

// TestKeep lets three days pass for a keeper that had missed a week of nights.
func TestKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		begun := time.Now() // midnight, 1 January 2000, UTC
		var nights []time.Duration
		k := Keeper{
			Schedule: parsed(t, "0 2 * * *", "UTC"),
			Work: func(context.Context) {
				nights = append(nights, time.Since(begun))
				if len(nights) == 2 {
					time.Sleep(30 * time.Hour) // a night that takes longer than a day
				}
			},
		}
		go k.Keep(ctx, begun.AddDate(0, 0, -7))
		time.Sleep(74*time.Hour + time.Minute)
		stop()
		synctest.Wait()
		want := []time.Duration{0, 2 * time.Hour, 50 * time.Hour, 74 * time.Hour}
		if diff := cmp.Diff(want, nights); diff != "" {
			t.Error(diff)
		}
	})
}

// TestJitter holds that what is waited beyond the time stays within its bound.
func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		begun := time.Now()
		late := map[time.Duration]bool{}
		k := Keeper{
			Schedule: parsed(t, "0 2 * * *", "UTC"), Jitter: time.Hour,
			Work: func(context.Context) {
				by := time.Since(begun) % (24 * time.Hour)
				if by < 2*time.Hour || by >= 3*time.Hour {
					t.Errorf("a night began at %v", by)
				}
				late[by] = true
			},
		}
		go k.Keep(ctx, time.Time{})
		time.Sleep(20 * 24 * time.Hour)
		stop()
		synctest.Wait()
		if len(late) < 10 {
			t.Errorf("%d different times in 20 nights", len(late))
		}
	})
}
