package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/match"
)

type catalogueMatchCmd struct {
	output
	Columns string `help:"CSV of the columns to place: table,column,description,type." required:"" placeholder:"FILE" type:"existingfile"`
	Target  string `help:"CSV of the fields they may be, in the same form." required:"" placeholder:"FILE" type:"existingfile"`
	Best    int    `help:"How many fields to name for each column." default:"5" placeholder:"N"`
}

// A matched column is one line of "catalogue match --output json".
type matched struct {
	Table  string            `json:"table"`
	Column string            `json:"column"`
	Target string            `json:"target"` // table.column of the likeliest field; "" when none is likely
	Ranked []match.Candidate `json:"ranked"`
}

// Run ranks the target fields for each column.
func (cmd catalogueMatchCmd) Run(a *app) error {
	columns, err := readFields(cmd.Columns)
	if err != nil {
		return configError{err}
	}
	targets, err := readFields(cmd.Target)
	if err != nil {
		return configError{err}
	}
	p, err := cmd.printer(a.Out, "TABLE", "COLUMN", "TARGET", "SCORE", "ELSE")
	if err != nil {
		return err
	}
	for _, r := range match.Fields(columns, targets, max(1, cmd.Best)) {
		m := matched{Table: r.Column.Table, Column: r.Column.Column, Ranked: r.Candidates}
		score, rest := "", ""
		if r.Found {
			m.Target, score = fieldName(r.Candidates[0].Field), fmt.Sprintf("%.2f", r.Candidates[0].Score)
		}
		for _, c := range r.Candidates[min(1, len(r.Candidates)):] {
			rest += fieldName(c.Field) + " "
		}
		if err := p.row(m, m.Table, m.Column, m.Target, score, clip(rest, 60)); err != nil {
			return err
		}
	}
	return p.flush()
}

func fieldName(f match.Field) string { return strings.TrimPrefix(f.Table+"."+f.Column, ".") }

// readFields reads a csv with the headings table, column, description and
// type, of which only column must be there.
func readFields(path string) ([]match.Field, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	heads, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w; its first line must be table,column,description,type", path, err)
	}
	at := func(name string) int {
		return slices.IndexFunc(heads, func(h string) bool {
			return strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")), name)
		})
	}
	table, column, description, kind := at("table"), at("column"), at("description"), at("type")
	if column < 0 {
		return nil, fmt.Errorf("%s: no heading \"column\"; its first line must be table,column,description,type", path)
	}
	var out []match.Field
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		cell := func(i int) string {
			if i < 0 || i >= len(line) {
				return ""
			}
			return strings.TrimSpace(line[i])
		}
		if cell(column) != "" {
			out = append(out, match.Field{Table: cell(table), Column: cell(column), Description: cell(description), Type: cell(kind)})
		}
	}
}
