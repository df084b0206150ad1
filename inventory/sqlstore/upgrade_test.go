package sqlstore_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// An inventory that was listed file by file knows nothing of shared folders:
// after the upgrade its drives are listed from scratch, so that sharing which is
// taken back from a folder reaches what lies in it.
func TestUpgradeListsDrivesAnew(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	lists := inventory.Place{Tenant: "t", ID: "l", Kind: inventory.PlaceLists}
	mine := inventory.Place{Tenant: "t", ID: "mine", Kind: inventory.PlaceOneDrive}
	for _, p := range []inventory.Place{drive, mine, lists} {
		apply(t, s, p, "", complete(full("1", book("a"))))
	}
	closeStore(t, s)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	older, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.DownTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path, sqlstore.Options{})
	for p, want := range map[inventory.Place]inventory.Cursor{drive: "", mine: "", lists: "1"} {
		if at, err := s.Cursor(t.Context(), p); err != nil || at != want {
			t.Errorf("%s resumes at %q, %v; want %q", p.ID, at, err, want)
		}
	}
	wantNames(t, s, "a", "a", "a") // until then all is as it was
}

// Steps have no gap between their numbers: one that came to fill it later
// would keep every inventory that is past it from being opened.
func TestStepsHaveNoGap(t *testing.T) {
	files, err := os.ReadDir("migrations")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for i, f := range files {
		if !strings.HasPrefix(f.Name(), fmt.Sprintf("%04d_", i+1)) {
			t.Errorf("%s stands where %04d should", f.Name(), i+1)
		}
	}
}
