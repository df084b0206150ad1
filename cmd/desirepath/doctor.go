package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/crew"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/microsoft"
)

type doctorCmd struct {
	configFile
	output
	Source string `help:"Only this source." placeholder:"NAME"`
}

// doctorPatience bounds what one source may take to answer.
const doctorPatience = time.Minute

// errDoctor ends a doctor who found something that is missing.
var errDoctor = errors.New("something is missing; the answer says what, and what to do")

// A finding is one line of "doctor --output json".
type finding struct {
	Source string `json:"source"`
	scanners.Check
}

// Run looks whether a night could do its work, and says what is missing.
func (cmd doctorCmd) Run(ctx context.Context, a *app) error {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	sources, err := pick(c, cmd.Source)
	if err != nil {
		return err
	}
	var all []finding
	for _, s := range sources {
		for _, check := range a.examine(ctx, c, s) {
			all = append(all, finding{s.Name, check})
		}
	}
	for _, check := range append(a.house(ctx, c), a.door(ctx, c)...) {
		all = append(all, finding{"here", check})
	}
	if err := cmd.print(a.Out, all); err != nil {
		return err
	}
	return outcome(all)
}

// pick gives the sources that a command is about: the named one, or all.
func pick(c config.Config, name string) ([]config.Source, error) {
	if name == "" {
		return c.Sources, nil
	}
	for _, s := range c.Sources {
		if s.Name == name {
			return []config.Source{s}, nil
		}
	}
	return nil, configError{fmt.Errorf("--source %s: the configuration has no such source", name)}
}

// examine looks at one source.
func (a *app) examine(ctx context.Context, c config.Config, s config.Source) []scanners.Check {
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	var checks []scanners.Check
	if err := (config.Config{Sources: []config.Source{s}}).Secrets(); err != nil {
		return []scanners.Check{{Feature: "all", Need: "certificate, key or secret", State: scanners.Failed, Cost: "signing in is not possible", Remedy: err.Error()}}
	}
	if s.Microsoft != nil && s.Microsoft.TokenFile == "" {
		credential := microsoft.CheckCredential(microsoftCredential(*s.Microsoft), a.Now())
		if checks = append(checks, credential); credential.State == scanners.Refused || credential.State == scanners.Failed {
			return checks
		}
	}
	source, err := a.source(c, s, reader{}, nil)
	if err != nil {
		return append(checks, scanners.Check{Feature: "all", Need: "a configuration that works", State: scanners.Failed, Cost: "the source is not scanned", Remedy: err.Error()})
	}
	if checker, ok := source.Scanner.(scanners.Checker); ok {
		checks = append(checks, checker.Check(ctx)...)
	}
	if s.Folder != nil {
		checks = append(checks, apart(c, s.Folder.Path))
	}
	return checks
}

// apart looks that our own files do not lie where a source is scanned.
func apart(c config.Config, folder string) scanners.Check {
	check := scanners.Check{Feature: "all", Need: "results lie elsewhere", State: scanners.Good}
	for _, path := range []string{c.Store, c.Out} {
		if below, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(below) {
			check.State, check.Cost = scanners.Warning, path+" lies in the folder that is scanned: what we write there would be scanned too"
			check.Remedy = "set store and out to somewhere else"
		}
	}
	return check
}

// house looks at what is on this machine: store, results, catalogue.
func (a *app) house(ctx context.Context, c config.Config) []scanners.Check {
	checks := append([]scanners.Check{a.shelf(ctx, c)}, a.helpers(ctx, c)...)
	checks = append(checks, place("results", c.Out))
	if _, err := config.LoadPeople(c.People); err != nil {
		checks = append(checks, scanners.Check{Feature: "people", Need: "the file that joins accounts", State: scanners.Failed, Cost: "no night begins", Remedy: err.Error()})
	}
	known, err := loadCatalogue(c.Catalogue)
	var problems catalogue.Problems
	if err != nil && !errors.As(err, &problems) {
		return append(checks, scanners.Check{Feature: "catalogue", Need: "can be read", State: scanners.Failed, Cost: "nothing can be compared", Remedy: err.Error()})
	}
	if problems == nil {
		problems = catalogue.Lint(known)
	}
	for _, p := range problems {
		checks = append(checks, scanners.Check{Feature: "catalogue", Need: p.Thing, State: scanners.Failed, Found: p.Message, Cost: "verdicts and conversations about it are not sound", Remedy: p.Remedy})
	}
	if len(known.Systems) == 0 && len(problems) == 0 {
		return append(checks, scanners.Check{Feature: "catalogue", Need: "your systems", State: scanners.Warning, Found: "none are named",
			Cost: "nothing is compared with a system of yours, and no partner hears of it", Remedy: "set catalogue to a file such as cmd/desirepath/examples/systems.yaml"})
	}
	if len(problems) == 0 {
		checks = append(checks, scanners.Check{Feature: "catalogue", Need: "systems with partners", State: scanners.Good, Found: fmt.Sprintf("%d systems, each with a partner", len(known.Systems))})
	}
	return checks
}

