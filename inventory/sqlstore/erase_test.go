package sqlstore_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

const (
	ada     = "Ada.Zq7canary@uni.example"
	adaName = "Ada Zq7canary"
)

var adasDrive = inventory.Place{Tenant: "t", ID: "ada", Kind: inventory.PlaceOneDrive, Name: "Zq7canary, Ada", Owner: ada, URL: "https://my.example/personal/ada_zq7canary_uni_example"}

// livedIn is an inventory with Ada in every place where a person can be.
func livedIn(t *testing.T, path string) *sqlstore.Store {
	t.Helper()
	s := openAt(t, path, sqlstore.Options{})
	people(t, s, inventory.Account{Tenant: "t", ID: "1", Address: ada, Aliases: []string{"zq7canary@old.example"}, Name: adaName},
		inventory.Account{Tenant: "t", ID: "2", Address: "bo@uni.example", Name: "Bo Lind"})
	apply(t, s, adasDrive, "", complete(full("1", bookWith("mine-zq7canary", func(a *inventory.Asset) { a.Owner = ada }))))
	apply(t, s, drive, "", complete(full("1",
		bookWith("shared", func(a *inventory.Asset) { a.CreatedBy, a.ModifiedBy = ada, "bo@uni.example" }),
		bookWith("edited", func(a *inventory.Asset) { a.ModifiedBy = "zq7canary@old.example" }))))
	usage := inventory.Usage{Revision: "1", People: 4, Editors: []inventory.Editor{{Address: ada, Edits: 3}, {Address: "bo@uni.example", Edits: 1}}}
	r, err := s.Record(t.Context(), "t/drive/shared")
	if err != nil {
		t.Fatal(err)
	}
	usage.Revision = r.Asset.Revision
	run, err := s.StartRun(t.Context())
	c := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	c.Keeper, c.Steps[2].By, c.Steps[1].Why = strings.ToLower(ada), ada, "I wrote to "+adaName+" ("+ada+"), not to nada.zq7canary@uni.example.org"
	charter := inventory.Charter{Conversation: "c1", By: ada, Scope: "s", Ownership: "o", Input: "i", Authority: "a", Roles: []inventory.RoleHolder{{Role: inventory.RoleCustomer, Name: adaName}}}
	for _, err := range []error{
		err, s.Observed(t.Context(), "t/drive/shared", usage), s.SaveConversation(t.Context(), c),
		ignore(s.WriteCharter(t.Context(), charter)),
		s.AgreeCharter(t.Context(), "c1", 1, inventory.Agreement{Side: inventory.SideBuilder, By: ada, At: time.Unix(1, 0)}),
		s.SaveFeedback(t.Context(), inventory.Feedback{Asset: "t/drive/shared", By: ada, Why: adaName + " says so"}),
		s.SavePersonMap(t.Context(), map[string]string{"zq7canary@elsewhere.example": ada}),
		s.FinishRun(t.Context(), inventory.Run{ID: run, Result: inventory.RunPartial, Error: "mailbox of " + ada, Places: []inventory.PlaceReport{{Place: adasDrive.Key(), Name: adasDrive.Name}, {Place: "t/drive", Name: "Documents"}}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func people(t *testing.T, s *sqlstore.Store, as ...inventory.Account) {
	t.Helper()
	if err := s.SaveAccounts(t.Context(), "t", func(yield func(inventory.Account, error) bool) {
		for _, a := range as {
			if !yield(a, nil) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// settle does what erasures owe, which then owe nothing.
func settle(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	if err := s.Settle(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if owes, err := s.Owes(t.Context()); err != nil || owes {
		t.Fatalf("it owes still: %v, %v", owes, err)
	}
}

func ignore[T any](_ T, err error) error { return err }

// inFiles counts a word in the bytes of the database and its side files, or in
// all rows that a server keeps.
func inFiles(t *testing.T, path, word string) (n int) {
	t.Helper()
	if at := address(t, path); sqlstore.IsPostgres(at) {
		return strings.Count(strings.ToLower(everyRow(t, at)), word)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(bytes.ToLower(b), []byte(word))
	}
	return n
}

// Whoever asks to be forgotten is in no byte of the files afterwards, and what
// is others' is still there.
func TestErasedPersonIsInNoByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := livedIn(t, path)
	if inFiles(t, path, "zq7canary") < 10 {
		t.Fatal("the canary was not planted")
	}
	tried, err := s.ErasePerson(t.Context(), "zq7canary@OLD.example", true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Record(t.Context(), "t/ada/mine-zq7canary"); err != nil {
		t.Fatalf("what was only tried was done: %v", err)
	}
	done, err := s.ErasePerson(t.Context(), "zq7canary@OLD.example", false)
	if err != nil || len(done.Left) > 0 {
		t.Fatalf("left: %v, %v", done.Left, err)
	}
	if diff := cmp.Diff(tried, done); diff != "" || done.Total() < 12 {
		t.Errorf("what was told before is not what was done, %d (-told +done):\n%s", done.Total(), diff)
	}
	settle(t, s)
	// One stays: an address of somebody else that has hers in the middle of it.
	if n := inFiles(t, path, "zq7canary"); n != 1 {
		t.Errorf("the files hold it %d times", n)
	}
	if _, err := s.Record(t.Context(), "t/ada/mine-zq7canary"); err == nil {
		t.Error("her own file is still there")
	}
	shared, err := s.Record(t.Context(), "t/drive/shared")
	if err != nil || shared.Asset.CreatedBy != "" || shared.Asset.ModifiedBy != "bo@uni.example" || shared.Usage.People != 4 || len(shared.Usage.Editors) != 1 {
		t.Errorf("%+v, %+v, %v", shared.Asset, shared.Usage, err)
	}
	c, err := s.Conversation(t.Context(), "c1")
	if err != nil || c.Keeper != "" || c.State != inventory.Talking || len(c.Steps) != 3 || c.Steps[2].By != "(erased)" ||
		c.Steps[1].Why != "I wrote to (erased) ((erased)), not to nada.zq7canary@uni.example.org" {
		t.Errorf("%+v, %v", c, err)
	}
}

// The next scan tells of her again, an older copy of the file still has her:
// neither brings her back.
func TestErasedStaysOut(t *testing.T) {
	onFile(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "inventory.db")
	s := livedIn(t, path)
	backup := filepath.Join(dir, "backup.db")
	if err := vacuumInto(t, path, backup); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ErasePerson(t.Context(), ada, false); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	people(t, s, inventory.Account{Tenant: "t", ID: "1", Address: ada, Name: adaName}, inventory.Account{Tenant: "t", ID: "2", Address: "bo@uni.example", Name: "Bo Lind"})
	if scope := s.Heeding(inventory.Scope{}); !scope.ExcludesPlace(adasDrive) || scope.ExcludesPlace(drive) {
		t.Error("her drive is listed again, or everybody's is not")
	}
	tally := apply(t, s, drive, "", complete(full("2",
		bookWith("shared", func(a *inventory.Asset) { a.CreatedBy = ada }), bookWith("hers", func(a *inventory.Asset) { a.Owner = ada }))))
	if tally.Excluded != 1 || !tally.Balanced() {
		t.Errorf("%+v", tally)
	}
	if n := inFiles(t, path, "ada.zq7canary"); n != 1 { // nada's
		t.Errorf("after a scan the files hold her %d times", n)
	}
	key, stones, err := s.Tombstones(t.Context())
	if err != nil || len(stones) != 3 {
		t.Fatalf("%d tombstones, %v", len(stones), err)
	}
	older := openAt(t, backup, sqlstore.Options{})
	if err := older.CarryTombstones(t.Context(), key, stones); err != nil {
		t.Fatal(err)
	}
	if n := inFiles(t, backup, "zq7canary"); n != 1 {
		t.Errorf("the restored file holds her %d times", n)
	}
}

func vacuumInto(t *testing.T, from, to string) error {
	t.Helper()
	db, err := sql.Open("sqlite", from)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `VACUUM INTO ?`, to)
	return err
}

// An asset is erased with what was said of it; the family that went by its id
// goes on under another, and its conversation with it.
func TestErasedAsset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	named := func(a *inventory.Asset) { a.Name, a.URL = "Zq7canary plan.xlsx", "https://x.example/zq7canary" }
	apply(t, s, drive, "", complete(full("1", bookWith("zq7canary", named), book("z-copy"))))
	family := inventory.Family{ID: "t/drive/zq7canary", Kind: inventory.FamilyCopies, Representative: "t/drive/zq7canary", Members: []inventory.AssetID{"t/drive/z-copy", "t/drive/zq7canary"}}
	c := conversation(t, "c1", inventory.Proposed)
	c.Family, c.Steps[0].Why = family.ID, "about Zq7canary plan.xlsx"
	for _, err := range []error{s.SaveFamilies(t.Context(), []inventory.Family{family}), s.SaveConversation(t.Context(), c)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.EraseAsset(t.Context(), "t/drive/zq7canary", false); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	if n := inFiles(t, path, "zq7canary"); n != 0 {
		t.Errorf("the files hold it %d times", n)
	}
	if got, err := s.ConversationOf(t.Context(), "t/drive/z-copy"); err != nil || got.ID != "c1" {
		t.Errorf("the conversation lost its family: %+v, %v", got, err)
	}
	if tally := apply(t, s, drive, "1", complete(full("2", bookWith("zq7canary", named)))); tally.Excluded != 1 || tally.Stored != 0 {
		t.Errorf("it came back: %+v", tally)
	}
	wantNames(t, s, "z-copy")
}
