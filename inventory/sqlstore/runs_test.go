package sqlstore_test

import (
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func TestRuns(t *testing.T) {
	clock := newClock()
	s := open(t, sqlstore.Options{Now: clock.Now})
	first, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Minute)
	second, err := s.StartRun(t.Context())
	if err != nil || second <= first {
		t.Fatalf("second run %d after %d: %v", second, first, err)
	}
	clock.Advance(time.Hour)
	account := inventory.Run{
		ID: second, Result: inventory.RunPartial, Error: "one place refused us",
		Places: []inventory.PlaceReport{{Place: "t/drive", Name: "Documents", Pages: 2, Complete: true,
			Tally: inventory.Tally{Found: 3, Stored: 1, Skipped: map[string]int{"x": 2}}}},
		Ledger: inventory.Ledger{{Host: "graph.example", Method: "GET", Template: "/drives/{id}", Status: 200, Count: 7, Bytes: 1 << 33, Waited: time.Second}},
		Stages: []inventory.StageTime{{Stage: "list", Took: time.Minute}},
	}
	if err := s.FinishRun(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	got, err := s.Runs(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	account.Started, account.Finished = clock.Now().Add(-time.Hour), clock.Now()
	want := []inventory.Run{account, {ID: first, Started: clock.Now().Add(-61 * time.Minute), Result: inventory.RunCut,
		Places: []inventory.PlaceReport{}, Ledger: inventory.Ledger{}, Stages: []inventory.StageTime{}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	if got, err := s.Runs(t.Context(), 1); err != nil || len(got) != 1 || got[0].ID != second {
		t.Errorf("the newest run: %+v, %v", got, err)
	}
	if err := s.FinishRun(t.Context(), inventory.Run{ID: 99, Result: inventory.RunComplete}); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("a run that never began: %v, want ErrNotFound", err)
	}
}

func TestOpenRefusesANewerSchema(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "inventory.db")
	closeStore(t, openAt(t, path, sqlstore.Options{}))
	wantNewerRefused(t, "sqlite", path)
}

// wantNewerRefused makes a store one of a later schema.
func wantNewerRefused(t *testing.T, driver, address string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err = sqlstore.Open(t.Context(), address, sqlstore.Options{})
	if !errors.Is(err, sqlstore.ErrNewerSchema) {
		t.Fatalf("Open = %v, want ErrNewerSchema", err)
	}
	for _, part := range []string{sqlstore.Public(address), "9999", "run the newer desirepath"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not tell %q", err, part)
		}
	}
}

func TestOpenRefusesWhatIsNoInventory(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, text, filepath.Join(dir, "none", "inventory.db")} {
		if _, err := sqlstore.Open(t.Context(), path, sqlstore.Options{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%s) = %v, want an error that names it", path, err)
		}
	}
	if b := readFile(t, text); !strings.HasPrefix(string(b), "not a database") {
		t.Error("the file was written to")
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	onFile(t)
	if runtime.GOOS == "windows" {
		t.Skip("permissions are not told by modes there")
	}
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", full("1", book("a")))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", filepath.Base(path+suffix), mode)
		}
	}
}

// modernc.org/sqlite is C translated to Go and only right with the version of
// libc that it was translated against.
func TestLibcIsTheOneSQLiteAsksFor(t *testing.T) {
	onFile(t)
	mod := goList(t, "{{.GoMod}}", "modernc.org/sqlite")
	have := goList(t, "{{.Version}}", "modernc.org/libc")
	want := regexp.MustCompile(`(?m)modernc\.org/libc (v\S+)`).FindSubmatch(readFile(t, mod))
	if want == nil {
		t.Fatalf("%s asks for no libc", mod)
	}
	if have != string(want[1]) {
		t.Errorf("modernc.org/libc is %s, modernc.org/sqlite asks for %s", have, want[1])
	}
}

func goList(t *testing.T, format, module string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", module, err)
	}
	return strings.TrimSpace(string(out))
}
