package main

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/grafana"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
)

// onBothStores runs a test with its inventories in files, and once more with
// them on PostgreSQL. What address gives is "" or the store of a folder there.
func onBothStores(t *testing.T, test func(t *testing.T, address func(dir string) string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, func(string) string { return "" }) })
	t.Run("postgres", func(t *testing.T) {
		server := pgtest.Address(t)
		test(t, func(dir string) string { return pgtest.Schema(t, server, dir) })
	})
}

// TestSameInventoryOnBothStores scans the demo's tenants into a file and into
// PostgreSQL: what comes out is the same, byte for byte.
func TestSameInventoryOnBothStores(t *testing.T) {
	a := testApp(t)
	now := time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)
	a.Now = func() time.Time { return now }
	onFile, err := demoCmd{Out: t.TempDir()}.prepare(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	onServer := onFile
	onServer.Store, onServer.Out = pgtest.Schema(t, pgtest.Address(t), t.Name()), t.TempDir()
	for range 2 { // a first night and a second
		for _, c := range []string{onFile.Store, onServer.Store} {
			night := onFile
			if c == onServer.Store {
				night = onServer
			}
			if run, err := a.scan(t.Context(), night, time.Time{}); err != nil || run.Result != inventory.RunComplete {
				t.Fatalf("scan to %s: %s, %v", c, run.Result, err)
			}
		}
		for _, name := range []string{"inventory.jsonl", "outreach.csv"} {
			want, got := readFile(t, filepath.Join(onFile.Out, name)), readFile(t, filepath.Join(onServer.Out, name))
			if len(want) < 1000 || !bytes.Equal(want, got) {
				t.Errorf("%s: %d bytes from SQLite, %d others from PostgreSQL", name, len(want), len(got))
			}
		}
	}
	db, err := sql.Open("pgx", onServer.Store)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	checkTables(t, db, grafana.PostgreSQL)
}

// TestKilledAtRandomMoments ends scans with SIGKILL, at moments that a seed
// chooses, and runs them again: the inventory is that of an undisturbed run.
// DESIREPATH_KILLS says how often; DESIREPATH_SEED makes one of them again.
func TestKilledAtRandomMoments(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SIGKILL is Unix's")
	}
	share := t.TempDir()
	for i, b := range books() {
		writeBook(t, filepath.Join(share, fmt.Sprintf("faculty %d", i), "book.xlsx"), b...)
	}
	onBothStores(t, func(t *testing.T, address func(string) string) {
		began := time.Now()
		want := nightlyAt(t, share, address)
		whole := time.Since(began)
		cut := 0
		for seed := range number(t, "DESIREPATH_KILLS", 5) {
			random := rand.New(rand.NewPCG(uint64(number(t, "DESIREPATH_SEED", seed)), 8))
			dir := newNight(t, share)
			if killedAfter(t, dir, address(dir), time.Duration(random.Int64N(int64(whole)))) {
				cut++
			}
			again(t, dir, address(dir))
			if got := readFile(t, filepath.Join(dir, "out", "inventory.jsonl")); !bytes.Equal(got, want) {
				t.Fatalf("seed %d:\n%s\nwant\n%s", seed, got, want)
			}
			if address(dir) == "" {
				wantIntact(t, filepath.Join(dir, "inv.db"))
			}
		}
		t.Logf("%d scans were cut", cut)
	})
}

// TestTwentyScannersAtOnce starts them on one inventory: one does the night's
// work, the others say that it does.
func TestTwentyScannersAtOnce(t *testing.T) {
	share := t.TempDir()
	for i := range 40 {
		writeBook(t, filepath.Join(share, fmt.Sprint(i), "book.xlsx"), books()[i%5]...)
	}
	onBothStores(t, func(t *testing.T, address func(string) string) {
		dir := newNight(t, share)
		at := address(dir)
		codes := make([]int, 20)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() {
				out, err := scanner(t, dir, at).CombinedOutput()
				var exit *exec.ExitError
				if errors.As(err, &exit) {
					codes[i] = exit.ExitCode()
				}
				if codes[i] != exitOK && codes[i] != exitLocked {
					t.Errorf("exit code %d: %v\n%s", codes[i], err, out)
				}
			})
		}
		all.Wait()
		ran, runs := 0, runsOf(t, dir, at)
		for _, code := range codes {
			if code == exitOK {
				ran++
			}
		}
		// One that came late enough may have found the first one done.
		if ran == 0 || ran == len(codes) || len(runs) != ran {
			t.Errorf("%d of %d scanners ran, %d runs are kept", ran, len(codes), len(runs))
		}
		for i, r := range runs {
			if r.Result != inventory.RunComplete || i > 0 && r.Finished.After(runs[i-1].Started) {
				t.Errorf("run %d: %s, %s to %s", r.ID, r.Result, r.Started, r.Finished)
			}
		}
		t.Logf("%d ran, %d found it taken", ran, len(codes)-ran)
	})
}

