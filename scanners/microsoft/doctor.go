package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// GraphID is the id of Microsoft Graph in every tenant.
const GraphID = "00000003-0000-0000-c000-000000000000"

// Needs are the application permissions for what is switched on
// (https://learn.microsoft.com/graph/permissions-reference). One may serve
// several features.
func Needs(o Options) []scanners.Need {
	sites := scanners.Need{Feature: "sites", Name: permSites, ID: "332a536c-c7ef-4017-ab91-336970924f0d",
		Purpose: "find all sites and what they hold", Cost: "no SharePoint site is seen"}
	needs := []scanners.Need{
		{Feature: "people", Name: permUsers, ID: "df021288-bdef-4463-88db-98f22de89214",
			Purpose: "names, departments and addresses of the people to talk with, and who has left",
			Cost:    "nobody's name or department is known, and who has left cannot be told"},
		sites,
		{Feature: "files", Name: permFiles, ID: "01d4889c-1287-42c6-ac1f-5d1e02578ef6",
			Purpose: "list libraries and OneDrives, and look at the structure of workbooks",
			Cost:    "no file in SharePoint or OneDrive is seen, and no workbook is looked into"},
	}
	if o.Features.Lists {
		sites.Feature, sites.Purpose, sites.Cost = "lists", "the columns of lists, and no item of them", "no list is seen"
		needs = append(needs, sites)
	}
	for _, f := range (&Scanner{o: o}).features() {
		if f.on {
			needs = append(needs, f.needs...)
		}
	}
	return needs
}

// Needs implements scanners.Checker.
func (s *Scanner) Needs() []scanners.Need { return Needs(s.o) }

// Check implements scanners.Checker. It makes one request without a token, to
// see whether Graph can be reached and what time it has there, one for a
// token, and one that reads the id of one person.
func (s *Scanner) Check(ctx context.Context) []scanners.Check {
	checks := scanners.Reach(ctx, s.graph.path(nil, "users"), s.o.Transport, s.o.Now)
	if checks[0].State != scanners.Good {
		return checks
	}
	signIn := scanners.Check{Feature: "all", Need: "sign-in", State: scanners.Good, Found: "an application's token came"}
	token, err := s.o.Tokens.GetAuthorizationToken(ctx, s.graph.base, nil)
	if err != nil {
		signIn.State, signIn.Cost, signIn.Remedy = refusedOrFailed(err), "nothing is seen", err.Error()
		signIn.Found = ""
		return append(checks, signIn)
	}
	held, err := roles(token)
	switch {
	case errors.Is(err, errOpaque):
		return slices.Concat(checks, []scanners.Check{signIn}, s.opaque(), s.beside(ctx))
	case err != nil:
		signIn.State, signIn.Found, signIn.Remedy = scanners.Refused, err.Error(), "sign in as the app registration, by certificate"
		return append(checks, signIn)
	}
	checks = append(checks, signIn)
	if slices.Contains(held, permUsers) {
		checks = append(checks, s.answers(ctx))
	}
	return slices.Concat(checks, compare(s.Needs(), held), s.beside(ctx))
}

// beside looks at what the token does not show.
func (s *Scanner) beside(ctx context.Context) []scanners.Check {
	var checks []scanners.Check
	for _, f := range s.features() {
		if f.on && f.check != nil {
			checks = append(checks, f.check(ctx)...)
		}
	}
	return checks
}

// Excess names the permissions that can do more than read. Nothing may be
// scanned with a token that carries any.
func (s *Scanner) Excess(ctx context.Context) ([]string, error) {
	token, err := s.o.Tokens.GetAuthorizationToken(ctx, s.graph.base, nil)
	if err != nil {
		return nil, err
	}
	held, err := roles(token)
	if err != nil {
		return nil, nil // it cannot be seen
	}
	return slices.DeleteFunc(held, readOnly), nil
}

// answers reads the id of one person, as a scan would.
func (s *Scanner) answers(ctx context.Context) scanners.Check {
	c := scanners.Check{Feature: "people", Need: "an answer to one read", State: scanners.Good, Found: "Graph answers"}
	link := s.graph.path(url.Values{"$select": {"id"}, "$top": {"1"}}, "users")
	err := explain(s.graph.read(ctx, link, nil, func([]byte) error { return nil }), permUsers)
	if err != nil {
		c.State, c.Found, c.Cost, c.Remedy = refusedOrFailed(err), "", "the token carries the permission, and Graph refuses the read all the same", err.Error()
	}
	return c
}

func (s *Scanner) opaque() []scanners.Check {
	var checks []scanners.Check
	for _, n := range s.Needs() {
		if n.Grant != "" {
			continue // it is asked for, see beside
		}
		checks = append(checks, scanners.Check{Feature: n.Feature, Need: n.Name, State: scanners.Unknown, Found: errOpaque.Error(),
			Remedy: "look at the app registration's page \"API permissions\""})
	}
	return checks
}

