package google

import (
	"context"
	"errors"
	"net/url"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	reports "google.golang.org/api/admin/reports/v1"
	"google.golang.org/api/forms/v1"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Needs are the scopes that a delegation has to grant for what is switched on.
func Needs(o Options) []scanners.Need {
	needs := []scanners.Need{
		{Feature: "people", Name: scopeDirectory, Purpose: "who works here, and whose drives there are", Cost: "nobody is known, so that nothing at all is scanned"},
		{Feature: "files", Name: scopeMetadata, Purpose: "list files, whom they are shared with, and when they changed", Cost: "no file in anybody's drive is seen"},
		{Feature: "shared drives", Name: scopeContent, Purpose: "list shared drives, and look at the structure of workbooks in Drive", Cost: "no shared drive is seen, and no xlsx or csv is looked into"},
		{Feature: "spreadsheets", Name: scopeSpreadsheet, Purpose: "the structure of Google Sheets", Cost: "no Google spreadsheet is looked into"},
		{Feature: "groups", Name: scopeGroups, Purpose: "find a member of a shared drive that only groups belong to", Cost: "shared drives whose members are all groups are not seen", Optional: true},
	}
	for _, f := range switchedOn(o) {
		needs = append(needs, f.needs...)
	}
	return needs
}

// Needs implements scanners.Checker.
func (s *Scanner) Needs() []scanners.Need { return Needs(s.o) }

// Check implements scanners.Checker. It asks for a token of each scope in the administrator's name, and tries the cheapest read with it.
func (s *Scanner) Check(ctx context.Context) []scanners.Check {
	checks := scanners.Reach(ctx, s.o.Endpoints.withDefaults().Drive+"drives", s.o.Transport, s.o.Now)
	if checks[0].State != scanners.Good {
		return checks
	}
	checks = append(checks, s.signIns()...)
	for _, n := range s.Needs() {
		checks = append(checks, s.try(ctx, n))
	}
	if len(s.robots) > 1 {
		checks = append(checks, s.apart(ctx))
	}
	if s.fromExport(inventory.Place{Kind: inventory.PlaceMyDrive}) {
		if more, err := s.checkExport(ctx); err == nil { // what is wrong was said of its roles
			checks = append(checks, more...)
		}
	}
	return append(checks, scanners.Check{Feature: "beyond", Need: "no further scope", State: scanners.Unknown,
		Found:  "Google does not tell which further scopes a delegation grants",
		Remedy: "compare with what desirepath consent prints, in the Admin console under Security > Access and data control > API controls > Domain-wide delegation"})
}

// signIns say how each of our accounts signs in.
func (s *Scanner) signIns() []scanners.Check {
	var out []scanners.Check
	for _, r := range s.robots {
		if r.address == "" {
			continue // an emulator's fixed token
		}
		c := scanners.Check{Feature: "sign-in", Need: "no key for " + r.address, State: scanners.Good, Found: "this machine's own account signs for it"}
		if !r.keyless {
			c.State, c.Found, c.Cost = scanners.Warning, "it signs in with a key", "whoever copies the key can act for everybody"
			c.Remedy = "let this machine's own account sign for it, and give its address instead of the key: desirepath consent says how"
		}
		out = append(out, c)
	}
	return out
}

// apart looks whether the account that lists could also look inside: then a second account protects nobody.
func (s *Scanner) apart(ctx context.Context) scanners.Check {
	c := scanners.Check{Feature: "sign-in", Need: "content only for the second account", State: scanners.Good, Found: "the account that lists gets no token for content"}
	_, err := s.tokens.listing(ctx, identity{s.o.Admin, scopeContent})
	switch {
	case err == nil:
		c.State, c.Found = scanners.Warning, "the account that lists may read content too"
		c.Cost = "there are two accounts, and each alone can read everybody's files"
		c.Remedy = "take " + scopeContent + " away from client " + s.robots[0].client + " in the Admin console"
	case !errors.Is(err, errScope):
		c.State, c.Found, c.Cost, c.Remedy = scanners.Unknown, "it could not be tried", "it is not known whether the accounts are apart", err.Error()
	}
	return c
}

// try says whether a scope is granted.
func (s *Scanner) try(ctx context.Context, n scanners.Need) scanners.Check {
	c := scanners.Check{Feature: n.Feature, Need: n.Name, State: scanners.Held, Found: "granted, and a read with it was answered"}
	err := s.read(ctx, n.Name)
	switch n.Name {
	case scopeSpreadsheet, scopeGroups, forms.FormsBodyReadonlyScope:
		c.Found = "granted"
	}
	if err == nil {
		return c
	}
	c.Found, c.Cost, c.Remedy = "", "without it "+n.Cost, err.Error()
	switch {
	case !errors.Is(err, inventory.ErrNotPermitted):
		c.State = scanners.Failed
	case strings.HasPrefix(n.Name, "roles/"):
		c.State = scanners.Missing
	case !errors.Is(err, errScope):
		c.State = scanners.Refused
	case n.Optional:
		c.State, c.Found = scanners.Warning, "not granted"
	default:
		c.State = scanners.Missing
	}
	return c
}

// read is the cheapest read that a scope allows. Sheets, forms and members of groups cannot be read without naming one, so that their
// token must do.
func (s *Scanner) read(ctx context.Context, scope string) error {
	ctx = as(ctx, s.o.Admin, scope)
	var err error
	switch scope {
	case scopeDirectory:
		_, err = s.directory.Users.List().Context(ctx).Customer("my_customer").MaxResults(1).Fields("users(id)").Do()
	case scopeContent:
		_, err = s.drive.Drives.List().Context(ctx).UseDomainAdminAccess(true).PageSize(1).Fields("drives(id)").Do()
	case scopeMetadata:
		_, err = s.drive.Files.List().Context(ctx).PageSize(1).Fields("files(id)").Do()
	case roleViewer:
		_, err = s.warehouse().table(ctx)
		return err
	case roleAsker:
		_, err = s.checkExport(ctx)
		return err
	case reports.AdminReportsAuditReadonlyScope:
		_, err = s.clients.audit.Activities.List("all", "token").Context(ctx).MaxResults(1).Fields("items(id)").Do()
	case admin.AdminDirectoryUserSecurityScope:
		_, err = s.directory.Tokens.List(s.o.Admin).Context(ctx).Fields("items(clientId)").Do()
	case scopeStudio:
		_, _, err = s.studioPage(ctx, url.Values{"assetTypes": {"REPORT"}, "pageSize": {"1"}})
	default:
		_, err = s.tokens.get(ctx, identity{s.o.Admin, scope})
	}
	if err == nil {
		return nil
	}
	return explain(err, scope)
}
