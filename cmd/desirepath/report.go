package main

import (
	"cmp"
	"context"
	"io"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
)

type reportCmd struct {
	configFile
	Out          string `help:"The file to write; - is standard output." default:"report.html" placeholder:"FILE"`
	WithoutNames bool   `help:"Name nobody but the partners."`
}

// Run writes the report that each night writes, too.
func (cmd reportCmd) Run(ctx context.Context, a *app) error {
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	openings, others, err := readings.FirstOpenings(ctx)
	if err != nil {
		return err
	}
	summary, err := readings.Summary(ctx)
	if err != nil {
		return err
	}
	lines, err := readings.Needs(ctx, "")
	if err != nil {
		return err
	}
	portal, err := web.New(web.Options{
		Source: readings, Directory: readings, Organisation: c.Organisation, Systems: readings.Systems,
		Language: c.Outreach.Language, Log: a.Log, Weekly: c.Outreach.Weekly, Now: a.Now,
	})
	if err != nil {
		return err
	}
	r := web.Report{Summary: summary, Openings: openings, Others: others, Needs: lines}
	var failed error
	if cmd.WithoutNames {
		r.Mask = &access.Mask{Team: func(string) int { return 0 }, Person: func(address string) inventory.Person {
			p, err := readings.Person(ctx, address)
			failed = cmp.Or(failed, err)
			return p
		}}
	}
	if err := toFile(a, cmd.Out, func(w io.Writer) error { return portal.Report(ctx, w, r) }); err != nil {
		return err
	}
	return failed
}
