package night

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/metrics"
)

// Metrics says where a night leaves its metrics, besides metrics.prom among
// the results.
type Metrics struct {
	Setting  metrics.Setting
	Textfile string // another place for them; "" is none
	Gateway  string // the address of a Pushgateway; "" is none
	Instance string // under which name the gateway keeps them
}

// tellMetrics leaves the metrics of a night, of one that was stopped as well:
// whoever watches must hear of it. A gateway that is away stops nobody.
func (n *Night) tellMetrics(ctx context.Context) error {
	if err := os.MkdirAll(n.Out, 0o750); err != nil {
		return fmt.Errorf("results folder: %w", err)
	}
	summary, err := n.Store.Summary(ctx)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	write := func(w io.Writer) error { return metrics.Textfile(w, summary, n.Metrics.Setting) }
	for _, path := range []string{filepath.Join(n.Out, "metrics.prom"), n.Metrics.Textfile} {
		if path == "" {
			continue
		}
		if err := export.File(path, 0o644, write); err != nil { // they name nobody, and another program reads them
			return fmt.Errorf("metrics: %w", err)
		}
	}
	if n.Metrics.Gateway != "" {
		if err := metrics.Push(ctx, n.Metrics.Gateway, n.Metrics.Instance, summary, n.Metrics.Setting); err != nil {
			n.Log.Warn("the metrics were not pushed; they are in metrics.prom", "err", err)
		}
	}
	return nil
}
