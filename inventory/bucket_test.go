package inventory_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/desirepath/desirepath/inventory"
)

func TestBucketLeases(t *testing.T) {
	start := time.Date(2026, 3, 1, 2, 30, 0, 0, time.UTC)
	rate := inventory.Rate{PerSecond: 10, Burst: 20, PerDay: 100}
	lease := func(units int, wait time.Duration) inventory.Lease { return inventory.Lease{Units: units, Wait: wait} }
	type step struct {
		after  time.Duration
		units  int
		slower float64
		hold   time.Duration // for how long slower, or at a stand
		want   inventory.Lease
	}
	for name, steps := range map[string][]step{
		"a burst, and then as it comes": {
			{units: 15, want: lease(15, 0)}, {units: 10, want: lease(10, 500*time.Millisecond)},
			{after: time.Second, units: 5, want: lease(5, 0)}},
		"what is lent far ahead is not lent again": {
			{units: 20, want: lease(20, 0)}, {units: 15, want: lease(15, 1500*time.Millisecond)},
			{units: 1, want: lease(0, time.Second)}, {after: 600 * time.Millisecond, units: 1, want: lease(1, time.Second)}},
		"what comes slowly is given when it is there": {
			{slower: 0.05, hold: time.Hour}, {after: 10 * time.Second, units: 1, want: lease(0, 19*time.Second)},
			{after: time.Hour, units: 15, want: lease(15, 0)}},
		"more than ever is there":        {{units: 100, want: lease(100, 8*time.Second)}},
		"rest gives a burst and no more": {{units: 20, want: lease(20, 0)}, {after: time.Hour, units: 25, want: lease(25, 500*time.Millisecond)}},
		"a clock that is set back": {
			{units: 20, want: lease(20, 0)}, {after: -24 * time.Hour, units: 10, want: lease(10, time.Second)},
			{after: time.Second, units: 1, want: lease(1, 100*time.Millisecond)}},
		"a pause": {
			{hold: time.Minute}, {units: 5, want: inventory.Lease{Pause: time.Minute}},
			{after: 20 * time.Second, hold: 10 * time.Second}, {want: inventory.Lease{Pause: 40 * time.Second}},
			{after: 40 * time.Second, units: 1, want: lease(1, 0)}},
		"a pause outlasts no clock": {{hold: time.Minute}, {after: -24 * time.Hour, want: inventory.Lease{Pause: time.Minute}}, {after: time.Minute, units: 1, want: lease(1, 0)}},
		"slower, without a burst": {
			{slower: 2, hold: 10 * time.Second}, {units: 4, want: lease(4, time.Second)},
			{after: 10 * time.Second, units: 20, want: lease(20, 200*time.Millisecond)}},
		"not faster": {{slower: 50, hold: time.Minute}, {units: 25, want: lease(25, 500*time.Millisecond)}},
		"the day": {
			{units: 60, want: lease(60, 4*time.Second)}, {after: time.Hour, units: 41, want: inventory.Lease{Again: start.Truncate(time.Hour).Add(25 * time.Hour)}},
			{units: 40, want: lease(40, 2*time.Second)}, {after: time.Minute, units: 1, want: inventory.Lease{Again: start.Truncate(time.Hour).Add(25 * time.Hour)}},
			{after: 24 * time.Hour, units: 1, want: lease(1, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			var b inventory.Bucket
			now := start
			for n, s := range steps {
				now = now.Add(s.after)
				if s.hold > 0 {
					b.Slower(now, rate, s.slower, s.hold)
					continue
				}
				got := b.Lease(now, rate, s.units)
				if !got.Again.IsZero() {
					got.Again = got.Again.UTC()
				}
				if diff := cmp.Diff(s.want, got); diff != "" {
					t.Fatalf("step %d (-want +got):\n%s", n, diff)
				}
			}
		})
	}
}

// Whatever is asked for and however the clock jumps, no stretch of true time
// sees more than a burst, or one lease that is larger, and what has come since.
func TestBucketIsNeverOverdrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := inventory.Rate{PerSecond: rapid.Float64Range(0.1, 50).Draw(t, "rate"), Burst: rapid.IntRange(1, 30).Draw(t, "burst")}
		var b inventory.Bucket
		type use struct {
			at    float64
			units int
		}
		var used []use
		truly, skew, largest := 0.0, 0.0, rate.Burst
		for range rapid.IntRange(1, 60).Draw(t, "asks") {
			truly += rapid.Float64Range(0, 3).Draw(t, "pause")
			skew -= rapid.SampledFrom([]float64{0, 0, 0, 5, 100}).Draw(t, "set back")
			units := rapid.IntRange(1, 40).Draw(t, "units")
			got := b.Lease(time.UnixMicro(int64((truly+skew+1e6)*1e6)), rate, units)
			if got.Units > 0 {
				used = append(used, use{truly + got.Wait.Seconds(), got.Units})
				largest = max(largest, got.Units)
			} else if got.Wait <= 0 {
				t.Fatalf("none, and no time to come again: %+v", got)
			}
		}
		slices.SortFunc(used, func(a, b use) int { return int(1e6 * (a.at - b.at)) })
		for i := range used {
			sum := 0
			for _, u := range used[i:] {
				sum += u.units
				if most := float64(largest) + rate.PerSecond*(u.at-used[i].at) + 0.01; float64(sum) > most {
					t.Fatalf("%d units within %.3f s; want %.2f at most", sum, u.at-used[i].at, most)
				}
			}
		}
	})
}
