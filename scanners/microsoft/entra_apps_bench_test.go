package microsoft

import (
	"fmt"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
)

// BenchmarkEntraApps lists the directory of a large organisation: what is
// measured includes the emulator, which renders all of it.
func BenchmarkEntraApps(b *testing.B) {
	const people, apps, each = 2000, 500, 40
	w := emulator.NewWorld(emulator.Options{Domain: "alderbay.example"})
	var ids []string
	for i := range people {
		ids = append(ids, w.AddPerson(emulator.Person{Name: fmt.Sprint("P ", i), Address: fmt.Sprintf("p%d@alderbay.example", i), Microsoft: true}).ID)
	}
	for i := range apps {
		a := emulator.App{Name: fmt.Sprint("App ", i), Owners: ids[i : i+2]}
		if i%2 == 1 {
			a.Publisher, a.Owners = "Elsewhere", nil
		}
		for n := range each {
			a.Consents = append(a.Consents, emulator.Consent{Person: ids[(i*each+n)%people], Resource: "Microsoft Graph", Scope: "User.Read Files.Read"})
		}
		w.AddApp(a)
	}
	n := newTenant(b, w, emulator.ServerOptions{Roles: appRoles()})
	b.ReportAllocs()
	for b.Loop() {
		s := n.scanner(withApps, func(o *Options, _ *wire.Options) { o.PageSize = 999 })
		found := 0
		for page, err := range s.Pages(b.Context(), inventory.Place{Tenant: "alder", ID: entraID, Kind: inventory.PlaceEntraApps}, "") {
			if err != nil {
				b.Fatal(err)
			}
			found += len(page.Changes)
		}
		if found < apps {
			b.Fatalf("%d apps", found)
		}
	}
	b.ReportMetric(float64(b.N*apps*each)/b.Elapsed().Seconds(), "consents/s")
}
