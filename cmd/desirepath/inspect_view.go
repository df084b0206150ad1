package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
)

// A view shows one file to a person, on lines of at most viewWidth characters.
type view struct {
	strings.Builder
}

const viewWidth = 100

func writeView(w io.Writer, i inspection) error {
	v := &view{}
	v.title(i)
	if i.Error != "" {
		v.wrapped("  not read: ", i.Error)
	}
	for n, s := range i.Sheets {
		v.sheet(n+1, s, i.Database())
	}
	if i.Error == "" {
		around := &view{}
		if around.around(i.Structure); around.Len() > 0 {
			v.WriteString("\n" + around.String())
		}
	}
	_, err := io.WriteString(w, v.String())
	return err
}

func (v *view) title(i inspection) {
	facts := []string{}
	if i.Format != "" {
		facts = append(facts, i.Format)
	}
	if i.Error == "" {
		what := "sheet"
		if i.Database() {
			what = "table"
		}
		facts = append(facts, count(len(i.Sheets), what))
	}
	switch f := i.Fetched; {
	case f != nil:
		facts = append(facts, fmt.Sprintf("fetched %s of %s (%.0f %%) in %s", size(f.Bytes), size(f.Size), 100*f.Share, count(f.Requests, "request")))
	case i.BytesRead > 0:
		facts = append(facts, "read "+size(i.BytesRead))
	}
	if i.Partial {
		facts = append(facts, "not all of it, within the budget")
	}
	v.wrapped("", i.Path)
	if len(facts) > 0 {
		v.wrapped("  ", strings.Join(facts, ", "))
	}
}

func (v *view) sheet(n int, s inventory.Sheet, table bool) {
	name := s.Name
	if name == "" {
		name = "(a name that is not kept)"
	}
	v.WriteString("\n")
	v.wrapped("", fmt.Sprintf("%d. %s  (%s)", n, name, sheetFacts(s, table)))
	for _, r := range s.Regions {
		if table {
			v.pieces(label("columns"), headingPieces(r.Headings))
		} else {
			v.region(r)
		}
	}
	if len(s.Regions) == 0 && s.Rows > 0 && !table {
		v.fact("cells", "no table, no form")
	}
	if s.Formulas > 0 {
		v.fact("formulas", strings.TrimSuffix(fmt.Sprintf("%d: %s", s.Formulas, strings.Join(mostUsed(s.Functions), ", ")), ": "))
	}
}

// sheetFacts say how large a sheet is, or a table of a database.
func sheetFacts(s inventory.Sheet, table bool) string {
	facts := fmt.Sprintf("%s x %s", count(s.Rows, "row"), count(s.Columns, "column"))
	switch {
	case s.Unread:
		facts = "not reached within the budget"
	case table && s.Rows == 0:
		facts = "linked"
	case table:
		facts = fmt.Sprintf("%s x %s", count(s.Rows-1, "record"), count(s.Columns, "column"))
	case s.Rows == 0:
		facts = "empty"
	}
	if s.Hidden {
		return "hidden, " + facts
	}
	return facts
}

func (v *view) region(r inventory.Region) {
	what := "table"
	switch {
	case r.Pivot:
		what = "pivot"
	case r.Crosstab:
		what = "crosstab"
	case r.HeaderRows == 0 && len(r.Headings) > 0:
		what = "form"
	case r.HeaderRows == 0:
		what = "cells"
	}
	pieces := append([]string{r.Range}, headingPieces(r.Headings)...)
	switch {
	case r.Unread > 0 && len(r.Headings) > 0:
		pieces = append(pieces, "and", fmt.Sprint(r.Unread), "not", "reached")
	case r.Unread > 0:
		pieces = append(pieces, fmt.Sprint(r.Unread), "not", "reached")
	case len(r.Headings) == 0:
		pieces = append(pieces, "no", "headings")
	}
	v.pieces(label(what), pieces)
}

