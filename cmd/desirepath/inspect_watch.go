package main

import (
	"context"
	"fmt"
	"runtime/metrics"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A watch keeps one file from ending the program. The reader has limits of its
// own; this is for what they miss.
type watch struct {
	time   time.Duration // after which it is told to stop
	memory uint64        // bytes alive beyond those before, likewise
	grace  time.Duration // that it then has before it is left behind
}

// fileWatch is the watch over the files of a command line. The reader stops by
// itself after a minute, and needs a few MiB.
var fileWatch = watch{time: 70 * time.Second, memory: 512 << 20, grace: 5 * time.Second}

// A look is what came of reading a file.
type look struct {
	structure inventory.Structure
	err       error
}

// look calls f, which reads one file, and answers for it come what may: a
// panic, too much time, or too much memory. What heeds nothing is left behind
// and no longer waited for.
func (w watch) look(ctx context.Context, f func(context.Context) (inventory.Structure, error)) (inventory.Structure, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	before, begun := aliveHeap(), time.Now()
	done := start(ctx, f)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var late <-chan time.Time
	for {
		select {
		case got := <-done:
			if got.err != nil {
				return emptyOf(got.structure), got.err
			}
			return got.structure, nil
		case <-late:
			return inventory.EmptyStructure(), fmt.Errorf("%w, and it did not stop", context.Cause(ctx))
		case <-tick.C:
		}
		if err := w.excess(begun, before); err != nil {
			stop(err) // the first counts
		}
		if late == nil && ctx.Err() != nil {
			late = time.After(w.grace)
		}
	}
}

// start calls f beside the caller. A panic is an error like others.
func start(ctx context.Context, f func(context.Context) (inventory.Structure, error)) <-chan look {
	done := make(chan look, 1)
	go func() {
		var got look
		defer func() {
			if p := recover(); p != nil {
				got.err = fmt.Errorf("the reader gave up on it: %v", p)
			}
			done <- got
		}()
		got.structure, got.err = f(ctx)
	}()
	return done
}

// excess says what a file took too much of; nil when it did not.
func (w watch) excess(begun time.Time, before uint64) error {
	switch {
	case time.Since(begun) > w.time:
		return fmt.Errorf("reading it took longer than %v", w.time)
	case aliveHeap() > before+w.memory:
		return fmt.Errorf("reading it took more than %d MiB of memory", w.memory>>20)
	}
	return nil
}

// aliveHeap is what the last collection of garbage left, in bytes.
func aliveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// emptyOf is a structure of nothing but of the same format.
func emptyOf(s inventory.Structure) inventory.Structure {
	empty := inventory.EmptyStructure()
	empty.Format = s.Format
	return empty
}
