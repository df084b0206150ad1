package sqlstore_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
)

// slowRate fills by one unit in a thousand seconds: what a test gets of it, it
// gets of the burst.
var slowRate = inventory.Rate{Name: "graph", PerSecond: 0.001, Burst: 100}

func lease(t testing.TB, s sqlstore.Shared, r inventory.Rate, units int) inventory.Lease {
	t.Helper()
	got, err := s.Lease(t.Context(), r, units)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// However many take from a pace at once, each unit is given once.
func TestPacesAreTakenFromOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	const processes, each = 10, 30 // they would take three times what there is
	var wg sync.WaitGroup
	var mu sync.Mutex
	given := 0
	for range processes {
		s := openAt(t, path, sqlstore.Options{}).Shared("alder")
		wg.Go(func() {
			for range each {
				got, err := s.Lease(t.Context(), slowRate, 1)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				given += got.Units
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if given != slowRate.Burst {
		t.Errorf("%d units were given; want %d", given, slowRate.Burst)
	}
}

// What one process is told, another hears; another pace and another tenant
// have nothing to do with it.
func TestPacesAreToldToAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	one, other := openAt(t, path, sqlstore.Options{}), openAt(t, path, sqlstore.Options{})
	daily := slowRate
	daily.Name, daily.PerDay = "daily", 50
	if got := lease(t, one.Shared("alder"), daily, 50); got.Units != 50 {
		t.Errorf("of the day's units: %+v", got)
	}
	if got := lease(t, other.Shared("alder"), daily, 1); got.Units != 0 || time.Until(got.Again) < 23*time.Hour || time.Until(got.Again) > 25*time.Hour {
		t.Errorf("of a day that is used up: %+v", got)
	}
	lease(t, one.Shared("alder"), slowRate, 1)
	if err := one.Shared("alder").Slower(t.Context(), slowRate, 0, time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, units := range []int{0, 1} {
		if got := lease(t, other.Shared("alder"), slowRate, units); got.Units != 0 || got.Pause > time.Minute || got.Pause < 50*time.Second {
			t.Errorf("%d units in a pause of a minute: %+v", units, got)
		}
	}
	for _, free := range []struct {
		tenant, name string
	}{{"alder", "powerbi"}, {"birch", "graph"}} {
		r := slowRate
		r.Name = free.name
		if got := lease(t, other.Shared(free.tenant), r, 1); got.Units != 1 || got.Wait != 0 {
			t.Errorf("%v: %+v", free, got)
		}
	}
	fast := inventory.Rate{Name: "fast", PerSecond: 1, Burst: 10}
	if err := one.Shared("birch").Slower(t.Context(), fast, 0.1, time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := lease(t, other.Shared("birch"), fast, 1); got.Wait < 8*time.Second || got.Wait > 10*time.Second {
		t.Errorf("at a tenth of the pace, with nothing left: %+v", got)
	}
}

// A pace that rested for a day is forgotten, and is none of the inventory's: it
// is not copied, and neither keeps one from being put in its place nor begins
// anew with that.
func TestPacesAreNotKept(t *testing.T) {
	later := func() time.Time { return time.Now().Add(27 * time.Hour) }
	s := open(t, sqlstore.Options{Now: later})
	all := func(s *sqlstore.Store) int { return lease(t, s.Shared("alder"), slowRate, slowRate.Burst).Units }
	if first, second := all(s), all(s); first != 100 || second != 0 {
		t.Fatalf("%d and %d of 100 were given", first, second)
	}
	if _, err := s.Expire(t.Context(), sqlstore.Retention{}); err != nil {
		t.Fatal(err)
	}
	if got := all(s); got != 100 {
		t.Errorf("a day later %d of 100 were given", got)
	}
	apply(t, s, drive, "", full("1", book("a")))
	to := open(t, sqlstore.Options{})
	all(to)
	copied, err := s.CopyTo(t.Context(), to, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range copied {
		if c.Table == "paces" {
			t.Error("they were copied")
		}
	}
	if got := all(to); got != 0 {
		t.Errorf("the copy gave %d units of a pace that was used up", got)
	}
}

// On PostgreSQL nobody waits for their turn until a page is stored.
func TestPacesWaitForNoPage(t *testing.T) {
	s := openAt(t, pgtest.Schema(t, server(t), t.Name()), sqlstore.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := s.Writing(ctx, func() error {
		_, err := s.Shared("alder").Lease(ctx, slowRate, 1)
		return err
	})
	if err != nil {
		t.Errorf("while a page was stored: %v", err)
	}
}

// An error says which pace it was, and of whom.
func TestPacesSayTheirTrouble(t *testing.T) {
	s := open(t, sqlstore.Options{})
	closeStore(t, s)
	if _, err := s.Shared("alder").Lease(t.Context(), slowRate, 1); err == nil || !strings.Contains(err.Error(), "pace graph of alder") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkLease(b *testing.B) {
	fast := inventory.Rate{Name: "graph", PerSecond: 1e9, Burst: 1e9}
	daily := fast
	daily.Name, daily.PerDay = "daily", 1e15
	run := func(b *testing.B, s *sqlstore.Store) {
		for _, c := range []struct {
			name  string
			rate  inventory.Rate
			units int
		}{{"units", fast, 1}, {"of a day", daily, 1}, {"a look for a pause", fast, 0}} {
			b.Run(c.name, func(b *testing.B) {
				for b.Loop() {
					lease(b, s.Shared("alder"), c.rate, c.units)
				}
			})
		}
	}
	b.Run("sqlite", func(b *testing.B) { run(b, open(b, sqlstore.Options{})) })
	b.Run("postgres", func(b *testing.B) {
		run(b, openAt(b, pgtest.Schema(b, pgtest.Address(b), b.TempDir()), sqlstore.Options{}))
	})
}
