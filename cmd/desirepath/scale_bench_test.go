package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// BenchmarkScale does the first night over an organisation of both suites and
// another one after one asset in a hundred has changed. The scanner is a
// process of its own, whose memory counts; during the second night pages and
// metrics are asked for. DESIREPATH_SCALE names other sizes, such as
// "1000000,10000000"; what stands in the way of ten million is an hour and a
// half, and 30 GB under TMPDIR.
//
//	go test ./cmd/desirepath -run - -bench Scale -benchtime 1x -timeout 5h
func BenchmarkScale(b *testing.B) {
	for text := range strings.SplitSeq(cmp.Or(os.Getenv("DESIREPATH_SCALE"), "10000,100000"), ",") {
		assets, err := strconv.Atoi(text)
		if err != nil {
			b.Fatalf("DESIREPATH_SCALE: %v", err)
		}
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				scale(b, assets)
			}
		})
	}
}

func scale(b *testing.B, assets int) {
	world := emulator.NewWorld(emulator.Options{Seed: 1, Assets: assets})
	settings := scaleSettings(b, world)
	first := aNight(b, settings)
	touchHundredth(b, world)
	slowest := make(chan time.Duration)
	ctx, stop := context.WithCancel(b.Context())
	go func() { slowest <- browseMeanwhile(ctx, b, settings) }()
	second := aNight(b, settings)
	stop()
	b.ReportMetric(first.took.Seconds(), "first-s")
	b.ReportMetric(float64(first.requests), "first-requests")
	b.ReportMetric(float64(first.bytes)/1e6, "first-MB")
	b.ReportMetric(second.took.Seconds(), "second-s")
	b.ReportMetric(float64(second.requests), "second-requests")
	b.ReportMetric(float64(max(first.peak, second.peak))/1024, "MiB-peak")
	b.ReportMetric(first.cpu.Seconds()/float64(first.stored)*1e6, "cpu-µs/asset")
	b.ReportMetric(float64(first.stored), "assets")
	b.ReportMetric(float64(first.looked), "looked-into")
	b.ReportMetric((<-slowest).Seconds()*1e3, "slowest-page-ms")
}

// scaleSettings serves a world and writes a configuration for it.
func scaleSettings(b *testing.B, world *emulator.World) string {
	b.Helper()
	dir := b.TempDir()
	server := emulator.NewServer(world, emulator.ServerOptions{})
	ends, err := server.Start(b.Context(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	key, err := server.GoogleCredentials(ends.TokenURI)
	if err != nil {
		b.Fatal(err)
	}
	c := demoConfig(dir, ends)
	c.Organisation, c.Scope = "Scale", inventory.Scope{}
	c.Sources[0].Microsoft.Features = config.MicrosoftFeatures{}
	c.Sources[1].Google.Features, c.Sources[1].Google.Admin = config.GoogleFeatures{}, administrator(world.People())
	systems, err := emulator.AlderBaySystems()
	if err != nil {
		b.Fatal(err)
	}
	for file, content := range map[string][]byte{
		c.Catalogue: systems, c.Sources[0].Microsoft.TokenFile: []byte(ends.Token), c.Sources[1].Google.KeyFile: key,
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	path := filepath.Join(dir, "desirepath.yaml")
	if err := export.File(path, 0o600, c.Print); err != nil {
		b.Fatal(err)
	}
	return path
}

// A nightAccount is what a night took.
type nightAccount struct {
	took, cpu                time.Duration
	requests, stored, looked int
	bytes                    int64
	peak                     int64 // KiB
}

// aNight scans in a process of its own.
func aNight(b *testing.B, settings string) (n nightAccount) {
	b.Helper()
	cmd := itself(b, "desirepath", "scan", "--config", settings)
	begun := time.Now()
	out, err := cmd.Output()
	n.took = time.Since(begun)
	if err != nil || !regexp.MustCompile(`run \d+ complete`).Match(out) {
		b.Fatalf("%v\n%s", err, out)
	}
	n.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		n.peak = use.Maxrss
	}
	_, readings, err := configFile{settings}.readings(b.Context(), program())
	if err != nil {
		b.Fatal(err)
	}
	defer readings.Close()
	sum, err := readings.Summary(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	n.looked = sum.Structures
	for _, c := range sum.Assets {
		n.stored += c.N
	}
	for _, line := range sum.LastRun.Ledger {
		n.requests += line.Count
		n.bytes += line.Bytes
	}
	return n
}

// touchHundredth alters one asset in a hundred of every place.
func touchHundredth(b *testing.B, world *emulator.World) {
	b.Helper()
	for _, p := range world.Places() {
		for at := 50; at >= 0; {
			items, next := world.List(p.ID, at, 1)
			for _, it := range items {
				if _, err := world.Touch(p.ID, it.ID); err != nil {
					b.Fatal(err)
				}
			}
			if at = next; at >= 0 {
				at += 99
			}
		}
	}
}

// browseMeanwhile asks for pages and metrics until ctx ends, and tells how
// long the slowest took.
func browseMeanwhile(ctx context.Context, b *testing.B, settings string) (slowest time.Duration) {
	a := program()
	c, readings, err := configFile{settings}.readings(context.WithoutCancel(ctx), a)
	if err != nil {
		b.Error(err)
		return 0
	}
	defer readings.Close()
	pages, err := everyPage(a, c, readings)
	if err != nil {
		b.Error(err)
		return 0
	}
	for ctx.Err() == nil {
		for _, path := range browsed() {
			w := httptest.NewRecorder()
			begun := time.Now()
			pages.ServeHTTP(w, httptest.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, path, nil))
			took := time.Since(begun)
			if w.Code != http.StatusOK {
				b.Errorf("%s: %d", path, w.Code)
			}
			if took > slowest {
				slowest = took
				fmt.Fprintf(os.Stderr, "%s took %v\n", path, took.Round(time.Millisecond))
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	return slowest
}
