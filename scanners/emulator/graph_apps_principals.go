package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

type graphServicePrincipal struct {
	Type         string                 `json:"@odata.type,omitempty"`
	ID           string                 `json:"id"`
	AppID        string                 `json:"appId"`
	Name         string                 `json:"displayName"`
	AppName      *string                `json:"appDisplayName"`
	OwnerTenant  *string                `json:"appOwnerOrganizationId"`
	Kind         string                 `json:"servicePrincipalType"`
	Enabled      bool                   `json:"accountEnabled"`
	Assigned     bool                   `json:"appRoleAssignmentRequired"`
	Tags         []string               `json:"tags"`
	ReplyURLs    []string               `json:"replyUrls"`
	Names        []string               `json:"servicePrincipalNames"`
	Home         *string                `json:"homepage"`
	Notes        *string                `json:"notes"`
	Verified     graphVerifiedPublisher `json:"verifiedPublisher"`
	Passwords    []passwordCredential   `json:"passwordCredentials"`
	Certificates []struct{}             `json:"keyCredentials"`
	Roles        []appRole              `json:"appRoles"`
	Scopes       []permissionScope      `json:"oauth2PermissionScopes"`
	Blueprint    string                 `json:"agentIdentityBlueprintId,omitempty"` // of an agent
	AssignedTo   *[]roleAssignment      `json:"appRoleAssignedTo,omitempty"`        // where it is expanded
}

type roleAssignment struct {
	ID        string  `json:"id"`
	Deleted   *string `json:"deletedDateTime"`
	Role      string  `json:"appRoleId"`
	Created   *string `json:"createdDateTime"`
	Name      *string `json:"principalDisplayName"`
	Principal string  `json:"principalId"`
	Kind      string  `json:"principalType"`
	Resource  string  `json:"resourceDisplayName"`
	To        string  `json:"resourceId"`
}

type permissionGrant struct {
	ID        string  `json:"id"`
	Client    string  `json:"clientId"`
	Type      string  `json:"consentType"`
	Principal *string `json:"principalId"`
	Resource  string  `json:"resourceId"`
	Scope     string  `json:"scope"`
}

// microsoftTenant is the directory that Microsoft's own applications are registered in.
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// noRole is the role of an assignment to an app that has none.
const noRole = "00000000-0000-0000-0000-000000000000"

func principalID(a App) string { return guid("service principal", a.ID) }

// principals are the apps that somebody has signed in to, or that were let in by an administrator.
func (g *graph) principals() []App {
	return slices.DeleteFunc(slices.Clone(g.World.Apps()), func(a App) bool { return a.Unused })
}

func (g *graph) servicePrincipals(w http.ResponseWriter, r *http.Request) {
	name, _ := expanded(r)
	sel := selected(r)
	show := func(a App) any {
		out := g.renderPrincipal(a, sel)
		if name == "appRoleAssignedTo" {
			all := g.assignedTo(a)
			all = all[:min(len(all), maxExpanded)]
			out.AssignedTo = &all
		}
		return out
	}
	page(g, w, r, g.principals(), show, directoryTop(r), "")
}

func (g *graph) servicePrincipal(w http.ResponseWriter, r *http.Request) {
	if a, ok := g.principalOf(w, r); ok {
		g.answer(w, r, g.renderPrincipal(a, selected(r)))
	}
}

func (g *graph) appRoleAssignedTo(w http.ResponseWriter, r *http.Request) {
	if a, ok := g.principalOf(w, r); ok {
		page(g, w, r, g.assignedTo(a), func(v roleAssignment) any { return v }, directoryTop(r), "")
	}
}

func (g *graph) principalOf(w http.ResponseWriter, r *http.Request) (App, bool) {
	id := r.PathValue("id")
	a, ok := findIn(g.principals(), func(a App) bool { return principalID(a) == id })
	if !ok {
		g.fail(w, r, http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+id+"' does not exist.")
	}
	return a, ok
}

