package scanners

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/desirepath/desirepath/inventory"
)

// parallel is how many places are listed at once unless the Engine says. Most
// of the time goes into waiting for the vendor, whose pacer is shared anyway.
const parallel = 4

// An Engine drives scanners: it lists their places, leaves out what the scope
// excludes before anything of it is asked for, and brings every page to the
// sink as it comes. A place that fails is reported; the others go on.
type Engine struct {
	Sink     Sink
	Scope    inventory.Scope
	Parallel int          // places listed at once; 4 when 0
	Log      *slog.Logger // nil for none
	// Progress, when set, is told what happens, one Event after the other.
	Progress func(Event)
	// First, when set, tells the places to begin with; the others follow by
	// their last activity.
	First func(inventory.Place) bool
	// Enough, when set, is asked before a place is begun, and before every
	// further page of one that is under way. An error says why not to go on;
	// what is left then is the next run's. It is called concurrently.
	Enough func(underway bool) error
	// Elsewhere, when set, has a place listed in another way than by Place
	// here, such as by another process, and completes its report. Why says what
	// cut the listing short, err what stops the listing of all places.
	Elsewhere func(ctx context.Context, p inventory.Place, report *inventory.PlaceReport) (why, err error)
}

// List brings the sink up to date with a tenant and reports every place in
// the order the scanner named them:
//
//   - A place that could not be listed to its end has a report with an Error
//     and is not Complete; what is stored of it stays.
//   - A place that was not begun, because of Enough or because the tenant's
//     day is used up, has a report that says Left besides.
//   - An excluded place has a report, at the end, that is Complete but names
//     nothing. What was stored of it before goes.
//   - If places could not all be listed, a report under the tenant's bare
//     name says why, and no place is taken to be gone.
//
// The error is for what stopped the work as a whole: the context, the sink, or
// a tenant of which not one place could be listed. The reports are good even then.
func (e *Engine) List(ctx context.Context, s Scanner) ([]inventory.PlaceReport, error) {
	r := e.run(s)
	all, listing := r.places(ctx)
	r.split(all)
	r.tell(Event{Stage: StagePlaces})

	err := r.settle(ctx, all, listing)
	if err == nil {
		err = r.listAll(ctx)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		err = fmt.Errorf("tenant %s: %w", s.Tenant().Name, err)
	}
	return r.account(listing, err), err
}

// Place brings the sink up to date with one place, and completes a report on
// it, which may have begun earlier. Why says what cut the listing short; err is
// of the sink and would stop the listing of other places too.
func (e *Engine) Place(ctx context.Context, s Scanner, p inventory.Place, report *inventory.PlaceReport) (why, err error) {
	return e.run(s).place(ctx, p, report)
}

func (e *Engine) run(s Scanner) *run {
	return &run{Engine: e, scanner: s, log: e.log().With("scanner", s.Tenant().Name)}
}

func (e *Engine) log() *slog.Logger {
	if e.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return e.Log
}

// A run is one List under way.
type run struct {
	*Engine
	scanner  Scanner
	log      *slog.Logger
	included []inventory.Place
	excluded int
	reports  []inventory.PlaceReport // of the included places, in their order

	telling  sync.Mutex
	stopping sync.Mutex
	stopped  error // why no further place is begun
}

// places lists the places of the tenant, each once. It returns those it saw
// even when the listing fails.
func (r *run) places(ctx context.Context) (all []inventory.Place, err error) {
	defer r.survive(&err)
	seen := map[string]bool{}
	for p, err := range r.scanner.Places(ctx) {
		if err != nil {
			return all, err
		}
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		if !seen[p.Key()] {
			seen[p.Key()] = true
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		// A tenant without a single place is far more likely to be one that
		// we are not shown, and believing it would empty the inventory.
		return nil, errors.New("it shows not a single place: check what the account may see")
	}
	return all, nil
}

func (r *run) split(all []inventory.Place) {
	for _, p := range all {
		if r.Scope.ExcludesPlace(p) {
			r.excluded++
			continue
		}
		r.included = append(r.included, p)
		r.reports = append(r.reports, inventory.PlaceReport{Place: p.Key(), Name: p.Name, Personal: p.Owner != ""})
	}
}

// settle tells the sink which places there are, if that is known for sure.
func (r *run) settle(ctx context.Context, all []inventory.Place, listing error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if listing == nil {
		return r.Sink.SeenPlaces(ctx, r.scanner.Tenant().Name, r.included)
	}
	if len(all) == 0 {
		return listing
	}
	return nil
}

func (r *run) listAll(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	limit := r.Parallel
	if limit < 1 {
		limit = parallel
	}
	g.SetLimit(limit)
	for _, i := range r.order() {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error { return r.list(ctx, r.included[i], &r.reports[i]) })
	}
	err := g.Wait()
	r.summarise()
	return err
}

// list lists one place. Its error is one that stops all places.
func (r *run) list(ctx context.Context, p inventory.Place, report *inventory.PlaceReport) error {
	if ctx.Err() != nil {
		return nil
	}
	if why := r.enough(false); why != nil {
		leave(report, why)
		return nil
	}
	r.tell(Event{Stage: StageStarted, Place: p, Report: *report})
	list := r.place
	if r.Elsewhere != nil {
		list = r.Elsewhere
	}
	why, err := list(ctx, p, report)
	r.note(ctx, p, *report)
	r.heed(why)
	r.tell(Event{Stage: StageFinished, Place: p, Report: *report})
	if ctx.Err() != nil {
		return nil // List tells why
	}
	return err
}

// place lists a place here.
func (r *run) place(ctx context.Context, p inventory.Place, report *inventory.PlaceReport) (why, err error) {
	l := listing{run: r, place: p, report: report}
	why = l.whole(ctx)
	report.Complete, report.Error = why == nil, ""
	if why != nil {
		report.Error = Told(why)
	}
	var sink *sinkError
	if errors.As(why, &sink) {
		return why, sink
	}
	return why, nil
}

func (r *run) note(ctx context.Context, p inventory.Place, report inventory.PlaceReport) {
	args := []any{"place", p.Key(), "pages", report.Pages, "found", report.Tally.Found}
	if report.Complete {
		r.log.InfoContext(ctx, "place listed", args...)
		return
	}
	r.log.WarnContext(ctx, "place not listed to its end", append(args, "err", report.Error)...)
}

// account completes the reports: every place has one.
func (r *run) account(listing, stopped error) []inventory.PlaceReport {
	for i := range r.reports {
		if rep := &r.reports[i]; !rep.Complete && rep.Error == "" {
			rep.Error = "not listed, the run was stopped: " + Told(stopped)
		}
	}
	if listing != nil {
		name := r.scanner.Tenant().Name
		r.reports = append(r.reports, inventory.PlaceReport{Place: name, Name: name, Error: "list of places: " + Told(listing)})
	}
	for range r.excluded {
		r.reports = append(r.reports, inventory.PlaceReport{Complete: true})
	}
	return r.reports
}

// survive turns a panic of a scanner into an error of the place it was at.
func (r *run) survive(err *error) {
	if p := recover(); p != nil {
		r.log.Error("scanner panicked", "err", Told(fmt.Errorf("%v", p)), "stack", string(debug.Stack()))
		*err = fmt.Errorf("the scanner panicked, which is a mistake of ours: %v", p)
	}
}