// door looks whether people could sign in to the pages, where they do.
func (a *app) door(ctx context.Context, c config.Config) []scanners.Check {
	if c.Portal.SignIn == nil {
		return nil
	}
	check := scanners.Check{Feature: "portal", Need: "signing in by " + c.Portal.SignIn.Issuer, State: scanners.Good, Found: "the provider answers; whether it takes the client's secret, the first sign-in tells"}
	signIn, err := a.signIn(ctx, c)
	if err != nil {
		check.State, check.Found, check.Cost, check.Remedy = scanners.Failed, "", "nobody can open the pages", err.Error()
		return []scanners.Check{check}
	}
	signIn.Close()
	return []scanners.Check{check}
}

// shelf looks whether the inventory can be kept where it shall be.
func (a *app) shelf(ctx context.Context, c config.Config) scanners.Check {
	if !c.OnServer() {
		return place("inventory", filepath.Dir(c.Store))
	}
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	check := scanners.Check{Feature: "inventory", Need: "write to " + c.Store, State: scanners.Good}
	store, err := a.open(ctx, c)
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		check.State, check.Cost, check.Remedy = scanners.Failed, "nothing can be kept", err.Error()
	}
	return check
}

// helpers looks who is there to work for the nights, where they hand out work.
func (a *app) helpers(ctx context.Context, c config.Config) []scanners.Check {
	if !c.Scan.Workers {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	check := scanners.Check{Feature: "workers", Need: "a queue, and who works", State: scanners.Good}
	password, err := c.Password()
	living := 0
	if err == nil {
		living, err = crew.Living(ctx, c.Store, password)
	}
	switch {
	case err != nil:
		check.State, check.Cost, check.Remedy = scanners.Failed, "no night begins", err.Error()
	case living == 0:
		check.State, check.Found, check.Cost, check.Remedy = scanners.Warning, "none is there", "whoever begins a night does it alone", "start desirepath worker with this configuration, on as many machines as you like"
	default:
		check.Found = fmt.Sprintf("%d there", living)
	}
	return []scanners.Check{check}
}

// place looks whether a folder of ours can be written to. One that is not
// there yet is judged by the nearest that is.
func place(feature, dir string) scanners.Check {
	c := scanners.Check{Feature: feature, Need: "write to " + dir, State: scanners.Good}
	near := dir
	for {
		if _, err := os.Stat(near); !errors.Is(err, os.ErrNotExist) || filepath.Dir(near) == near {
			break
		}
		near = filepath.Dir(near)
	}
	if err := probe(near); err != nil {
		c.State, c.Cost, c.Remedy = scanners.Failed, "nothing can be kept", "let this account write there: "+err.Error()
	}
	return c
}

// print shows the findings; for people, those that need something follow the
// table in words.
func (cmd doctorCmd) print(w io.Writer, all []finding) error {
	table := cmd.Output == "table"
	headings := []string{"SOURCE", "FEATURE", "NEED", "STATE", "FOUND"}
	if !table {
		headings = append(headings, "COST", "REMEDY")
	}
	p, err := cmd.printer(w, headings...)
	if err != nil {
		return err
	}
	for _, f := range all {
		cells := []string{f.Source, f.Feature, f.Need, string(f.State), f.Found}
		if !table {
			cells = append(cells, f.Cost, f.Remedy)
		}
		for i := range cells {
			cells[i] = oneLine(cells[i])
		}
		if err := p.row(f, cells...); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil || !table {
		return err
	}
	for _, f := range all {
		if f.Cost+f.Remedy == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s, %s: %s\n", f.Source, oneLine(f.Need), f.State); err != nil {
			return err
		}
		if f.Cost != "" {
			fmt.Fprintln(w, "  means:  "+oneLine(f.Cost))
		}
		if f.Remedy != "" {
			fmt.Fprintln(w, "  remedy: "+oneLine(f.Remedy))
		}
	}
	return nil
}

// oneLine keeps a table a table, whatever an error brings along.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// outcome is the exit of a doctor: what is refused or in excess comes first.
func outcome(all []finding) error {
	has := func(states ...scanners.State) bool {
		return slices.ContainsFunc(all, func(f finding) bool { return slices.Contains(states, f.State) })
	}
	switch {
	case has(scanners.Excess):
		return fmt.Errorf("%w: there are permissions that allow more than reading; nothing is scanned until they are taken back", inventory.ErrNotPermitted)
	case has(scanners.Refused):
		return fmt.Errorf("%w: a tenant refused us", inventory.ErrNotPermitted)
	case has(scanners.Missing, scanners.Failed):
		return errDoctor
	}
	return nil
}
