package night

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/desirepath/desirepath/classify/needs"
	"github.com/desirepath/desirepath/inventory"
)

// Needs tells what people around each system do for themselves; of one system,
// or with "" of all and of what no system serves. The numbers are the last
// night's: gathering them goes through all that comes close to anything, which
// no page waits for. Who may be told of, and what was changed, is of now.
func (r Readings) Needs(ctx context.Context, system string) ([]inventory.NeedLine, error) {
	lines, err := r.numbers(ctx)
	if err != nil {
		return nil, err
	}
	if system != "" {
		lines = slices.DeleteFunc(lines, func(l inventory.NeedLine) bool { return l.System != system })
	}
	if err := r.tellExamples(ctx, lines); err != nil {
		return nil, err
	}
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

// numbers are those of the last night, or of now where none are kept.
func (r Readings) numbers(ctx context.Context) ([]inventory.NeedLine, error) {
	lines, kept, err := r.KeptNeeds(ctx)
	if err != nil || kept {
		return lines, err
	}
	return r.gatherNeeds(ctx)
}

func (r Readings) gatherNeeds(ctx context.Context) ([]inventory.NeedLine, error) {
	voices, err := r.voices(ctx, inventory.Filter{})
	if err != nil {
		return nil, err
	}
	return needs.Gather(voices), nil
}

// tellExamples adds the tools whose keepers said yes to being told of.
func (r Readings) tellExamples(ctx context.Context, lines []inventory.NeedLine) error {
	examples, err := r.Examples(ctx)
	if err != nil {
		return err
	}
	var voices []needs.Voice
	for _, c := range examples {
		theirs, err := r.voicesAs(ctx, inventory.Filter{Family: c.Family}, map[string]told{c.Family: {c.Keeper, true}})
		if err != nil {
			return err
		}
		voices = append(voices, theirs...)
	}
	said := needs.Gather(voices)
	for i, l := range lines {
		at := slices.IndexFunc(said, func(s inventory.NeedLine) bool {
			return s.System == l.System && (s.System != "" || s.Capability == l.Capability) && s.Kind == l.Kind && needs.Same(s.Word, l.Word)
		})
		if at >= 0 {
			lines[i].Examples = said[at].Examples
		}
	}
	return nil
}

// sameNeed reports whether an answer is to the need of a line.
func sameNeed(a inventory.Answer, l inventory.NeedLine) bool {
	return a.System == l.System && (a.System != "" || a.Capability == l.Capability) && a.Kind == l.Kind && needs.Same(a.Word, l.Word)
}

// Behind gives the builders who have the need that an answer is to.
func (r Readings) Behind(ctx context.Context, a inventory.Answer) ([]inventory.Person, error) {
	voices, err := r.voices(ctx, inventory.Filter{System: a.System})
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
