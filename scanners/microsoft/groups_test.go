package microsoft

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
)

// Who has no department belongs to the smallest group that is a team, if
// groups are switched on; nobody's groups are asked for otherwise.
func TestTeams(t *testing.T) {
	w := emulator.NewWorld(emulator.Options{Domain: "alderbay.example"})
	var ids []string
	for i := range 300 {
		department := ""
		if i == 0 {
			department = "Finance"
		}
		p := w.AddPerson(emulator.Person{Name: fmt.Sprintf("P%03d", i), Address: fmt.Sprintf("p%d@alderbay.example", i), Microsoft: true, Department: department})
		ids = append(ids, p.ID)
	}
	for _, g := range []emulator.Group{
		{Name: "Everybody", Members: ids}, {Name: "Faculty", Members: ids[:40]}, {Name: "Lab", Members: ids[:6]}, {Name: "Bench", Members: ids[1:7]}, {Name: "Two of us", Members: ids[:2]},
	} {
		g.Suite = emulator.Microsoft
		w.AddGroup(g)
	}
	n := newTenant(t, w, emulator.ServerOptions{})
	departments := func(change ...func(*Options, *wire.Options)) map[string]string {
		all, err := collect(n.scanner(change...).Accounts(t.Context()))
		if err != nil || len(all) != 300 {
			t.Fatalf("%d accounts, %v", len(all), err)
		}
		out := map[string]string{}
		for _, a := range all {
			if a.Department != "" {
				out[a.Name] = a.Department
			}
		}
		return out
	}
	if d := cmp.Diff(map[string]string{"P000": "Finance"}, departments()); d != "" || n.server.Count("groups") != 0 {
		t.Errorf("switched off, after %d requests for groups (-want +got):\n%s", n.server.Count("groups"), d)
	}
	on := func(o *Options, _ *wire.Options) { o.Features.Groups = true }
	got := departments(on)
	for name, want := range map[string]string{"P000": "Finance", "P001": "Bench", "P006": "Bench", "P007": "Faculty", "P039": "Faculty", "P040": "", "P299": ""} {
		if got[name] != want {
			t.Errorf("%s is in %q, want %q", name, got[name], want)
		}
	}
	barred := newTenant(t, w, emulator.ServerOptions{Roles: []string{"User.Read.All"}})
	_, err := collect(barred.scanner(on).Accounts(t.Context()))
	if !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), permMembers) {
		t.Errorf("without the permission: %v", err)
	}
}
