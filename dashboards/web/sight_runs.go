package web

import (
	"context"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

func (s sight) Summary(ctx context.Context) (inventory.Summary, error) {
	sum, err := s.from.Summary(ctx)
	if err == nil && !access.Of(ctx).SeesNames() {
		sum.LastRun = s.mask(ctx).Run(sum.LastRun)
	}
	return sum, err
}

func (s sight) Runs(ctx context.Context, limit int) ([]inventory.Run, error) {
	runs, err := s.from.Runs(ctx, limit)
	if err == nil && !access.Of(ctx).SeesNames() {
		for i := range runs {
			runs[i] = s.mask(ctx).Run(runs[i])
		}
	}
	return runs, err
}

func (s sight) Underway(ctx context.Context) (inventory.Underway, error) { return s.from.Underway(ctx) }

// Visits are for auditors: they check who looked.
func (s sight) Visits(ctx context.Context, f inventory.VisitFilter) ([]inventory.Visit, error) {
	if !access.Of(ctx).Is(access.Auditor) {
		return nil, errElse
	}
	glanceOf(ctx).other = true
	return s.from.Visits(ctx, f)
}
