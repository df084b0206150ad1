package google

import (
	"context"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// Plan counts people and shared drives, or asks the export, and reads nothing else. How many files there are shows only in a listing of
// Drive, so that the estimate is its least: every 460 files more in a place are one request more.
func (s *Scanner) Plan(ctx context.Context, scope inventory.Scope) (scanners.Plan, error) {
	var plan scanners.Plan
	closed, mine, shared := 0, 0, 0
	for p, err := range s.Places(ctx) {
		switch {
		case err != nil:
			return plan, err
		case scope.ExcludesPlace(p):
			plan.Excluded++
			continue
		case p.Kind == inventory.PlaceSharedDrive:
			shared++
		case p.Kind == inventory.PlaceMyDrive && s.isClosed(p.Owner):
			closed++
		case p.Kind == inventory.PlaceMyDrive:
			mine++
		default:
			plan.Requests += 2 // of a feature; they cost none of Drive's units
		}
		plan.Places++
	}
	plan.Requests += (mine+closed)/500 + shared/100 + 2
	plan.Units = (shared/100 + 1) * 100
	if s.fromExport(inventory.Place{Kind: inventory.PlaceMyDrive}) {
		plan.Unseen = s.unseen(0)
		return plan, s.planExport(ctx, &plan)
	}
	plan.Requests += 2*mine + 4*shared // a start and a page; for a shared drive its members and a try, too
	plan.Units += mine*(5+100) + shared*(100+5+5+100)
	plan.Seconds = s.o.takes(plan).Seconds()
	plan.Unseen = s.unseen(closed)
	return plan, nil
}

// takes is how long a plan's units take at our share of the quota, or its requests where those are what counts.
func (o Options) takes(p scanners.Plan) time.Duration {
	w := wire.Options{Units: units}
	o.pace(&w)
	if o.OldQuota {
		return w.Pace.Takes(float64(p.Requests))
	}
	return w.Pace.Takes(float64(p.Units))
}

// planExport adds what the export takes, and what it costs.
func (s *Scanner) planExport(ctx context.Context, plan *scanners.Plan) error {
	x, err := s.exported(ctx)
	if err != nil {
		return err
	}
	read, err := s.warehouse().costs(ctx, x)
	if err != nil {
		return fmt.Errorf("exported inventory: %w", err)
	}
	plan.Requests += plan.Places + int(x.table.rows)/s.o.PageSize + len(x.slices)
	plan.Notes = append(plan.Notes, fmt.Sprintf("BigQuery reads about %s for each new export of Drive's inventory, which the project %s pays for",
		megabytes(read), s.o.Features.InventoryExport.Project))
	age := s.o.Now().Sub(time.UnixMicro(x.snapshot)).Truncate(time.Hour)
	plan.Unseen = append(plan.Unseen,
		fmt.Sprintf("what happened in Drive since its inventory was exported, %v ago: Google exports it weekly, or daily where that is chosen", age),
		"files that the export leaves out: Google says that this is rare")
	return nil
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func (s *Scanner) unseen(closed int) []string {
	var out []string
	for _, f := range []struct {
		on   bool
		what string
	}{
		{s.o.Features.Forms, "what forms ask"},
		{s.o.Features.Scripts, "what standalone scripts call"},
		{s.o.Features.LookerStudio, "reports in Looker Studio"},
		{s.o.Features.TokenAudit || s.o.Features.OAuthTokens, "apps that people gave access to their data, AppSheet's among them"},
	} {
		if !f.on {
			out = append(out, f.what+": switched off")
		}
	}
	if closed > 0 {
		out = append(out, fmt.Sprintf("what is new in the drives of people who are suspended (%d): Google lets nobody act for them", closed))
	}
	return append(out,
		"scripts inside spreadsheets and forms, but for what they leave there: they do not appear in Drive",
		"shared drives whose members are all guests",
		"what people keep with accounts of other organisations and share into this one")
}
