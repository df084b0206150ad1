package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/schedule"
	"github.com/desirepath/desirepath/cmd/desirepath/supervisor"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/prometheus/client_golang/prometheus"
)

// nights begins the nights of a schedule. The configuration can be exchanged:
// the next night is done by the new one.
type nights struct {
	app     *app
	store   *sqlstore.Store
	config  atomic.Pointer[config.Config]
	changed chan struct{} // holds a word when the schedule may have changed
	next    prometheus.Gauge

	supervisor supervisor.Supervisor
}

func newNights(a *app, store *sqlstore.Store, c config.Config, s supervisor.Supervisor) *nights {
	n := &nights{app: a, store: store, changed: make(chan struct{}, 1), next: nextNight(), supervisor: s}
	n.config.Store(&c)
	return n
}

// follow makes the next night that begins one by another configuration.
func (n *nights) follow(c config.Config) {
	n.config.Store(&c)
	select {
	case n.changed <- struct{}{}:
	default: // there is a word already
	}
}

// keep begins nights until ctx ends; it returns when the one that is under way
// has come to its end.
func (n *nights) keep(ctx context.Context) {
	for ctx.Err() == nil {
		during, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			n.keepTo(ctx, during, *n.config.Load())
		}()
		select {
		case <-ctx.Done():
		case <-n.changed:
		}
		stop()
		<-done
	}
}

// keepTo begins nights by one configuration, until waiting ends. A night that
// has begun goes on until ctx does.
func (n *nights) keepTo(ctx, waiting context.Context, c config.Config) {
	if !c.Schedule.Set() {
		n.next.Set(0)
		return
	}
	at, jitter, err := c.Schedule.Parsed()
	if err != nil { // cannot be: the configuration was checked
		n.app.Log.Error("no night is scheduled", "err", err)
		return
	}
	keeper := schedule.Keeper{
		Schedule: at, Jitter: jitter,
		Tell: func(next time.Time) {
			n.next.Set(float64(next.Unix()))
			begins := next.Format("Monday 2 January 15:04 MST")
			fmt.Fprintf(n.app.Out, "The next night begins %s.\n", begins)
			n.supervisor.Status("the next night begins " + begins)
		},
		Work: func(context.Context) {
			n.supervisor.Status("a night is under way")
			n.night(ctx, c)
		},
	}
	keeper.Keep(waiting, n.lastNight(waiting, c))
}

// lastNight is when the newest run began; zero if nothing is to be made up for.
func (n *nights) lastNight(ctx context.Context, c config.Config) time.Time {
	if !c.Schedule.CatchesUp() {
		return time.Time{}
	}
	runs, err := n.store.Runs(ctx, 1)
	if err != nil || len(runs) == 0 {
		return time.Time{}
	}
	return runs[0].Started
}

// night does a night's work, and tells how it went.
func (n *nights) night(ctx context.Context, c config.Config) {
	until, err := deadline(c.Schedule.Done, n.app.Now())
	if err != nil {
		n.app.Log.Error("no night began", "err", err)
		return
	}
	run, err := n.app.scan(ctx, c, until)
	switch {
	case errors.Is(err, inventory.ErrLocked):
		fmt.Fprintln(n.app.Out, "No night began, since another run is at work.")
	case err != nil && ctx.Err() != nil:
		fmt.Fprintf(n.app.Out, "Run %d was stopped; the next one goes on where it was.\n", run.ID)
	case err != nil:
		n.app.Log.Error("the night failed", "run", run.ID, "err", err)
	default:
		if err := n.app.report(run, c.Out); err != nil {
			n.app.Log.Error("the night was not told", "run", run.ID, "err", err)
		}
	}
}
