package scanners

import (
	"context"
	"errors"

	"github.com/desirepath/desirepath/inventory"
)

// A listing brings one place up to date.
type listing struct {
	*run
	place  inventory.Place
	report *inventory.PlaceReport
	at     inventory.Cursor // what the sink holds
}

// whole lists the place to its end, from scratch if its cursor turns out to
// have expired: from where the vendor says if it does, and from our own
// beginning if that is no good either. Another expiry is an error: a place that
// forgets a cursor within one run would otherwise be listed for ever.
func (l *listing) whole(ctx context.Context) (err error) {
	defer l.survive(&err)
	if l.at, err = l.Sink.Cursor(ctx, l.place); err != nil {
		return &sinkError{err}
	}
	since := l.at
	for restarts := 0; ; restarts++ {
		err = l.pages(ctx, since)
		if !errors.Is(err, ErrCursorExpired) || restarts > 0 && since == "" {
			return err
		}
		l.log.DebugContext(ctx, "cursor expired, listing from scratch", "place", l.place.Key())
		var begin *Expired
		if since = ""; restarts == 0 && errors.As(err, &begin) {
			since = begin.Resume
		}
		if err := l.restart(ctx); err != nil {
			return err
		}
	}
}

func (l *listing) restart(ctx context.Context) error {
	if err := l.Sink.Restart(ctx, l.place, l.at); err != nil {
		return fromSink(err)
	}
	l.at = ""
	// What was found before the restart will be found again.
	l.report.Tally = inventory.Tally{Changed: l.report.Tally.Changed, Removed: l.report.Tally.Removed}
	return nil
}

func (l *listing) pages(ctx context.Context, since inventory.Cursor) error {
	for page, err := range l.scanner.Pages(ctx, l.place, since) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := l.apply(ctx, page); err != nil {
			return err
		}
		if page.Complete {
			return nil
		}
		if err := l.enough(true); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.New("the listing stopped before it was complete")
}

func (l *listing) apply(ctx context.Context, page inventory.Page) error {
	tally, err := l.Sink.Apply(ctx, l.place, l.at, page)
	if err != nil {
		return fromSink(err)
	}
	l.at = page.Next
	l.report.Pages++
	l.report.Tally.Add(tally)
	l.tell(Event{Stage: StagePage, Place: l.place, Report: *l.report})
	return nil
}

// A sinkError is one that a sink gave: no place can be stored any more.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return "store: " + e.err.Error() }
func (e *sinkError) Unwrap() error { return e.err }

// fromSink tells the errors that concern one place from those that concern all.
func fromSink(err error) error {
	if errors.Is(err, inventory.ErrMoved) {
		return err
	}
	return &sinkError{err}
}
