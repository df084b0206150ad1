package wire

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A day's units are counted over any 24 hours and over runs: what one run
// spent, the next is without until a day has passed.
func TestBudgetIsCarriedAcrossRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := answer(func(*http.Request) (*http.Response, error) { return reply(200, "{}"), nil })
		var spentAt []time.Time
		var kept []byte
		run := func() (sent int, err error) {
			budget := &Budget{}
			if kept != nil {
				var earlier Spent
				if err := earlier.UnmarshalText(kept); err != nil {
					t.Fatal(err)
				}
				budget.Carry(earlier)
			}
			tr := newTransport(t, Options{Guard: graph, Base: base, Budget: budget,
				Pace: Pace{PerMinute: 60, Burst: 1, PerDay: 1000}, Units: func(*http.Request) int { return 2 }})
			for err == nil {
				if _, err = get(t, tr, t.Context(), "https://graph.example.com/v1.0/users"); err == nil {
					sent++
					spentAt = append(spentAt, time.Now())
				}
			}
			kept, _ = budget.Spent().MarshalText()
			return sent, err
		}
		for night, want := range []int{500, 0, 500} {
			sent, err := run()
			if sent != want || !errors.Is(err, ErrSpent) || !strings.Contains(err.Error(), "it can go on from") {
				t.Errorf("run %d sent %d requests and ended with %v; want %d and when to go on", night, sent, err, want)
			}
			time.Sleep([]time.Duration{12 * time.Hour, 14 * time.Hour, 0}[night])
		}
		for i := range spentAt {
			if i >= 500 && spentAt[i].Sub(spentAt[i-500]) < 24*time.Hour {
				t.Fatalf("request %d came %s after the one 500 before it; want a day", i, spentAt[i].Sub(spentAt[i-500]))
			}
		}
	})
}

func TestBudgetTellsWhenItCanGoOn(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 30, 0, 0, time.UTC)
	at := func(hoursAgo int) int64 { return now.Unix()/3600 - int64(hoursAgo) }
	for _, tc := range []struct {
		name  string
		spent Spent
		units int
		want  string
	}{
		{"room", Spent{at(1): 90}, 10, ""},
		{"the oldest hour is enough", Spent{at(20): 50, at(2): 45}, 10, "2 March 15:00 UTC"},
		{"two hours are needed", Spent{at(20): 5, at(2): 95}, 10, "3 March 09:00 UTC"},
		{"a day ago still counts", Spent{at(24): 100}, 1, "2 March 11:00 UTC"},
		{"older does not", Spent{at(25): 100}, 1, ""},
		{"what costs nothing is always let through", Spent{at(1): 100}, 0, ""},
	} {
		b := &Budget{}
		b.setLimit(100, false)
		b.Carry(tc.spent)
		err := b.spend(now, tc.units)
		if told := ""; err != nil {
			_, told, _ = strings.Cut(err.Error(), "it can go on from ")
			if told != tc.want {
				t.Errorf("%s: told %q; want %q", tc.name, told, tc.want)
			}
		} else if tc.want != "" {
			t.Errorf("%s: spent; want to wait until %s", tc.name, tc.want)
		}
	}
}

func TestPaceTakes(t *testing.T) {
	for _, tc := range []struct {
		pace  Pace
		units float64
		want  time.Duration
	}{
		{Pace{}, 1e6, 0},
		{Pace{PerMinute: 100}, 1000, 10 * time.Minute},
		{Pace{PerMinute: 100, PerDay: 1000}, 900, 9 * time.Minute},
		{Pace{PerMinute: 100, PerDay: 1000}, 2500, 48*time.Hour + 5*time.Minute},
	} {
		if got := tc.pace.Takes(tc.units); got != tc.want {
			t.Errorf("%v: %v units take %s; want %s", tc.pace, tc.units, got, tc.want)
		}
	}
}
