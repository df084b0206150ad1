package main

import (
	"context"
	"fmt"
	"io"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/export"
)

type outreachCmd struct {
	Export outreachExportCmd `cmd:"" help:"Write the list of conversations to have, without scanning."`
	Import outreachImportCmd `cmd:"" help:"Take over what a partner wrote to a list: states and notes."`
}

type outreachExportCmd struct {
	configFile
	Format string `help:"${enum}" enum:"xlsx,csv" default:"xlsx" short:"f"`
	To     string `help:"The file to write; - is standard output." default:"-" placeholder:"FILE"`
}

// Run writes the list.
func (cmd outreachExportCmd) Run(ctx context.Context, a *app) error {
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	openings, err := readings.Openings(ctx)
	if err != nil {
		return err
	}
	rows := night.Rows(openings, c.Outreach.Language)
	write := func(w io.Writer) error {
		if cmd.Format == "csv" {
			return export.CSV(w, rows)
		}
		return export.XLSX(w, rows, c.Organisation)
	}
	if cmd.To == "-" {
		return write(a.Out)
	}
	if err := export.File(cmd.To, 0o640, write); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Err, "%s: %d conversation(s)\n", cmd.To, len(rows))
	return err
}
