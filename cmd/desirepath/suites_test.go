package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestBothSuitesAreOneInventory scans the demo's two suites into one inventory. Somebody with an account in each, under the same address,
// is one person there, and so is somebody whose addresses a mapping file joins; who only shares a name stays apart.
func TestBothSuitesAreOneInventory(t *testing.T) {
	a := testApp(t)
	dir := t.TempDir()
	c, err := demoCmd{Out: dir}.prepare(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	c.People = filepath.Join(dir, "people.csv")
	if err := os.WriteFile(c.People, []byte("address,person\njomo.kariuki@alderbay.example,priya.raman@alderbay.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.scan(t.Context(), c, time.Time{}); err != nil {
		t.Fatal(err)
	}
	store, err := a.read(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for address, want := range map[string][]string{
		"Eleni.Markou@alderbay.example":  {"m365", "workspace"}, // in both
		"tevita.moala@alderbay.example":  {"workspace"},         // in Google's alone
		"jomo.kariuki@alderbay.example":  {"m365", "workspace"}, // joined by the file: one account in Google's, the other in Microsoft's
		"viktor.sandu@alderbay.example":  {"m365", "workspace"}, // has left both
		"nobody.at.all@alderbay.example": nil,
	} {
		p, err := store.Person(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		var tenants []string
		for _, account := range p.Accounts {
			tenants = append(tenants, account.Tenant)
		}
		slices.Sort(tenants)
		if d := cmp.Diff(want, tenants); d != "" || p.Left() != (address == "viktor.sandu@alderbay.example") {
			t.Errorf("%s, left: %t (-want +got):\n%s", address, p.Left(), d)
		}
	}
}
