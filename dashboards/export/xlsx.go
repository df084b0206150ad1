package export

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// sheet and about are the two sheets of an outreach workbook.
const (
	sheet = "Outreach"
	about = "README"
)

// a4 is the paper that sheets are laid out for, by its number.
const a4 = 9

// listed are the columns of outreach.xlsx, in the order of listColumns.
func listed() []column {
	var states []string
	for _, s := range inventory.States() {
		states = append(states, string(s))
	}
	laid := map[string]column{
		columnID: {width: 18, hidden: true}, "system": {width: 15}, "capability": {width: 16}, "partner": {width: 17},
		"keeper_name": {width: 19}, "keeper_email": {width: 29}, "asset_name": {width: 30}, "asset_url": {width: 20, narrow: true},
		"source": {width: 23}, "people": {width: 10}, "copies": {width: 10}, "certainty": {width: 12}, "why": {width: 50},
		"what_it_adds": {width: 30}, "first_question": {width: 46}, columnStatus: {width: 14, yours: true, offer: states},
		"since": {width: 12}, "worth": {width: 10}, columnNote: {width: 32, yours: true}, columnWas: {width: 14, hidden: true},
	}
	var out []column
	for _, name := range listColumns() {
		c := laid[name]
		c.name = name
		out = append(out, c)
	}
	return out
}

// XLSX writes an outreach list as a workbook: one table with filters, a frozen
// header and real dates, and a README sheet that says how to use it. n is how
// many rows there are, which stands before them.
func XLSX(w io.Writer, n int, rows iter.Seq2[Row, error], organisation string) error {
	t := table{name: sheet, columns: listed(), n: n, rows: each(rows, Row.cells)}
	return t.workbook(w, "Outreach list of "+organisation, aboutText(organisation), organisation)
}

// workbook writes the table as a workbook of its own, with a sheet of words
// about it.
func (t table) workbook(w io.Writer, title, words, organisation string) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", t.name); err != nil {
		return err
	}
	st, err := newStyles(f)
	if err != nil {
		return err
	}
	if err := t.frame(f, st); err != nil {
		return fmt.Errorf("sheet %s: %w", t.name, err)
	}
	if err := t.pages(f, organisation); err != nil {
		return fmt.Errorf("sheet %s: %w", t.name, err)
	}
	if err := writeAbout(f, words, st); err != nil {
		return fmt.Errorf("sheet %s: %w", about, err)
	}
	if err := f.SetDocProps(&excelize.DocProperties{Title: Printable(title), Creator: "desirepath"}); err != nil {
		return err
	}
	return t.splice(w, f, st)
}

type styles struct{ header, yours, text, address, number, percent, date, plain, title int }

