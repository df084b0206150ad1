package google

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"

	reports "google.golang.org/api/admin/reports/v1"
	"google.golang.org/api/forms/v1"
	"google.golang.org/api/option"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// Features are what is scanned besides files, spreadsheets and people. Each stands in a file of its own, has its own scopes, and is off
// until switched on.
type Features struct {
	Forms        bool // the questions of forms, and the spreadsheet behind them
	Scripts      bool // the code of standalone Apps Script projects, for what it calls
	LookerStudio bool // everybody's reports and data sources
	TokenAudit   bool // apps that people let at their data, by the audit log's events
	OAuthTokens  bool // the same by tokens.list, whose scope could also revoke
	Labels       bool // the labels of files by name, so that they can be left out by label

	// InventoryExport lists drives from Drive's inventory in BigQuery instead of in everybody's name; the zero value does not.
	InventoryExport InventoryExport
}

// A feature looks into a kind of asset that the drives hold, or lists places of its own. The needs of all that are switched on are what
// consent asks for and doctor looks for; the requests they make are all that leaves.
type feature struct {
	on     bool
	needs  []scanners.Need
	reads  []wire.Rule // what it asks for, besides what is asked for anyway
	limits []quota     // how often it may

	kinds   []inventory.Kind // of the assets that it looks into; each kind belongs to one feature at most
	scope   string           // with which it does
	inspect func(ctx context.Context, who string, d inventory.Due) (inventory.Structure, error)

	of     []inventory.PlaceKind // the kinds of its places; each kind belongs to one feature
	places func(context.Context) iter.Seq2[inventory.Place, error]
	pages  func(context.Context, inventory.Place, inventory.Cursor) iter.Seq2[inventory.Page, error]
}

// features are all there are, in the order in which their places are listed. Needs and reads must not touch the scanner's connection:
// they are asked of one that has none.
func (s *Scanner) features() []feature {
	return []feature{s.forms(), s.scripts(), s.consents(), s.reports(), s.labels(), s.driveExport()}
}

// clients are those of Google's services that only features ask.
type clients struct {
	forms *forms.Service
	audit *reports.Service
}

func (s *Scanner) connectFeatures(with func(base string) []option.ClientOption) (err error) {
	ctx := context.Background()
	if s.clients.forms, err = forms.NewService(ctx, with(s.o.Endpoints.Forms)...); err != nil {
		return fmt.Errorf("google: forms: %w", err)
	}
	if s.clients.audit, err = reports.NewService(ctx, with(s.o.Endpoints.Reports)...); err != nil {
		return fmt.Errorf("google: reports: %w", err)
	}
	s.clients.forms.UserAgent, s.clients.audit.UserAgent = userAgent, userAgent
	return nil
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

// isOwn reports whether places of a kind belong to a feature.
func (s *Scanner) isOwn(k inventory.PlaceKind) bool {
	_, own := s.ownPages(k)
	return own
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

// Looks implements scanners.Selective.
func (s *Scanner) Looks() []inventory.Kind {
	kinds := []inventory.Kind{inventory.KindWorkbook, inventory.KindTable, inventory.KindSheet}
	for _, f := range s.features() {
		if f.on {
			kinds = append(kinds, f.kinds...)
		}
	}
	return kinds
}

// looker is the feature that looks into assets of a kind, if one does.
func (s *Scanner) looker(k inventory.Kind) (feature, bool) {
	for _, f := range s.features() {
		if slices.Contains(f.kinds, k) {
			return f, true
		}
	}
	return feature{}, false
}

// switchedOff is the error of a look inside that nobody asked for.
func switchedOff(k inventory.Kind) error {
	return &workbook.Unreadable{Reason: inventory.SwitchedOff, Detail: fmt.Sprintf("looking into a %s is a feature that the configuration leaves off", k)}
}

// A quota is a limit that Google sets on the requests of a kind, a minute. The share of it that is ours is taken elsewhere.
type quota struct {
	path            string  // what the requests have in their path
	project, person float64 // for all of ours together, and in the name of one person; 0 for none
}

func (q quota) matches(r *http.Request) bool { return strings.Contains(r.URL.Path, q.path) }

// limits are our share of it.
func (q quota) limits(share float64) []wire.Limit {
	out := []wire.Limit{{Name: q.path, Match: q.matches, PerMinute: share * q.project, Burst: 10}}
	if q.person > 0 {
		out = append(out, wire.Limit{Name: q.path + " by person", Match: q.matches, Key: onBehalf, PerMinute: share * q.person, Burst: 5})
	}
	return out
}
