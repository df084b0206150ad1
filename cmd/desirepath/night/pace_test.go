package night_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// An errand is what each of several workers does: asks a tenant as fast as it
// may, several requests at once, until it is told to stop or the day is over.
type errand struct {
	Store, URL                 string
	PerMinute, PerDay, Persons float64 // Persons: what one person may be asked for in a minute
}

// envErrand holds the errand of a worker that is a process of its own.
const envErrand = "NIGHT_TEST_ERRAND"

// run asks as fast as it may.
func (e errand) run(ctx context.Context) error {
	store, err := sqlstore.Open(ctx, e.Store, sqlstore.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	o := wire.Options{
		Tenant: "alder", Name: "graph", Shared: store.Shared("alder"), Pace: wire.Pace{PerMinute: e.PerMinute, PerDay: e.PerDay},
		Guard: wire.Guard{Rules: []wire.Rule{{Hosts: []string{strings.TrimPrefix(e.URL, "http://")}}}},
	}
	if e.Persons > 0 {
		o.Limits = []wire.Limit{{Name: "person", Key: func(r *http.Request) string { return path.Base(r.URL.Path) }, PerMinute: e.Persons, Burst: 5}}
	}
	tr, err := wire.New(o)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	ended := make(chan error, 4)
	for n := range 4 {
		group.Go(func() { ended <- e.ask(ctx, tr.Client(), e.URL+"/"+[]string{"ada", "bob"}[n%2]) })
	}
	group.Wait()
	return <-ended
}

func (e errand) ask(ctx context.Context, client *http.Client, address string) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		switch {
		case errors.Is(err, wire.ErrSpent), ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		resp.Body.Close()
	}
}

// TestWorkerChild is what a worker of its own process runs, until its input ends.
func TestWorkerChild(t *testing.T) {
	if os.Getenv(envErrand) == "" {
		t.Skip("it is the other tests' child process")
	}
	var e errand
	if err := json.Unmarshal([]byte(os.Getenv(envErrand)), &e); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		io.Copy(io.Discard, os.Stdin)
	}()
	if err := e.run(ctx); err != nil {
		t.Fatal(err)
	}
}

// workers has so many processes, or stores within this one, do an errand for a
// while, until it is enough, or until each of them has nothing more to do.
func workers(t *testing.T, n int, e errand, d time.Duration, enough <-chan struct{}, processes bool) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), e.Store, sqlstore.Options{})
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	go func() {
		select {
		case <-enough:
			cancel()
		case <-ctx.Done():
		}
	}()
	var group sync.WaitGroup
	defer group.Wait()
	for range n {
		group.Go(func() {
			do := e.run
			if processes {
				do = e.elsewhere
			}
			if err := do(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// elsewhere runs the errand in a process of its own.
func (e errand) elsewhere(ctx context.Context) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, "-test.run=^TestWorkerChild$")
	cmd.Env = append(os.Environ(), envErrand+"="+string(text))
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { input.Close() })()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.New(string(out))
	}
	return nil
}

// A tenant counts what comes, and asks once, after some requests, to be left
// alone for two seconds.
type tenant struct {
	*httptest.Server
	pauseAfter int

	mu    sync.Mutex
	came  []time.Time
	byWho map[string][]time.Time
	asked time.Time // when it asked to be left alone

	again   chan struct{} // closed a moment after requests came again
	resumed sync.Once
}

func newTenant(t *testing.T, pauseAfter int) *tenant {
	n := &tenant{pauseAfter: pauseAfter, byWho: map[string][]time.Time{}, again: make(chan struct{})}
	n.Server = httptest.NewServer(n)
	t.Cleanup(n.Close)
	return n
}

func (n *tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	now, who := time.Now(), path.Base(r.URL.Path)
	n.came, n.byWho[who] = append(n.came, now), append(n.byWho[who], now)
	later := len(n.came) == n.pauseAfter
	if later {
		n.asked = now
	}
	if !n.asked.IsZero() && now.Sub(n.asked) > 2500*time.Millisecond {
		n.resumed.Do(func() { close(n.again) })
	}
	n.mu.Unlock()
	time.Sleep(10 * time.Millisecond)
	if later {
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

// wantKept fails unless every stretch of time saw at most the burst and what
// comes in it and in the second that a lease lasts.
func wantKept(t *testing.T, what string, came []time.Time, perMinute float64, burst int) {
	t.Helper()
	perSecond := (perMinute - float64(burst)) / 61
	for i, first := range came {
		for n, at := range came[i:] {
			within := at.Sub(first).Seconds()
			if most := float64(burst) + perSecond*(within+1) + 1; float64(n+1) > most {
				t.Errorf("%s: %d came within %.2f s; want %.0f at most", what, n+1, within, math.Floor(most))
				return
			}
		}
	}
}

// between is how many came in a stretch of time.
func between(came []time.Time, from, to time.Time) (n int) {
	for _, at := range came {
		if at.After(from) && at.Before(to) {
			n++
		}
	}
	return n
}

// onBothStores runs a test with ten workers: processes on PostgreSQL, and on a
// SQLite file stores in one process.
func onBothStores(t *testing.T, test func(t *testing.T, e errand, processes bool)) {
	t.Parallel() // they wait more than they work
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, errand{Store: pgtest.Schema(t, pgtest.Address(t), t.Name())}, true)
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, errand{Store: filepath.Join(t.TempDir(), "inventory.db")}, false)
	})
}

// Ten workers keep to one pace and use it, and a pause that one of them is
// asked for holds all.
func TestWorkersKeepToOnePace(t *testing.T) {
	onBothStores(t, func(t *testing.T, e errand, processes bool) {
		const perMinute, burst = 6000, 100
		tenant := newTenant(t, 500)
		e.URL, e.PerMinute = tenant.URL, perMinute
		workers(t, 10, e, time.Minute, tenant.again, processes)
		wantKept(t, "all", tenant.came, perMinute, burst)
		if tenant.asked.IsZero() {
			t.Fatalf("only %d came", len(tenant.came))
		}
		// When all of them are there.
		share := float64(between(tenant.came, tenant.asked.Add(-3*time.Second), tenant.asked)) / (perMinute / 60 * 3)
		at := func(after float64) time.Time { return tenant.asked.Add(time.Duration(after * float64(time.Second))) }
		late, again := between(tenant.came, at(1.2), at(2)), between(tenant.came, at(2), at(60))
		t.Logf("%d requests; %.1f %% of the share used, %d into the pause, %d after it", len(tenant.came), 100*share, late, again)
		if share < 0.85 || late > 0 || again == 0 {
			t.Errorf("%.1f %% of the share used, %d came later than a second into the pause, %d after it; want 85 %%, none and some", 100*share, late, again)
		}
	})
}

// What one person may be asked for holds over ten workers, and so does the day.
func TestWorkersShareADay(t *testing.T) {
	onBothStores(t, func(t *testing.T, e errand, processes bool) {
		const perPerson, perDay = 3000, 300
		tenant := newTenant(t, 0)
		e.URL, e.PerMinute, e.PerDay, e.Persons = tenant.URL, 6000, perDay, perPerson
		workers(t, 10, e, 30*time.Second, nil, processes)
		wantKept(t, "ada", tenant.byWho["ada"], perPerson, 5)
		wantKept(t, "bob", tenant.byWho["bob"], perPerson, 5)
		n := len(tenant.came)
		t.Logf("%d of the day's %d requests left", n, perDay)
		if n > perDay || n < perDay*85/100 {
			t.Errorf("%d requests left; want nearly %d, the day's", n, perDay)
		}
	})
}
