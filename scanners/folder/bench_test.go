package folder_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/folder"
)

// BenchmarkPages lists 20,000 files in 200 folders, beside a plain walk that
// asks for the same: names, sizes and times.
func BenchmarkPages(b *testing.B) {
	root := b.TempDir()
	const files = 20_000
	for i := range files {
		dir := filepath.Join(root, fmt.Sprint("folder ", i%200))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint("file ", i, ".xlsx")), nil, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("pages", func(b *testing.B) {
		s, err := folder.New(folder.Options{Tenant: share, Root: root})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for page, err := range s.Pages(context.Background(), inventory.Place{}, "") {
				if err != nil {
					b.Fatal(err)
				}
				n += len(page.Changes)
			}
			if n != files {
				b.Fatalf("%d files", n)
			}
		}
		b.ReportMetric(float64(files)*float64(b.N)/b.Elapsed().Seconds(), "files/s")
	})
	b.Run("walk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			err := filepath.Walk(root, func(string, os.FileInfo, error) error { return nil })
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(files)*float64(b.N)/b.Elapsed().Seconds(), "files/s")
	})
}
