package sqlstore_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// The tests in this file start the test binary again as another process, which
// the environment tells what to do.
const (
	envPath = "SQLSTORE_TEST_PATH"
	envDo   = "SQLSTORE_TEST_DO"
)

// TestChild is what the other process runs.
func TestChild(t *testing.T) {
	path, do := os.Getenv(envPath), os.Getenv(envDo)
	if path == "" {
		t.Skip("it is the other tests' child process")
	}
	word, arg, _ := strings.Cut(do, " ")
	switch word {
	case "die": // right after a commit
		left, err := strconv.Atoi(arg)
		if err != nil {
			t.Fatal(err)
		}
		s := openAt(t, path, sqlstore.Options{AfterCommit: func() {
			if left--; left == 0 {
				dieNow()
			}
		}})
		night(t, s)
	case "write": // until it is killed
		s := openAt(t, path, sqlstore.Options{})
		for n := 0; ; n++ {
			churn(t, s)
			fmt.Println("round", n)
		}
	case "lock": // until the other end closes our input
		if _, err := openAt(t, path, sqlstore.Options{}).Lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		fmt.Println("locked")
		bufio.NewReader(os.Stdin).ReadString('\n')
	}
}

func child(t *testing.T, path, do string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), envPath+"="+path, envDo+"="+do)
	return cmd
}

func dieNow() {
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		fmt.Println("not killed:", err)
		os.Exit(3)
	}
	select {}
}

// Killed right after its n-th commit, for every n, and run again, a night
// leaves the same inventory as one that was never killed.
func TestKilledAfterAnyCommitAndRunAgain(t *testing.T) {
	commits := 0
	clean := open(t, sqlstore.Options{AfterCommit: func() { commits++ }})
	night(t, clean)
	want := dump(t, clean)
	if commits < 10 || !strings.Contains(want, "encrypted") {
		t.Fatalf("the night is too short to tell: %d commits\n%s", commits, want)
	}
	for n := 1; n <= commits; n++ {
		path := filepath.Join(t.TempDir(), "inventory.db")
		if out, err := child(t, path, fmt.Sprint("die ", n)).CombinedOutput(); !killed(err) {
			t.Fatalf("commit %d: the child was not killed: %v\n%s", n, err, out)
		}
		wantSound(t, path)
		s := openAt(t, path, sqlstore.Options{})
		night(t, s)
		if diff := cmp.Diff(want, dump(t, s)); diff != "" {
			t.Fatalf("killed after commit %d (-want +got):\n%s", n, diff)
		}
		closeStore(t, s)
	}
}

func TestKilledWithinATransaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	for round := range 4 {
		cmd := child(t, path, "write")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "round 1") {
		}
		time.Sleep(time.Duration(3+7*round) * time.Millisecond)
		cmd.Process.Kill()
		if err := cmd.Wait(); !killed(err) {
			t.Fatalf("the child was not killed: %v", err)
		}
		wantSound(t, path)
		s := openAt(t, path, sqlstore.Options{})
		if n := len(records(t, s, sqlstore.Filter{})); n != churnSize {
			t.Errorf("%d assets, want %d", n, churnSize)
		}
		closeStore(t, s)
	}
}

func TestLockBetweenProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	release, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(t.Context()); !errors.Is(err, inventory.ErrLocked) {
		t.Errorf("a second lock: %v, want ErrLocked", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	cmd := child(t, path, "lock")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "locked"; {
	}
	if _, err := s.Lock(t.Context()); !errors.Is(err, inventory.ErrLocked) {
		t.Errorf("while another process has it: %v, want ErrLocked", err)
	}
	cmd.Process.Kill()
	if err := cmd.Wait(); !killed(err) {
		t.Fatalf("the child was not killed: %v", err)
	}
	for range 100 { // a server learns of it in a moment, an operating system at once
		if release, err = s.Lock(t.Context()); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		t.Fatalf("after the other process was killed: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

func killed(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && (exit.ExitCode() == -1 || runtime.GOOS == "windows" && exit.ExitCode() == 1)
}

// wantSound asks SQLite itself whether a file is as it should be.
func wantSound(t *testing.T, path string) {
	t.Helper()
	if os.Getenv(envStore) != "" {
		return // PostgreSQL has no such command, and needs none
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity check: %q, %v", verdict, err)
	}
	var table any
	if err := db.QueryRow(`PRAGMA foreign_key_check`).Scan(&table, new(any), new(any), new(any)); !errors.Is(err, sql.ErrNoRows) {
		t.Fatalf("foreign key check: %v, %v", table, err)
	}
}

// scripted is what two places list, by cursor. The second time, they were
// relisted, and one lost something.
var scripted = map[string]map[inventory.Cursor]inventory.Page{
	"p1": {
		"":   full("1", folder("f", "", "Faculty"), bookIn("a", "f"), book("b")),
		"1":  full("2", book("c"), folder("g", "f", "Group")),
		"2":  complete(full("d1", bookIn("locked", "g"))),
		"d1": delta("d2", bookWith("a", func(a *inventory.Asset) { a.Revision = "2" }), removed("b")),
		"d2": delta("d2"),
	},
	"p2": {
		"":   full("1", book("x")),
		"1":  complete(full("d1", book("y"))),
		"d1": delta("d1"),
	},
}

// night does a night's work on the scripted places, as far as it is not done.
func night(t *testing.T, s *sqlstore.Store) {
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	run, err := s.StartRun(ctx)
	must(err)
	places := []inventory.Place{
		{Tenant: "t", ID: "p1", Kind: inventory.PlaceLibrary, Name: "One"}, {Tenant: "t", ID: "p2", Kind: inventory.PlaceLibrary, Name: "Two"},
	}
	must(s.SeenPlaces(ctx, "t", places))
	for _, p := range places {
		for {
			from, err := s.Cursor(ctx, p)
			must(err)
			page := scripted[p.ID][from]
			apply(t, s, p, from, page)
			if page.Complete && page.Next == from {
				break
			}
		}
	}
	for _, d := range due(t, s, heads) {
		if d.Asset.VendorID == "locked" {
			must(s.LookFailed(ctx, d.Asset.ID, d.Asset.Revision, inventory.Failure{Reason: "encrypted", Final: true}))
		} else {
			look(t, s, d.Asset)
		}
	}
	var family inventory.Family
	for {
		ids, err := s.Unjudged(ctx, "b1", 2)
		must(err)
		if len(ids) == 0 {
			break
		}
		vs := map[inventory.AssetID]inventory.Verdict{}
		for _, id := range ids {
			vs[id] = inventory.Verdict{Capability: "lms", Basis: "b1"}
		}
		must(s.SaveVerdicts(ctx, vs))
	}
	for _, r := range records(t, s, sqlstore.Filter{Judged: true}) {
		family.Members = append(family.Members, r.Asset.ID)
	}
	family.ID, family.Kind, family.Representative = string(family.Members[0]), inventory.FamilyCopies, family.Members[0]
	must(s.SaveFamilies(ctx, []inventory.Family{family}))
	must(s.FinishRun(ctx, inventory.Run{ID: run, Result: inventory.RunComplete}))
}

func dump(t *testing.T, s *sqlstore.Store) string {
	t.Helper()
	var b strings.Builder
	for _, r := range records(t, s, sqlstore.Filter{}) {
		if err := json.NewEncoder(&b).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

const churnSize = 500

var churned int

// churn rewrites every asset in one page.
func churn(t *testing.T, s *sqlstore.Store) {
	churned++
	from, err := s.Cursor(context.Background(), drive)
	if err != nil {
		t.Fatal(err)
	}
	page := inventory.Page{Next: inventory.Cursor(fmt.Sprint(time.Now().UnixNano())), Full: true}
	for n := range churnSize {
		page.Changes = append(page.Changes, bookWith(fmt.Sprintf("%04d", n), func(a *inventory.Asset) {
			a.Revision, a.Parent = fmt.Sprint(os.Getpid(), churned), "f"
		}))
	}
	page.Changes = append(page.Changes, folder("f", "", fmt.Sprint(churned)))
	apply(t, s, drive, from, page)
}

// A lock that is given back can be taken at once, by another store too.
func TestLockIsGivenBackAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	a, b := openAt(t, path, sqlstore.Options{}), openAt(t, path, sqlstore.Options{})
	for n := range 20 {
		for _, s := range []*sqlstore.Store{a, b} {
			release, err := s.Lock(t.Context())
			if err != nil {
				t.Fatalf("round %d: %v", n, err)
			}
			if err := release(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
