package workbook

import (
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// TestHeadsAllocateLittle: what heads allocate does not grow with the file.
func TestHeadsAllocateLittle(t *testing.T) {
	if raced {
		t.Skip("skipped: the race detector allocates too")
	}
	for _, shared := range []bool{true, false} {
		file := benchBook(t, 2<<20, shared)
		got := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readBytes(file, "x.xlsx", Options{Depth: inventory.DepthHeads}); err != nil {
					b.Fatal(err)
				}
			}
		})
		t.Logf("shared %v, %d KB: %v, %d KB allocated", shared, len(file)>>10, time.Duration(got.NsPerOp()), got.AllocedBytesPerOp()>>10)
		if got.AllocedBytesPerOp() > 256<<10 {
			t.Errorf("shared %v: %d bytes allocated", shared, got.AllocedBytesPerOp())
		}
	}
}
