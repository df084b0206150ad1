package night

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

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
	lines := needs.Gather(voices)
	answers, err := r.Answers(ctx)
	if err != nil {
		return nil, err
	}
	for i, l := range lines {
		for _, a := range answers {
			if sameNeed(a, l) {
				lines[i].Answers = append(lines[i].Answers, a.Sum())
			}
		}
		slices.SortFunc(lines[i].Answers, inventory.CompareAnswered)
	}
	return lines, nil
}

// sameNeed reports whether an answer is to the need of a line.
func sameNeed(a inventory.Answer, l inventory.NeedLine) bool {
	return a.System == l.System && (a.System != "" || a.Capability == l.Capability) && a.Kind == l.Kind && needs.Same(a.Word, l.Word)
}

// Behind gives the builders who have the need that an answer is to.
func (r Readings) Behind(ctx context.Context, a inventory.Answer) ([]inventory.Person, error) {
	voices, err := r.voices(ctx, a.System)
	if err != nil {
		return nil, err
	}
	var out []inventory.Person
	seen := map[string]bool{"": true}
	for _, v := range voices {
		keeper := inventory.FoldAddress(v.Keeper)
		if seen[keeper] || !slices.ContainsFunc(needs.Gather([]needs.Voice{v}), func(l inventory.NeedLine) bool { return sameNeed(a, l) }) {
			continue
		}
		seen[keeper] = true
		person, err := r.Person(ctx, keeper)
		if err != nil {
			return nil, err
		}
		if !person.Left() {
			out = append(out, person)
		}
	}
	slices.SortFunc(out, func(a, b inventory.Person) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Address, b.Address))
	})
	return out, nil
}

// ShipAnswer keeps what was changed for a need.
func (r Readings) ShipAnswer(ctx context.Context, need inventory.NeedLine, what, by string, at time.Time) (inventory.Answer, error) {
	a, err := inventory.NewAnswer(need, what, by, at)
	if err != nil {
		return a, err
	}
	return a, r.SaveAnswer(ctx, a)
}

// TakeAnswer keeps a further step of an answer.
func (r Readings) TakeAnswer(ctx context.Context, id string, step inventory.AnswerStep) error {
	a, err := r.Answer(ctx, id)
	if err != nil {
		return err
	}
	if err := a.Take(step); err != nil {
		return err
	}
	return r.SaveAnswer(ctx, a)
}

// voices gives what each family that comes close to a capability tells: what
// it does that the system cannot, and what the system does and it does by
// hand. System narrows it to one; "" is all.
func (r Readings) voices(ctx context.Context, system string) ([]needs.Voice, error) {
	talks, err := r.talks(ctx)
	if err != nil {
		return nil, err
	}
	people := map[string]inventory.Person{}
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
				Keeper: cmp.Or(talks[record.Family].Keeper, lastHand(record)),
			}
			voices[family] = v
		}
		keeper, err := r.lookup(ctx, people, v.Keeper)
		if err != nil {
			return nil, err
		}
		v.Fragility = max(v.Fragility, classify.Fragility(record, keeper.Left()))
		if talks[record.Family].Example && v.Example == nil && !keeper.Left() {
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

// talks are the conversations that go on nowhere else, by family.
func (r Readings) talks(ctx context.Context) (map[string]inventory.Conversation, error) {
	conversations, err := r.Conversations(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]inventory.Conversation{}
	for _, c := range conversations {
		if c.Joined == "" {
			out[c.Family] = c
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
