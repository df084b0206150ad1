package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
)

// A gang is workers for one inventory, each a process of its own.
type gang struct {
	settings string
	workers  []*exec.Cmd
}

// newGang starts workers by a configuration, and waits until they are there.
func newGang(t *testing.T, c config.Config, workers int) *gang {
	t.Helper()
	g := &gang{settings: filepath.Join(t.TempDir(), "desirepath.yaml")}
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
	cmd.Stderr = os.Stderr
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
	g := newGang(t, together, 3)
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