// compare holds what is granted against what is needed.
func compare(needs []scanners.Need, held []string) []scanners.Check {
	var checks []scanners.Check
	for _, n := range needs {
		if n.Grant != "" || n.Resource != "" {
			continue // the token does not show it
		}
		c := scanners.Check{Feature: n.Feature, Need: n.Name, State: scanners.Held}
		if !slices.Contains(held, n.Name) {
			c.State, c.Cost = scanners.Missing, "without it "+n.Cost
			c.Remedy = "add the application permission " + n.Name + " to the app registration and have an administrator consent: desirepath consent prints the request"
		}
		checks = append(checks, c)
	}
	for _, h := range held {
		c := scanners.Check{Feature: "beyond", Need: h}
		switch {
		case slices.ContainsFunc(needs, func(n scanners.Need) bool { return n.Name == h }):
			continue
		case readOnly(h):
			c.State, c.Cost = scanners.Warning, "it only reads, but nothing that is switched on needs it"
		case strings.HasSuffix(h, ".Selected"):
			c.State, c.Cost = scanners.Excess, "what it allows is set site by site and may be more than reading, so nothing is scanned with it"
		default:
			c.State, c.Cost = scanners.Excess, "it allows more than reading, so nothing is scanned with it"
		}
		c.Remedy = "take it back on the app registration's page \"API permissions\", and its consent with it"
		checks = append(checks, c)
	}
	return checks
}

func refusedOrFailed(err error) scanners.State {
	if errors.Is(err, inventory.ErrNotPermitted) {
		return scanners.Refused
	}
	return scanners.Failed
}

// ConsentURL is the page on which an administrator consents for the tenant
// (https://learn.microsoft.com/entra/identity-platform/v2-admin-consent).
func ConsentURL(endpoint, tenant, client string) (string, error) {
	u, err := parseEndpoint(cmp.Or(endpoint, Endpoint))
	if err != nil {
		return "", err
	}
	c, err := cloudOf(u)
	if err != nil {
		return "", err
	}
	return "https://" + c.login + "/" + url.PathEscape(tenant) + "/adminconsent?" + url.Values{"client_id": {client}}.Encode(), nil
}

// soon is how long before its end a certificate is warned of.
const soon = 30 * 24 * time.Hour

// CheckCredential looks at what desirepath signs in with. It sends nothing.
func CheckCredential(c Credential, now time.Time) scanners.Check {
	switch c.Method {
	case ByCertificate, "":
		return c.checkCertificate(now)
	case BySecret:
		return scanners.Check{Feature: "all", Need: "credential", State: scanners.Warning, Found: "a client secret",
			Cost:   "from April 2027 SharePoint hands out files only to applications that sign in with a certificate, and a secret is easily copied",
			Remedy: "register a certificate and set certificate_file"}
	}
	return scanners.Check{Feature: "all", Need: "credential", State: scanners.Good, Found: "an identity of this machine (" + c.Method + "): nothing here runs out"}
}

func (c Credential) checkCertificate(now time.Time) scanners.Check {
	out := scanners.Check{Feature: "all", Need: "certificate", State: scanners.Good}
	end, err := c.ends()
	if err != nil {
		out.State, out.Cost, out.Remedy = scanners.Failed, "signing in is not possible", err.Error()
		return out
	}
	out.Found = "good until " + end.UTC().Format(time.DateOnly)
	const renew = "make a new one, register it beside the old one, and set certificate_file"
	switch left := end.Sub(now); {
	case left <= 0:
		out.State, out.Found = scanners.Refused, "it ended on "+end.UTC().Format(time.DateOnly)
		out.Cost, out.Remedy = "signing in is not possible", renew
	case left < soon:
		out.State, out.Cost = scanners.Warning, fmt.Sprintf("signing in ends in %d days", int(left.Hours()/24))
		out.Remedy = renew
	}
	return out
}

// ends is when the certificate does that signs.
func (c Credential) ends() (time.Time, error) {
	data, err := os.ReadFile(c.CertificateFile)
	if err != nil {
		return time.Time{}, fmt.Errorf("certificate_file: %w", err)
	}
	var password []byte
	if c.CertificatePasswordFile != "" {
		if password, err = os.ReadFile(c.CertificatePasswordFile); err != nil {
			return time.Time{}, fmt.Errorf("certificate_password_file: %w", err)
		}
		password = []byte(strings.TrimRight(string(password), "\r\n"))
	}
	certs, _, err := azidentity.ParseCertificates(data, password)
	if err != nil || len(certs) == 0 {
		return time.Time{}, errors.New("certificate_file holds no certificate with its private key that can be read")
	}
	end := certs[0].NotAfter
	for _, cert := range certs {
		if !cert.IsCA {
			end = cert.NotAfter
		}
	}
	return end, nil
}