// renderPrincipal shows an app as it was let in. What it offers is gathered from all others, so that this is done for who wants to know.
func (g *graph) renderPrincipal(a App, sel selection) graphServicePrincipal {
	out := graphServicePrincipal{
		ID: principalID(a), AppID: a.ID, Name: a.Name, AppName: optional(a.Name), OwnerTenant: g.homeOf(a), Kind: a.Kind, Enabled: !a.Disabled,
		Tags: []string{"WindowsAzureActiveDirectoryIntegratedApp"}, ReplyURLs: append([]string{}, a.Redirects...), Names: []string{a.ID},
		Passwords: []passwordCredential{}, Certificates: []struct{}{}, Roles: []appRole{}, Scopes: []permissionScope{},
	}
	if a.Verified {
		out.Verified = graphVerifiedPublisher{optional(a.Publisher), optional("5" + strings.Repeat("0", 6)), stampOrNil(a.Created)}
	}
	if a.Kind == AppAgent {
		out.Type, out.Blueprint = "#microsoft.graph.agentIdentity", guid("blueprint", a.ID)
	}
	if !sel.has("appRoles") && !sel.has("oauth2PermissionScopes") {
		return out
	}
	for _, p := range g.World.offered(a) {
		if p.Application {
			out.Roles = append(out.Roles, appRole{[]string{"Application"}, p.Name, p.Name, appPermissionID(p), true, "Application", p.Name})
		} else {
			out.Scopes = append(out.Scopes, permissionScope{p.Name, p.Name, appPermissionID(p), true, "User", p.Name})
		}
	}
	return out
}

// homeOf is the directory that an app is registered in; identities of Azure's resources have none.
func (g *graph) homeOf(a App) *string {
	switch {
	case a.Kind == AppManaged:
		return nil
	case a.Publisher == PublisherOurs:
		return optional(g.World.tenantID())
	case a.Publisher == PublisherMicrosoft:
		return optional(microsoftTenant)
	}
	return optional(guid("tenant", a.Publisher))
}

// assignedTo are those who may use an app: the people and groups it was assigned to, those who consented, and the apps that hold application
// permissions it offers.
func (g *graph) assignedTo(a App) []roleAssignment {
	out := []roleAssignment{}
	add := func(kind, principal, name, role string, at time.Time) {
		out = append(out, roleAssignment{
			ID: guid("assignment", a.ID, principal, role), Role: role, Created: stampOrNil(at), Name: optional(name), Principal: principal, Kind: kind, Resource: a.Name, To: principalID(a),
		})
	}
	for _, as := range a.assignments() {
		if group, ok := g.World.Group(as.Group); ok {
			add("Group", group.ID, group.Name, noRole, as.At)
		} else if as.Person != "" {
			p, _ := g.World.Person(as.Person)
			add("User", as.Person, p.Name, noRole, as.At)
		}
	}
	for _, other := range g.World.Apps() {
		for _, held := range other.Holds {
			if held.Resource == a.Name && !other.Unused {
				held.Application = true
				add("ServicePrincipal", principalID(other), other.Name, appPermissionID(held), other.Created)
			}
		}
	}
	return out
}

// assignments are those that were made, and those that consents brought along.
func (a App) assignments() []Assignment {
	out := slices.Clone(a.Assigned)
	for _, c := range a.Consents {
		if c.Person != "" && !slices.ContainsFunc(out, func(o Assignment) bool { return o.Person == c.Person }) {
			out = append(out, Assignment{Person: c.Person, At: a.Created})
		}
	}
	return out
}

// permissionGrants lists all consents. It is for who may read the whole directory.
func (g *graph) permissionGrants(w http.ResponseWriter, r *http.Request) {
	resources := map[string]string{}
	for _, a := range g.principals() {
		resources[a.Name] = principalID(a)
	}
	var all []permissionGrant
	for _, a := range g.principals() {
		client := principalID(a)
		for _, c := range a.Consents {
			resource := resources[c.Resource]
			if resource == "" {
				continue
			}
			grant := permissionGrant{ID: client + "-" + resource + "-" + c.Person, Client: client, Type: "AllPrincipals", Resource: resource, Scope: c.Scope}
			if c.Person != "" {
				grant.Type, grant.Principal = "Principal", optional(c.Person)
			}
			all = append(all, grant)
		}
	}
	page(g, w, r, all, func(v permissionGrant) any { return v }, directoryTop(r), "")
}
