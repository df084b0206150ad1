package access

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

const (
	bookEvery = time.Second // how often what was noted is written
	bookBatch = 500         // and after how many notes at the latest
	bookMost  = 10_000      // notes that may wait for a store that does not answer
)

// A Book notes who was shown what. Notes are written in batches, off the way
// of those who look; a machine that fails loses the last second of them, a
// graceful stop none.
type Book struct {
	keep func(context.Context, []inventory.Visit) error
	log  *slog.Logger

	mu      sync.Mutex
	waiting []inventory.Visit
	wake    chan struct{} // a batch is full
	stop    chan struct{}
	stopped chan struct{}
}

// OpenBook begins a book that keep writes down. Close ends it.
func OpenBook(keep func(context.Context, []inventory.Visit) error, log *slog.Logger) *Book {
	b := &Book{keep: keep, log: log, wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}
	go b.write()
	return b
}

// Note adds a visit.
func (b *Book) Note(v inventory.Visit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, v)
	if len(b.waiting) >= bookBatch {
		select {
		case b.wake <- struct{}{}:
		default: // it was woken already
		}
	}
}

// Full reports that notes cannot be written and too many wait: nobody should
// be shown names then.
func (b *Book) Full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting) >= bookMost
}

// Close writes what is still waiting, once.
func (b *Book) Close(ctx context.Context) error {
	close(b.stop)
	<-b.stopped
	return b.flush(ctx)
}

func (b *Book) write() {
	defer close(b.stopped)
	tick := time.NewTicker(bookEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-tick.C:
		case <-b.wake:
		}
		if err := b.flush(context.Background()); err != nil {
			b.log.Error("who looked could not be kept; it is tried again", "err", err)
		}
	}
}

// flush writes what is waiting. What cannot be written waits on.
func (b *Book) flush(ctx context.Context) error {
	b.mu.Lock()
	batch := b.waiting
	b.waiting = nil
	b.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := b.keep(ctx, batch)
	if err != nil {
		b.mu.Lock()
		b.waiting = append(batch, b.waiting...)
		b.mu.Unlock()
	}
	return err
}
