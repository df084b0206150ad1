//go:build unix

package folder_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/folder"
)

// asNobody runs the calling test as somebody who is not root, whom no file
// system refuses anything. It tells whether the test goes on in this process.
func asNobody(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	dir, err := os.MkdirTemp("", "folder-nobody")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "test")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(copied, program, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), copied, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
	return false
}

func TestUnreadablePartsKeepTheRestHonest(t *testing.T) {
	if !asNobody(t) {
		return
	}
	tr := plant(t, "a/x.csv", "b/y.csv", "c/z.csv", "d.csv")
	m := openStore(t, inventory.Scope{})
	list := func(scope inventory.Scope) inventory.PlaceReport {
		t.Helper()
		reports, err := (&scanners.Engine{Sink: m, Scope: scope}).List(t.Context(), newScanner(t, folder.Options{Root: tr.root, PageSize: 1, Scope: scope}))
		if err != nil {
			t.Fatal(err)
		}
		return reports[0]
	}
	if r := list(inventory.Scope{}); !r.Complete {
		t.Fatal(r.Error)
	}

	tr.must(os.Chmod(tr.at("b"), 0))
	t.Cleanup(func() { os.Chmod(tr.at("b"), 0o755) })
	tr.Delete(inventory.Place{}, "c")
	tr.Create(inventory.Place{}, "", "e.csv")
	for range 2 {
		r := list(inventory.Scope{})
		if r.Complete || !strings.Contains(r.Error, `folders in it could not be read: 1, the first is "b": not permitted`) {
			t.Errorf("report %+v", r)
		}
		same(t, "stored", ids(t, m), "a/x.csv b/y.csv c/z.csv d.csv e.csv")
		same(t, "found", r.Tally.Found, 3)
	}

	// Said to stay out, it is no failure any more.
	if r := list(inventory.Scope{Exclude: inventory.Rules{Paths: []string{"b"}}}); !r.Complete {
		t.Error(r.Error)
	}
	same(t, "stored", ids(t, m), "a/x.csv d.csv e.csv")
}

func TestUnreadRootAndFile(t *testing.T) {
	if !asNobody(t) {
		return
	}
	tr := plant(t, "a.csv")
	s := newScanner(t, folder.Options{Root: tr.root, Read: workbookless})
	_, pages, err := listed(t, s, "")
	if err != nil {
		t.Fatal(err)
	}
	tr.must(os.Chmod(tr.at("a.csv"), 0))
	if _, err := s.Inspect(t.Context(), inventory.Due{Asset: *pages[0].Changes[0].Asset}); !errors.Is(err, inventory.ErrNotPermitted) {
		t.Errorf("a file we may not read: %v", err)
	}
	tr.must(os.Chmod(tr.root, 0))
	t.Cleanup(func() { os.Chmod(tr.root, 0o755) })
	if _, _, err := listed(t, s, ""); !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), tr.root) {
		t.Errorf("a folder we may not read: %v", err)
	}
}
