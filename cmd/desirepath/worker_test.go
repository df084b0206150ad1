package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
	"github.com/desirepath/desirepath/scanners"
)

// A gang is workers for one inventory, each a process of its own.
type gang struct {
	settings, store string
	workers         []*exec.Cmd
}

// newGang starts workers by a configuration, and waits until they are there.
func newGang(t *testing.T, c config.Config, workers int) *gang {
	t.Helper()
	g := &gang{settings: filepath.Join(t.TempDir(), "desirepath.yaml"), store: c.Store}
	if err := export.File(g.settings, 0o600, c.Print); err != nil {
		t.Fatal(err)
	}
	for range workers {
		g.add(t)
	}
	return g
}

func (g *gang) add(t *testing.T) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), self, "worker", "--config", g.settings)
	cmd.Args[0] = "desirepath"
	cmd.Env = append(os.Environ(), "DESIREPATH_STORE="+g.store, "DESIREPATH_TEST_MISSING=1s")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() }) // if the test has not ended it
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "Worker ") {
		t.Fatalf("the worker said %q, %v", line, err)
	}
	g.workers = append(g.workers, cmd)
	return cmd
}

// leave asks all workers to end; each does, by itself.
func (g *gang) leave(t *testing.T) {
	t.Helper()
	for _, cmd := range g.workers {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}
	for _, cmd := range g.workers {
		if err := cmd.Wait(); err != nil {
			t.Errorf("a worker that was asked to end: %v", err)
		}
	}
}

