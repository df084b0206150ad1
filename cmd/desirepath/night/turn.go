package night

import (
	"context"
	"errors"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// elsewhere has a place listed as a job.
func (n *Night) elsewhere(run *inventory.Run, s Source, until window) func(context.Context, inventory.Place, *inventory.PlaceReport) (why, err error) {
	here := make(chan struct{}, max(1, n.Parallel)) // a crew has more hands than this process should have places under way
	return func(ctx context.Context, p inventory.Place, report *inventory.PlaceReport) (error, error) {
		crew := n.lister(s, p)
		if _, ours := crew.(alone); ours {
			here <- struct{}{}
			defer func() { <-here }()
		}
		if err := n.Store.KnowPlace(ctx, p); err != nil {
			return err, err
		}
		accounts, err := n.doBy(ctx, crew, run, inventory.Job{Step: stepList, Tenant: p.Tenant, Place: p.ID, Until: until.last})
		if err != nil {
			report.Error = "not listed: " + scanners.Told(err)
			return err, err
		}
		done := accounts[0]
		report.Tally, report.Pages, report.Complete, report.Error = done.Report.Tally, done.Report.Pages, done.Report.Complete, done.Report.Error
		return why(done), nil
	}
}

// oftenMoved is how often a listing follows somebody who lists the same place:
// whoever did so for a run that was cut is soon done.
const oftenMoved = 20

// workList lists a place, from where it is.
func (n *Night) workList(ctx context.Context, j inventory.Job, t Turn, a *inventory.JobAccount) error {
	s, err := n.source(j.Tenant)
	if err != nil {
		return err
	}
	p, err := n.Store.Place(ctx, j.Tenant, j.Place)
	if errors.Is(err, inventory.ErrNotFound) {
		a.Report.Error = "it was taken out of the inventory before it was listed"
		return nil
	}
	if err != nil {
		return err
	}
	sink := &turnSink{Store: n.Store, night: n, job: j, turn: t, account: a}
	engine := scanners.Engine{Sink: sink, Enough: sink.enough, Log: n.Log.With("run", j.Run)}
	for range oftenMoved {
		var why error
		if why, err = engine.Place(ctx, s.Scanner, p, &a.Report); err != nil {
			return err
		}
		switch {
		case sink.handedOn:
			return ErrHandedOn
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(why, inventory.ErrMoved):
			if _, *a, err = n.Store.TakeUp(ctx, j); err != nil { // with what was found meanwhile
				return gone(err)
			}
			continue // from where it is now
		}
		a.Spent, a.Late = errors.Is(why, wire.ErrSpent), errors.Is(why, errLate) // the report says the rest
		break
	}
	a.Done = a.Report.Tally.Found
	return nil
}

// A turnSink keeps with every page how far its job is, and with the last page
// of a turn puts the job back.
type turnSink struct {
	*sqlstore.Store
	night    *Night
	job      inventory.Job
	turn     Turn
	account  *inventory.JobAccount
	handedOn bool
}

// Apply implements scanners.Sink.
func (s *turnSink) Apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page) (inventory.Tally, error) {
	over := !page.Complete && s.turn.over()
	var also func(sqlstore.Tx) error
	if over {
		next := s.job
		next.Turn++
		also = func(tx sqlstore.Tx) error { return s.turn.Next(ctx, tx, next) }
	}
	tally, err := s.Store.ApplyAs(ctx, s.job, p, from, page, s.withPage, also)
	s.handedOn = over && err == nil
	return tally, gone(err)
}

// withPage is the job's account with one more page.
func (s *turnSink) withPage(t inventory.Tally) inventory.JobAccount {
	a := *s.account
	a.Report.Tally, a.Report.Pages = a.Report.Tally.Plus(t), a.Report.Pages+1
	a.Done = a.Report.Tally.Found
	return a
}

func (s *turnSink) enough(bool) error {
	if s.handedOn {
		return ErrHandedOn
	}
	return s.night.late(s.job.Until)
}
