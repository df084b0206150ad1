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

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/words"
)

type outreachCmd struct {
	Export    outreachExportCmd    `cmd:"" help:"Write the conversations to have, without scanning: as a list, as letters to look over, as tasks."`
	Import    outreachImportCmd    `cmd:"" help:"Take over what a partner wrote to a list: states and notes."`
	Templates outreachTemplatesCmd `cmd:"" help:"Write the built-in letters to a folder, to make them your own."`
	Lint      outreachLintCmd      `cmd:"" help:"Read letters of your own: do they threaten, do they leave something unsaid?"`
	Send      outreachSendCmd      `cmd:"" help:"Send a partner's invitations, within their week and other people's quiet. Only where the configuration names a mail server."`
	Settle    outreachSettleCmd    `cmd:"" help:"Say what became of a letter of which the program does not know."`
	Spare     outreachSpareCmd     `cmd:"" help:"Keep that somebody asked not to be invited."`
}

type outreachExportCmd struct {
	configFile
	Format   string `help:"What to write: ${enum}. A list of conversations (xlsx, csv, jsonl), one row a person (merge), drafts of letters (eml), proposals for talks (ics), tasks (jira, planner)." enum:"xlsx,csv,jsonl,merge,eml,ics,jira,planner" default:"xlsx" short:"f"`
	To       string `help:"The file to write; - is standard output. Letters and talks go to a folder instead." default:"-" placeholder:"FILE"`
	Out      string `help:"The folder to write to, under names of our own." type:"path" placeholder:"DIR"`
	Partner  string `help:"Only the conversations of this partner." placeholder:"ADDRESS"`
	Language string `help:"In this language, rather than in the configuration's." placeholder:"TAG"`
}

// Run writes what is asked for.
func (cmd outreachExportCmd) Run(ctx context.Context, a *app) error {
	if err := cmd.check(); err != nil {
		return configError{err}
	}
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	if cmd.Language != "" {
		c.Outreach.Language = cmd.Language
	}
	agenda, err := readings.Agenda(ctx, cmd.Partner)
	if err != nil {
		return err
	}
	talks, about := agenda.About()
	if err := a.exported(ctx, readings, "outreach "+cmd.Format, talks, about); err != nil {
		return err
	}
	if cmd.Format == "eml" || cmd.Format == "ics" {
		return cmd.drafts(ctx, a, c, readings, agenda)
	}
	sheets, err := sheets(ctx, cmd.Format, c, agenda)
	if err != nil {
		return err
	}
	for _, sheet := range sheets {
		if cmd.To == "-" && cmd.Out == "" {
			return sheet.write(a.Out)
		}
		path := cmd.To
		if cmd.Out != "" {
			path = filepath.Join(cmd.Out, sheet.name)
		} else if cmd.Format == "merge" && filepath.Ext(path) != filepath.Ext(sheet.name) {
			continue
		}
		if err := export.File(path, 0o640, sheet.write); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "%s: %d conversation(s)\n", path, agenda.Len())
	}
	return nil
}

func (cmd outreachExportCmd) check() error {
	switch {
	case cmd.Out != "" && cmd.To != "-":
		return errors.New("--out and --to: give one of them, a folder or a file")
	case cmd.Out == "" && (cmd.Format == "eml" || cmd.Format == "ics"):
		return fmt.Errorf("--format %s: name the folder to write to with --out", cmd.Format)
	case cmd.Format == "merge" && cmd.To != "-" && filepath.Ext(cmd.To) != ".csv" && filepath.Ext(cmd.To) != ".xlsx":
		return fmt.Errorf("--to %s: name a .csv or .xlsx file", cmd.To)
	}
	if tag, _, _ := strings.Cut(strings.ToLower(cmd.Language), "-"); cmd.Language != "" && !slices.Contains(words.Languages(), tag) {
		return fmt.Errorf("--language %q: there are words in %s", cmd.Language, strings.Join(words.Languages(), ", "))
	}
	if cmd.Out != "" {
		return os.MkdirAll(cmd.Out, 0o750)
	}
	return nil
}

// A sheet is a file that is written in one go.
type sheet struct {
	name  string
	write func(io.Writer) error
}

// sheets are the files of a format. Only what is gathered by person is held.
func sheets(ctx context.Context, format string, c config.Config, agenda night.Agenda) ([]sheet, error) {
	lang := c.Outreach.Language
	switch format {
	case "csv":
		return []sheet{{"outreach.csv", func(w io.Writer) error { return export.CSV(w, agenda.Rows(ctx, lang)) }}}, nil
	case "jsonl":
		return []sheet{{"outreach.jsonl", func(w io.Writer) error { return export.Talks(w, agenda.Openings(ctx), lang) }}}, nil
	case "jira":
		return []sheet{{"jira.csv", func(w io.Writer) error { return export.Jira(w, agenda.Openings(ctx), lang) }}}, nil
	case "planner":
		return []sheet{{"planner.jsonl", func(w io.Writer) error { return export.Planner(w, agenda.Openings(ctx), lang) }}}, nil
	case "merge":
		openings, err := agenda.All(ctx)
		people := export.Correspondents(openings)
		return []sheet{
			{"merge.csv", func(w io.Writer) error { return export.MergeCSV(w, people, lang) }},
			{"merge.xlsx", func(w io.Writer) error { return export.MergeXLSX(w, people, c.Organisation, lang) }},
		}, err
	default:
		return []sheet{{"outreach.xlsx", func(w io.Writer) error {
			return export.XLSX(w, agenda.Len(), agenda.Rows(ctx, lang), c.Organisation)
		}}}, nil
	}
}
