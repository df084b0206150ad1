package sqlstore_test

import (
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func accounts(as ...inventory.Account) iter.Seq2[inventory.Account, error] {
	return func(yield func(inventory.Account, error) bool) {
		for _, a := range as {
			if !yield(a, nil) {
				return
			}
		}
	}
}

func saveAccounts(t *testing.T, s *sqlstore.Store, tenant string, as ...inventory.Account) {
	t.Helper()
	if err := s.SaveAccounts(t.Context(), tenant, accounts(as...)); err != nil {
		t.Fatal(err)
	}
}

func person(t *testing.T, s *sqlstore.Store, address string) inventory.Person {
	t.Helper()
	p, err := s.Person(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPersonOverTwoSuites(t *testing.T) {
	s := open(t, sqlstore.Options{})
	work := inventory.Account{Tenant: "m365", ID: "1", Address: "Ada@Alder.example", Aliases: []string{"ada.l@alder.example"}, Name: "Ada L", Department: "Physics"}
	lab := inventory.Account{Tenant: "google", ID: "9", Address: "ada@lab.example", Aliases: []string{"ADA.L@alder.example"}, Name: "Ada Lovelace"}
	old := inventory.Account{Tenant: "old", ID: "7", Address: "lovelace@old.example", Name: "A. Lovelace", Left: true}
	namesake := inventory.Account{Tenant: "old", ID: "8", Address: "ada@other.example", Name: "Ada L"}
	saveAccounts(t, s, "m365", work)
	saveAccounts(t, s, "google", lab)
	saveAccounts(t, s, "old", old, namesake)

	both := inventory.Person{Address: "ada@lab.example", Name: "Ada Lovelace", Team: "Physics", Accounts: []inventory.Account{lab, work}}
	for _, address := range []string{"ada@alder.example", " Ada.L@Alder.Example ", "ada@lab.example"} {
		if diff := cmp.Diff(both, person(t, s, address)); diff != "" {
			t.Errorf("person of %s (-want +got):\n%s", address, diff)
		}
	}
	if p := person(t, s, "nobody@example.org"); p.Address != "nobody@example.org" || len(p.Accounts) != 0 || p.Left() {
		t.Errorf("unknown person = %+v", p)
	}
	if p := person(t, s, ""); len(p.Accounts) != 0 {
		t.Errorf("person of no address = %+v", p)
	}

	if err := s.SavePersonMap(t.Context(), map[string]string{"Lovelace@old.example": "ADA@alder.example", "gone@old.example": "ada@alder.example"}); err != nil {
		t.Fatal(err)
	}
	all := inventory.Person{Address: "ada@alder.example", Name: "Ada Lovelace", Team: "Physics", Accounts: []inventory.Account{lab, work, old}}
	for _, address := range []string{"ada@lab.example", "lovelace@old.example", "gone@old.example"} {
		if diff := cmp.Diff(all, person(t, s, address)); diff != "" {
			t.Errorf("mapped person of %s (-want +got):\n%s", address, diff)
		}
	}
	// The mapping is reversible.
	if err := s.SavePersonMap(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(both, person(t, s, "ada@lab.example")); diff != "" {
		t.Errorf("person without the mapping (-want +got):\n%s", diff)
	}
}

func TestSaveAccountsReplacesOrChangesNothing(t *testing.T) {
	s := open(t, sqlstore.Options{})
	ann := inventory.Account{Tenant: "t", ID: "1", Address: "ann@example.org", Name: "Ann"}
	bob := inventory.Account{Tenant: "t", ID: "2", Address: "bob@example.org", Aliases: []string{"robert@example.org"}, Name: "Bob"}
	saveAccounts(t, s, "t", ann, bob)

	// An error after more accounts than one batch.
	broken := errors.New("the directory went away")
	err := s.SaveAccounts(t.Context(), "t", func(yield func(inventory.Account, error) bool) {
		for n := range 2500 {
			if !yield(inventory.Account{Tenant: "t", ID: fmt.Sprint(n), Address: fmt.Sprintf("new%d@example.org", n), Name: "New"}, nil) {
				return
			}
		}
		yield(inventory.Account{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Fatalf("error = %v", err)
	}
	if p := person(t, s, "ann@example.org"); p.Name != "Ann" || p.Left() {
		t.Errorf("after a broken listing: %+v", p)
	}
	if p := person(t, s, "new7@example.org"); len(p.Accounts) != 0 {
		t.Errorf("a broken listing counts: %+v", p)
	}

	// Bob is no longer listed; one of his addresses was given to Cleo.
	cleo := inventory.Account{Tenant: "t", ID: "3", Address: "robert@example.org", Name: "Cleo"}
	for range 2 { // twice: who left stays
		saveAccounts(t, s, "t", ann, cleo)
		if p := person(t, s, "bob@example.org"); !p.Left() || p.Name != "Bob" || len(p.Accounts) != 1 {
			t.Errorf("who is no longer listed: %+v", p)
		}
		if p := person(t, s, "ROBERT@example.org"); p.Left() || p.Name != "Cleo" {
			t.Errorf("who has the address now: %+v", p)
		}
	}
	saveAccounts(t, s, "t", ann, bob)
	if p := person(t, s, "bob@example.org"); p.Left() {
		t.Errorf("who came back: %+v", p)
	}
	saveAccounts(t, s, "other")
	if p := person(t, s, "ann@example.org"); p.Left() {
		t.Errorf("another tenant's listing closed an account: %+v", p)
	}
}