// TestWorkersMakeTheSameInventory does the nights of the demo's tenants in one
// process, and with three workers beside: what comes out is the same.
func TestWorkersMakeTheSameInventory(t *testing.T) {
	server := pgtest.Address(t)
	a := testApp(t)
	alone, err := demoCmd{Out: t.TempDir()}.prepare(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	together := alone
	together.Store, together.Out, together.Scan.Workers = pgtest.Schema(t, server, t.Name()), t.TempDir(), true
	helpers := func() string {
		checks := a.helpers(t.Context(), together)
		return string(checks[0].State) + " " + checks[0].Found
	}
	store, err := a.open(t.Context(), together)
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
	if got := helpers(); got != string(scanners.Warning)+" none is there" {
		t.Errorf("before workers were started: %s", got)
	}
	g := newGang(t, together, 3)
	if got := helpers(); got != string(scanners.Good)+" 3 there" {
		t.Errorf("with three workers: %s", got)
	}
	for night := range 2 {
		var runs []inventory.Run
		for _, c := range []config.Config{alone, together} {
			run, err := a.scan(t.Context(), c, time.Time{})
			if err != nil || run.Result != inventory.RunComplete {
				t.Fatalf("night %d: %s, %v", night+1, run.Result, err)
			}
			runs = append(runs, run)
		}
		want, got := undated(t, alone), undated(t, together)
		if len(want) < 1000 || !bytes.Equal(want, got) {
			t.Errorf("night %d: %d bytes by one, %d others by all", night+1, len(want), len(got))
		}
		if one, all := requests(runs[0].Ledger), requests(runs[1].Ledger); all < one*9/10 || all > one*5/4 {
			t.Errorf("night %d: one asked %d times, all together %d times", night+1, one, all)
		}
		if len(runs[0].Places) != len(runs[1].Places) || tallied(runs[0]) != tallied(runs[1]) {
			t.Errorf("night %d: one found %+v, all together %+v", night+1, tallied(runs[0]), tallied(runs[1]))
		}
	}
	g.leave(t)
}

// undated is an inventory without the times at which use was observed.
func undated(t *testing.T, c config.Config) []byte {
	t.Helper()
	return regexp.MustCompile(`"observed":"[^"]*"`).ReplaceAll(readFile(t, filepath.Join(c.Out, "inventory.jsonl")), nil)
}

type tallies struct{ found, stored, changed, pages int }

func tallied(r inventory.Run) (sum tallies) {
	for _, p := range r.Places {
		sum.found += p.Tally.Found
		sum.stored += p.Tally.Stored
		sum.changed += p.Tally.Changed
		sum.pages += p.Pages
	}
	return sum
}

// TestWorkersKilledAtRandomMoments ends workers, and the scan that they work
// for, with SIGKILL at moments that a seed chooses. Those that ended are
// started again, as systemd or Kubernetes would, and the inventory is that of
// an undisturbed night. DESIREPATH_WORKER_KILLS says how often;
// DESIREPATH_SEED makes one of them again.
func TestWorkersKilledAtRandomMoments(t *testing.T) {
	server := pgtest.Address(t)
	settings := newShares(t)
	want := sharesAlone(t, settings)
	kills := 0
	for seed := range number(t, "DESIREPATH_WORKER_KILLS", 3) {
		random := rand.New(rand.NewPCG(uint64(number(t, "DESIREPATH_SEED", seed)), 9))
		out := t.TempDir()
		g := &gang{settings: settings, store: pgtest.Schema(t, server, fmt.Sprintf("%s%d", t.Name(), seed))}
		for range 3 {
			g.add(t)
		}
		kills += g.nightWithKills(t, out, random)
		g.leave(t)
		if got := readFile(t, filepath.Join(out, "inventory.jsonl")); !bytes.Equal(got, want) {
			t.Fatalf("seed %d:\n%s\nwant\n%s", seed, got, want)
		}
	}
	t.Logf("%d processes were killed", kills)
}

// newShares writes some shares, and a configuration that hands out their nights.
func newShares(t *testing.T) (settings string) {
	t.Helper()
	dir := newNight(t, "")
	text := "store: inv.db\nout: out\ncatalogue: systems.yaml\nscan: {workers: true}\nsources:\n"
	for i := range 6 {
		share := filepath.Join(dir, "shares", fmt.Sprint(i))
		for k, b := range books() {
			writeBook(t, filepath.Join(share, fmt.Sprintf("faculty %d", k), "book.xlsx"), b...)
		}
		text += fmt.Sprintf("  - {name: share%d, folder: {path: %s}}\n", i, share)
	}
	settings = filepath.Join(dir, "desirepath.yaml")
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return settings
}

// sharesAlone is what comes out when one process does it all.
func sharesAlone(t *testing.T, settings string) []byte {
	t.Helper()
	text := strings.Replace(string(readFile(t, settings)), "scan: {workers: true}\n", "", 1)
	alone := filepath.Join(filepath.Dir(settings), "alone.yaml")
	if err := os.WriteFile(alone, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "desirepath", "scan", "--config", alone)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return readFile(t, filepath.Join(filepath.Dir(settings), "out", "inventory.jsonl"))
}

// nightWithKills does a night and kills up to three of those who work for it,
// the scan included. Each is followed by another.
func (g *gang) nightWithKills(t *testing.T, out string, random *rand.Rand) (kills int) {
	t.Helper()
	scan := func() (*exec.Cmd, <-chan error) {
		cmd := exec.CommandContext(t.Context(), "desirepath", "scan", "--config", g.settings)
		cmd.Env = append(os.Environ(), "DESIREPATH_STORE="+g.store, "DESIREPATH_OUT="+out, "DESIREPATH_TEST_MISSING=1s")
		said := &bytes.Buffer{}
		cmd.Stdout, cmd.Stderr = said, said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			err := cmd.Wait()
			if err != nil {
				err = fmt.Errorf("%w\n%s", err, said)
			}
			done <- err
		}()
		return cmd, done
	}
	cmd, done := scan()
	for {
		var killing <-chan time.Time
		if kills < 3 {
			killing = time.After(time.Duration(random.Int64N(int64(2 * time.Second))))
		}
		select {
		case err := <-done:
			if err == nil {
				return kills
			}
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitLocked { // a server may need a moment to miss who held the lock
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
			cmd, done = scan()
		case <-killing:
			kills++
			if i := random.IntN(len(g.workers) + 1); i < len(g.workers) {
				if err := g.workers[i].Process.Kill(); err != nil {
					t.Fatal(err)
				}
				g.workers[i].Wait()
				g.workers = slices.Delete(g.workers, i, i+1)
				g.add(t)
				continue
			}
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			if err := <-done; err == nil {
				return kills
			}
			cmd, done = scan()
		}
	}
}
