//go:build unix

package workbook

import (
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// xlsSample are old workbooks that LibreOffice reads as they are: those that
// are encrypted, and those of pivot tables, which it calculates anew, are not
// among them.
func xlsSample(t *testing.T) []string {
	root := sharedData(t, "parser")
	var out []string
	for _, pattern := range []string{"calamine/[d-z]*.xls", "xlrd/samples/*.xls", "sheetjs/[a-ln-z]*.xls", "apache-poi/spreadsheet/*.xls"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			if _, err := xlsGrid(t, path); err == nil && !strings.Contains(path, "pivot") {
				out = append(out, path)
			}
		}
	}
	return out
}

// TestXLSCellsEqualLibreOffice compares what old workbooks hold with what
// LibreOffice makes of them: the names of the sheets, the places of the cells
// and the texts in them.
func TestXLSCellsEqualLibreOffice(t *testing.T) {
	files := xlsSample(t)
	dir := soffice(t, allSheets, files...)
	compared := 0
	for _, path := range files {
		base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		if written, _ := filepath.Glob(filepath.Join(dir, base+"-*.csv")); len(written) == 0 {
			continue // it does not open there
		}
		book, err := xlsGrid(t, path)
		if err != nil {
			t.Fatal(err)
		}
		compared++
		for s := range book.grid() {
			if s.Name != "" { // one without a name is given one there
				compareSheet(t, base, filepath.Join(dir, base+"-"+s.Name+".csv"), s)
			}
		}
	}
	t.Logf("%d of %d files compared", compared, len(files))
	if compared < 60 {
		t.Errorf("only %d files compared", compared)
	}
}

// TestXLSFormulasEqualLibreOffice has LibreOffice write old workbooks as new
// ones: what every formula does, which cells are bold or dates, and what is
// merged are then the same. Where formulas differ it is LibreOffice that puts
// an error where a name is not defined, or TRUE() for TRUE.
func TestXLSFormulasEqualLibreOffice(t *testing.T) {
	files := xlsSample(t)
	dir := soffice(t, "xlsx", files...)
	formulas, same, cells, alike := 0, 0, 0, 0
	for _, path := range files {
		base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		b, err := os.ReadFile(filepath.Join(dir, base+".xlsx"))
		if err != nil {
			continue
		}
		book, err := xlsGrid(t, path)
		if err != nil {
			t.Fatal(err)
		}
		want, got := lookOf(xlsxGridOf(t, b)), lookOf(book.grid())
		for at, w := range want {
			g := got[at]
			cells++
			if w.bold == g.bold && (w.date == g.date || w.shape != "") {
				alike++
			} else {
				t.Logf("%s %s: bold %v, date %v; LibreOffice: %v, %v", base, at, g.bold, g.date, w.bold, w.date)
			}
			if w.shape == "" && g.shape == "" {
				continue
			}
			formulas++
			if w.shape == g.shape {
				same++
			} else {
				t.Logf("%s %s: %s; LibreOffice: %s", base, at, g.shape, w.shape)
			}
		}
	}
	t.Logf("%d of %d formulas are the same, %d of %d cells look alike", same, formulas, alike, cells)
	if formulas < 1000 || 100*same < 98*formulas || 1000*alike < 999*cells {
		t.Error("too few")
	}
}

type cellLook struct {
	bold, date bool
	shape      string
}

func lookOf(g Grid) map[string]cellLook {
	out := map[string]cellLook{}
	for s := range g {
		for c := range everyCell(s) {
			look := cellLook{c.Bold, c.Kind == CellDate, parseFormula(c.Formula).shape}
			if c.parsed != nil {
				look.shape = c.parsed.shape
			}
			out[s.Name+"!"+cellName(c.Row, c.Col)] = look
		}
	}
	return out
}

// everyCell yields the cells of a sheet of any format.
func everyCell(s Sheet) iter.Seq[Cell] {
	if s.scan == nil {
		return s.Cells
	}
	return func(yield func(Cell) bool) {
		all := sheetScan{builder: &builder{}, functions: map[string]int{}, whole: true}
		s.scan(&all)
		all.end()
		for _, b := range all.bands {
			for _, r := range b.window {
				for _, c := range r {
					if !yield(c) {
						return
					}
				}
			}
		}
	}
}

// xlsxGridOf opens a new workbook for its cells.
func xlsxGridOf(t *testing.T, b []byte) Grid {
	t.Helper()
	a, err := openArchive(sourceOf(b, inventory.DepthFull))
	if err != nil {
		t.Fatal(err)
	}
	book := &xlsxBook{archive: a, dir: "xl"}
	if err := book.load(a.officePart()); err != nil {
		t.Fatal(err)
	}
	return book.grid()
}
