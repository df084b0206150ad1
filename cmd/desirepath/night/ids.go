package night

import (
	"context"
	"fmt"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// idsSetting remembers with which key columns of ids are sampled, and whose
// ids they are compared with.
const idsSetting = "ids"

// ids follows what is configured of keyed samples of ids. Those of another key
// are let go of, and all of them when there is no key any more. When a system
// was learnt whose ids are new to us, what was read without the key is looked
// at again: it may hold them.
func (n *Night) ids(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	systems := n.sampled()
	now := strings.Join(append([]string{n.IDKey.Which()}, systems...), "\n")
	before, err := n.Store.Setting(ctx, idsSetting)
	if err != nil || now == before {
		return false, err
	}
	if key, _, _ := strings.Cut(before, "\n"); key != "" && key != n.IDKey.Which() {
		if err := n.Store.ForgetIDs(ctx, n.IDKey.Which()); err != nil {
			return false, err
		}
	}
	if len(systems) > 0 {
		again, err := n.Store.LookAgainForIDs(ctx, n.IDKey.Which(), holdsIDs)
		if err != nil {
			return false, fmt.Errorf("ids: %w", err)
		}
		n.stage("looking again for ids", "", again)
	}
	return false, n.Store.SaveSetting(ctx, idsSetting, now)
}

// sampled names the systems whose ids were learnt with the key in use.
func (n *Night) sampled() []string {
	var out []string
	for _, s := range n.Catalogue.Systems {
		for _, set := range s.IDs {
			switch {
			case set.Key == n.IDKey.Which() && n.IDKey.On():
				out = append(out, s.ID+" "+set.Name)
			case n.IDKey.On():
				n.Log.Warn("ids that were learnt with another key than scan.id_key_file are compared with nothing: learn them again", "system", s.ID, "ids", set.Name)
			}
		}
	}
	return out
}

func holdsIDs(k inventory.Kind, s inventory.Structure) bool {
	return (k == inventory.KindWorkbook || k == inventory.KindTable || k == inventory.KindSheet) && workbook.HoldsIDs(s)
}
