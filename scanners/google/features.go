package google

import (
	"context"
	"iter"
	"slices"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// Features are what is scanned besides files, spreadsheets and people. Each stands in a file of its own, has its own scopes, and is off
// until switched on.
type Features struct {
	Forms        bool // the questions of forms, and the spreadsheet behind them
	Scripts      bool // the code of standalone Apps Script projects, for what it calls
	LookerStudio bool // everybody's reports and data sources
	TokenAudit   bool // apps that people let at their data, by the audit log's events
	OAuthTokens  bool // the same by tokens.list, whose scope could also revoke
}

// A feature looks into a kind of asset that the drives hold, or lists places of its own. The needs of all that are switched on are what
// consent asks for and doctor looks for; the requests they make are all that leaves.
type feature struct {
	on    bool
	needs []scanners.Need
	reads []wire.Rule // what it asks for, besides what is asked for anyway

	kinds   []inventory.Kind // of the assets that it looks into; each kind belongs to one feature at most
	inspect func(context.Context, string, inventory.Due) (inventory.Structure, error)

	of     []inventory.PlaceKind // the kinds of its places; each kind belongs to one feature
	places func(context.Context) iter.Seq2[inventory.Place, error]
	pages  func(context.Context, inventory.Place, inventory.Cursor) iter.Seq2[inventory.Page, error]
}

// features are all there are, in the order in which their places are listed. Needs and reads must not touch the scanner's connection:
// they are asked of one that has none.
func (s *Scanner) features() []feature {
	return []feature{}
}

// switchedOn are the features that a configuration wants.
func switchedOn(o Options) []feature {
	return slices.DeleteFunc((&Scanner{o: o}).features(), func(f feature) bool { return !f.on })
}

// ownPlaces yields the places of the features that are switched on.
func (s *Scanner) ownPlaces(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		for _, f := range s.features() {
			if !f.on || f.places == nil {
				continue
			}
			for p, err := range f.places(ctx) {
				if !yield(p, err) {
					return
				}
			}
		}
	}
}

// ownPages are the pages of a place that belongs to a feature.
func (s *Scanner) ownPages(k inventory.PlaceKind) (func(context.Context, inventory.Place, inventory.Cursor) iter.Seq2[inventory.Page, error], bool) {
	for _, f := range s.features() {
		if slices.Contains(f.of, k) {
			return f.pages, true
		}
	}
	return nil, false
}
