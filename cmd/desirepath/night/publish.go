package night

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
)

// Publish writes the results anew between two nights.
func (n *Night) Publish(ctx context.Context) error { return n.publish(ctx) }

// publish writes what people look at: the outreach lists, the inventory as
// JSON lines and the report. Each file is replaced whole.
func (n *Night) publish(ctx context.Context) error {
	n.stage("publishing", "", 0)
	readings := n.readings()
	if err := n.totals(ctx); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	lines, err := readings.Needs(ctx, "")
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if err := os.MkdirAll(n.Out, 0o750); err != nil {
		return fmt.Errorf("results folder: %w", err)
	}
	agenda, err := readings.Agenda(ctx, "")
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	summary, err := readings.Summary(ctx)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	portal, err := web.New(web.Options{Source: readings, Directory: readings, Organisation: n.Organisation, Systems: n.Catalogue.Systems, Language: n.Outreach.Language, Log: n.Log})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	for _, f := range []struct {
		name  string
		perm  fs.FileMode
		write func(io.Writer) error
	}{
		{"inventory.jsonl", 0o640, func(w io.Writer) error { return export.JSONL(w, n.Store.Records(ctx, inventory.Filter{})) }},
		{"outreach.csv", 0o640, func(w io.Writer) error { return export.CSV(w, agenda.Rows(ctx, n.Outreach.Language)) }},
		{"outreach.xlsx", 0o640, func(w io.Writer) error {
			return export.XLSX(w, agenda.Len(), agenda.Rows(ctx, n.Outreach.Language), n.Organisation)
		}},
		{"report.html", 0o640, func(w io.Writer) error {
			openings, others, err := agenda.firstOpenings(ctx)
			if err != nil {
				return err
			}
			return portal.Report(ctx, w, web.Report{Summary: summary, Openings: openings, Others: others, Needs: lines})
		}},
	} {
		if err := export.File(filepath.Join(n.Out, f.name), f.perm, f.write); err != nil {
			return err
		}
	}
	return nil
}
