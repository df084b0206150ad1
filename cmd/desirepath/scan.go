package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
)

type scanCmd struct {
	configFile
	Plan   bool `help:"Read nothing but counts, and say what a scan would take."`
	Ledger bool `help:"Print every kind of request that was made, and how often."`

	Deadline string `help:"Be done by then: a duration such as 6h, or a time of the day such as 06:30. What is left is where the next run begins." placeholder:"TIME"`
}

// Run does a night's work.
func (cmd scanCmd) Run(ctx context.Context, a *app) error {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	if cmd.Plan {
		return a.plan(ctx, c)
	}
	until, err := deadline(cmd.Deadline, a.Now())
	if err != nil {
		return err
	}
	keepSmall()
	run, err := a.scan(ctx, c, until)
	if err != nil {
		return err
	}
	if err := a.report(run, c.Out); err != nil {
		return err
	}
	if cmd.Ledger {
		if err := a.ledger(run.Ledger); err != nil {
			return err
		}
	}
	if run.Result == inventory.RunPartial {
		return errPartial
	}
	return nil
}

// keepSmall has memory that a night no longer uses taken up again before it
// grows beyond what is promised for ten million assets, 512 MiB with what SQLite
// holds beside it. Whoever sets GOMEMLIMIT knows better.
func keepSmall() {
	const limit = 256 << 20 // bytes; what is in use may go above it
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}

// scan does the night's work over a configuration's sources and publishes
// its results. It is over by the deadline, if there is one.
func (a *app) scan(ctx context.Context, c config.Config, until time.Time) (run inventory.Run, err error) {
	if err := writable(c.Out); err != nil {
		return run, err
	}
	n, err := a.night(ctx, c)
	if err != nil {
		return run, err
	}
	defer n.Store.Close()
	show := newProgress(a.Err)
	defer show.end()
	n.Deadline, n.Progress = until, show.stage
	if c.Scan.Workers {
		m, err := a.join(ctx, c, n)
		if err != nil {
			return run, err
		}
		defer func() { err = errors.Join(err, m.Leave(ctx)) }()
		n.Crew = m
	}
	return n.Run(ctx)
}

// night makes ready what a configuration's nights need. Whoever is done with
// it closes its store.
func (a *app) night(ctx context.Context, c config.Config) (*night.Night, error) {
	known, err := loadCatalogue(c.Catalogue)
	if err != nil {
		return nil, err
	}
	people, err := config.LoadPeople(c.People)
	if err != nil {
		return nil, configError{err}
	}
	ids, err := config.IDKey(c.Scan.IDKeyFile)
	if err != nil {
		return nil, configError{err}
	}
	n := &night.Night{
		Names: &night.Names{}, IDKey: ids, Scope: c.Scope, People: people, Catalogue: known,
		Outreach:  night.Outreach{Certainty: c.Outreach.Certainty, Quiet: days(c.Outreach.Quiet), Language: c.Outreach.Language, Worth: worthWeights(c.Outreach)},
		Retention: retention(c.Retention), Parallel: c.Scan.Parallel, Observe: days(c.Scan.Observe),
		Organisation: c.Organisation, Out: c.Out, Metrics: nightMetrics(c, known.Systems), Log: a.Log, Now: a.Now,
	}
	if n.Store, err = a.open(ctx, c); err != nil {
		return nil, err
	}
	n.Tuned = func(ctx context.Context) (*classify.Classifier, error) { return tunedClassifier(ctx, n.Store, known) }
	n.Classifier, err = n.Tuned(ctx)
	if err == nil {
		n.Sources, err = a.sources(c, n.Names.Known, sharing(n.Store, c.Store))
	}
	if err == nil {
		err = refuseExcess(ctx, n.Sources)
	}
	if err != nil {
		return nil, errors.Join(err, n.Store.Close())
	}
	return n, nil
}

// refuseExcess keeps a night from beginning with a token that allows more than
// reading, where that can be seen. A source that cannot be asked is the
// night's to report.
func refuseExcess(ctx context.Context, sources []night.Source) error {
	for _, s := range sources {
		grants, ok := s.Scanner.(interface {
			Excess(context.Context) ([]string, error)
		})
		if !ok {
			continue
		}
		if excess, err := grants.Excess(ctx); err == nil && len(excess) > 0 {
			return fmt.Errorf("source %s: %w: it is granted %s, which allows more than reading: take it back; desirepath doctor says how",
				s.Scanner.Tenant().Name, inventory.ErrNotPermitted, strings.Join(excess, ", "))
		}
	}
	return nil
}

