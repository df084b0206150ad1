package export

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A table is a sheet of many rows: one table with filters under a frozen
// header. Its rows are written as they come, so that their number costs no
// memory.
type table struct {
	name    string
	columns []column
	n       int // rows
	rows    iter.Seq2[[]any, error]
}

// A column of a table. Cells are strings, ints, shares (float64) and dates
// (time.Time); every text is a string cell and none can become a formula.
type column struct {
	name   string
	width  float64 // in characters
	hidden bool    // for us, when the sheet comes back
	narrow bool    // its text may be cut off: an address that nobody reads
	yours  bool    // the reader writes to it
	offer  []string
}

// frame lays out the sheet in f, whole but for its rows.
func (t table) frame(f *excelize.File, st styles) error {
	last, err := excelize.CoordinatesToCellName(len(t.columns), max(t.n+1, 2))
	if err != nil {
		return err
	}
	for i, c := range t.columns {
		if err := t.head(f, i+1, c, st); err != nil {
			return err
		}
	}
	if err := f.SetRowHeight(t.name, 1, 24); err != nil {
		return err
	}
	if err := f.SetSheetDimension(t.name, "A1:"+last); err != nil {
		return err
	}
	if err := f.SetPanes(t.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return f.AddTable(t.name, &excelize.Table{Range: "A1:" + last, Name: t.name, StyleName: "TableStyleLight1", ShowRowStripes: ptr(true)})
}

// head lays out one column, counted from 1.
func (t table) head(f *excelize.File, n int, c column, st styles) error {
	letter, err := excelize.ColumnNumberToName(n)
	if err != nil {
		return err
	}
	style := st.header
	if c.yours {
		style = st.yours
	}
	if err := f.SetCellStr(t.name, letter+"1", c.name); err != nil {
		return err
	}
	if err := f.SetCellStyle(t.name, letter+"1", letter+"1", style); err != nil {
		return err
	}
	if err := f.SetColWidth(t.name, letter, letter, c.width); err != nil {
		return err
	}
	if err := f.SetColVisible(t.name, letter, !c.hidden); err != nil || c.offer == nil {
		return err
	}
	v := excelize.NewDataValidation(true)
	v.Sqref = fmt.Sprintf("%s2:%s%d", letter, letter, max(t.n+1, 2))
	if err := v.SetDropList(c.offer); err != nil {
		return err
	}
	v.SetInput("Where it stands", "Choose what happened; desirepath outreach import takes it over.")
	v.SetError(excelize.DataValidationErrorStyleStop, "Not a status", "Choose one from the list.")
	return f.AddDataValidation(t.name, v)
}

// splice writes the workbook f with the table's rows put into its first sheet.
// The library's own stream of rows forgets which columns are hidden, and its
// cells one by one would hold all of them in memory.
func (t table) splice(w io.Writer, f *excelize.File, st styles) error {
	frame, err := f.WriteToBuffer()
	if err != nil {
		return err
	}
	parts, err := zip.NewReader(bytes.NewReader(frame.Bytes()), int64(frame.Len()))
	if err != nil {
		return err
	}
	out := zip.NewWriter(w)
	for _, part := range parts.File {
		if part.Name == "xl/worksheets/sheet1.xml" {
			err = t.fill(out, part, st)
		} else {
			err = out.Copy(part)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	return out.Close()
}

// fill writes the sheet's part, its rows before the end of its data.
func (t table) fill(out *zip.Writer, part *zip.File, st styles) error {
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	end := bytes.Index(b, []byte("</sheetData>"))
	if end < 0 {
		return errors.New("there is no end of data to write rows before")
	}
	to, err := out.Create(part.Name)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(to, 1<<16)
	_, _ = buffered.Write(b[:end]) // a buffered writer keeps its error for Flush
	letters, row := t.letters(), 1
	for cells, err := range t.rows {
		if err != nil {
			return err
		}
		row++
		t.row(buffered, row, cells, letters, st)
	}
	_, _ = buffered.Write(b[end:])
	return buffered.Flush()
}

func (t table) letters() (out []string) {
	for i := range t.columns {
		letter, _ := excelize.ColumnNumberToName(i + 1) // there are 16,384, and we have a few
		out = append(out, letter)
	}
	return out
}

func (t table) row(w *bufio.Writer, n int, cells []any, letters []string, st styles) {
	fmt.Fprintf(w, `<row r="%d" ht="%g" customHeight="1">`, n, t.height(cells))
	for i, cell := range cells {
		at, style, value := letters[i]+strconv.Itoa(n), st.number, ""
		switch v := cell.(type) {
		case int:
			value = strconv.Itoa(v)
		case float64:
			style, value = st.percent, strconv.FormatFloat(v, 'g', -1, 64)
		case time.Time:
			style = st.date
			if !v.IsZero() {
				value = strconv.Itoa(serial(v))
			}
		case string:
			style = st.text
			if t.columns[i].narrow {
				style = st.address
			}
			if v != "" {
				fmt.Fprintf(w, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">`, at, style)
				_ = xml.EscapeText(w, []byte(literal(Printable(v))))
				_, _ = w.WriteString(`</t></is></c>`)
				continue
			}
		}
		if value != "" {
			value = "<v>" + value + "</v>"
		}
		fmt.Fprintf(w, `<c r="%s" s="%d">%s</c>`, at, style, value)
	}
	_, _ = w.WriteString("</row>")
}

// serial is a date as spreadsheets count them: days since the last but one of
// 1899. A list shows no times of day.
func serial(t time.Time) int {
	y, m, d := t.UTC().Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

// literal keeps text that looks like an escaped character (ECMA-376 part 1,
// 22.9.2.19) from being read as that character.
func literal(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`).ReplaceAllString(s, "_x005F$0")
}

// height is how high a row must be to show its longest text, in points. Not
// every program fits heights to wrapped text when it opens a file.
func (t table) height(cells []any) float64 {
	const line, most = 15, 10
	lines := 1.0
	for i, c := range t.columns {
		if c.hidden || c.narrow {
			continue
		}
		characters := float64(utf8.RuneCountInString(text(cells[i])))
		lines = max(lines, math.Ceil(1.05*characters/(c.width-1)))
	}
	return line * min(lines, most)
}

// each gives the cells of each row of a list.
func each[T any](rows iter.Seq2[T, error], cells func(T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for r, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(cells(r), nil) {
				return
			}
		}
	}
}

// Given streams what is at hand already.
func Given[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}
