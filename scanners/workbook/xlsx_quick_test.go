package workbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQuickOrByTokens: a sheet that quick reads, and the same one written so
// that it cannot, tell the same.
func TestQuickOrByTokens(t *testing.T) {
	slow := strings.NewReplacer("<v>", "<v >", "<f>", "<f >", "<t>", "<t >", "<si>", "<si >", "<row ", "<row  ", "<c ", "<c\n")
	compare := func(name string, file []byte) {
		names, parts := partsOf(t, file)
		for _, part := range names {
			if strings.Contains(part, "worksheets/sheet") || strings.Contains(part, "sharedStrings") {
				parts[part] = slow.Replace(parts[part])
			}
		}
		want, got := mustRead(t, zipOf(t, parts), "x.xlsx"), mustRead(t, file, "x.xlsx")
		want.BytesRead, got.BytesRead = 0, 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-by tokens +quick):\n%.2000s", name, diff)
		}
	}
	compare("shared", benchBook(t, 100<<10, true))
	compare("inline", benchBook(t, 100<<10, false))
	files, _ := filepath.Glob(filepath.Join(sharedData(t, "workbooks/labelled"), "*.xlsx"))
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		compare(path, file)
	}
}
