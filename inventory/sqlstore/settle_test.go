package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// An erasure owes until the files forgot and the results were published; what
// goes wrong with either is owed still, and keeps nobody from publishing.
func TestErasureIsOwed(t *testing.T) {
	onFile(t)
	t.Parallel() // it waits ten seconds for who reads
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", book("zq7canary"), book("other"))))
	published := 0
	publish := func(err error) func(context.Context) error {
		return func(context.Context) error { published++; return err }
	}
	if err := s.Settle(t.Context(), publish(nil)); err != nil || published != 1 {
		t.Fatalf("with nothing owed: %d, %v", published, err)
	}
	done, err := s.EraseAsset(t.Context(), "t/drive/zq7canary", false)
	if err != nil || !slices.Equal(done.Words, []string{"t/drive/zq7canary", "zq7canary.xlsx"}) {
		t.Fatalf("%q, %v", done.Words, err)
	}
	wantOwed(t, s, true)
	full := errors.New("no room")
	if err := s.Settle(t.Context(), publish(full)); !errors.Is(err, full) {
		t.Fatal(err)
	}
	wantOwed(t, s, true)
	release := reading(t, path)
	if err := s.Settle(t.Context(), publish(nil)); err != nil || published != 3 {
		t.Fatalf("while somebody reads: %d, %v", published, err)
	}
	wantOwed(t, s, true)
	release()
	settle(t, s)
	if n := inFiles(t, path, "zq7canary"); n != 0 {
		t.Errorf("the files hold it %d times", n)
	}
}

func wantOwed(t *testing.T, s *sqlstore.Store, want bool) {
	t.Helper()
	if owes, err := s.Owes(t.Context()); err != nil || owes != want {
		t.Fatalf("it owes: %v, %v", owes, err)
	}
}

// reading has somebody read the file until it is told to end.
func reading(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM assets`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(tx.Rollback(), db.Close()); err != nil {
			t.Error(err)
		}
	}
}

// Who is known only from what they said or did is erased again, too, when a
// backup is put back: each in one way.
func TestRestoreErasesWhoIsInNoDirectory(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "inventory.db"), sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", book("shared"))))
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	r, err := s.Record(t.Context(), "t/drive/shared")
	if err != nil {
		t.Fatal(err)
	}
	c := conversation(t, "c1", inventory.Proposed, inventory.Invited)
	c.Steps[0].By, c.Steps[0].Why, c.Partner.Address = "decided@zq7canary.example", "ask why@zq7canary.example.", "partner@zq7canary.example"
	charter := inventory.Charter{Conversation: "c1", By: "wrote@zq7canary.example", Scope: "s", Ownership: "o", Input: "i", Authority: "a",
		Roles: []inventory.RoleHolder{{Role: inventory.RoleCustomer, Name: "X", Address: "role@zq7canary.example"}}}
	_, told := s.Register(t.Context(), inventory.Registered{Name: "n", Lies: "l", Purpose: "p", By: "told@zq7canary.example", At: day})
	for _, err := range []error{
		s.SaveConversation(t.Context(), c), ignore(s.WriteCharter(t.Context(), charter)), told,
		s.AgreeCharter(t.Context(), "c1", 1, inventory.Agreement{Side: inventory.SideBuilder, By: "agreed@zq7canary.example", At: day}),
		s.SaveFeedback(t.Context(), inventory.Feedback{Asset: "t/drive/shared", By: "said@zq7canary.example"}),
		s.Observed(t.Context(), "t/drive/shared", inventory.Usage{Revision: r.Asset.Revision, Editors: []inventory.Editor{{Address: "edited@zq7canary.example", Edits: 1}}}),
		s.KeepQuiet(t.Context(), "quiet@zq7canary.example", day.AddDate(1, 0, 0)),
		s.SaveVisits(t.Context(), []inventory.Visit{{N: 1, Who: "looked@zq7canary.example", Page: "asset", At: day}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	backup := filepath.Join(dir, "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"decided", "why", "partner", "wrote", "role", "told", "agreed", "said", "edited", "quiet", "looked"} {
		if _, err := s.ErasePerson(t.Context(), who+"@zq7canary.example", false); err != nil {
			t.Fatal(err)
		}
	}
	older, err := sqlstore.Open(t.Context(), backup, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer older.Close()
	if _, err := older.CopyTo(t.Context(), s, true); err != nil {
		t.Fatal(err)
	}
	if n := inFiles(t, filepath.Join(dir, "inventory.db"), "@zq7canary"); n != 0 {
		t.Errorf("restored, it holds them %d times", n)
	}
}
