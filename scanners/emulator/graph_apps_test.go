package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

// furnished gives a world an application of every sort.
func furnished(w *World) {
	people := w.People()
	ada, lea := people[0].ID, people[1].ID
	w.AddApp(App{
		Name: "Key cupboard", Owners: []string{ada, lea}, Redirects: []string{"https://keys.example/back"}, Secrets: 1,
		Asks:  []AppPermission{{Resource: "Microsoft Graph", Name: "User.Read"}, {Resource: "Microsoft Graph", Name: "Mail.Send", Application: true}},
		Holds: []AppPermission{{Resource: "Microsoft Graph", Name: "Mail.Send"}}, Consents: []Consent{{Resource: "Microsoft Graph", Scope: "User.Read"}},
		Assigned: []Assignment{{Person: lea, At: dawn()}, {Group: w.Groups()[0].ID}, {Person: guid("somebody", "gone")}},
	})
	w.AddApp(App{Name: "Never used", Unused: true, Secrets: 2})
	w.AddApp(App{Name: "Receipts", Publisher: "Receipts Inc", Verified: true, Consents: []Consent{{Person: ada, Resource: "Microsoft Graph", Scope: "Mail.Read openid"}}})
	w.AddApp(App{Name: "vm-17", Kind: AppManaged})
	w.AddApp(App{Name: "Answers", Kind: AppAgent})
	w.AddTeamsApp(TeamsApp{Name: "Key rota", Versions: []TeamsVersion{
		{Version: "1.0", By: ada, At: dawn(), Short: "Who has the keys", Description: "Who has the keys this week"},
		{Version: "1.1", By: lea, At: dawn().AddDate(0, 1, 0), State: "submitted", Client: guid("client"), Permissions: []string{"ChannelMessage.Read.Group", "TeamMember.Read.User"}},
	}})
	w.AddTeamsApp(TeamsApp{Name: "Of the store", Store: true})
}

// appProbes ask for all there is of a world's apps. The SDK's models do not know agents yet, so that of service principals is selected what
// all of them have.
func appProbes(w *World) []probe {
	const fields = "$select=id,appId,displayName,appOwnerOrganizationId,servicePrincipalType,accountEnabled,replyUrls,tags,verifiedPublisher,passwordCredentials,appRoles,oauth2PermissionScopes"
	principals, assignments := models.CreateServicePrincipalCollectionResponseFromDiscriminatorValue, models.CreateAppRoleAssignmentCollectionResponseFromDiscriminatorValue
	applications, teams := models.CreateApplicationCollectionResponseFromDiscriminatorValue, models.CreateTeamsAppCollectionResponseFromDiscriminatorValue
	out := []probe{
		{url: "/v1.0/applications", schema: "Collection(graph.application)", model: applications},
		{url: "/v1.0/applications?$top=1&$select=id,appId&$expand=owners", schema: "Collection(graph.application)", model: applications},
		{url: "/v1.0/servicePrincipals?$top=2&$expand=appRoleAssignedTo&" + fields, schema: "Collection(graph.servicePrincipal)", model: principals},
		{url: "/v1.0/oauth2PermissionGrants?$top=1", schema: "Collection(graph.oAuth2PermissionGrant)", model: models.CreateOAuth2PermissionGrantCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/servicePrincipals/" + guid("nothing"), status: http.StatusNotFound, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
		{url: "/v1.0/servicePrincipals?$expand=owners", status: http.StatusBadRequest, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
		{url: "/v1.0/appCatalogs/teamsApps", schema: "Collection(graph.teamsApp)", model: teams},
		{url: "/v1.0/appCatalogs/teamsApps?$filter=distributionMethod%20eq%20'organization'&$expand=appDefinitions", schema: "Collection(graph.teamsApp)", model: teams},
		{url: "/v1.0/appCatalogs/teamsApps?$filter=startswith(displayName,'K')", status: http.StatusBadRequest, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
	}
	for _, a := range w.Apps() {
		if a.Unused {
			continue
		}
		at := "/v1.0/servicePrincipals/" + principalID(a)
		out = append(out, probe{url: at + "?" + fields, schema: "graph.servicePrincipal", model: models.CreateServicePrincipalFromDiscriminatorValue},
			probe{url: at + "/appRoleAssignedTo?$top=1", schema: "Collection(graph.appRoleAssignment)", model: assignments})
	}
	return out
}

// Related objects come as Graph gives them: 20 of them, 100 objects a page, and no more than was selected or may be read.
func TestExpansions(t *testing.T) {
	w := NewWorld(Options{})
	crowd := App{Name: "Crowd"}
	for i := range 25 {
		p := w.AddPerson(Person{Name: fmt.Sprint("P ", i), Address: fmt.Sprintf("p%d@example.edu", i), Microsoft: true})
		crowd.Owners, crowd.Assigned = append(crowd.Owners, p.ID), append(crowd.Assigned, Assignment{Person: p.ID})
	}
	w.AddApp(crowd)
	for i := range 110 {
		w.AddApp(App{Name: fmt.Sprint("App ", i)})
	}
	c := serve(t, w, ServerOptions{})
	if got := len(c.list("/v1.0/applications?$top=999").Value); got != 111 {
		t.Errorf("%d applications on a page, want all 111", got)
	}
	related := func(c *client, url, name string) []any {
		a := c.list(url)
		if len(a.Value) != maxWithExpanded || a.Next == "" {
			t.Errorf("%s: %d on a page that is followed by %q", url, len(a.Value), a.Next)
		}
		i := slices.IndexFunc(a.Value, func(v map[string]any) bool { return v["displayName"] == "Crowd" })
		return a.Value[i][name].([]any)
	}
	owners := related(c, "/v1.0/applications?$top=999&$select=displayName&$expand=owners($select=id)", "owners")
	assigned := related(c, "/v1.0/servicePrincipals?$top=999&$select=displayName&$expand=appRoleAssignedTo", "appRoleAssignedTo")
	if len(owners) != maxExpanded || len(assigned) != maxExpanded {
		t.Errorf("%d owners and %d assignments, want %d of each", len(owners), len(assigned), maxExpanded)
	}
	if first := owners[0].(map[string]any); len(first) != 2 || first["id"] != crowd.Owners[0] {
		t.Errorf("owner %v, want a type and an id", first)
	}
	if named := related(c, "/v1.0/applications?$select=displayName&$expand=owners", "owners")[0].(map[string]any); named["mail"] != "p0@example.edu" {
		t.Errorf("owner %v, want all there is of a person", named)
	}
	blind := serve(t, w, ServerOptions{Roles: []string{"Application.Read.All"}})
	if first := related(blind, "/v1.0/applications?$select=displayName&$expand=owners", "owners")[0].(map[string]any); len(first) != 2 {
		t.Errorf("owner %v, although the token must not read people", first)
	}
	blind.body(http.StatusForbidden, blind.do(http.MethodGet, "/v1.0/oauth2PermissionGrants"))
	blind.body(http.StatusForbidden, blind.do(http.MethodGet, "/v1.0/appCatalogs/teamsApps"))
}
