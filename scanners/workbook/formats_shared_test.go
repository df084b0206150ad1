//go:build unix

package workbook

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

// TestFormatsAnswer: every spreadsheet of these formats gives an answer or a
// reason within a second.
func TestFormatsAnswer(t *testing.T) {
	read, reasons := map[string]int{}, map[string]int{}
	walkFiles(t, sharedData(t, "parser"), func(path string) {
		if !slices.Contains([]string{".ods", ".ots", ".fods", ".xlsb", ".xml"}, filepath.Ext(path)) {
			return
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		s, err := readBytes(b, path, Options{})
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", path, took)
		}
		switch {
		case err == nil:
			read[s.Format]++
			checkStructure(t, path, s)
		case !errors.Is(err, inventory.ErrUnreadable) || strings.Contains(err.Error(), "gave up"):
			t.Errorf("%s: %v", path, err)
		default:
			reasons[Reason(err)]++
		}
	})
	t.Logf("read %v; not read %v", read, reasons)
	if read["ods"] < 70 || read["xlsb"] < 40 || read["spreadsheetml"] < 40 {
		t.Errorf("too few were read")
	}
}

// TestTwins: a workbook that lies beside its like in xlsx has the same sheets
// with the same tables. Some that share a name are different workbooks.
func TestTwins(t *testing.T) {
	different := []string{
		"numbers1.ods", "style.ods", "formula.ods", "hidden_sheets.ods", "picture.ods", "date.ods", // made apart
		"sample.xlsb", "issues.xlsb", "BlankSheetTypes.xml", // more or fewer sheets
		"boolean.ods", "boolean-from-google-sheets.ods", // TRUE and =TRUE()
		"excel4_sample_macro.xlsb", "formula_stress_test.xlsb", // commands of macros; -1 as a value
	}
	compared := 0
	walkFiles(t, sharedData(t, "parser"), func(path string) {
		ext := filepath.Ext(path)
		if !slices.Contains([]string{".ods", ".xlsb", ".xml"}, ext) || slices.Contains(different, filepath.Base(path)) {
			return
		}
		base := strings.TrimSuffix(path, ext)
		if ext == ".xml" { // x.xls.xml was x.xls
			base = strings.TrimSuffix(base, filepath.Ext(base))
		}
		twin, err := readFile(base + ".xlsx")
		if err != nil {
			return
		}
		s, err := readFile(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		compared++
		if diff := cmp.Diff(tablesOf(twin), tablesOf(s), withoutStats); diff != "" {
			t.Errorf("%s (-xlsx +this):\n%.2000s", path, diff)
		}
		if diff := cmp.Diff(countsOf(twin), countsOf(s)); diff != "" && filepath.Base(path) != "sample.ods" { // it lost its remark
			t.Errorf("%s (-xlsx +this):\n%s", path, diff)
		}
		if diff := cmp.Diff(twin.PivotSources, s.PivotSources); diff != "" && ext == ".xlsb" {
			t.Errorf("%s: pivot tables sum up (-xlsx +this):\n%s", path, diff)
		}
	})
	t.Logf("%d files compared", compared)
	if compared < 50 {
		t.Errorf("only %d files compared", compared)
	}
}

// countsOf is what is told by number, of all formats alike.
func countsOf(s inventory.Structure) map[string]int {
	return map[string]int{"pivots": s.Pivots, "notes": s.Notes, "protected": s.Protected, "conditional formats": s.ConditionalFormats}
}

func readFile(path string) (inventory.Structure, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return inventory.Structure{}, err
	}
	return readBytes(b, path, Options{})
}

// tablesOf is what does not depend on the format: sheets, tables, headings,
// and how many formulas of what functions there are.
func tablesOf(s inventory.Structure) []inventory.Sheet {
	out := slices.Clone(s.Sheets)
	for i, sh := range out {
		out[i].Regions = slices.Clone(sh.Regions)
		for j := range out[i].Regions {
			out[i].Regions[j].Shapes = nil
		}
	}
	return out
}

// TestConvertedAlike: what LibreOffice makes of real workbooks has the same
// sheets and headings.
func TestConvertedAlike(t *testing.T) {
	all, _ := filepath.Glob(filepath.Join(sharedData(t, "workbooks/labelled"), "*.xlsx"))
	var files []string
	for i, f := range all {
		if st, err := os.Stat(f); err == nil && i%13 == 0 && st.Size() < 40_000 {
			files = append(files, f)
		}
	}
	for _, format := range []string{"ods", "fods"} {
		dir := soffice(t, format, files...)
		for _, f := range files {
			before, err := readFile(f)
			if err != nil {
				t.Fatal(err)
			}
			after, err := readFile(filepath.Join(dir, strings.TrimSuffix(filepath.Base(f), ".xlsx")+"."+format))
			if err != nil {
				t.Errorf("%s as %s: %v", f, format, err)
				continue
			}
			if diff := cmp.Diff(headingsOf(before), headingsOf(after)); diff != "" {
				t.Errorf("%s as %s (-xlsx +this):\n%.2000s", f, format, diff)
			}
		}
	}
	t.Logf("%d workbooks compared", len(files))
}

func headingsOf(s inventory.Structure) (out []string) {
	for _, sh := range s.Sheets {
		out = append(out, "sheet "+sh.Name)
		for _, r := range sh.Regions {
			out = append(append(out, "range "+r.Range), r.Headings...)
		}
	}
	return out
}
