package workbook

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// BenchmarkRead reads workbooks of two sizes, and excelize the same: opening
// and all rows, as one would without this package.
func BenchmarkRead(b *testing.B) {
	for _, rows := range []int{1_000, 50_000} {
		for name, file := range map[string][]byte{
			"inline": benchBook(b, rows),
			"shared": benchSharedBook(b, rows),
		} {
			size := fmt.Sprintf("%s-%dKB", name, len(file)>>10)
			for depth, o := range map[string]Options{"heads": {Depth: inventory.DepthHeads}, "full": {}} {
				b.Run(size+"/"+depth, func(b *testing.B) {
					b.ReportAllocs()
					b.SetBytes(int64(len(file)))
					for b.Loop() {
						if _, err := Read(context.Background(), bytes.NewReader(file), int64(len(file)), "x.xlsx", o); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run(size+"/excelize", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(file)))
				for b.Loop() {
					f, err := excelize.OpenReader(bytes.NewReader(file))
					if err != nil {
						b.Fatal(err)
					}
					if _, err := f.GetRows("Sheet1"); err != nil {
						b.Fatal(err)
					}
					f.Close()
				}
			})
		}
	}
}

func BenchmarkReadCSV(b *testing.B) {
	var t strings.Builder
	t.WriteString("ID,Name,Joined,Amount,Comment\n")
	for i := range 100_000 {
		fmt.Fprintf(&t, "%d,name %d,2024-01-%02d,%d.5,some words here\n", i, i%977, i%28+1, i)
	}
	file := []byte(t.String())
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(context.Background(), bytes.NewReader(file), int64(len(file)), "x.csv", Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func benchBook(b *testing.B, rows int) []byte {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	w.SetRow("A1", []any{"Ticket", "Opened by", "Subject", "Hours", "Rate", "Cost"})
	for i := range rows {
		at := fmt.Sprintf("A%d", i+2)
		cost := excelize.Cell{Formula: fmt.Sprintf("D%d*E%d", i+2, i+2)}
		w.SetRow(at, []any{i, fmt.Sprintf("person %d", i%311), fmt.Sprintf("subject no %d of many", i), i % 40, 80.5, cost})
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return written(b, f)
}

func benchSharedBook(b *testing.B, rows int) []byte {
	f := excelize.NewFile()
	for col, h := range []string{"Ticket", "Opened by", "Subject", "Hours", "Rate"} {
		f.SetCellStr("Sheet1", cellName(0, col), h)
	}
	for i := range rows {
		f.SetCellInt("Sheet1", cellName(i+1, 0), int64(i))
		f.SetCellStr("Sheet1", cellName(i+1, 1), fmt.Sprintf("person %d", i%311))
		f.SetCellStr("Sheet1", cellName(i+1, 2), fmt.Sprintf("subject no %d of many", i))
		f.SetCellInt("Sheet1", cellName(i+1, 3), int64(i%40))
		f.SetCellFloat("Sheet1", cellName(i+1, 4), 80.5, 1, 64)
	}
	return written(b, f)
}

func written(b *testing.B, f *excelize.File) []byte {
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}
