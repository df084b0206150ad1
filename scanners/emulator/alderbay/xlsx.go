package alderbay

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// xlsx writes the grid as a workbook. The bytes depend on nothing but the story.
func (a *Asset) xlsx() ([]byte, error) {
	g, err := a.Grid()
	if err != nil {
		return nil, err
	}
	f := excelize.NewFile()
	defer f.Close()
	w := &writer{file: f, asset: a, styles: map[look]int{}}
	for i, sh := range g.Sheets {
		if err := w.sheet(i, sh); err != nil {
			return nil, fmt.Errorf("sheet %q: %w", sh.Name, err)
		}
	}
	if err := w.properties(g); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		return nil, err
	}
	return a.finished(buf.Bytes(), g)
}

type writer struct {
	file   *excelize.File
	asset  *Asset
	styles map[look]int
}

// A look is what a cell's style depends on.
type look struct {
	format  string
	heading bool
}

func (w *writer) sheet(i int, sh SheetGrid) error {
	if i == 0 {
		if err := w.file.SetSheetName("Sheet1", sh.Name); err != nil {
			return err
		}
	} else if _, err := w.file.NewSheet(sh.Name); err != nil {
		return err
	}
	for y, row := range sh.Rows {
		for x, c := range row {
			if err := w.cell(sh.Name, name(x, y), c); err != nil {
				return err
			}
		}
	}
	for _, m := range sh.Merges {
		from, to, _ := strings.Cut(m, ":")
		if err := w.file.MergeCell(sh.Name, from, to); err != nil {
			return err
		}
	}
	if err := w.around(sh); err != nil {
		return err
	}
	return w.file.SetSheetVisible(sh.Name, !sh.Hidden)
}

// around adds what is not in cells: validations, tables, frozen rows.
func (w *writer) around(sh SheetGrid) error {
	for _, l := range sh.Lists {
		if err := w.list(sh.Name, l); err != nil {
			return err
		}
	}
	for _, t := range sh.Tables {
		if err := w.file.AddTable(sh.Name, &excelize.Table{Name: t.Name, Range: t.Cells, StyleName: "TableStyleLight9"}); err != nil {
			return err
		}
	}
	if sh.Freeze == 0 {
		return nil
	}
	return w.file.SetPanes(sh.Name, &excelize.Panes{
		Freeze: true, YSplit: sh.Freeze, TopLeftCell: name(0, sh.Freeze), ActivePane: "bottomLeft",
	})
}

func (w *writer) list(sheet string, l List) error {
	v := excelize.NewDataValidation(true)
	v.SetSqref(l.Range)
	if l.Source != "" {
		v.SetSqrefDropList(l.Source)
	} else if err := v.SetDropList(l.Values); err != nil {
		return err
	}
	return w.file.AddDataValidation(sheet, v)
}

func (w *writer) cell(sheet, at string, c Cell) error {
	if c.Kind == Empty && c.Formula == "" {
		return nil
	}
	if err := w.file.SetCellValue(sheet, at, c.any()); err != nil {
		return err
	}
	if c.Formula != "" {
		if err := w.file.SetCellFormula(sheet, at, c.Formula); err != nil {
			return err
		}
	}
	if c.Link != "" {
		if err := w.file.SetCellHyperLink(sheet, at, c.Link, "External"); err != nil {
			return err
		}
	}
	style, err := w.style(look{c.Format, c.Heading})
	if err != nil || style == 0 {
		return err
	}
	return w.file.SetCellStyle(sheet, at, at, style)
}

// any is the value as excelize takes it.
func (c Cell) any() any {
	switch c.Kind {
	case Number:
		return c.Number
	case Bool:
		return c.Number == 1
	}
	return c.Text
}

func (w *writer) style(l look) (int, error) {
	if l == (look{}) {
		return 0, nil
	}
	if id, ok := w.styles[l]; ok {
		return id, nil
	}
	s := &excelize.Style{}
	if f := formats(l.format); f != "" {
		s.CustomNumFmt = &f
	}
	if l.heading {
		s.Font = &excelize.Font{Bold: true}
		s.Fill = fill(w.asset.seed)
	}
	id, err := w.file.NewStyle(s)
	w.styles[l] = id
	return id, err
}

func formats(format string) string {
	switch format {
	case "date":
		return "dd/mm/yyyy"
	case "time":
		return "hh:mm"
	case "money":
		return "#,##0.00"
	case "percent":
		return "0%"
	}
	return ""
}

// fill is the colour somebody likes for headings; some like none.
func fill(seeded string) excelize.Fill {
	colours := []string{"", "DDEBF7", "FFF2CC", "", "E2EFDA", "D9D9D9"}
	c := colours[seed(seeded)%len(colours)]
	if c == "" {
		return excelize.Fill{}
	}
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{c}}
}

func (w *writer) properties(g Grid) error {
	for _, n := range slices.Sorted(maps.Keys(g.Names)) {
		if err := w.file.SetDefinedName(&excelize.DefinedName{Name: n, RefersTo: g.Names[n]}); err != nil {
			return fmt.Errorf("name %s: %w", n, err)
		}
	}
	a := w.asset
	by, _ := a.story.Person(a.By)
	last := by
	if len(a.Editors) > 0 {
		last, _ = a.story.Person(a.Editors[len(a.Editors)-1])
	}
	const layout = "2006-01-02T15:04:05Z"
	return w.file.SetDocProps(&excelize.DocProperties{
		Creator: by.Name, LastModifiedBy: last.Name,
		Created: a.Made.Format(layout), Modified: a.Saved.Format(layout),
	})
}

// csv writes the first sheet's grid as comma separated values.
func (a *Asset) csv() ([]byte, error) {
	g, err := a.Grid()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, row := range g.Sheets[0].Rows {
		for x, c := range row {
			if x > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoted(c.shown()))
		}
		b.WriteString("\r\n")
	}
	return b.Bytes(), nil
}

// shown is the value as people see it in a cell.
func (c Cell) shown() string {
	switch {
	case c.Kind == Number && c.Format == "date":
		return day(c.Number).Format("02/01/2006")
	case c.Kind == Number && c.Format == "time":
		return day(0).Add(minutes(c.Number)).Format("15:04")
	case c.Kind == Number:
		return strconv.FormatFloat(c.Number, 'f', -1, 64)
	case c.Kind == Bool:
		return strings.ToUpper(strconv.FormatBool(c.Number == 1))
	}
	return c.Text
}

func quoted(s string) string {
	if strings.ContainsAny(s, ",\"\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
