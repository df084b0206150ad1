package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
)

// An inventory that any released desirepath left is brought up to date with
// all that was in it: for every schema so far, one with something in it.
func TestUpgradeFromEverySchema(t *testing.T) {
	onFile(t)
	files, err := fs.Glob(os.DirFS("migrations"), "*.sql")
	if err != nil || len(files) < 7 {
		t.Fatal(files, err)
	}
	for n := 1; n < len(files); n++ {
		t.Run(strings.TrimSuffix(files[n-1], ".sql"), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "inventory.db")
			keepOld(t, path, files[:n])
			pending, err := sqlstore.Plan(t.Context(), path, sqlstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range pending {
				if m.Pending != (i >= n) || m.Name != files[i] || !strings.Contains(m.SQL, "ALTER") && !strings.Contains(m.SQL, "CREATE") {
					t.Errorf("plan: %+v", m)
				}
			}
			s := openAt(t, path, sqlstore.Options{})
			wantNames(t, s, "a")
			cs, err := s.Conversations(t.Context())
			if err != nil || len(cs) != 1 || len(cs[0].Steps) != 1 || cs[0].State != inventory.Proposed {
				t.Errorf("conversations %+v, %v", cs, err)
			}
			if _, err := s.UpdateCards(t.Context()); err != nil {
				t.Error(err)
			}
			night(t, s) // and it goes on
			wantSound(t, path)
		})
	}
}

// keepOld makes an inventory as the first migrations left it.
func keepOld(t *testing.T, path string, files []string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	old := fstest.MapFS{}
	for _, f := range files {
		old[f] = &fstest.MapFile{Data: readFile(t, filepath.Join("migrations", f))}
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, sqlstore.OfSQLite(old), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO places (tenant, id, kind, name, url, site, owner, unit, via, resume, generation) VALUES ('t', 'drive', 'library', 'Documents', '', '', '', '', '', '1', 1)`,
		`INSERT INTO assets (id, tenant, place, kind, name, parent, path, url, mime, revision, size, hash, created, modified, created_by, modified_by, owner, shared, label, generation)
			VALUES ('t/drive/a', 't', 'drive', 'workbook', 'a.xlsx', '', '', '', '', '1', 10, '', 0, 0, '', '', '', TRUE, '', 1)`,
		`INSERT INTO due (asset, tenant, revision, shared, modified, not_before) VALUES ('t/drive/a', 't', '1', TRUE, 0, 0)`,
		`INSERT INTO conversations (id, family, system, partner_name, partner_address, keeper, state, since) VALUES ('c1', 't/drive/a', 'lagoon', '', '', '', 'proposed', 0)`,
		`INSERT INTO steps (conversation, n, from_state, to_state, decided_by, decided_at, why) VALUES ('c1', 0, '', 'proposed', 'desirepath', 0, '')`,
		`INSERT INTO runs (id, started, finished, result, error, places, ledger) VALUES (1, 0, 1, 'complete', '', '[]', '[]')`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%v\n%s", err, statement)
		}
	}
}

// A disk that is full ends a page and loses nothing; with room again, it goes on.
func TestDiskFull(t *testing.T) {
	onFile(t)
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", full("1", book("a")))
	if err := s.LimitPages(t.Context(), 1); err != nil { // as many as there are
		t.Fatal(err)
	}
	var many []inventory.Change
	for n := range 2000 {
		many = append(many, book(fmt.Sprintf("b%04d", n)))
	}
	_, err := s.Apply(t.Context(), drive, "1", full("2", many...))
	if err == nil || !strings.Contains(err.Error(), "room on the disk") {
		t.Fatalf("a page on a full disk: %v", err)
	}
	wantNames(t, s, "a")
	wantCursor(t, s, drive, "1")
	wantSound(t, path)
	if err := s.LimitPages(t.Context(), 1<<30); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", full("2", many...))
	wantCursor(t, s, drive, "2")
	wantSound(t, path)
}

// A server that is restarted while pages are written costs the page under way:
// the same store goes on where that began, and nothing is stored twice.
func TestPostgresRestartedUnderLoad(t *testing.T) {
	onFile(t) // it restarts a server of its own
	server := pgtest.Start(t)
	s := openAt(t, server.Address, sqlstore.Options{})
	const pages, size = 120, 50
	lost, restarts := 0, make(chan struct{})
	go func() {
		defer close(restarts)
		for range 3 {
			time.Sleep(150 * time.Millisecond)
			server.Down(t)
			server.Up(t)
		}
	}()
	for n := 0; n < pages; {
		var cs []inventory.Change
		for i := range size {
			cs = append(cs, book(fmt.Sprintf("b%03d-%02d", n, i)))
		}
		_, err := s.Apply(context.Background(), drive, cursor(n), full(cursor(n+1), cs...))
		switch {
		case err == nil, errors.Is(err, inventory.ErrMoved): // it was stored, and the answer was lost
			n++
			time.Sleep(5 * time.Millisecond)
		default:
			lost++
			time.Sleep(20 * time.Millisecond)
		}
	}
	<-restarts
	wantCursor(t, s, drive, cursor(pages))
	if got := len(records(t, s, sqlstore.Filter{})); got != pages*size {
		t.Errorf("%d assets, want %d", got, pages*size)
	}
	if lost == 0 {
		t.Error("no page was lost to a restart: it was not under load")
	}
	t.Logf("%d pages had to be tried again", lost)
}

func cursor(n int) inventory.Cursor {
	if n == 0 {
		return ""
	}
	return inventory.Cursor(fmt.Sprint(n))
}

// What PostgreSQL and SQLite made of the same night is the same.
func TestSameNightOnBothStores(t *testing.T) {
	at := server(t)
	other := openAt(t, pgtest.Schema(t, at, t.Name()), sqlstore.Options{})
	night(t, other)
	file, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	night(t, file)
	if diff := cmp.Diff(dump(t, file), dump(t, other)); diff != "" {
		t.Errorf("(-file +server):\n%s", diff)
	}
}
