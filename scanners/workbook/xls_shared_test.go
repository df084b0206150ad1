package workbook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

// TestXLSAnswers reads every old workbook at hand: it gives a Structure or an
// error with a reason, soon, and the sheets that somebody wrote down.
func TestXLSAnswers(t *testing.T) {
	read, compared, reasons := 0, 0, map[string]int{}
	walkFiles(t, sharedData(t, "parser"), func(path string) {
		if !strings.EqualFold(filepath.Ext(path), ".xls") {
			return
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		s, err := Read(context.Background(), bytes.NewReader(b), int64(len(b)), path, Options{})
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", path, took)
		}
		if err != nil {
			if !errors.Is(err, inventory.ErrUnreadable) || strings.Contains(err.Error(), "gave up") {
				t.Errorf("%s: %v", path, err)
			}
			t.Logf("%s: %v", filepath.Base(path), err)
			reasons[Reason(err)]++
			return
		}
		read++
		checkStructure(t, path, s)
		if want := expectedNames(path); want != nil {
			compared++
			if diff := cmp.Diff(want, sheetNames(s)); diff != "" {
				t.Errorf("%s: sheets (-want +got):\n%s", path, diff)
			}
		}
	})
	t.Logf("%d read, %d of them with the sheets expected; not read: %v", read, compared, reasons)
	if read < 90 {
		t.Errorf("only %d files were read", read)
	}
}

// expectedNames are the sheets of a file as its test suite has them.
func expectedNames(path string) []string {
	for _, folder := range []string{"expected-2011", "expected-2016"} {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(path), folder, filepath.Base(path)+".sheetnames"))
		if err == nil {
			return strings.Split(strings.TrimRight(string(b), "\n"), "\n")
		}
	}
	return nil
}

// xlsGrid opens an old workbook for its cells.
func xlsGrid(t testing.TB, path string) (*xlsBook, error) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return xlsBookOf(b)
}
