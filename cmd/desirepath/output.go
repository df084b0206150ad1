package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/desirepath/desirepath/dashboards/export"
)

// output is how a command prints what it answers.
type output struct {
	Output string `help:"How to print: ${enum}." enum:"table,json,csv" default:"table" short:"o"`
}

// A printer writes rows in the chosen way: JSON objects one a line, csv, or
// a table for people.
type printer struct {
	json  *json.Encoder
	csv   *csv.Writer
	table *tabwriter.Writer
}

func (o output) printer(w io.Writer, headings ...string) (*printer, error) {
	p := &printer{}
	switch o.Output {
	case "json":
		p.json = newEncoder(w)
		return p, nil
	case "csv":
		p.csv = csv.NewWriter(w)
	default:
		p.table = tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	}
	return p, p.cells(headings...)
}

// row writes one object as JSON, or else its cells.
func (p *printer) row(object any, cells ...string) error {
	if p.json != nil {
		return p.json.Encode(object)
	}
	return p.cells(cells...)
}

func (p *printer) cells(cells ...string) error {
	clean := make([]string, len(cells))
	for i, c := range cells {
		clean[i] = export.Printable(c)
		if p.csv != nil {
			clean[i] = export.Neutral(c)
		}
	}
	if p.csv != nil {
		return p.csv.Write(clean)
	}
	_, err := io.WriteString(p.table, strings.Join(clean, "\t")+"\n")
	return err
}

func (p *printer) flush() error {
	switch {
	case p.csv != nil:
		p.csv.Flush()
		return p.csv.Error()
	case p.table != nil:
		return p.table.Flush()
	default:
		return nil
	}
}

func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