func retention(r config.Retention) sqlstore.Retention {
	return sqlstore.Retention{Runs: days(r.Runs), Use: days(r.Use), Visits: days(r.Visits), Conversations: days(r.Conversations)}
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// report says in a few lines what a run did.
func (a *app) report(run inventory.Run, out string) error {
	var t inventory.Tally
	listed, excluded, notes, requests := 0, 0, 0, 0
	var cut []inventory.PlaceReport
	for _, p := range run.Places {
		t.Add(p.Tally)
		switch {
		case p.Left: // told together, below
		case p.Place == "":
			excluded++
		case p.Complete && p.Error != "":
			notes++
			fmt.Fprintf(a.Err, "%s: %s\n", p.Name, p.Error)
		case p.Complete:
			listed++
		default:
			cut = append(cut, p)
		}
	}
	tellCut(a.Err, cut)
	for _, l := range run.Ledger {
		requests += l.Count
	}
	if _, err := fmt.Fprintf(a.Out, `run %d %s in %.1f s
places    %d of %d listed, %d left out on request
assets    %d new or altered, %d gone, %d left out on request
requests  %d, mutations: %d
results   %s
`,
		run.ID, run.Result, run.Finished.Sub(run.Started).Seconds(),
		listed, len(run.Places)-excluded-notes, excluded, t.Changed, t.Removed, t.Excluded, requests, run.Ledger.Mutations(), out); err != nil {
		return err
	}
	if err := reportExpired(a.Out, run.Expired); err != nil {
		return err
	}
	return reportLeft(a.Out, run)
}

// reportExpired says what was kept long enough.
func reportExpired(w io.Writer, expired map[string]int) error {
	var told []string
	for _, kind := range slices.Sorted(maps.Keys(expired)) {
		told = append(told, fmt.Sprintf("%d %s", expired[kind], kind))
	}
	if len(told) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "let go    %s\n", strings.Join(told, "; "))
	return err
}

// tellCut says of places that were not seen to their end why, each reason
// once: a permission that is missing cuts as many places as there are people.
func tellCut(w io.Writer, places []inventory.PlaceReport) {
	var reasons []string
	named := map[string][]string{}
	for _, p := range places {
		if len(named[p.Error]) == 0 {
			reasons = append(reasons, p.Error)
		}
		named[p.Error] = append(named[p.Error], p.Name)
	}
	for _, why := range reasons {
		names := strings.Join(named[why][:min(len(named[why]), 3)], ", ")
		if more := len(named[why]) - 3; more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		fmt.Fprintf(w, "not seen to the end: %s: %s\n", names, why)
	}
}

// plan prints what a first scan of each source would take.
func (a *app) plan(ctx context.Context, c config.Config) error {
	sources, err := a.sources(c, nil, nil)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "SOURCE\tPLACES\tEXCLUDED\tREQUESTS\tUNITS\tTIME")
	var told []string
	var failed []error
	for _, s := range sources {
		name := s.Scanner.Tenant().Name
		planner, ok := s.Scanner.(scanners.Planner)
		if !ok {
			continue
		}
		p, err := planner.Plan(ctx, c.Scope)
		if err != nil {
			failed = append(failed, fmt.Errorf("plan %s: %w", name, err))
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\n", name, p.Places, p.Excluded, p.Requests, p.Units, paced(p.Seconds))
		for _, u := range p.Unseen {
			told = append(told, "stays unseen: "+name+": "+u)
		}
		for _, n := range p.Notes {
			told = append(told, "note: "+name+": "+n)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, line := range told {
		fmt.Fprintln(a.Out, line)
	}
	return errors.Join(failed...)
}

// paced tells how long requests take at the pace that is kept; where none is,
// nobody can say.
func paced(seconds float64) string {
	if seconds <= 0 {
		return "-"
	}
	return (time.Duration(math.Ceil(seconds)) * time.Second).String()
}

// ledger prints the requests of a run.
func (a *app) ledger(lines inventory.Ledger) error {
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "HOST\tMETHOD\tPATH\tSTATUS\tCOUNT\tUNITS\tBYTES\tWAITED")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%v\n", l.Host, l.Method, l.Template, l.Status, l.Count, l.Units, l.Bytes, l.Waited.Round(time.Millisecond))
	}
	return w.Flush()
}
