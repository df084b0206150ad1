package microsoft

import (
	"context"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Plan implements scanners.Planner. It lists the places and asks nothing of
// what is in them: how many files a drive holds is not told before they are
// listed, so that the estimate is a lower bound. A site's lists take a request
// each night, and one more for each list that has changed.
func (s *Scanner) Plan(ctx context.Context, scope inventory.Scope) (scanners.Plan, error) {
	var plan scanners.Plan
	before := total(s.o.Transport.Ledger().Lines())
	for p, err := range s.Places(ctx) {
		if err != nil {
			return plan, err
		}
		if scope.ExcludesPlace(p) {
			plan.Excluded++
			continue
		}
		plan.Places++
	}
	listing := total(s.o.Transport.Ledger().Lines())
	plan.Requests = listing.Count - before.Count + plan.Places
	plan.Units = listing.Units - before.Units + 2*plan.Places
	plan.Seconds = s.o.Transport.Pace().Takes(float64(plan.Units)).Seconds()
	plan.Notes = []string{
		"How many files the drives hold is not known before they are listed: each page of them, of 200 to 1,000 files, is one more request.",
		"Looking inside a workbook takes two requests, or a few more for a large one.",
	}
	plan.Unseen = []string{
		"Lists that people keep for themselves are not scanned, nor is what lies in SharePoint Embedded (Loop workspaces). Loop pages among files are counted as documents.",
	}
	plan.Unseen = append(plan.Unseen, s.o.Features.unseen()...)
	return plan, nil
}

// unseen says what stays unseen for what is switched off.
func (f Features) unseen() []string {
	var out []string
	for _, off := range []struct {
		on   bool
		text string
	}{
		{f.Lists, "The lists of sites are switched off."},
		{f.PowerPlatform || f.PowerPlatformAdmin, "Power Apps, flows and agents are switched off."},
		{f.PowerPlatformAdmin || !f.PowerPlatform, "What apps and flows connect to is told by the older interfaces of Power Platform alone, which are switched off."},
		{f.PowerBI, "Reports and models of Power BI are switched off."},
		{f.Groups, "People whose department the directory does not tell belong to no team: groups, which take the permission " + permMembers + ", are switched off."},
		{f.FormsAudit, "Forms are seen by the workbooks that hold their answers alone: audit queries are switched off."},
	} {
		if !off.on {
			out = append(out, off.text)
		}
	}
	return out
}

func total(l inventory.Ledger) inventory.LedgerLine {
	var sum inventory.LedgerLine
	for _, n := range l {
		sum.Count += n.Count
		sum.Units += n.Units
	}
	return sum
}
