package web

import (
	"context"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// Needs names nobody but those who said yes to it, and tells no number of
// people below inventory.FewestTold but to those who see their names.
func (s sight) Needs(ctx context.Context, system string) ([]inventory.NeedLine, error) {
	lines, err := s.from.Needs(ctx, system)
	for _, l := range lines {
		if len(l.Examples) > 0 {
			glanceOf(ctx).other = true
		}
	}
	if !seesAll(ctx) {
		lines = inventory.DiscreetNeeds(lines)
	}
	return lines, err
}

// Answers are whole for partners; everybody else sees what was changed, and of
// who was told and what they said their own part alone.
func (s sight) Answers(ctx context.Context) ([]inventory.Answer, error) {
	all, err := s.from.Answers(ctx)
	if err != nil || seesAll(ctx) {
		glanceOf(ctx).other = glanceOf(ctx).other || len(all) > 0
		return all, err
	}
	mine, err := s.addresses(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].Steps = slices.DeleteFunc(slices.Clone(all[i].Steps), func(st inventory.AnswerStep) bool {
			return st.Builder != "" && !mine[inventory.FoldAddress(st.Builder)]
		})
	}
	return all, nil
}

// Behind is for partners: they tell people what was changed for them.
func (s sight) Behind(ctx context.Context, a inventory.Answer) ([]inventory.Person, error) {
	if !seesAll(ctx) {
		return nil, nil
	}
	glanceOf(ctx).other = true
	return s.from.Behind(ctx, a)
}
