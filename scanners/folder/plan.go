package folder

import (
	"context"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Plan implements scanners.Planner by walking the tree once, which is what a
// listing does too. Requests counts files and folders that are listed.
func (s *Scanner) Plan(ctx context.Context, scope inventory.Scope) (scanners.Plan, error) {
	if scope.ExcludesPlace(s.place) {
		return scanners.Plan{Excluded: 1}, nil
	}
	root, err := s.open(ctx)
	if err != nil {
		return scanners.Plan{}, err
	}
	defer root.Close()
	start := time.Now()
	plan := scanners.Plan{Places: 1}
	unread := 0
	err = s.walker(root).walk(ctx, ".", nil, func(f found) error {
		if f.unread != nil {
			unread++
		}
		plan.Requests++
		return nil
	})
	if err != nil {
		return scanners.Plan{}, fmt.Errorf("folder %s: %w", s.Root, err)
	}
	plan.Seconds = time.Since(start).Seconds()
	if unread > 0 {
		plan.Unseen = append(plan.Unseen, fmt.Sprintf("%d folders of %s that this account may not read", unread, s.Name))
	}
	return plan, nil
}