// headingPieces keeps the words of a heading together, unless it is a long one.
func headingPieces(headings []string) (out []string) {
	for i, h := range headings {
		words := strings.Fields(export.Printable(h))
		if i < len(headings)-1 {
			words = append(words, "|")
		}
		if piece := strings.Join(words, " "); utf8.RuneCountInString(piece) <= viewWidth/2 {
			words = []string{piece}
		}
		out = append(out, words...)
	}
	return out
}

// around shows what stands beside the sheets; what there is none of is left out.
func (v *view) around(s inventory.Structure) {
	for _, c := range s.Connections {
		v.fact("reads from", strings.TrimSpace(c.Kind+" "+c.Target))
	}
	v.fact("links to", strings.Join(s.ExternalLinks, ", "))
	for _, q := range s.Queries {
		name := q.Name
		if q.Kind != "" {
			name += " (" + q.Kind + ")"
		}
		v.fact("query", strings.TrimSuffix(strings.TrimSpace(name)+": "+strings.Join(q.Sources, ", "), ": "))
	}
	v.fact("forms", strings.Join(s.Objects.Forms, ", "))
	v.fact("reports", strings.Join(s.Objects.Reports, ", "))
	v.fact("macros", strings.Join(s.Objects.Macros, ", "))
	if s.Macros.Present {
		does := ""
		if len(s.Macros.Does) > 0 {
			does = "; it " + strings.ReplaceAll(strings.Join(s.Macros.Does, ", "), "-", " ")
		}
		v.fact("code", strings.TrimSpace(strings.Join(s.Macros.Modules, ", ")+does))
	}
	v.fact("names", strings.Join(s.DefinedNames, ", "))
	v.fact("list words", strings.Join(s.ListWords, ", "))
	v.fact("pivots of", strings.Join(s.PivotSources, ", "))
	v.fact("label", strings.TrimSpace(s.Label.Name+" "+s.Label.ID))
	v.fact("also", strings.Join(counts(s), ", "))
}

func counts(s inventory.Structure) (out []string) {
	declared := s.Tables
	if s.Database() { // there every table is
		declared = 0
	}
	for _, c := range []struct {
		n    int
		what string
	}{
		{s.Objects.Relationships, "relationship"}, {declared, "declared table"}, {s.Pivots, "pivot table"}, {s.Validations, "validation"}, {s.ConditionalFormats, "conditional format"},
		{s.Notes, "note"}, {s.Protected, "protected part"}, {s.Scripts, "script button"},
	} {
		if c.n > 0 {
			out = append(out, count(c.n, c.what))
		}
	}
	return out
}

// fact writes a name and what there is to it; nothing when there is nothing.
func (v *view) fact(name, text string) {
	if strings.TrimSpace(text) != "" {
		v.wrapped(label(name), text)
	}
}

func label(name string) string { return fmt.Sprintf("  %-10s  ", name) }

// wrapped writes a text behind a first piece, broken between words; what does
// not fit goes on under the text's beginning.
func (v *view) wrapped(first, text string) {
	v.pieces(first, strings.Fields(export.Printable(text)))
}

// pieces writes pieces that stay whole as wrapped writes words.
func (v *view) pieces(first string, pieces []string) {
	v.WriteString(first)
	indent := utf8.RuneCountInString(first)
	at := indent
	for i, piece := range pieces {
		n := utf8.RuneCountInString(piece)
		switch {
		case i == 0:
		case at+1+n > viewWidth:
			v.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			v.WriteString(" ")
			at++
		}
		v.WriteString(piece)
		at += n
	}
	v.WriteString("\n")
}

// mostUsed are the functions of a sheet, those that are used most first.
func mostUsed(functions map[string]int) (out []string) {
	names := slices.SortedFunc(maps.Keys(functions), func(a, b string) int {
		if d := functions[b] - functions[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, name := range names[:min(len(names), 12)] {
		out = append(out, fmt.Sprintf("%s %d", name, functions[name]))
	}
	return out
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// size is bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return count(int(n), "byte")
	case n < 1e6:
		return fmt.Sprintf("%d KB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
