package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

type needsCmd struct {
	Show    needsShowCmd    `cmd:"" default:"withargs" help:"List them, or write a report for a system's owner."`
	Answer  needsAnswerCmd  `cmd:"" help:"Put down what was changed for a need, and see whom to tell."`
	Told    needsToldCmd    `cmd:"" help:"Put down that a builder was told of a change."`
	Heard   needsHeardCmd   `cmd:"" help:"Put down whether a builder says that a change helped."`
	Answers needsAnswersCmd `cmd:"" help:"List what was changed, who was told and what they said."`
}

type needsShowCmd struct {
	configFile
	output
	System string `help:"Only what people do around this system." placeholder:"ID"`
	Format string `help:"A report instead of a list: ${enum}." enum:",html,xlsx,table,json" default:"" short:"f"`
	To     string `help:"The file to write a report to; - is standard output." name:"out" default:"-" placeholder:"FILE"`
}

// Run prints what people do for themselves around each system, and how many
// stand behind it. Systems of which there is none come first: needs that
// nothing serves.
func (cmd needsShowCmd) Run(ctx context.Context, a *app) error {
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	names := map[string]string{}
	for _, s := range readings.Systems {
		names[s.ID] = s.Name
	}
	if cmd.System != "" && names[cmd.System] == "" {
		return configError{fmt.Errorf("--system %q is not in your catalogue; desirepath catalogue list --catalogue %s shows what is", cmd.System, c.Catalogue)}
	}
	lines, err := readings.Needs(ctx, cmd.System)
	if err != nil {
		return err
	}
	switch cmd.Format {
	case "html", "xlsx":
		return cmd.report(a, c, readings, lines, names)
	case "table", "json":
		cmd.Output = cmd.Format
	}
	return toFile(a, cmd.To, func(w io.Writer) error { return cmd.list(w, lines, names, c.Outreach.Language) })
}

func (cmd needsShowCmd) list(w io.Writer, lines []inventory.NeedLine, names map[string]string, language string) error {
	p, err := cmd.printer(w, "SYSTEM", "KIND", "NEED", "TOOLS", "BUILDERS", "PEOPLE", "ALSO SAID")
	if err != nil {
		return err
	}
	for _, l := range lines {
		system := cmp.Or(names[l.System], "none for "+words.Capability(l.Capability, language))
		if err := p.row(l, system, needKind(l.Kind), l.Word, strconv.Itoa(l.Families), strconv.Itoa(l.Builders),
			strconv.Itoa(l.People), clip(strings.Join(l.Words[1:], ", "), 40)); err != nil {
			return err
		}
	}
	return p.flush()
}

// report writes a file for a system's owner.
func (cmd needsShowCmd) report(a *app, c config.Config, readings night.Readings, lines []inventory.NeedLine, names map[string]string) error {
	lines = inventory.DiscreetNeeds(lines) // it is handed on, and its order is to tell no more than its numbers
	if cmd.Format == "xlsx" {
		slices.SortStableFunc(lines, func(a, b inventory.NeedLine) int { return cmp.Compare(b.First(), a.First()) })
		return toFile(a, cmd.To, func(w io.Writer) error {
			return export.NeedsXLSX(w, lines, func(id string) string { return names[id] }, c.Organisation)
		})
	}
	if cmd.System == "" {
		return configError{errors.New("--format html is a report for one system: name it with --system")}
	}
	portal, err := web.New(web.Options{Source: readings, Organisation: c.Organisation, Systems: readings.Systems, Language: c.Outreach.Language, Log: a.Log, Now: a.Now})
	if err != nil {
		return err
	}
	return toFile(a, cmd.To, func(w io.Writer) error { return portal.NeedReport(w, lines, cmd.System) })
}

// toFile writes to a file, whole, or to standard output.
func toFile(a *app, name string, write func(io.Writer) error) error {
	if name == "-" {
		return write(a.Out)
	}
	return export.File(name, 0o640, write)
}

// needKind says how a need is one.
func needKind(kind string) string {
	switch kind {
	case inventory.ByHand:
		return "done by hand"
	case inventory.NeedFunction:
		return "it does not do"
	default:
		return "it does not keep"
	}
}