// TestNoRoomForFiles scans with a limit on the size of files, raised again and
// again until a night fits: what was stored before each end is gone on with.
func TestNoRoomForFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("ulimit is Unix's")
	}
	share := t.TempDir()
	for i, b := range books() {
		writeBook(t, filepath.Join(share, fmt.Sprint(i), "book.xlsx"), b...)
	}
	want := nightlyAt(t, share, func(string) string { return "" })
	dir := newNight(t, share)
	ends := 0
	for blocks := 64; ; blocks = blocks * 3 / 2 {
		cmd := scanner(t, dir, "")
		limited := exec.CommandContext(t.Context(), "sh", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, blocks), "desirepath"}, cmd.Args[1:]...)...)
		limited.Env = cmd.Env // testscript.Main put the program on the PATH
		out, err := limited.CombinedOutput()
		if err == nil {
			break
		}
		if ends++; !strings.Contains(string(out), "room on the disk") && !strings.Contains(string(out), "file too large") || ends > 30 {
			t.Fatalf("with %d blocks: %v\n%s", blocks, err, out)
		}
		if ends > 1 {
			wantIntact(t, filepath.Join(dir, "inv.db"))
		}
	}
	if got := readFile(t, filepath.Join(dir, "out", "inventory.jsonl")); !bytes.Equal(got, want) || ends < 3 {
		t.Errorf("after %d ends:\n%s\nwant\n%s", ends, got, want)
	}
	t.Logf("%d scans ended for want of room", ends)
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	if os.Getenv(name) == "" {
		return otherwise
	}
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// scanner is a scan as a process of its own.
func scanner(t *testing.T, dir, address string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "scan", "--config", filepath.Join(dir, "desirepath.yaml"))
	cmd.Args[0] = "desirepath"
	cmd.Env = append(os.Environ(), "DESIREPATH_STORE="+address)
	return cmd
}

func nightlyAt(t *testing.T, share string, address func(string) string) []byte {
	t.Helper()
	dir := newNight(t, share)
	again(t, dir, address(dir))
	return readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))
}

// killedAfter starts a scan and kills it after a while; false when it was done
// before.
func killedAfter(t *testing.T, dir, address string, while time.Duration) bool {
	t.Helper()
	cmd := scanner(t, dir, address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(while)
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	return cmd.Wait() != nil
}

// again scans undisturbed. A server may need a moment to see that whoever held
// the lock is no more.
func again(t *testing.T, dir, address string) {
	t.Helper()
	for range 100 {
		out, err := scanner(t, dir, address).CombinedOutput()
		var exit *exec.ExitError
		if err == nil {
			return
		}
		if !errors.As(err, &exit) || exit.ExitCode() != exitLocked {
			t.Fatalf("%v\n%s", err, out)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the lock of a process that was killed is still held")
}

func runsOf(t *testing.T, dir, address string) []inventory.Run {
	t.Helper()
	a := testApp(t)
	a.Environ = func(name string) string {
		return map[string]string{"DESIREPATH_STORE": address}[name]
	}
	_, store, err := configFile{filepath.Join(dir, "desirepath.yaml")}.store(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	runs, err := store.Runs(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// wantIntact asks SQLite itself whether a file is as it should be.
func wantIntact(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var said string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&said); err != nil || strings.ToLower(said) != "ok" {
		t.Fatalf("integrity check: %q, %v", said, err)
	}
}
