package night

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// expire lets go of what was kept long enough, and has the run say so.
func (n *Night) expire(ctx context.Context, run *inventory.Run) (partial bool, err error) {
	if run.Expired, err = n.Store.Expire(ctx, n.Retention); err != nil {
		return false, fmt.Errorf("expire: %w", err)
	}
	total := 0
	for _, k := range run.Expired {
		total += k
	}
	n.stage("letting go", "", total)
	return false, nil
}
