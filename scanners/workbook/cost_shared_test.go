package workbook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// What any file of a parser's test data may cost.
const (
	costTime = time.Second
	costHeap = 64 << 20 // alive at any moment, the file itself not counted
)

// TestEveryFileIsCheap reads files that were collected to break parsers, each
// at both depths: an answer or an error with a name, soon and in little memory.
func TestEveryFileIsCheap(t *testing.T) {
	var slowest, largest fileCost
	answers := map[string]int{}
	walkFiles(t, sharedData(t, "parser"), func(path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, depth := range []inventory.Depth{inventory.DepthHeads, inventory.DepthFull} {
			c := costOf(t, path, b, depth)
			if c.took > costTime || c.heap > costHeap {
				t.Errorf("%s at depth %d: %v, %d KiB alive", path, depth, c.took, c.heap>>10)
			}
			answers[c.answer]++
			if c.took > slowest.took {
				slowest = c
			}
			if c.heap > largest.heap {
				largest = c
			}
		}
	})
	t.Logf("answers: %v", answers)
	t.Logf("slowest: %s, %v; largest: %s, %d KiB", slowest.path, slowest.took.Round(time.Millisecond), largest.path, largest.heap>>10)
}

type fileCost struct {
	path, answer string
	took         time.Duration
	heap         uint64
}

// costOf reads a file for the time, again if that was long, since a machine
// does other things too; and once more for the memory.
func costOf(t *testing.T, path string, b []byte, depth inventory.Depth) fileCost {
	t.Helper()
	read := func() error {
		_, err := Read(context.Background(), bytes.NewReader(b), int64(len(b)), path, Options{Depth: depth})
		return err
	}
	c := fileCost{path: path, answer: "read"}
	for try := 0; try == 0 || c.took > costTime && try < 3; try++ {
		start := time.Now()
		if err := read(); err != nil {
			c.answer = Reason(err)
			if !errors.Is(err, inventory.ErrUnreadable) || c.answer == "error" || strings.Contains(err.Error(), "gave up") {
				t.Errorf("%s: an error without a reason: %v", path, err)
			}
		}
		c.took = time.Since(start)
	}
	if c.took > 5*time.Millisecond || len(b) > 1<<20 { // a small one has no time to take much
		c.heap = peakHeap(func() error { _ = read(); return nil })
	}
	return c
}
