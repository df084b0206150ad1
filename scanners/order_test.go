package scanners_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// What was left over comes first, then the latest active, then those of which
// nothing is known; the reports stay in the scanner's order.
func TestOrderOfPlaces(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	s := &script{places: places("unknown", "old", "new", "left", "also-unknown")}
	s.places[1].Active, s.places[2].Active, s.places[3].Active = day(1), day(9), day(2)
	e := scanners.Engine{Sink: scannertest.NewMemory(inventory.Scope{}), Parallel: 1,
		First: func(p inventory.Place) bool { return p.ID == "left" }}
	reports, err := e.List(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "order", s.asked, []string{"left", "new", "old", "unknown", "also-unknown"})
	var reported []string
	for _, r := range reports {
		reported = append(reported, r.Place)
	}
	equal(t, "reports", reported, []string{"t/unknown", "t/old", "t/new", "t/left", "t/also-unknown"})
}

// When it is enough no place is begun, one under way is left at its next
// page, and the next run goes on there.
func TestEnough(t *testing.T) {
	begun, turned := 0, 0
	s := &script{places: places("a", "b", "c"), pages: func(_ context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
		if since != "" {
			return pages(full("", true, p.ID+"2.xlsx"))
		}
		return pages(full("half", false, p.ID+"1.xlsx"), full("", true, p.ID+"2.xlsx"))
	}}
	m := scannertest.NewMemory(inventory.Scope{})
	late := errors.New("the time is up")
	e := scanners.Engine{Sink: m, Parallel: 1, Enough: func(underway bool) error {
		if underway {
			turned++
		} else {
			begun++
		}
		if begun > 2 || turned > 1 {
			return late
		}
		return nil
	}}
	reports, err := e.List(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "reports", outline(reports), []string{
		"t/a pages=2 found=2 complete",
		"t/b pages=1 found=1: the time is up",
		"t/c pages=0 found=0: left for the next run: the time is up",
	})
	if reports[1].Left || !reports[2].Left {
		t.Errorf("left: %v, %v; want the third place alone", reports[1].Left, reports[2].Left)
	}
	e.Enough = nil
	if _, err := e.List(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	equal(t, "stored", stored(t, m), []string{"a1.xlsx", "a2.xlsx", "b1.xlsx", "b2.xlsx", "c1.xlsx", "c2.xlsx"})
}

// A tenant whose day is used up is asked for no further place.
func TestNoPlaceIsBegunOnceTheDayIsUsedUp(t *testing.T) {
	s := &script{places: places("a", "b", "c"), pages: func(_ context.Context, p inventory.Place, _ inventory.Cursor) iter.Seq2[inventory.Page, error] {
		if p.ID == "a" {
			return pages(full("", true))
		}
		return pagesThen(fmt.Errorf("page: %w", wire.ErrSpent))
	}}
	e := scanners.Engine{Sink: scannertest.NewMemory(inventory.Scope{}), Parallel: 1}
	reports, err := e.List(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "asked", s.asked, []string{"a", "b"})
	equal(t, "reports", outline(reports), []string{
		"t/a pages=1 found=0 complete",
		"t/b pages=0 found=0: page: " + wire.ErrSpent.Error(),
		"t/c pages=0 found=0: left for the next run: page: " + wire.ErrSpent.Error(),
	})
}
