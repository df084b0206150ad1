package microsoft

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/desirepath/desirepath/scanners/wire"
)

// The permissions that an app registration needs, and no more.
const (
	permFiles = "Files.Read.All"
	permSites = "Sites.Read.All"
	permUsers = "User.Read.All"
)

// A cloud is where one of Microsoft's clouds has its hosts
// (https://learn.microsoft.com/graph/deployments).
type cloud struct {
	graph, login, sharepoint string
}

func clouds() []cloud {
	return []cloud{
		{"graph.microsoft.com", "login.microsoftonline.com", "*.sharepoint.com"},
		{"graph.microsoft.us", "login.microsoftonline.us", "*.sharepoint.us"},
		{"dod-graph.microsoft.us", "login.microsoftonline.us", "*.sharepoint-mil.us"},
		{"microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn", "*.sharepoint.cn"},
	}
}

// cloudOf finds the cloud of an endpoint. On this machine everything is behind
// the one host of an emulator.
func cloudOf(u *url.URL) (cloud, error) {
	if wire.Loopback(u.Host) {
		return cloud{u.Host, u.Host, u.Host}, nil
	}
	for _, c := range clouds() {
		if strings.EqualFold(c.graph, u.Host) {
			return c, nil
		}
	}
	return cloud{}, fmt.Errorf("endpoint %s: %s is not a host of Microsoft Graph", u, u.Host)
}

// WireOptions says how requests to a tenant at an endpoint are guarded,
// counted and judged. The caller adds what is its own: pace, ledger, log,
// authorities, name. What is switched on may be asked, and nothing else; see
// ServiceOptions for what is asked beside Graph.
func WireOptions(tenant, endpoint string, f Features) (wire.Options, error) {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return wire.Options{}, fmt.Errorf("tenant %s: %w", tenant, err)
	}
	c, err := cloudOf(u)
	if err != nil {
		return wire.Options{}, fmt.Errorf("tenant %s: %w", tenant, err)
	}
	return wire.Options{
		Tenant: tenant,
		Name:   "graph",
		Guard:  guard(c, u, f),
		Units:  units,
		Words:  []string{"_layouts", "15", "download.aspx", "reports", "getOneDriveUsageAccountDetail", "getSharePointSiteUsageDetail", "data", "security", "auditLog", "queries", "records"},
		Check:  check(u),
		// Undecorated traffic is throttled first.
		UserAgent: "NONISV|desirepath|desirepath/1.0",
	}, nil
}

// Pace is our share of what a tenant with so many licences may be asked; 0
// licences are taken for few (https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online).
func Pace(licences int, share float64) wire.Pace {
	perMinute := 6250.0
	for _, band := range []struct {
		upTo int
		rate float64
	}{{1000, 1250}, {5000, 2500}, {15000, 3750}, {50000, 5000}} {
		if licences <= band.upTo {
			perMinute = band.rate
			break
		}
	}
	if share <= 0 || share > 1 {
		share = 0.5
	}
	// In every band 24 hours have 960 times the units of a minute.
	return wire.Pace{PerMinute: perMinute * share, PerDay: 960 * perMinute * share}
}

// guard admits reads of Graph, the token endpoint, and downloads by addresses
// that carry their own right, which must not see our token.
func guard(c cloud, endpoint *url.URL, f Features) wire.Guard {
	rules := []wire.Rule{
		{Hosts: []string{c.graph}, Paths: []string{endpoint.EscapedPath() + "/**"}},
		{Hosts: []string{c.sharepoint}, Anonymous: true},
	}
	if f.SharePointTokens { // downloads alone send one there, see Scanner.download
		rules = append(rules, wire.Rule{Hosts: []string{c.sharepoint}})
	}
	if f.FormsAudit { // it makes an object, a query; that is why it has to be switched on
		rules = append(rules, wire.Rule{Methods: []string{http.MethodPost}, Hosts: []string{c.graph}, Paths: []string{endpoint.EscapedPath() + queriesPath}})
	}
	if wire.Loopback(c.graph) {
		return wire.Guard{Rules: rules}
	}
	return wire.Guard{Rules: append(rules,
		wire.Rule{Methods: []string{http.MethodPost}, Hosts: []string{c.login}, Paths: []string{"/*/oauth2/v2.0/token"}},
		// Where to sign in is looked up before the first token.
		wire.Rule{Hosts: []string{c.login, "login.microsoft.com"}, Paths: []string{
			"/*/v2.0/.well-known/openid-configuration", "/common/discovery/instance", "/*/discovery/instance"}},
		// Usage reports lie elsewhere, at addresses that carry their own right.
		wire.Rule{Hosts: []string{"*.office.com"}, Paths: []string{"/data/**"}, Anonymous: true},
		// A managed identity asks its own virtual machine.
		wire.Rule{Hosts: []string{metadataHost}, Paths: []string{"/metadata/identity/oauth2/token"}, Plain: true},
	)}
}

// units are the resource units a request costs.
func units(req *http.Request) int {
	path := req.URL.Path
	switch {
	case strings.HasSuffix(path, "/token") || strings.Contains(path, "/discovery/") || strings.Contains(path, "/.well-known/"):
		return 0
	case ofDirectory(req.URL):
		return directoryUnits(req.URL)
	case strings.HasSuffix(path, "/permissions"):
		return 5
	case isFeed(req.URL) && !strings.Contains(req.URL.RequestURI(), "token="):
		return 2
	case isFeed(req.URL):
		return 1
	case strings.Contains(path, "/items/") && !strings.HasSuffix(path, "/versions"), strings.HasSuffix(path, ".aspx"):
		return 1
	default:
		return 2
	}
}

// isFeed reports whether an address is a page of changes, in any spelling.
func isFeed(u *url.URL) bool {
	name, _, _ := strings.Cut(u.Path[strings.LastIndex(u.Path, "/")+1:], "(")
	return name == "delta" || name == "microsoft.graph.delta"
}

// check finds web pages and cut documents. Pages of changes are decoded by us
// anyway, so that their cut shows there, and no workbook is a web page.
func check(endpoint *url.URL) func(*http.Response, []byte) error {
	return func(resp *http.Response, body []byte) error {
		at := resp.Request.URL
		graph := at.Host == endpoint.Host && strings.HasPrefix(at.EscapedPath(), endpoint.EscapedPath()+"/")
		if isFeed(at) || !graph {
			return wire.CheckPage(resp)
		}
		return wire.CheckJSON(resp, body)
	}
}
