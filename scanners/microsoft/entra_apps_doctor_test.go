package microsoft

import (
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// A doctor says of each permission that apps need whether it is held, and what
// goes unseen without it; of a feature that is off it says nothing.
func TestDoctorOfApps(t *testing.T) {
	needs := []string{permApps, permDirectory, permCatalog}
	for _, lacking := range append(needs, "") {
		n := newTenant(t, emulator.NewWorld(emulator.Options{Domain: "alderbay.example"}),
			emulator.ServerOptions{Roles: slices.DeleteFunc(appRoles(), func(r string) bool { return r == lacking })})
		found := map[string]scanners.Check{}
		for _, c := range n.scanner(withApps).Check(t.Context()) {
			found[c.Need] = c
		}
		for _, need := range needs {
			c, want := found[need], scanners.Held
			if need == lacking {
				want = scanners.Missing
			}
			if c.State != want || want == scanners.Missing && (!strings.Contains(c.Cost, "app") || !strings.Contains(c.Remedy, need)) {
				t.Errorf("without %q: %s: %+v", lacking, need, c)
			}
		}
		for _, c := range n.scanner().Check(t.Context()) {
			if slices.Contains(needs, c.Need) && c.State != scanners.Warning {
				t.Errorf("switched off: %+v", c)
			}
		}
		excess, err := n.scanner(withApps).Excess(t.Context())
		if err != nil || len(excess) > 0 {
			t.Errorf("excess %v, %v", excess, err)
		}
	}
}
