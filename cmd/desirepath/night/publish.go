package night

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
)

// publish writes what people look at: the outreach lists, the inventory as
// JSON lines, the metrics and the report. Each file is replaced whole.
func (n *Night) publish(ctx context.Context) error {
	n.stage("publishing", "", 0)
	if err := os.MkdirAll(n.Out, 0o750); err != nil {
		return fmt.Errorf("results folder: %w", err)
	}
	readings := Readings{Store: n.Store, Systems: n.Catalogue.Systems}
	openings, err := readings.Openings(ctx)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	summary, err := n.Store.Summary(ctx)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	portal, err := web.New(web.Options{Source: readings, Organisation: n.Organisation, Systems: n.Catalogue.Systems, Language: n.Outreach.Language, Log: n.Log})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	rows := Rows(openings, n.Outreach.Language)
	for name, write := range map[string]func(io.Writer) error{
		"outreach.xlsx":   func(w io.Writer) error { return export.XLSX(w, rows, n.Organisation) },
		"outreach.csv":    func(w io.Writer) error { return export.CSV(w, rows) },
		"inventory.jsonl": func(w io.Writer) error { return export.JSONL(w, n.Store.Records(ctx, inventory.Filter{})) },
		"metrics.prom":    func(w io.Writer) error { return metrics.Textfile(w, n.Store) },
		"report.html":     func(w io.Writer) error { return portal.Report(w, web.Report{Summary: summary, Openings: openings}) },
	} {
		if err := export.File(filepath.Join(n.Out, name), write); err != nil {
			return err
		}
	}
	return nil
}
