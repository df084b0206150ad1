package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/xuri/excelize/v2"
)

// TestKilledAfterEveryCommit ends a scan the hard way right after its n-th
// commit, for every n, and runs it again: the inventory must be that of one
// undisturbed run.
func TestKilledAfterEveryCommit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot kill itself with a signal on Windows")
	}
	share := t.TempDir()
	for i, name := range []string{"marks.xlsx", "Copy of marks.xlsx", "arts/leave.xlsx", "arts/lunch.xlsx", "arts/deep/stock.xlsx"} {
		writeBook(t, filepath.Join(share, name), books()[i]...)
	}
	if err := os.WriteFile(filepath.Join(share, "broken.xlsx"), []byte("PK no workbook"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := nightly(t, share, 0)
	kills := 0
	for n := 1; ; n++ {
		dir := newNight(t, share)
		killed := runNight(t, dir, n)
		if !killed {
			break // the run has fewer commits than that
		}
		kills++
		if runNight(t, dir, 0) {
			t.Fatal("the second run was killed too")
		}
		if got := readFile(t, filepath.Join(dir, "out", "inventory.jsonl")); !bytes.Equal(got, want) {
			t.Fatalf("killed after commit %d, then run again:\n%s\nwant\n%s", n, got, want)
		}
	}
	if kills < 15 {
		t.Fatalf("only %d commits", kills)
	}
	t.Logf("killed after each of %d commits", kills)
}

func books() [][]string {
	return [][]string{
		{"Student ID", "Student name", "Course", "Assignment 1", "Midterm exam", "Final grade"},
		{"Student ID", "Student name", "Course", "Assignment 1", "Midterm exam", "Final grade"},
		{"Employee ID", "Employee name", "Leave type", "Leave from", "Leave to", "Approved by", "Leave balance"},
		{"Pizza", "Size"},
		{"Part no", "Description", "Bin", "Qty on hand", "Reorder level", "Unit"},
	}
}

func writeBook(t *testing.T, path string, headings ...string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	f := excelize.NewFile()
	defer f.Close()
	for row := range 8 {
		for column, heading := range headings {
			cell, err := excelize.CoordinatesToCellName(column+1, row+1)
			if err != nil {
				t.Fatal(err)
			}
			if row > 0 {
				heading = fmt.Sprintf("%s %d", heading[:1], row*7+column)
			}
			if err := f.SetCellStr("Sheet1", cell, heading); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
}

// newNight makes a folder with a configuration for scanning a share.
func newNight(t *testing.T, share string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"desirepath.yaml": "store: inv.db\nout: out\ncatalogue: systems.yaml\nsources:\n  - {name: share, folder: {path: " + share + "}}\n",
		"systems.yaml":    "- {id: lagoon, name: Lagoon, capability: lms, partner: {name: Mele, address: mele@alderbay.example}}\n- {id: osprey, name: Osprey, capability: hris, partner: {name: Shirin, address: shirin@alderbay.example}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runNight scans in a process of its own, which is killed after so many
// commits unless that is 0, and reports whether it was.
func runNight(t *testing.T, dir string, kill int) (killed bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "scan", "--config", filepath.Join(dir, "desirepath.yaml"))
	cmd.Args[0] = "desirepath"
	cmd.Env = append(os.Environ(), fmt.Sprintf("DESIREPATH_TEST_KILL=%d", kill))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == -1 && kill > 0 {
		return true
	}
	if err != nil {
		t.Fatalf("scan: %v\n%s", err, out)
	}
	return false
}

func nightly(t *testing.T, share string, kill int) []byte {
	t.Helper()
	dir := newNight(t, share)
	runNight(t, dir, kill)
	return readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTwoRunsNeverInterleave starts a scan while another holds the inventory.
func TestTwoRunsNeverInterleave(t *testing.T) {
	share := t.TempDir()
	writeBook(t, filepath.Join(share, "marks.xlsx"), books()[0]...)
	dir := newNight(t, share)
	a := testApp(t)
	c, err := configFile{filepath.Join(dir, "desirepath.yaml")}.load(a)
	if err != nil {
		t.Fatal(err)
	}
	store, err := a.open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	release, err := store.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if code := a.run(t.Context(), []string{"scan", "--config", filepath.Join(dir, "desirepath.yaml")}); code != exitLocked {
		t.Errorf("exit code %d while another run holds the lock", code)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if code := a.run(t.Context(), []string{"scan", "--config", filepath.Join(dir, "desirepath.yaml")}); code != exitOK {
		t.Errorf("exit code %d after the lock was released", code)
	}
}

// testApp is the program with its output in the test's log.
func testApp(t *testing.T) *app {
	return &app{Out: logWriter{t}, Err: logWriter{t}, Environ: func(string) string { return "" }, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

type logWriter struct{ t *testing.T }

func (w logWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

// contentRequests counts the requests of a ledger that looked inside or
// around an asset, as opposed to listing.
func contentRequests(l inventory.Ledger) (n int) {
	for _, line := range l {
		for _, part := range []string{"/content", "download", "/spreadsheets/", "/permissions", "/versions", "/revisions", "/columns", "alt=media", "/files/{id}"} {
			if strings.Contains(line.Template, part) {
				n += line.Count
				break
			}
		}
	}
	return n
}

// eventually asks for a page until it answers, for at most a minute.
func eventually(t *testing.T, url string) string { return eventuallyAs(t, url, "") }

// eventuallyAs asks under another name than the address has.
func eventuallyAs(t *testing.T, url, host string) string {
	t.Helper()
	for range 600 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	t.Fatalf("%s does not answer", url)
	return ""
}
