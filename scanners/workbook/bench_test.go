//go:build unix

package workbook

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// BenchmarkRead reads workbooks of four sizes, at both depths, beside
// excelize doing the like and beside inflating their parts alone. Metrics:
// cpu-ms is the processor time of the best run, which tells more than the
// clock of a machine that is shared; by it, x-excelize is how many times
// faster than excelize and x-inflate how many times slower than inflating.
// peak-KB is the largest live heap on top of the file. With -short, and past
// 10 MB, excelize is left out.
//
//	go test ./scanners/workbook -run '^$' -bench 'Read/10MB' -benchtime 5x
func BenchmarkRead(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"50KB", 50 << 10}, {"1MB", 1 << 20}, {"10MB", 10 << 20}, {"50MB", 50 << 20}} {
		for _, sharing := range []string{"shared", "inline"} {
			b.Run(size.name+"/"+sharing, func(b *testing.B) {
				benchSize(b, benchBook(b, size.bytes, sharing == "shared"))
			})
		}
	}
}

func benchSize(b *testing.B, file []byte) {
	took := map[string]time.Duration{}
	for _, way := range []struct {
		name, peer string
		read       func() error
	}{
		{"inflate", "", func() error { return inflateAll(file) }},
		{"excelize-rows", "", func() error { return excelizeRows(file) }},
		{"excelize-formulas", "", func() error { return excelizeFormulas(file) }},
		{"heads", "excelize-rows", func() error { _, err := readBytes(file, "x.xlsx", Options{Depth: inventory.DepthHeads}); return err }},
		{"full", "excelize-formulas", func() error { _, err := readBytes(file, "x.xlsx", Options{}); return err }},
	} {
		b.Run(way.name, func(b *testing.B) {
			if strings.HasPrefix(way.name, "excelize") && (testing.Short() || len(file) > 16<<20) {
				b.Skip("without excelize: -short, or a size that takes it gigabytes")
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(file)))
			best := time.Duration(1<<63 - 1)
			for b.Loop() {
				start := processorTime(b)
				if err := way.read(); err != nil {
					b.Fatal(err)
				}
				best = min(best, processorTime(b)-start)
			}
			took[way.name] = best
			if way.peer != "" {
				b.ReportMetric(float64(peakHeap(way.read)>>10), "peak-KB")
				b.ReportMetric(float64(best.Microseconds())/1000, "cpu-ms")
				if took[way.peer] > 0 {
					b.ReportMetric(float64(took[way.peer])/float64(took[way.name]), "x-excelize")
				}
				b.ReportMetric(float64(took[way.name])/float64(took["inflate"]), "x-inflate")
			}
		})
	}
}

// processorTime is what this process has used of it, collecting garbage
// included.
func processorTime(b testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func inflateAll(file []byte) error {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, buf); err != nil {
			return err
		}
		r.Close()
	}
	return nil
}

func excelizeRows(file []byte) error {
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.GetRows("One")
	return err
}

// excelizeFormulas opens a workbook and asks for the formula of every cell.
func excelizeFormulas(file []byte) error {
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := f.GetRows("One")
	if err != nil {
		return err
	}
	n := 0
	for row := range rows {
		for col := range rows[row] {
			formula, err := f.GetCellFormula("One", cellName(row, col))
			if err != nil {
				return err
			}
			if formula != "" {
				n++
			}
		}
	}
	if n != len(rows)-1 {
		return fmt.Errorf("%d formulas in %d rows", n, len(rows))
	}
	return nil
}

// peakHeap is the largest heap while f runs, in bytes, less what there was
// before. The collector runs often, so that this is about what is in use.
func peakHeap(f func() error) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	debug.FreeOSMemory()
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	before, peak := heap[0].Value.Uint64(), uint64(0)
	done := make(chan error)
	go func() { done <- f() }()
	for {
		select {
		case <-done:
			return max(peak, before) - before
		case <-time.After(500 * time.Microsecond):
			metrics.Read(heap)
			peak = max(peak, heap[0].Value.Uint64())
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
