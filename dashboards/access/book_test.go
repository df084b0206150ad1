package access

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A shelf keeps visits, or does not.
type shelf struct {
	mu     sync.Mutex
	kept   []inventory.Visit
	writes int
	err    error
}

func (s *shelf) keep(_ context.Context, vs []inventory.Visit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writes++; s.err == nil {
		s.kept = append(s.kept, vs...)
	}
	return s.err
}

func TestABookWritesInBatchesAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{err: errors.New("busy")}
		b := OpenBook(s.keep, slog.New(slog.DiscardHandler))
		for range 3 {
			b.Note(inventory.Visit{Page: "asset"})
		}
		time.Sleep(bookEvery + time.Millisecond)
		s.err = nil
		b.Note(inventory.Visit{Page: "week"})
		time.Sleep(bookEvery)
		if s.writes != 2 || len(s.kept) != 4 || s.kept[3].Page != "week" {
			t.Errorf("%d writes, kept %v", s.writes, s.kept)
		}
		for range bookBatch {
			b.Note(inventory.Visit{})
		}
		synctest.Wait()
		if len(s.kept) != 4+bookBatch {
			t.Errorf("a full batch waits: %d", len(s.kept))
		}
		b.Note(inventory.Visit{})
		if err := b.Close(t.Context()); err != nil || len(s.kept) != 5+bookBatch {
			t.Errorf("a stop lost notes: %d, %v", len(s.kept), err)
		}
	})
}

func TestABookIsFullWhenNothingIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{err: errors.New("no room")}
		b := OpenBook(s.keep, slog.New(slog.DiscardHandler))
		for range bookMost {
			if b.Full() {
				t.Fatal("full too early")
			}
			b.Note(inventory.Visit{})
		}
		synctest.Wait()
		if !b.Full() {
			t.Error("not full")
		}
		if err := b.Close(t.Context()); err == nil {
			t.Error("what was not kept is not told")
		}
	})
}
