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

// voices gives what each family that comes close to a capability tells: what
// it does that the system cannot, and what the system does and it does by
// hand.
func (r Readings) voices(ctx context.Context, f inventory.Filter) ([]needs.Voice, error) {
	talks, err := r.talks(ctx)
	if err != nil {
		return nil, err
	}
	return r.voicesAs(ctx, f, talks)
}

func (r Readings) voicesAs(ctx context.Context, f inventory.Filter, talks map[string]told) ([]needs.Voice, error) {
	f.Near = true
	people := map[string]inventory.Person{}
	voices := map[string]*needs.Voice{}
	for record, err := range r.Records(ctx, f) {
		if err != nil {
			return nil, err
		}
		family := cmp.Or(record.Family, string(record.Asset.ID))
		v := voices[family]
		if v == nil {
			v = &needs.Voice{
				System: record.Verdict.System, Capability: record.Verdict.Capability, Family: family,
				Keeper: cmp.Or(talks[record.Family].keeper, lastHand(record)),
			}
			voices[family] = v
		}
		keeper, err := r.lookup(ctx, people, v.Keeper)
		if err != nil {
			return nil, err
		}
		v.Fragility = max(v.Fragility, classify.Fragility(record, keeper.Left()))
		if talks[record.Family].example && v.Example == nil && !keeper.Left() {
			v.Example = &inventory.Example{Tool: record.Asset.Name, Keeper: cmp.Or(keeper.Name, keeper.Address), Team: keeper.Team}
		}
		v.Needs = include(v.Needs, record.Verdict.Needs)
		v.ByHand = include(v.ByHand, byHand(*record.Verdict))
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

// include adds what is not there yet: a family of ten thousand copies says the
// same ten thousand times.
func include[T comparable](have, more []T) []T {
	for _, m := range more {
		if !slices.Contains(have, m) {
			have = append(have, m)
		}
	}
	return have
}

// told is as much of a conversation as a count goes by.
type told struct {
	keeper  string
	example bool // the keeper said yes to being told of
}

// talks are the conversations that go on nowhere else, by family.
func (r Readings) talks(ctx context.Context) (map[string]told, error) {
	out := map[string]told{}
	for c, err := range r.EachConversation(ctx) {
		if err != nil {
			return nil, err
		}
		if c.Joined == "" {
			out[c.Family] = told{c.Keeper, c.Example}
		}
	}
	return out, nil
}

// lookup asks for each person but once.
func (r Readings) lookup(ctx context.Context, people map[string]inventory.Person, address string) (inventory.Person, error) {
	p, known := people[address]
	if known || address == "" {
		return p, nil
	}
	p, err := r.Person(ctx, address)
	people[address] = p
	return p, err
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
