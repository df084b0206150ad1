package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// BenchmarkWorkers does the first night of an organisation of both suites over
// PostgreSQL, by one process, by two and by four, each with one processor. No
// quota holds them up; the emulator and the server have the same machine.
// DESIREPATH_WORKERS_ASSETS is how large the organisation is.
//
//	go test ./cmd/desirepath -run - -bench Workers -benchtime 1x -timeout 1h
func BenchmarkWorkers(b *testing.B) {
	assets, err := strconv.Atoi(cmp.Or(os.Getenv("DESIREPATH_WORKERS_ASSETS"), "30000"))
	if err != nil {
		b.Fatalf("DESIREPATH_WORKERS_ASSETS: %v", err)
	}
	server := pgtest.Address(b)
	for _, workers := range []int{1, 2, 4} {
		b.Run(strconv.Itoa(workers), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				settings := scaleSettings(b, emulator.NewWorld(emulator.Options{Seed: 1, Assets: assets}))
				b.Setenv("DESIREPATH_STORE", pgtest.Schema(b, server, fmt.Sprintf("%s %d", b.Name(), b.N)))
				b.Setenv("GOMAXPROCS", "1")
				handOut(b, settings)
				helpers(b, settings, workers-1)
				b.StartTimer()
				n := aNight(b, settings)
				b.ReportMetric(float64(n.stored)/n.took.Seconds(), "assets/s")
				b.ReportMetric(n.took.Seconds(), "night-s")
			}
		})
	}
}

// handOut has a configuration's nights hand out their work.
func handOut(b *testing.B, settings string) {
	b.Helper()
	text, err := os.ReadFile(settings)
	if err == nil {
		err = os.WriteFile(settings, bytes.Replace(text, []byte("\nscan:\n"), []byte("\nscan:\n  workers: true\n"), 1), 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// helpers starts so many workers, which end with the benchmark.
func helpers(b *testing.B, settings string, workers int) {
	b.Helper()
	for range workers {
		cmd := itself(b, "desirepath", "worker", "--config", settings)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err == nil {
			_, err = bufio.NewReader(out).ReadString('\n')
		}
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			_ = cmd.Process.Signal(os.Interrupt)
			_ = cmd.Wait()
		})
	}
}
