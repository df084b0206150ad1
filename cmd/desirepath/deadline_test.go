package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/google/go-cmp/cmp"
)

func TestDeadline(t *testing.T) {
	now := time.Date(2026, 3, 2, 22, 15, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"":      {},
		"6h":    now.Add(6 * time.Hour),
		"90m":   now.Add(90 * time.Minute),
		"06:30": time.Date(2026, 3, 3, 6, 30, 0, 0, time.Local),
		"23:00": time.Date(2026, 3, 2, 23, 0, 0, 0, time.Local),
		"22:15": time.Date(2026, 3, 3, 22, 15, 0, 0, time.Local),
	} {
		if got, err := deadline(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"soon", "-1h", "25:00", "6"} {
		if _, err := deadline(text, now); !errors.Is(err, errConfig) {
			t.Errorf("%q: %v; want a mistake of the operator's", text, err)
		}
	}
}

func TestReportOfWhatIsLeft(t *testing.T) {
	run := inventory.Run{Listing: time.Hour}
	for i := range 10 {
		p := inventory.PlaceReport{Place: fmt.Sprint(i), Complete: i < 3}
		if i >= 4 {
			p.Left, p.Error = true, "left for the next run: it is late"
		}
		run.Places = append(run.Places, p)
	}
	var out strings.Builder
	if err := reportLeft(&out, run); err != nil {
		t.Fatal(err)
	}
	want := "left      6 places, which the next run begins with; at this pace they take 2h0m0s more, or 2 runs like this (left for the next run: it is late)\n"
	if out.String() != want {
		t.Errorf("got  %swant %s", out.String(), want)
	}
}

// TestTheDaysBudgetIsKept runs two nights over a tenant of which much was
// spent before: what one run spent, the next one knows.
func TestTheDaysBudgetIsKept(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inv.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Now()
	hour := now.Unix() / 3600
	for _, n := range []struct{ before, after wire.Spent }{
		{wire.Spent{hour: 40, hour - 30: 9}, wire.Spent{hour: 40}}, // over a day ago is forgotten
		{wire.Spent{hour: 2, hour - 1: 5}, wire.Spent{hour: 42, hour - 1: 5}},
	} {
		budget := &wire.Budget{}
		budget.Carry(n.before) // as if it was spent tonight
		run := testNight(t, store, &slowShare{places: 1, clock: &now})
		run.Sources[0].Budget = budget
		if _, err := run.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(n.after, budget.Spent()); diff != "" {
			t.Errorf("spent within a day (-want +got):\n%s", diff)
		}
	}
}

// TestASharedDayIsKeptWhereItIsShared runs a night over a tenant whose day is
// shared: it knows what was spent before, and keeps no second account.
func TestASharedDayIsKeptWhereItIsShared(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inv.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Now()
	hour := now.Unix() / 3600
	for _, n := range []struct {
		shared wire.Shared
		before int
		after  wire.Spent
	}{{nil, 40, wire.Spent{hour: 40}}, {store.Shared("t"), 5, wire.Spent{hour: 45}}, {nil, 0, wire.Spent{hour: 40}}} {
		budget := &wire.Budget{}
		if _, err := wire.New(wire.Options{Name: "graph", Shared: n.shared, Budget: budget}); err != nil {
			t.Fatal(err)
		}
		budget.Carry(wire.Spent{hour: n.before}) // as if it was spent tonight
		run := testNight(t, store, &slowShare{places: 1, clock: &now})
		run.Sources[0].Budget = budget
		if _, err := run.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(n.after, budget.Spent()); diff != "" {
			t.Errorf("spent within a day (-want +got):\n%s", diff)
		}
	}
}

// testNight is a night over one scanner, without a catalogue of the
// organisation's own.
func testNight(t *testing.T, store *sqlstore.Store, scanner scanners.Scanner) *night.Night {
	t.Helper()
	known, err := loadCatalogue("")
	if err != nil {
		t.Fatal(err)
	}
	classifier, err := newClassifier(known)
	if err != nil {
		t.Fatal(err)
	}
	return &night.Night{Store: store, Sources: []night.Source{{Scanner: scanner}}, Classifier: classifier, Catalogue: known,
		Parallel: 1, Out: filepath.Join(t.TempDir(), "out"), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

// slowShare is a tenant of places with one file each, where listing one takes
// ten minutes.
type slowShare struct {
	places int
	clock  *time.Time
	listed []string // in order
}

func (s *slowShare) Tenant() inventory.Tenant {
	return inventory.Tenant{Name: "slow", Suite: inventory.Share}
}

func (s *slowShare) Places(context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		for i := range s.places {
			id := fmt.Sprint("p", i)
			if !yield(inventory.Place{Tenant: "slow", ID: id, Name: id, Kind: inventory.PlaceShare}, nil) {
				return
			}
		}
	}
}

func (s *slowShare) Pages(_ context.Context, p inventory.Place, _ inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		s.listed = append(s.listed, p.ID)
		*s.clock = s.clock.Add(10 * time.Minute)
		yield(inventory.Page{Full: true, Complete: true, Changes: []inventory.Change{{ID: "1", Asset: &inventory.Asset{
			ID: inventory.AssetID(p.Key() + "/1"), Tenant: "slow", Place: p.ID, VendorID: "1", Name: p.ID + ".xlsx", Kind: inventory.KindWorkbook, Revision: "1",
		}}}}, nil)
	}
}

// A night with a deadline lists what there is time for and ends as partial;
// the next one begins with what it left.
func TestNightsWithADeadline(t *testing.T) {
	now := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	dir := t.TempDir()
	store, err := sqlstore.Open(t.Context(), filepath.Join(dir, "inv.db"), sqlstore.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	share := &slowShare{places: 7, clock: &now}
	var lists [][]string
	for range 2 {
		share.listed = nil
		n := testNight(t, store, share)
		n.Out, n.Now, n.Deadline = filepath.Join(dir, "out"), clock, now.Add(time.Hour)
		run, err := n.Run(t.Context())
		if err != nil || run.Result != inventory.RunPartial {
			t.Fatalf("run %d: %s, %v; want it partial", run.ID, run.Result, err)
		}
		if took := run.Finished.Sub(run.Started); took > time.Hour {
			t.Errorf("the night took %s; its deadline was after an hour", took)
		}
		lists = append(lists, share.listed)
	}
	want := [][]string{{"p0", "p1", "p2", "p3"}, {"p4", "p5", "p6", "p0"}}
	if diff := cmp.Diff(want, lists); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	if got := strings.Count(string(readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))), "\n"); got != share.places {
		t.Errorf("%d assets after two nights; want %d", got, share.places)
	}
}
