package sqlstore_test

import (
	"database/sql"
	"os"
	"path/filepath"
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
