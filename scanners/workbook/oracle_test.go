//go:build unix

package workbook

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/desirepath/desirepath/scanners/workbook/ole"
	"github.com/google/go-cmp/cmp"
)

// gridFile gives the cells of a file as its format's reader hands them to
// Build; nil when it is of another format.
func gridFile(t testing.TB, path string) (Grid, error) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &source{r: bytes.NewReader(b), size: int64(len(b)), name: path, Options: Options{Depth: 2, Limits: Limits{}.orDefaults()}}
	s.stopped = func() error { return nil }
	switch {
	case bytes.HasPrefix(b, []byte(ole.Signature)):
		book, err := xlsBookOf(b)
		if err != nil {
			return nil, err
		}
		return book.grid(), nil
	case bytes.Contains(b[:min(len(b), 4096)], []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		f, err := openSpreadsheetML(s)
		if err != nil {
			return nil, err
		}
		return f.grid(), nil
	case !bytes.HasPrefix(b, []byte("PK")):
		f, err := openFODS(s)
		if err != nil {
			return nil, err
		}
		return f.grid(), nil
	}
	a, err := openArchive(s)
	if err != nil {
		return nil, err
	}
	if book := a.binaryPart(); book != "" {
		x, err := openXLSB(a, book)
		if err != nil {
			return nil, err
		}
		return x.grid(), nil
	}
	if book := a.officePart(); book != "" {
		x := &xlsxBook{archive: a, dir: book[:strings.LastIndex(book, "/")]}
		if err := x.load(book); err != nil {
			return nil, err
		}
		return wholeGrid(x.grid()), nil
	}
	if a.odsFormat() == "" {
		return nil, nil
	}
	o, err := openODS(a, "ods")
	if err != nil {
		return nil, err
	}
	return o.grid(), nil
}

// wholeGrid yields the cells of sheets that hand them to a scan.
func wholeGrid(g Grid) Grid {
	return func(yield func(Sheet) bool) {
		for s := range g {
			scan := sheetScan{builder: &builder{}, functions: map[string]int{}, whole: true}
			s.scan(&scan)
			scan.end()
			s.Cells = func(yield func(Cell) bool) {
				for _, b := range scan.bands {
					for _, r := range b.window {
						for _, c := range r {
							if !yield(c) {
								return
							}
						}
					}
				}
			}
			if !yield(s) {
				return
			}
		}
	}
}

// soffice runs LibreOffice on files; what it writes is in the folder it tells.
// It gets so much memory and time, and ends with all that it started: there
// are files that it takes gigabytes for.
func soffice(t testing.TB, to string, files ...string) string {
	t.Helper()
	if _, err := exec.LookPath("soffice"); err != nil {
		const missing = "skipped: needs LibreOffice (soffice)"
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "libreoffice") {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	args := []string{"-c", `ulimit -v 4000000; exec soffice "$@"`, "soffice", "--headless",
		"-env:UserInstallation=file://" + t.TempDir(), "--convert-to", to, "--outdir", dir}
	cmd := exec.CommandContext(ctx, "sh", append(args, files...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice: %v\n%.2000s", err, out)
	}
	return dir
}

// every sheet to a csv file of its own, numbers as they are
const allSheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"

// TestCellsEqualLibreOffice compares names of sheets, the places of cells and
// the texts in them.
func TestCellsEqualLibreOffice(t *testing.T) {
	root := sharedData(t, "parser")
	var files []string
	for _, pattern := range []string{"roo/[a-f]*.ods", "calamine/[a-h]*.ods", "sheetjs/[L-z]*.xml", "*/[A-d]*.xlsb", "apache-poi/spreadsheet/*.xlsb"} {
		found, _ := filepath.Glob(filepath.Join(root, pattern))
		files = append(files, found...)
	}
	// It leaves out booleans and parts of rich text in Excel's XML of 2003,
	// and reads no file of a beta of Excel 2007.
	files = slices.DeleteFunc(files, func(path string) bool {
		return strings.Contains(path, "rich_text") || strings.Contains(path, "stream-d-date") || strings.Contains(path, "Simple.xlsb")
	})
	compareFiles(t, files)
}

// TestExcelCellsEqualLibreOffice is the same for xlsx, xlsm and xls.
func TestExcelCellsEqualLibreOffice(t *testing.T) {
	root := sharedData(t, "parser")
	var files []string
	for _, pattern := range []string{"calamine/[a-d]*.xlsx", "calamine/[m-t]*.xls", "sheetjs/[A-c]*.xlsx", "sheetjs/[A-e]*.xls", "roo/[a-c]*.xlsx", "roo/*.xlsm"} {
		found, _ := filepath.Glob(filepath.Join(root, pattern))
		files = append(files, found...)
	}
	files = slices.DeleteFunc(files, func(path string) bool { return filepath.Base(path) == "too_small.xls" }) // one line of text
	compareFiles(t, files)
}

// compareFiles compares the cells of files with those that LibreOffice sees.
func compareFiles(t *testing.T, files []string) {
	t.Helper()
	copies := make([]string, len(files)) // under names that differ
	for i, path := range files {
		copies[i] = filepath.Join(t.TempDir(), fmt.Sprint(i, "_", filepath.Base(path)))
		copyFile(t, copies[i], path)
	}
	dir := soffice(t, allSheets, copies...)
	compared := 0
	for i, path := range files {
		base := strings.TrimSuffix(filepath.Base(copies[i]), filepath.Ext(path))
		want, _ := filepath.Glob(filepath.Join(dir, base+"-*.csv"))
		if len(want) == 0 {
			continue // it does not open there
		}
		g, err := gridFile(t, path)
		if err != nil {
			t.Errorf("%s: LibreOffice opens it, we do not: %v", path, err)
			continue
		}
		if g == nil {
			continue
		}
		compared++
		for s := range g {
			compareSheet(t, base, filepath.Join(dir, base+"-"+s.Name+".csv"), s)
		}
	}
	t.Logf("%d of %d files compared", compared, len(files))
	if 2*compared < len(files) {
		t.Error("too few of them")
	}
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func compareSheet(t *testing.T, base, expected string, s Sheet) {
	t.Helper()
	b, err := os.ReadFile(expected)
	if err != nil {
		t.Errorf("%s: no sheet %q there", base, s.Name)
		return
	}
	r := csvReader{in: bufio.NewReader(bytes.NewReader(b)), comma: ','}
	want, got := map[string]string{}, map[string]string{}
	for row := 0; r.record(); row++ {
		for col, text := range r.fields {
			if strings.TrimSpace(text) != "" {
				want[cellName(row, col)] = tidy(text)
			}
		}
	}
	for c := range s.Cells {
		name := cellName(c.Row, c.Col)
		got[name] = tidy(c.Text)
		if c.Kind != CellText || c.Formula.Present() {
			got[name] = want[name]
		}
		if got[name] == "" {
			delete(got, name)
		}
		if want[name] == "" && c.Kind != CellText {
			got[name] = fmt.Sprint("kind ", c.Kind)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s %s (-LibreOffice +here):\n%.2000s", base, s.Name, diff)
	}
}
