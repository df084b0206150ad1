package microsoft

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/desirepath/desirepath/scanners/wire"
)

// everything switches on all features that ask other services than Graph.
func everything() Features {
	return Features{PowerPlatform: true, PowerPlatformAdmin: true, PowerBI: true, FormsAudit: true}
}

// Of each service, the listings that are needed may be asked for, and nothing
// else: all of them could do more.
func TestGuardOfServices(t *testing.T) {
	all, err := ServiceOptions("alder", Endpoint, everything(), 0.5)
	if err != nil || len(all) != 5 {
		t.Fatalf("%d services, %v", len(all), err)
	}
	graph, err := WireOptions("alder", Endpoint, everything())
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, graph)
	const bap, apps, flow, bi = "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/", "https://api.powerapps.com/providers/Microsoft.PowerApps/",
		"https://api.flow.microsoft.com/providers/Microsoft.ProcessSimple/", "https://api.powerbi.com/v1.0/myorg/"
	for line, ok := range map[string]bool{
		"POST https://api.powerplatform.com/resourcequery/resources/query?api-version=2024-10-01":     true,
		"GET https://api.powerplatform.com/resourcequery/resources/query":                             false,
		"POST https://api.powerplatform.com/appmanagement/environments/e/applicationPackages/install": false,
		"DELETE https://api.powerplatform.com/resourcequery/resources/query":                          false,
		"GET " + bap + "scopes/admin/environments?api-version=2020-10-01":                             true,
		"PUT " + bap + "adminApplications/x?api-version=2020-10-01":                                   false,
		"DELETE " + bap + "scopes/admin/environments/e":                                               false,
		"POST " + bap + "scopes/admin/environments/e/restore":                                         false,
		"GET " + apps + "scopes/admin/environments/e/apps?api-version=2017-08-01":                     true,
		"GET " + apps + "scopes/admin/environments/e/apps/a/permissions":                              false,
		"POST " + apps + "scopes/admin/environments/e/apps/a/modifyAppOwner":                          false,
		"DELETE " + apps + "scopes/admin/environments/e/apps/a":                                       false,
		"GET " + flow + "scopes/admin/environments/e/v2/flows?api-version=2016-11-01":                 true,
		"POST " + flow + "scopes/admin/environments/e/flows/f/restore":                                false,
		"PATCH " + flow + "environments/e/flows/f":                                                    false,
		"GET " + bi + "admin/groups?$top=5000":                                                        true,
		"GET " + bi + "admin/workspaces/modified":                                                     true,
		"POST " + bi + "admin/workspaces/getInfo?lineage=true":                                        true,
		"GET " + bi + "admin/workspaces/scanStatus/x":                                                 true,
		"GET " + bi + "admin/workspaces/scanResult/x":                                                 true,
		"POST " + bi + "admin/groups/x/users":                                                         false,
		"POST " + bi + "groups/x/reports/r/Rebind":                                                    false,
		"GET " + bi + "groups/x/reports/r/Export":                                                     false,
		"DELETE " + bi + "groups/x":                                                                   false,
		"GET " + strings.Replace(bi, "api.powerbi.com", "api.powerapps.com", 1) + "admin/groups":      false,
		"POST https://graph.microsoft.com/v1.0/security/auditLog/queries":                             true,
		"POST https://graph.microsoft.com/v1.0/security/auditLog/queries/x/records":                   false,
		"POST https://graph.microsoft.com/v1.0/security/cases/ediscoveryCases":                        false,
		"DELETE https://graph.microsoft.com/v1.0/security/auditLog/queries/x":                         false,
	} {
		method, address, _ := strings.Cut(line, " ")
		admitted := 0
		for _, o := range all {
			req, err := http.NewRequest(method, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			if o.Guard.Check(req) == nil {
				admitted++
			}
		}
		if admitted != map[bool]int{true: 1}[ok] {
			t.Errorf("%s: admitted by %d guards", line, admitted)
		}
	}
}

