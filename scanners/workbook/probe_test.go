package workbook

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestProbe(t *testing.T) {
	pat := os.Getenv("PROBE")
	if pat == "" {
		t.Skip()
	}
	files, _ := filepath.Glob(pat)
	for _, f := range files {
		fh, err := os.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		st, _ := fh.Stat()
		s, err := Read(context.Background(), fh, st.Size(), f, Options{})
		fh.Close()
		fmt.Printf("== %s %v\n", filepath.Base(f), err)
		if os.Getenv("META") != "" {
			fmt.Printf("  %s names=%q conn=%v ext=%q piv=%d tab=%d val=%d words=%q macros=%v q=%q\n", s.Format, s.DefinedNames, s.Connections, s.ExternalLinks, s.Pivots, s.Tables, s.Validations, s.ListWords, s.Macros, s.Queries)
			continue
		}
		for i, sh := range s.Sheets {
			if i > 4 {
				break
			}
			fmt.Printf(" [%s] %dx%d f=%d\n", sh.Name, sh.Rows, sh.Columns, sh.Formulas)
			seen := map[string]bool{}
			for _, r := range sh.Regions {
				k := fmt.Sprint(r.HeaderRows, r.Headings)
				if seen[k] || len(r.Headings) == 0 {
					continue
				}
				seen[k] = true
				fmt.Printf("    %s h=%d %q\n", r.Range, r.HeaderRows, r.Headings)
			}
		}
	}
}