func newStyles(f *excelize.File) (s styles, err error) {
	const family = "Calibri"
	date, line := "yyyy-mm-dd", []excelize.Border{{Type: "bottom", Style: 1, Color: "D9DEDC"}}
	cell := func(format int, a excelize.Alignment) excelize.Style {
		a.Vertical = "top"
		return excelize.Style{NumFmt: format, Font: &excelize.Font{Family: family, Size: 11}, Alignment: &a, Border: line}
	}
	header := func(colour string) excelize.Style {
		return excelize.Style{
			Font: &excelize.Font{Family: family, Size: 11, Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}},
			Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "center"},
		}
	}
	const asText, whole, percent = 49, 1, 9 // formats that every program knows, by number
	dated := cell(0, excelize.Alignment{Horizontal: "left"})
	dated.CustomNumFmt = &date
	for _, d := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.header, header("2F5D50")},
		{&s.yours, header("8A5A00")},
		{&s.text, cell(asText, excelize.Alignment{Horizontal: "left", WrapText: true})},
		{&s.address, cell(asText, excelize.Alignment{Horizontal: "fill"})}, // cut off at its cell's end
		{&s.number, cell(whole, excelize.Alignment{Horizontal: "left"})},
		{&s.percent, cell(percent, excelize.Alignment{Horizontal: "left"})},
		{&s.date, dated},
		{&s.plain, excelize.Style{NumFmt: asText, Font: &excelize.Font{Family: family, Size: 11}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&s.title, excelize.Style{Font: &excelize.Font{Family: family, Bold: true, Size: 16}}},
	} {
		if *d.id, err = f.NewStyle(&d.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

// pages makes the table print on landscape A4, two pages side by side, with
// the header on each: on one its letters would be too small to read.
func (t table) pages(f *excelize.File, organisation string) error {
	if err := f.SetSheetProps(t.name, &excelize.SheetPropsOptions{FitToPage: ptr(true)}); err != nil {
		return err
	}
	if err := f.SetPageLayout(t.name, &excelize.PageLayoutOptions{Size: ptr(a4), Orientation: ptr("landscape"), FitToWidth: ptr(2), FitToHeight: ptr(0)}); err != nil {
		return err
	}
	if err := f.SetPageMargins(t.name, &excelize.PageLayoutMarginsOptions{Left: ptr(0.4), Right: ptr(0.4), Top: ptr(0.5), Bottom: ptr(0.6), Header: ptr(0.3), Footer: ptr(0.3)}); err != nil {
		return err
	}
	// "&" begins a code in a footer, and is written "&&".
	if err := f.SetHeaderFooter(t.name, &excelize.HeaderFooterOptions{OddFooter: "&L" + strings.ReplaceAll(clip(Printable(organisation), 60), "&", "&&") + "&RPage &P of &N"}); err != nil {
		return err
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: t.name + "!$1:$1", Scope: t.name})
}

// writeAbout writes the README sheet, whose first line is its title.
func writeAbout(f *excelize.File, words string, st styles) error {
	if _, err := f.NewSheet(about); err != nil {
		return err
	}
	if err := f.SetColWidth(about, "A", "A", 110); err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimSpace(words), "\n") {
		cell, style := fmt.Sprintf("A%d", i+1), st.plain
		if i == 0 {
			style = st.title
		}
		if err := f.SetCellStr(about, cell, Printable(line)); err != nil {
			return err
		}
		if err := f.SetCellStyle(about, cell, cell, style); err != nil {
			return err
		}
	}
	if err := f.SetSheetProps(about, &excelize.SheetPropsOptions{FitToPage: ptr(true)}); err != nil {
		return err
	}
	return f.SetPageLayout(about, &excelize.PageLayoutOptions{Size: ptr(a4), FitToWidth: ptr(1), FitToHeight: ptr(0)})
}

func aboutText(organisation string) string {
	return `
Outreach list of ` + clip(Printable(organisation), 120) + `

Each row is one conversation to have: a partner in IT talks with the person who keeps a tool that colleagues built for themselves.
People built these tools because they needed something. The aim is to learn what, and to help. Nobody's tool is taken away.

How to use it
1. Filter the column "partner" by your name.
2. Read "why" and "what_it_adds", open the tool with its keeper, not without them.
3. Begin with "first_question", in your own words. Listen first.
4. Choose the new "status", write what was said to "note" (both have a brown heading), and hand the file back: desirepath outreach import takes both over.

The columns
conversation_id, status_was: hidden; they let the list find its way back, so leave them as they are
system, capability: the sanctioned system that the tool comes closest to, and what kind of system that is
partner: who in IT talks about that system, and also solves
keeper_name, keeper_email: who keeps the tool going today, from real edits where these were seen
people: how many people edit it or have it shared with them by name; 0 means nobody looked yet
copies: how many copies and versions are one family; one conversation covers them all
certainty: how probable it is that the tool really does what that system does; ask, it may be wrong
why: what was noticed; what_it_adds: what it does that the system may not
status, since: where the conversation stands, and since when
worth: what the conversation promises, by people helped, need, fragility, craft and certainty; within each system the list is in this order
note: yours to write; it is kept with the conversation
`
}

// clip bounds text where a layout has no room for more.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}

func ptr[T any](v T) *T { return &v }
