package sqlstore_test

import (
	"context"
	"errors"
	"testing"

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
	if _, err := s.TakeUp(t.Context(), look); !errors.Is(err, inventory.ErrNotFound) {
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
	ended, err := s.EndedJobs(t.Context(), run)
	if err != nil || len(ended) != 3 || ended[2].Done != 5 || !cmp.Equal(ended[-1].Ledger, asked) || !cmp.Equal(ended[-2].Ledger, asked) {
		t.Errorf("ended: %+v, %v", ended, err)
	}
	if again, err := s.EndedJobs(t.Context(), run); err != nil || len(again) != 0 {
		t.Errorf("told twice: %+v, %v", again, err)
	}
	if err := s.FinishRun(t.Context(), inventory.Run{ID: run, Result: inventory.RunComplete}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TakeUp(t.Context(), list); !errors.Is(err, inventory.ErrNotFound) {
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
		kept, err := s.TakeUp(t.Context(), job)
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
