package workbook

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// TestLayouts finds the headings of the sheets drawn in testdata/layouts: once
// from the drawing itself, once from a workbook that excelize makes of it. To
// add a case, add a file: rows as lines, cells between bars, *bold*, =formula.
func TestLayouts(t *testing.T) {
	files, err := filepath.Glob("testdata/layouts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no layouts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			l := readLayout(t, file)
			t.Run("grid", func(t *testing.T) {
				s := Build(l.grid(), Meta{Format: "drawn"})
				if diff := cmp.Diff(l.want, drawRegions(s)); diff != "" {
					t.Errorf("regions (-want +got):\n%s", diff)
				}
			})
			t.Run("xlsx", func(t *testing.T) {
				file := l.xlsx(t)
				s, err := Read(context.Background(), bytes.NewReader(file), int64(len(file)), "x.xlsx", Options{})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(l.want, drawRegions(s)); diff != "" {
					t.Errorf("regions (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A layout is a sheet as a test draws it.
type layout struct {
	cells          []Cell
	merged, headed []Range
	want           string
}

func readLayout(t *testing.T, file string) layout {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var l layout
	for _, f := range a.Files {
		text := string(f.Data)
		switch f.Name {
		case "sheet":
			l.cells = drawnCells(text)
		case "merged":
			l.merged = ranges(t, text)
		case "headed":
			l.headed = ranges(t, text)
		case "want":
			l.want = text
		default:
			t.Fatalf("%s: no such part: %s", file, f.Name)
		}
	}
	return l
}

func ranges(t *testing.T, text string) []Range {
	var out []Range
	for _, f := range strings.Fields(text) {
		r, err := ParseRange(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func drawnCells(text string) []Cell {
	var out []Cell
	for row, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		for col, s := range strings.Split(line, "|") {
			if c, ok := drawnCell(strings.TrimSpace(s)); ok {
				c.Row, c.Col = row, col
				c.Formula.Row, c.Formula.Col = row, col
				out = append(out, c)
			}
		}
	}
	return out
}

func drawnCell(s string) (Cell, bool) {
	c := Cell{Text: strings.ReplaceAll(s, `\n`, "\n")}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		c.Kind = CellNumber
	} else if d, err := time.Parse(time.DateOnly, s); err == nil {
		c.Kind, c.Text = CellDate, fmt.Sprint(d.Unix()/86400+25569)
	} else if strings.HasPrefix(s, "=") {
		c.Kind, c.Text, c.Formula.Text = CellNumber, "1", s[1:]
	} else if len(s) > 2 && s[0] == '*' && strings.HasSuffix(s, "*") {
		c.Bold, c.Text = true, s[1:len(s)-1]
	}
	return c, s != ""
}

func (l layout) grid() Grid {
	return func(yield func(Sheet) bool) {
		yield(Sheet{
			Name: "drawn",
			Cells: func(yield func(Cell) bool) {
				for _, c := range l.cells {
					if !yield(c) {
						return
					}
				}
			},
			Tail: func() Tail { return Tail{Merged: l.merged, Headed: l.headed} },
		})
	}
}

func (l layout) xlsx(t testing.TB) []byte {
	f := excelize.NewFile()
	bold, _ := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	date, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	for _, c := range l.cells {
		at := cellName(c.Row, c.Col)
		var err error
		switch {
		case c.Formula.Text != "":
			err = f.SetCellFormula("Sheet1", at, c.Formula.Text)
		case c.Kind == CellNumber || c.Kind == CellDate:
			v, _ := strconv.ParseFloat(c.Text, 64)
			err = f.SetCellValue("Sheet1", at, v)
		default:
			err = f.SetCellValue("Sheet1", at, c.Text)
		}
		if c.Bold {
			f.SetCellStyle("Sheet1", at, at, bold)
		}
		if c.Kind == CellDate {
			f.SetCellStyle("Sheet1", at, at, date)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range l.merged {
		first, last, _ := strings.Cut(m.String(), ":")
		if err := f.MergeCell("Sheet1", first, last); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range l.headed {
		if err := f.AutoFilter("Sheet1", h.String(), nil); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// drawRegions writes the regions of the first sheet, one a line.
func drawRegions(s inventory.Structure) string {
	var b strings.Builder
	for _, r := range s.Sheets[0].Regions {
		fmt.Fprintf(&b, "%s %d: %s", r.Range, r.HeaderRows, strings.Join(r.Headings, ", "))
		b.WriteString("\n")
	}
	return strings.ReplaceAll(b.String(), ": \n", ":\n")
}
