package crew

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
)

// newMember joins a crew of one, for a run that has begun.
func newMember(t *testing.T) (m *Member, run int64) {
	t.Helper()
	return memberOf(t, pgtest.Address(t))
}

func memberOf(t *testing.T, server string) (m *Member, run int64) {
	t.Helper()
	address := pgtest.Schema(t, server, t.Name())
	store, err := sqlstore.Open(t.Context(), address, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if run, err = store.StartRun(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	m, err = Join(t.Context(), Options{Address: address, Night: &night.Night{Store: store, Log: log, Now: time.Now}, Missing: time.Second, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Leave(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return m, run
}

// someday is a job that no member of this version can do.
func someday(run int64, n int) inventory.Job {
	return inventory.Job{Run: run, N: n, Step: "of a newer version", Tenant: "t", Place: "anna@example.org", Assets: []inventory.AssetID{"t/d/Anna's.xlsx"}}
}

// outcome is what Do has given.
type outcome struct {
	accounts []inventory.JobAccount
	err      error
}

func do(t *testing.T, m *Member, jobs ...inventory.Job) <-chan outcome {
	t.Helper()
	done := make(chan outcome, 1)
	go func() {
		accounts, err := m.Do(t.Context(), jobs)
		done <- outcome{accounts, err}
	}()
	return done
}

func wait[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody says anything")
	}
	return v
}

// What stands on the queue is numbers: who is erased need not be looked for
// there. A member that cannot do a job says so, and leaves it to others. A job
// that somebody takes off the queue is told of, and not waited for.
func TestJobsOnTheQueue(t *testing.T) {
	m, run := newMember(t)
	done := do(t, m, someday(run, 1))
	if err := wait(t, m.Unfit()); !errors.Is(err, night.ErrUnfit) {
		t.Errorf("unfit: %v", err)
	}
	var row string
	if err := m.pool.QueryRow(t.Context(), `SELECT row_to_json(r)::text FROM river_job r`).Scan(&row); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(row, fmt.Sprintf(`"run": %d`, run)) || strings.Contains(strings.ToLower(row), "anna") {
		t.Errorf("on the queue stands %s", row)
	}
	select {
	case o := <-done:
		t.Fatalf("it is done: %+v", o)
	case <-time.After(3 * m.beating()):
	}
	if _, err := m.pool.Exec(t.Context(), `DELETE FROM river_job`); err != nil {
		t.Fatal(err)
	}
	if o := wait(t, done); o.err != nil || !strings.Contains(o.accounts[0].Error, "off the queue") {
		t.Errorf("%+v", o)
	}
}

// Whoever leads a run that is no longer the one under way hears so.
func TestAnotherRunBegins(t *testing.T) {
	m, run := newMember(t)
	done := do(t, m, someday(run, 1))
	wait(t, m.Unfit())
	if _, err := m.Night.Store.StartRun(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := wait(t, done); !errors.Is(o.err, inventory.ErrLocked) {
		t.Errorf("%+v", o)
	}
}

// What a lost member had is done by others, once.
func TestLostMember(t *testing.T) {
	m, run := newMember(t)
	done := do(t, m, inventory.Job{Run: run, N: 1, Step: "group"})
	if o := wait(t, done); o.err != nil || o.accounts[0].Error != "" {
		t.Fatalf("%+v", o)
	}
	done = do(t, m, someday(run, 2))
	wait(t, m.Unfit())
	for moved := int64(0); moved == 0; { // once it is given back, which River writes down a moment later
		tag, err := m.pool.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempted_by = array_append(attempted_by, 'lost')
			WHERE args->>'n' = '2' AND state NOT IN ('completed', 'running')`)
		if err != nil {
			t.Fatal(err)
		}
		moved = tag.RowsAffected()
	}
	var before, after int
	for range 300 {
		err := m.pool.QueryRow(t.Context(), `SELECT COUNT(*) FILTER (WHERE (args->>'turn')::int < 1000 AND state = 'discarded'), COUNT(*) FILTER (WHERE (args->>'turn')::int >= 1000)
			FROM river_job WHERE args->>'n' = '2'`).Scan(&before, &after)
		if err != nil {
			t.Fatal(err)
		}
		if after > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if before != 1 || after != 1 {
		t.Errorf("%d rows are off the queue, %d on it anew", before, after)
	}
	if _, err := m.Night.Store.StartRun(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait(t, done)
}

// A job that panics has failed, and its member lives.
func TestPanic(t *testing.T) {
	m, run := newMember(t)
	job := inventory.Job{Run: run, N: 1, Step: "judge"} // without a classifier
	if err := m.Night.Store.GiveOut(t.Context(), []inventory.Job{job}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := m.do(t.Context(), job); err == nil || !strings.Contains(err.Error(), "mistake of ours") {
		t.Errorf("%v", err)
	}
}

// A server that is restarted while jobs are under way costs a moment: all are
// done, and whoever leads goes on.
func TestServerRestarted(t *testing.T) {
	server := pgtest.Start(t)
	m, run := memberOf(t, server.Address)
	jobs := make([]inventory.Job, 400)
	for i := range jobs {
		jobs[i] = inventory.Job{Run: run, N: i + 1, Step: "group"}
	}
	done := do(t, m, jobs...)
	for ended := 0; ended == 0; {
		u, err := m.Night.Store.Underway(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range u.Steps {
			ended += step.Ended
		}
	}
	server.Down(t)
	select {
	case o := <-done:
		t.Fatalf("all was done before: %v", o.err)
	case <-time.After(2 * time.Second):
	}
	server.Up(t)
	o := wait(t, done)
	if o.err != nil {
		t.Fatal(o.err)
	}
	for i, a := range o.accounts {
		if a.Error != "" {
			t.Errorf("job %d: %s", i+1, a.Error)
		}
	}
}
