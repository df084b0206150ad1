package export

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// sheet and about are the two sheets of an outreach workbook.
const (
	sheet = "Outreach"
	about = "README"
)

// widths are the columns' widths in characters, in the order of listColumns. Those
// of no width are not shown: they are for us, when the list comes back.
func widths() []float64 {
	return []float64{0, 18, 14, 20, 22, 34, 36, 44, 30, 9, 9, 11, 60, 36, 60, 12, 12, 8, 40, 0}
}

// XLSX writes an outreach list as a workbook: one table with filters, a frozen
// header and real dates, and a README sheet that says how to use it. Every
// text is a string cell; none can become a formula.
func XLSX(w io.Writer, rows []Row, organisation string) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	styles, err := newStyles(f)
	if err != nil {
		return err
	}
	if err := writeList(f, rows, styles); err != nil {
		return fmt.Errorf("sheet %s: %w", sheet, err)
	}
	if err := writeAbout(f, organisation, styles); err != nil {
		return fmt.Errorf("sheet %s: %w", about, err)
	}
	if err := f.SetDocProps(&excelize.DocProperties{Title: "Outreach list of " + Printable(organisation), Creator: "desirepath"}); err != nil {
		return err
	}
	return f.Write(w)
}

type styles struct{ header, text, address, number, percent, date, title int }

func newStyles(f *excelize.File) (s styles, err error) {
	date, top := "yyyy-mm-dd", &excelize.Alignment{Vertical: "top"}
	for _, d := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.header, excelize.Style{Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"2F5D50"}}, Alignment: &excelize.Alignment{Vertical: "center"}}},
		{&s.text, excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "top", WrapText: true, Indent: 1}}},
		{&s.address, excelize.Style{NumFmt: 49, Alignment: top}},
		{&s.number, excelize.Style{NumFmt: 1, Alignment: top}},
		{&s.percent, excelize.Style{NumFmt: 9, Alignment: top}},
		{&s.date, excelize.Style{CustomNumFmt: &date, Alignment: top}},
		{&s.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}}},
	} {
		if *d.id, err = f.NewStyle(&d.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func writeList(f *excelize.File, rows []Row, st styles) error {
	if err := pageSetup(f); err != nil {
		return err
	}
	if err := offerStates(f, len(rows)); err != nil {
		return err
	}
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	// Each is put in front of those before, and programs want columns in their
	// order: so the last is the first.
	for i, width := range slices.Backward(widths()) {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	var header []any
	for _, c := range listColumns() {
		header = append(header, excelize.Cell{StyleID: st.header, Value: c})
	}
	if err := out.SetRow("A1", header, excelize.RowOpts{Height: 22}); err != nil {
		return err
	}
	for i, r := range rows {
		if err := out.SetRow(fmt.Sprintf("A%d", i+2), st.row(r), excelize.RowOpts{Height: height(r)}); err != nil {
			return err
		}
	}
	last, err := excelize.CoordinatesToCellName(len(listColumns()), max(len(rows)+1, 2))
	if err != nil {
		return err
	}
	if err := out.AddTable(&excelize.Table{Range: "A1:" + last, Name: sheet, StyleName: "TableStyleLight1", ShowRowStripes: ptr(true)}); err != nil {
		return err
	}
	return out.Flush()
}

// offerStates lets the status of each row be chosen from a list.
func offerStates(f *excelize.File, rows int) error {
	column, err := excelize.ColumnNumberToName(slices.Index(listColumns(), columnStatus) + 1)
	if err != nil {
		return err
	}
	v := excelize.NewDataValidation(true)
	v.Sqref = fmt.Sprintf("%s2:%s%d", column, column, max(rows+1, 2))
	var states []string
	for _, s := range inventory.States() {
		states = append(states, string(s))
	}
	if err := v.SetDropList(states); err != nil {
		return err
	}
	v.SetInput("Where it stands", "Choose what happened; desirepath outreach import takes it over.")
	v.SetError(excelize.DataValidationErrorStyleStop, "Not a status", "Choose one from the list.")
	return f.AddDataValidation(sheet, v)
}

// pageSetup makes the list print on landscape pages as wide as itself, with
// the header on each.
func pageSetup(f *excelize.File) error {
	if err := f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: ptr(true)}); err != nil {
		return err
	}
	if err := f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: ptr("landscape"), FitToWidth: ptr(1), FitToHeight: ptr(0)}); err != nil {
		return err
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: sheet + "!$1:$1", Scope: sheet})
}

// row gives a row's cells with the style of their type.
func (st styles) row(r Row) []any {
	var cells []any
	for _, c := range r.cells() {
		cell := excelize.Cell{StyleID: st.text}
		switch v := c.(type) {
		case int:
			cell.StyleID, cell.Value = st.number, v
		case float64:
			cell.StyleID, cell.Value = st.percent, v
		case time.Time:
			cell.StyleID, cell.Value = st.date, midnight(v)
		case string:
			cell.Value = Printable(v)
			if v == r.AssetURL {
				cell.StyleID = st.address
			}
		}
		cells = append(cells, cell)
	}
	return cells
}

// height is how high a row must be to show its longest text, in points. Not
// every program fits heights to wrapped text when it opens a file.
func height(r Row) float64 {
	const line, most = 15, 10
	lines := 1.0
	for i, c := range r.cells() {
		if c == r.AssetURL || widths()[i] == 0 {
			continue // an address is long, and nobody reads it
		}
		characters := float64(utf8.RuneCountInString(text(c)))
		lines = max(lines, math.Ceil(1.15*characters/widths()[i]))
	}
	return line * min(lines, most)
}

// midnight drops the time of day: a list shows dates.
func midnight(t time.Time) any {
	if t.IsZero() {
		return ""
	}
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// writeAbout writes the README sheet.
func writeAbout(f *excelize.File, organisation string, st styles) error {
	if _, err := f.NewSheet(about); err != nil {
		return err
	}
	if err := f.SetColWidth(about, "A", "A", 110); err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimSpace(aboutText(organisation)), "\n") {
		cell, style := fmt.Sprintf("A%d", i+1), st.text
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
	return nil
}

func aboutText(organisation string) string {
	return `
Outreach list of ` + organisation + `

Each row is one conversation to have: a partner in IT talks with the person who keeps a tool that colleagues built for themselves.
People built these tools because they needed something. The aim is to learn what, and to help. Nobody's tool is taken away.

How to use it
1. Filter the column "partner" by your name.
2. Read "why" and "what_it_adds", open the tool with its keeper, not without them.
3. Begin with "first_question", in your own words. Listen first.
4. Choose the new "status", write what was said to "note", and hand the file back: desirepath outreach import takes both over.

The columns
conversation_id: stays the same from list to list
system, capability: the sanctioned system that the tool comes closest to, and what kind of system that is
partner: who in IT talks about that system, and also solves
keeper_name, keeper_email: who keeps the tool going today, from real edits where these were seen
people: how many people edit it or have it shared with them by name; 0 means nobody looked yet
copies: how many copies and versions are one family; one conversation covers them all
certainty: how probable it is that the tool really does what that system does; ask, it may be wrong
why: what was noticed; what_it_adds: what it does that the system may not
status, since: where the conversation stands, and since when
worth: what the conversation promises, by people helped, need, fragility, craft and certainty; the list is in this order
note: yours to write; it is kept with the conversation
`
}

func ptr[T any](v T) *T { return &v }
