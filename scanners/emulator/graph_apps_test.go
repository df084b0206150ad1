package emulator

import (
	"net/http"

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
