package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

func giveOut(t *testing.T, s *sqlstore.Store, jobs ...inventory.Job) {
	t.Helper()
	if err := s.GiveOut(t.Context(), jobs, nil); err != nil {
		t.Fatal(err)
	}
}

func TestJobs(t *testing.T) {
	s := open(t, sqlstore.Options{})
	run, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list := inventory.Job{Run: run, N: 1, Step: "list", Tenant: "t", Place: "d"}
	look := inventory.Job{Run: run, N: 2, Step: "look", Tenant: "t"}
	giveOut(t, s, list, look)
	apply(t, s, drive, "", complete(full("1", book("a"))))

	if err := s.EndJob(t.Context(), look, inventory.JobAccount{Done: 5}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.TakeUp(t.Context(), look); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("a job that has ended is taken up: %v", err)
	}
	asked := inventory.Ledger{{Source: "t", Host: "h", Method: "GET", Count: 3}}
	for range 2 { // each is told for itself
		if err := s.TellLedger(t.Context(), run, asked); err != nil {
			t.Fatal(err)
		}
	}
	u, err := s.Underway(t.Context())
	want := []inventory.Progress{{Step: "list", Tenant: "t", Jobs: 1}, {Step: "look", Tenant: "t", Jobs: 1, Ended: 1, Done: 5}}
	if err != nil || u.Run != run || u.Workers != 0 || !cmp.Equal(u.Steps, want) {
		t.Errorf("%+v, %v", u, err)
	}
	for range 2 { // until it is known that they are known
		ended, err := s.EndedJobs(t.Context(), run)
		if err != nil || len(ended) != 3 || ended[2].Done != 5 || !cmp.Equal(ended[-1].Ledger, asked) || !cmp.Equal(ended[-2].Ledger, asked) {
			t.Errorf("ended: %+v, %v", ended, err)
		}
	}
	if err := s.HeardOf(t.Context(), run, []int{-2, -1, 2}); err != nil {
		t.Fatal(err)
	}
	if again, err := s.EndedJobs(t.Context(), run); err != nil || len(again) != 0 {
		t.Errorf("told twice: %+v, %v", again, err)
	}
	if err := s.FinishRun(t.Context(), inventory.Run{ID: run, Result: inventory.RunComplete}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.TakeUp(t.Context(), list); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("a job of a run that is over is taken up: %v", err)
	}
	if u, err := s.Underway(t.Context()); err != nil || u.Run != 0 {
		t.Errorf("under way: %+v, %v", u, err)
	}
}

// A page, how far its job is, and what is put on a queue are kept together or
// not at all.
func TestApplyAs(t *testing.T) {
	s := open(t, sqlstore.Options{})
	run, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	job := inventory.Job{Run: run, N: 1, Step: "list", Tenant: drive.Tenant, Place: drive.ID}
	giveOut(t, s, job)
	account := func(tally inventory.Tally) inventory.JobAccount {
		return inventory.JobAccount{Done: tally.Found, Report: inventory.PlaceReport{Tally: tally, Pages: 1}}
	}
	refused := errors.New("no room on the queue")
	page := full("1", book("a"), book("b"))
	for _, fails := range []error{refused, nil} {
		_, err := s.ApplyAs(t.Context(), job, drive, "", page, account, func(sqlstore.Tx) error { return fails })
		if !errors.Is(err, fails) {
			t.Fatalf("%v, want %v", err, fails)
		}
		_, kept, err := s.TakeUp(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		at, err := s.Cursor(t.Context(), drive)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]any{kept.Done, at}; fails != nil && got != [2]any{0, inventory.Cursor("")} || fails == nil && got != [2]any{2, inventory.Cursor("1")} {
			t.Errorf("after %v: %v", fails, got)
		}
	}
}

// What is done on the connection itself is part of the transaction.
func TestOnPostgres(t *testing.T) {
	s := open(t, sqlstore.Options{})
	err := s.GiveOut(t.Context(), nil, func(tx sqlstore.Tx) error {
		return tx.OnPostgres(t.Context(), func(*pgx.Conn) error { return context.Canceled })
	})
	if onServer := errors.Is(err, context.Canceled); !onServer && err == nil {
		t.Error("SQLite has done what is PostgreSQL's")
	}
}

// A job is whose who took it up last: nobody else stores a page of it, or ends
// it, though they live. What it is about is told to whoever knows its number.
func TestTurns(t *testing.T) {
	s := open(t, sqlstore.Options{})
	run, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(time.Hour)
	giveOut(t, s, inventory.Job{Run: run, N: 1, Step: "list", Tenant: drive.Tenant, Place: drive.ID, Assets: []inventory.AssetID{"t/d/a"}, Until: until})
	paused := inventory.Job{Run: run, N: 1}
	task, _, err := s.TakeUp(t.Context(), paused)
	if err != nil || task.Step != "list" || task.Place != drive.ID || len(task.Assets) != 1 || task.Until.Sub(until).Abs() > time.Minute {
		t.Fatalf("%+v, %v", task, err)
	}
	later := inventory.Job{Run: run, N: 1, Turn: 1000}
	if _, _, err := s.TakeUp(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.TakeUp(t.Context(), paused); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("an earlier turn is taken up: %v", err)
	}
	nothing := func(inventory.Tally) (a inventory.JobAccount) { return a }
	if _, err := s.ApplyAs(t.Context(), paused, drive, "", full("1", book("a")), nothing, nil); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("a page of an earlier turn: %v", err)
	}
	if err := s.EndJob(t.Context(), paused, inventory.JobAccount{Late: true}); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("an earlier turn ends the job: %v", err)
	}
	if at, err := s.Cursor(t.Context(), drive); err != nil || at != "" {
		t.Errorf("stands at %q, %v", at, err)
	}
	if _, err := s.ApplyAs(t.Context(), later, drive, "", full("1", book("a")), nothing, nil); err != nil {
		t.Error(err)
	}
	if err := s.EndJob(t.Context(), later, inventory.JobAccount{Done: 1}); err != nil {
		t.Error(err)
	}
}

// A run that another has followed hears so, and leaves the other's jobs alone.
func TestJobsOfARunThatWasFollowed(t *testing.T) {
	s := open(t, sqlstore.Options{})
	first, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	giveOut(t, s, inventory.Job{Run: second, N: 1, Step: "look"})
	if _, err := s.EndedJobs(t.Context(), first); !errors.Is(err, inventory.ErrLocked) {
		t.Errorf("the first hears %v", err)
	}
	if err := s.FinishRun(t.Context(), inventory.Run{ID: first, Result: inventory.RunFailed}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.TakeUp(t.Context(), inventory.Job{Run: second, N: 1}); err != nil {
		t.Errorf("the second's job: %v", err)
	}
}
