package night

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/needs"
	"github.com/desirepath/desirepath/inventory"
)

// Needs gathers what people around each system do for themselves; of one
// system, or with "" of all and of what no system serves.
func (r Readings) Needs(ctx context.Context, system string) ([]inventory.NeedLine, error) {
	voices, err := r.voices(ctx, system)
	if err != nil {
		return nil, err
	}
	return needs.Gather(voices), nil
}

// voices gives what each family that comes close to a capability tells: what
// it does that the system cannot, and what the system does and it does by
// hand. System narrows it to one; "" is all.
func (r Readings) voices(ctx context.Context, system string) ([]needs.Voice, error) {
	keepers, err := r.keepers(ctx)
	if err != nil {
		return nil, err
	}
	voices := map[string]*needs.Voice{}
	for record, err := range r.Records(ctx, inventory.Filter{Near: true, System: system}) {
		if err != nil {
			return nil, err
		}
		family := cmp.Or(record.Family, string(record.Asset.ID))
		v := voices[family]
		if v == nil {
			v = &needs.Voice{
				System: record.Verdict.System, Capability: record.Verdict.Capability, Family: family,
				Keeper: cmp.Or(keepers[record.Family], lastHand(record)),
			}
			voices[family] = v
		}
		v.Needs = append(v.Needs, record.Verdict.Needs...)
		v.ByHand = append(v.ByHand, byHand(*record.Verdict)...)
		if record.Usage != nil {
			v.People = max(v.People, record.Usage.People)
		}
	}
	var out []needs.Voice
	for _, family := range slices.Sorted(maps.Keys(voices)) {
		out = append(out, *voices[family])
	}
	return out, nil
}

// keepers are those that conversations name, by family.
func (r Readings) keepers(ctx context.Context) (map[string]string, error) {
	conversations, err := r.Conversations(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, c := range conversations {
		out[c.Family] = c.Keeper
	}
	return out, nil
}

// lastHand is who seems to look after an asset that nobody was asked about.
func lastHand(r inventory.Record) string {
	return cmp.Or(r.Asset.ModifiedBy, r.Asset.Owner, r.Asset.CreatedBy)
}

// byHand are the functions of its own capability that a verdict found.
func byHand(v inventory.Verdict) (out []string) {
	for _, e := range v.Evidence {
		if e.Signal == classify.SignalFunctions && len(e.Args) > 1 && e.Args[0] == v.Capability {
			out = append(out, e.Args[1:]...)
		}
	}
	return out
}
