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
		for _, sh := range s.Sheets {
			fmt.Printf(" [%s] %dx%d f=%d\n", sh.Name, sh.Rows, sh.Columns, sh.Formulas)
			for _, r := range sh.Regions {
				fmt.Printf("    %s h=%d %q\n", r.Range, r.HeaderRows, r.Headings)
			}
		}
	}
}
