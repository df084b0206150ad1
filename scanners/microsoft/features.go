package microsoft

import (
	"context"
	"iter"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Features are what is scanned besides files and people. Each stands in a
// file of its own, has its own permissions, and is off until switched on.
type Features struct {
	Lists              bool // lists of sites, by their columns
	EntraApps          bool // applications and service principals with their consents
	TeamsApps          bool // the organisation's own apps in its Teams catalogue
	PowerPlatform      bool // apps, flows, agents and environments, by the inventory's resource query
	PowerPlatformAdmin bool // the same by the older admin interfaces, which know no read-only access
	PowerBI            bool // workspaces, reports and semantic models, by the admin scanner
	FormsAudit         bool // which forms there are, by audit queries: creating such a query is a POST
	Groups             bool // the team of people of whom the directory tells no department
	SharePointTokens   bool // content by a token of SharePoint's own, where download addresses do not carry their own right
	UsageReports       bool // when places were last used, so that the liveliest are listed first
}

// A feature lists places of its own. The needs of all that are switched on
// are what consent asks for and doctor looks for.
type feature struct {
	on     bool
	needs  []scanners.Need
	kinds  []inventory.PlaceKind // of its places; each kind belongs to one feature
	places func(context.Context) iter.Seq2[inventory.Place, error]
	pages  func(context.Context, inventory.Place, inventory.Cursor) iter.Seq2[inventory.Page, error]
	check  func(context.Context) []scanners.Check // what a doctor looks at beside the token; may be nil
}

// features are all those with places of their own, in the order in which
// their places are listed. Needs must not touch the scanner's connection: they
// are asked of one that has none.
func (s *Scanner) features() []feature {
	return []feature{
		s.entraApps(),
		s.teamsApps(),
		s.usageReports(),
		s.powerPlatform(),
		s.powerBI(),
		s.formsAudit(),
		s.sharePointTokens(),
		s.groups(),
	}
}