// What is switched off may not be asked.
func TestServicesThatAreOff(t *testing.T) {
	if all, err := ServiceOptions("alder", Endpoint, Features{FormsAudit: true, Lists: true}, 0.5); err != nil || len(all) != 0 {
		t.Errorf("%d services, %v", len(all), err)
	}
	o, err := WireOptions("alder", Endpoint, Features{})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, "https://graph.microsoft.com/v1.0/security/auditLog/queries", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Guard.Check(req); err == nil {
		t.Error("an audit query may be made although forms_audit is off")
	}
	transport, err := wire.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Tenant: "alder", Tokens: staticToken{}, Transport: transport, Features: Features{PowerBI: true}}); err == nil || !strings.Contains(err.Error(), "Wire") {
		t.Errorf("without a way to make transports: %v", err)
	}
}

// Clouds that do not have a service say so before anything is asked.
func TestServicesOfClouds(t *testing.T) {
	for endpoint, hosts := range map[string]map[Features]string{
		Endpoint:                          {{PowerBI: true}: "api.powerbi.com", {PowerPlatform: true}: "api.powerplatform.com"},
		"https://graph.microsoft.us/v1.0": {{PowerBI: true}: "api.high.powerbigov.us", {PowerPlatform: true}: "", {PowerPlatformAdmin: true}: ""},
		"https://microsoftgraph.chinacloudapi.cn/v1.0": {{PowerBI: true}: "api.powerbi.cn", {PowerPlatform: true}: ""},
		"http://127.0.0.1:9/v1.0":                      {{PowerBI: true}: "127.0.0.1:9", {PowerPlatform: true}: "127.0.0.1:9"},
	} {
		for f, host := range hosts {
			all, err := ServiceOptions("alder", endpoint, f, 0.5)
			switch {
			case host == "" && (err == nil || !strings.Contains(err.Error(), "switch off")):
				t.Errorf("%s, %+v: %v", endpoint, f, err)
			case host != "" && (err != nil || all[0].Guard.Rules[0].Hosts[0] != host):
				t.Errorf("%s, %+v: %+v, %v", endpoint, f, all, err)
			}
		}
	}
}

// audience is a credential that gives what it was asked for as the token.
type audience struct{}

func (audience) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: strings.Join(o.Scopes, " "), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// Each service gets a token for itself, over https, and no other host any.
func TestAudiences(t *testing.T) {
	tokens, err := NewTokens(Endpoint, audience{})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"https://graph.microsoft.com/v1.0/users":                          "https://graph.microsoft.com/.default",
		"https://api.powerplatform.com/resourcequery/resources/query":     "https://api.powerplatform.com/.default",
		"https://api.bap.microsoft.com/providers":                         "https://service.powerapps.com//.default",
		"https://api.powerapps.com/providers":                             "https://service.powerapps.com//.default",
		"https://api.flow.microsoft.com/providers":                        "https://management.azure.com//.default",
		"https://api.powerbi.com/v1.0/myorg":                              "https://analysis.windows.net/powerbi/api/.default",
		"http://api.powerbi.com/v1.0/myorg":                               "",
		"https://api.powerbi.cn/v1.0/myorg":                               "",
		"https://management.azure.com/subscriptions":                      "",
		"https://api.powerbi.com.elsewhere.example/":                      "",
		"https://api.powerplatform.com:444/resourcequery/resources/query": "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tokens.GetAuthorizationToken(t.Context(), u, nil); got != want || (err == nil) != (want != "") {
			t.Errorf("%s was given %q, %v", address, got, err)
		}
	}
}

// Our share of what the tenant may ask in an hour is kept, whatever a night
// would like to ask.
func TestHourlyLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all, err := ServiceOptions("alder", Endpoint, Features{PowerBI: true}, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		o := all[0]
		o.Base = tap(func(r *http.Request) (*http.Response, error) { return jsonReply(r, 200, `[]`), nil })
		transport, err := wire.New(o)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(path string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.powerbi.com"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := transport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		}
		start := time.Now()
		for range 16 {
			ask(modifiedPath)
		}
		if took := time.Since(start); took < time.Hour {
			t.Errorf("16 questions what changed took %v: a half of 30 an hour is 15", took)
		}
		start = time.Now()
		for range 16 {
			ask(scanStatusPath("x"))
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("16 questions whether a scan is ready took %v", took)
		}
	})
}
