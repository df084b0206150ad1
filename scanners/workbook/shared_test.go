package workbook

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/personal"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// sharedData is a folder of the data that is not part of the project; the
// test is skipped, saying so, when it is not there.
func sharedData(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("DESIREPATH_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(root, "data", name)
	if _, err := os.Stat(dir); err != nil {
		const missing = "skipped: needs the shared data, in ../shared or where DESIREPATH_SHARED says"
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "shared") {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return dir
}

// walkFiles calls f for every file under dir.
func walkFiles(t *testing.T, dir string, f func(path string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			f(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryFileAnswers reads strange, old, corrupt, encrypted and ordinary
// files: each gives a Structure or an error that says why, soon.
func TestEveryFileAnswers(t *testing.T) {
	read, reasons := 0, map[string]int{}
	for _, folder := range []string{"parser", "powerquery", "workbooks"} {
		walkFiles(t, sharedData(t, folder), func(path string) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			s, err := Read(context.Background(), bytes.NewReader(b), int64(len(b)), path, Options{Limits: Limits{Time: 20 * time.Second}})
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s took %v", path, took)
			}
			if err != nil {
				if !errors.Is(err, inventory.ErrUnreadable) || Reason(err) == "" || Reason(err) == "error" || Reason(err) == "timeout" {
					t.Errorf("%s: an error without a reason: %v", path, err)
				}
				reasons[Reason(err)]++
				return
			}
			read++
			checkStructure(t, path, s)
		})
	}
	t.Logf("%d read; not read: %v", read, reasons)
	if read < 400 {
		t.Errorf("only %d files were read", read)
	}
}

// checkStructure checks what holds for every Structure.
func checkStructure(t *testing.T, path string, s inventory.Structure) {
	t.Helper()
	for _, sh := range s.Sheets {
		for _, r := range sh.Regions {
			at, err := ParseRange(r.Range)
			if err != nil || at.Bottom >= max(1, sh.Rows) || at.Right >= max(1, sh.Columns) {
				t.Errorf("%s: %s: region %s of a sheet of %d rows and %d columns", path, sh.Name, r.Range, sh.Rows, sh.Columns)
			}
			if len(r.Types) != len(r.Headings) {
				t.Errorf("%s: %s %s: %d types for %d headings", path, sh.Name, r.Range, len(r.Types), len(r.Headings))
			}
		}
	}
}

// TestSheetNamesEqualExcelize: wherever excelize opens a file, it and Read
// see the same sheets in the same order.
func TestSheetNamesEqualExcelize(t *testing.T) {
	compared := 0
	for _, folder := range []string{"parser", "powerquery", "workbooks/labelled"} {
		walkFiles(t, sharedData(t, folder), func(path string) {
			switch filepath.Ext(path) {
			case ".xlsx", ".xlsm":
			default:
				return
			}
			want, ok := excelizeNames(path)
			if !ok || len(want) == 0 {
				return
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Read(context.Background(), bytes.NewReader(b), int64(len(b)), path, Options{})
			if err != nil {
				t.Errorf("%s: excelize opens it, Read does not: %v", path, err)
				return
			}
			if diff := cmp.Diff(want, sheetNames(s)); diff != "" {
				t.Errorf("%s: sheets (-excelize +Read):\n%s", path, diff)
			}
			compared++
		})
	}
	t.Logf("%d files compared", compared)
}

func excelizeNames(path string) (names []string, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	f, err := excelize.OpenFile(path)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	return f.GetSheetList(), true
}

func sheetNames(s inventory.Structure) []string {
	names := make([]string, len(s.Sheets))
	for i, sh := range s.Sheets {
		names[i] = sh.Name
	}
	return names
}

// TestFormulasEqualExcelize counts the formulas of real workbooks. To excelize
// every cell of a merged range has the formula of the first; here it is one.
func TestFormulasEqualExcelize(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(sharedData(t, "workbooks/labelled"), "00[0-6]*.xlsx"))
	for _, path := range files {
		if st, err := os.Stat(path); err != nil || st.Size() > 100_000 {
			continue
		}
		f, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := os.ReadFile(path)
		s, err := Read(context.Background(), bytes.NewReader(b), int64(len(b)), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, sh := range s.Sheets {
			want, merged := 0, mergedCells(f, sh.Name)
			for row := range sh.Rows {
				for col := range sh.Columns {
					if formula, _ := f.GetCellFormula(sh.Name, cellName(row, col)); formula != "" && !merged[cellName(row, col)] {
						want++
					}
				}
			}
			if sh.Formulas != want {
				t.Errorf("%s: %s has %d formulas, excelize sees %d", filepath.Base(path), sh.Name, sh.Formulas, want)
			}
		}
		f.Close()
	}
}

// mergedCells are the cells that a merged range covers but does not begin at.
func mergedCells(f *excelize.File, sheet string) map[string]bool {
	out := map[string]bool{}
	merged, _ := f.GetMergeCells(sheet)
	for _, m := range merged {
		r, _ := ParseRange(m.GetStartAxis() + ":" + m.GetEndAxis())
		for row := r.Top; row <= r.Bottom; row++ {
			for col := r.Left; col <= r.Right; col++ {
				out[cellName(row, col)] = row > r.Top || col > r.Left
			}
		}
	}
	return out
}

// TestNoBusinessWordIsAName: the field labels of public business systems are
// no runs of names, however they are shuffled together.
func TestNoBusinessWordIsAName(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(sharedData(t, "schemas"), "*.tsv"))
	var labels, dropped []string
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(f)
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
		records, _ := r.ReadAll()
		f.Close()
		for _, rec := range records {
			if len(rec) > 3 && rec[3] != "" {
				labels = append(labels, rec[3])
			}
		}
	}
	for i, name := range personal.Runs(labels) {
		if name || personal.Identifies(labels[i]) {
			dropped = append(dropped, labels[i])
		}
	}
	t.Logf("%d of %d labels would be dropped: %q", len(dropped), len(labels), dropped[:min(60, len(dropped))])
	if 200*len(dropped) > len(labels) {
		t.Errorf("%d of %d labels would be dropped", len(dropped), len(labels))
	}
}
