package sqlstore_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

// A namesake is an inventory in which an asset bears a name, and somebody
// wrote of it; the rest is somebody else's.
func namesake(t *testing.T, name string) *sqlstore.Store {
	t.Helper()
	s := openAt(t, filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	people(t, s, inventory.Account{Tenant: "t", ID: "2", Address: "bo@uni.example", Name: "Bo Lind"})
	apply(t, s, drive, "", complete(full("1", bookWith("x1", func(a *inventory.Asset) { a.Name = name }), book("other"))))
	run, err := s.StartRun(t.Context())
	c := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	c.System, c.Steps[1].Why = "crm", "about "+name+" again"
	charter := inventory.Charter{Conversation: "c1", By: "bo@uni.example", Scope: name, Ownership: "o", Input: "i", Authority: "a",
		Roles: []inventory.RoleHolder{{Role: inventory.RoleCustomer, Name: "HR and " + name}}}
	for _, err := range []error{
		err, s.SaveConversation(t.Context(), c), ignore(s.WriteCharter(t.Context(), charter)),
		s.SaveFeedback(t.Context(), inventory.Feedback{Asset: "t/drive/other", By: "bo@uni.example", Said: "crm", Right: true, Capability: "t"}),
		s.FinishRun(t.Context(), inventory.Run{ID: run, Result: inventory.RunPartial, Error: "could not read " + name, Places: []inventory.PlaceReport{
			{Place: "t/drive", Name: "Documents", Tally: inventory.Tally{Found: 12}, Pages: 12, Error: "stopped at " + name}}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// A tool that somebody has forgotten may be called as a state, a source, a
// number or a role is: what people wrote of it goes, and nothing else.
func TestErasedNameIsACommonWord(t *testing.T) {
	for _, name := range []string{"Talking", "12", "CRM", "HR", "T", "Customer", "partial", "c1", `R&D 100%_\ plan`, "Überblick"} {
		t.Run(name, func(t *testing.T) {
			s := namesake(t, name)
			if _, err := s.EraseAsset(t.Context(), "t/drive/x1", false); err != nil {
				t.Fatal(err)
			}
			wantForgotten(t, s, strings.ReplaceAll("HR and "+name, name, "(erased)"))
		})
	}
}

func wantForgotten(t *testing.T, s *sqlstore.Store, role string) {
	t.Helper()
	c, err := s.Conversation(t.Context(), "c1")
	if err != nil || c.State != inventory.Talking || c.System != "crm" || c.Steps[2].To != inventory.Talking || c.Steps[1].Why != "about (erased) again" {
		t.Errorf("%+v, %v", c, err)
	}
	charters, err := s.Charters(t.Context(), "c1")
	if err != nil || charters[0].Scope != "(erased)" || charters[0].Version != 1 || charters[0].Conversation != "c1" ||
		cmp.Diff(charters[0].Roles, []inventory.RoleHolder{{Role: inventory.RoleCustomer, Name: role}}) != "" {
		t.Errorf("%+v, %v", charters, err)
	}
	runs, err := s.Runs(t.Context(), 1)
	if err != nil || runs[0].Result != inventory.RunPartial || runs[0].Error != "could not read (erased)" ||
		runs[0].Places[0].Pages != 12 || runs[0].Places[0].Place != "t/drive" || runs[0].Places[0].Error != "stopped at (erased)" {
		t.Errorf("%+v, %v", runs, err)
	}
	f, err := s.Feedback(t.Context(), "t/drive/other")
	if err != nil || len(f) != 1 || f[0].Said != "crm" || f[0].Capability != "t" {
		t.Errorf("%+v, %v", f, err)
	}
	if p, err := s.Person(t.Context(), "bo@uni.example"); err != nil || p.Name != "Bo Lind" {
		t.Errorf("somebody else is gone: %+v, %v", p, err)
	}
}

// What takes the place of words holds a word itself, and ends all the same.
func TestErasedNameIsTheWordErased(t *testing.T) {
	for _, name := range []string{"Erased", "(erased)", "erased)", "(erased) plan"} {
		s := namesake(t, name)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := s.EraseAsset(ctx, "t/drive/x1", false)
		stop()
		if err != nil {
			t.Fatal(err)
		}
		wantNames(t, s, "other")
	}
}

// Somebody else of the same name keeps it: only the address tells them apart.
func TestErasedNameOfTwo(t *testing.T) {
	for _, two := range []bool{false, true} {
		s := openAt(t, filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
		all := []inventory.Account{{Tenant: "t", ID: "1", Address: "maria@uni.example", Name: "Maria Rossi"}}
		if two {
			all = append(all, inventory.Account{Tenant: "t", ID: "2", Address: "maria2@uni.example", Name: "maria rossi"})
		}
		people(t, s, all...)
		c := conversation(t, "c1", inventory.Proposed)
		c.Partner.Name, c.Steps[0].Why = "Maria Rossi", "Maria Rossi (maria@uni.example) asked"
		if err := s.SaveConversation(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		done, err := s.ErasePerson(t.Context(), "maria@uni.example", false)
		if err != nil {
			t.Fatal(err)
		}
		partner, why, left := "(erased)", "(erased) ((erased)) asked", 0
		if two {
			partner, why, left = "Maria Rossi", "Maria Rossi ((erased)) asked", 2
		}
		c, err = s.Conversation(t.Context(), "c1")
		if err != nil || c.Partner.Name != partner || c.Steps[0].Why != why || len(done.Left) != left {
			t.Errorf("two: %v: %+v, left %v, %v", two, c, done.Left, err)
		}
	}
}
