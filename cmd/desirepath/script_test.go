package main

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the program itself, so that scripts and
// tests run it as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"desirepath": func() { os.Exit(execute(program())) },
		"desirepath-list": func() {
			if err := listOnly(os.Args[1:], os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		},
	})
}

// program is the program as main makes it. With DESIREPATH_TEST_KILL it ends
// itself the hard way right after so many commits.
func program() *app {
	a := &app{Out: os.Stdout, Err: os.Stderr, Environ: os.Getenv, Now: time.Now}
	a.Missing, _ = time.ParseDuration(os.Getenv("DESIREPATH_TEST_MISSING"))
	if n, err := strconv.ParseInt(os.Getenv("DESIREPATH_TEST_KILL"), 10, 64); err == nil {
		var commits atomic.Int64
		a.AfterCommit = func() {
			if commits.Add(1) == n {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}
	return a
}

// TestScripts runs testdata/script: adding a case is adding a file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "workbook": writeWorkbook,
			"jsonl": checkLines, "setcell": setCell,
		},
	})
}
