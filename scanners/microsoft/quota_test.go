package microsoft

import (
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// crowd has more drives than a minute's resource units can be spent on.
func crowd(*testing.T) *emulator.World {
	return emulator.NewWorld(emulator.Options{People: 600, Assets: 1200})
}

// A tenant that counts resource units as Microsoft does never refuses a
// request of a scanner that keeps to its share, and one that keeps to nothing
// but what the answers say does not come early.
func TestWithinTheTenantsUnits(t *testing.T) {
	for name, tc := range map[string]struct {
		pace    wire.Pace
		refused int // at most
	}{
		"our share":        {Pace(500, 0.9), 0},
		"no pace":          {wire.Pace{}, 5},
		"a misjudged band": {Pace(5000, 0.9), 5},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, crowd, emulator.ServerOptions{}, func(t *testing.T, n *tenant) {
				n.faults("licences=500")
				ledger, start := &wire.Ledger{}, time.Now()
				stored(t, n, scannertest.NewMemory(inventory.Scope{}), 1, func(_ *Options, o *wire.Options) { o.Pace, o.Ledger = tc.pace, ledger })
				refused, units := 0, 0
				for _, l := range ledger.Lines() {
					units += l.Units
					if l.Status == 429 {
						refused += l.Count
					}
				}
				if refused > tc.refused {
					t.Errorf("%d requests were refused, want %d at most", refused, tc.refused)
				}
				if early := n.server.EarlyRequests(); early != 0 {
					t.Errorf("%d requests came early", early)
				}
				if units < 1250+1250/3 {
					t.Errorf("only %d units were spent: nothing was tested", units)
				}
				t.Logf("%d units in %v, %d requests refused", units, time.Since(start).Round(time.Second), refused)
			})
		})
	}
}
