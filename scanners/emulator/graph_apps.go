package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

type graphApplication struct {
	ID           string                 `json:"id"`
	AppID        string                 `json:"appId"`
	Name         string                 `json:"displayName"`
	Created      string                 `json:"createdDateTime"`
	Domain       string                 `json:"publisherDomain"`
	Audience     string                 `json:"signInAudience"`
	Description  *string                `json:"description"`
	Notes        *string                `json:"notes"`
	Tags         []string               `json:"tags"`
	URIs         []string               `json:"identifierUris"`
	Web          webApplication         `json:"web"`
	SPA          redirects              `json:"spa"`
	Public       redirects              `json:"publicClient"`
	Required     []requiredAccess       `json:"requiredResourceAccess"`
	Passwords    []passwordCredential   `json:"passwordCredentials"`
	Certificates []struct{}             `json:"keyCredentials"`
	Roles        []appRole              `json:"appRoles"`
	Verified     graphVerifiedPublisher `json:"verifiedPublisher"`
	Owners       *[]any                 `json:"owners,omitempty"` // where they are expanded
}

type redirects struct {
	URIs []string `json:"redirectUris"`
}

type webApplication struct {
	Home   *string `json:"homePageUrl"`
	Logout *string `json:"logoutUrl"`
	redirects
}

type requiredAccess struct {
	App    string           `json:"resourceAppId"`
	Access []resourceAccess `json:"resourceAccess"`
}

type resourceAccess struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// passwordCredential tells of a password all but the password.
type passwordCredential struct {
	Custom *string `json:"customKeyIdentifier"`
	Name   string  `json:"displayName"`
	End    string  `json:"endDateTime"`
	Hint   string  `json:"hint"`
	KeyID  string  `json:"keyId"`
	Secret *string `json:"secretText"`
	Start  string  `json:"startDateTime"`
}

type graphVerifiedPublisher struct {
	Name  *string `json:"displayName"`
	ID    *string `json:"verifiedPublisherId"`
	Added *string `json:"addedDateTime"`
}

type appRole struct {
	Members     []string `json:"allowedMemberTypes"`
	Description string   `json:"description"`
	Name        string   `json:"displayName"`
	ID          string   `json:"id"`
	Enabled     bool     `json:"isEnabled"`
	Origin      string   `json:"origin"`
	Value       string   `json:"value"`
}

type permissionScope struct {
	AdminDescription string `json:"adminConsentDescription"`
	AdminName        string `json:"adminConsentDisplayName"`
	ID               string `json:"id"`
	Enabled          bool   `json:"isEnabled"`
	Type             string `json:"type"`
	Value            string `json:"value"`
}

// applications lists what is registered in this directory, and nothing that others registered in theirs.
func (g *graph) applications(w http.ResponseWriter, r *http.Request) {
	all := slices.DeleteFunc(slices.Clone(g.World.Apps()), func(a App) bool { return a.Publisher != PublisherOurs || a.Kind != AppOrdinary })
	name, inner := expanded(r)
	show := func(a App) any { return g.renderApplication(a, name == "owners", inner) }
	page(g, w, r, all, show, directoryTop(r), "")
}

func (g *graph) renderApplication(a App, owners bool, inner selection) graphApplication {
	out := graphApplication{
		ID: guid("application", a.ID), AppID: a.ID, Name: a.Name, Created: stamp(a.Created), Domain: g.World.Domain, Audience: "AzureADMyOrg",
		Tags: []string{}, URIs: []string{}, Web: webApplication{redirects: redirects{append([]string{}, a.Redirects...)}},
		SPA: redirects{[]string{}}, Public: redirects{[]string{}}, Required: g.required(a), Passwords: []passwordCredential{},
		Certificates: []struct{}{}, Roles: []appRole{},
	}
	for n := range a.Secrets {
		out.Passwords = append(out.Passwords, passwordCredential{
			Name: fmt.Sprint("Secret of ", a.Name, " ", n+1), Hint: "S3c", KeyID: guid("password", a.ID, fmt.Sprint(n)),
			Start: stamp(a.Created), End: stamp(a.Created.AddDate(2, 0, 0)),
		})
	}
	if owners {
		list := g.owners(a, inner)
		out.Owners = &list
	}
	return out
}

// required are the permissions an app asks for, by the resource that offers them.
func (g *graph) required(a App) []requiredAccess {
	out := []requiredAccess{}
	for _, ask := range a.Asks {
		resource, ok := g.World.appNamed(ask.Resource)
		if !ok {
			continue
		}
		access := resourceAccess{appPermissionID(ask), "Scope"}
		if ask.Application {
			access.Type = "Role"
		}
		i := slices.IndexFunc(out, func(r requiredAccess) bool { return r.App == resource.ID })
		if i < 0 {
			i, out = len(out), append(out, requiredAccess{App: resource.ID})
		}
		out[i].Access = append(out[i].Access, access)
	}
	return out
}

// owners are the first of an app's owners, as an expansion shows them. What a token may not read of people is left out.
func (g *graph) owners(a App, inner selection) []any {
	type owner struct {
		Type string `json:"@odata.type"`
		graphUser
	}
	out := []any{}
	for _, id := range a.Owners[:min(len(a.Owners), maxExpanded)] {
		p, ok := g.World.Person(id)
		if !ok {
			continue // whoever is deleted owns nothing any more
		}
		sel := inner
		if !g.allowed("User") {
			sel = selection{"id"}
		}
		if v, err := sel.prune(owner{"#microsoft.graph.user", g.render(p, sel)}); err == nil {
			out = append(out, v)
		}
	}
	return out
}

// appNamed finds an app by its name.
func (w *World) appNamed(name string) (App, bool) {
	return findIn(w.Apps(), func(a App) bool { return a.Name == name })
}

func appPermissionID(p AppPermission) string {
	return guid("permission", p.Resource, p.Name, fmt.Sprint(p.Application))
}

// offered are the permissions an app offers: those it says, and those that others were given or ask for.
func (w *World) offered(a App) []AppPermission {
	var out []AppPermission
	add := func(p AppPermission) {
		if p.Resource = a.Name; !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, p := range a.Offers {
		add(p)
	}
	for _, other := range w.Apps() {
		for _, p := range append(other.Asks[:len(other.Asks):len(other.Asks)], other.Holds...) {
			if p.Resource == a.Name {
				add(p)
			}
		}
		for _, c := range other.Consents {
			for name := range strings.FieldsSeq(c.Scope) {
				if c.Resource == a.Name {
					add(AppPermission{Name: name})
				}
			}
		}
	}
	return out
}

// What Graph gives of directory objects at a time (https://learn.microsoft.com/graph/query-parameters#expand-parameter).
const (
	maxExpanded     = 20  // related objects of each, without a link to the others
	maxWithExpanded = 100 // objects a page
)

// directoryTop is the size of a page of directory objects.
func directoryTop(r *http.Request) int {
	if r.URL.Query().Has("$expand") {
		return top(r, maxWithExpanded, maxWithExpanded)
	}
	return top(r, 100, 999)
}

// expanded is the relation that $expand names, and what is selected of it: directory objects can be asked for one.
func expanded(r *http.Request) (name string, inner selection) {
	name, options, _ := strings.Cut(r.URL.Query().Get("$expand"), "(")
	names, _ := strings.CutPrefix(strings.TrimSuffix(options, ")"), "$select=")
	for n := range strings.FieldsFuncSeq(names, func(c rune) bool { return c == ',' || c == ' ' }) {
		inner = append(inner, n)
	}
	return name, inner
}

// expands says that a path knows a query option which most do not.
func expands(r *http.Request, option string) bool {
	relations := map[string][]string{
		"/v1.0/applications": {"owners"}, "/v1.0/servicePrincipals": {"appRoleAssignedTo"}, "/v1.0/appCatalogs/teamsApps": {"appDefinitions"},
	}[r.URL.Path]
	switch option {
	case "$expand":
		name, _ := expanded(r)
		return slices.Contains(relations, name)
	case "$filter":
		return r.URL.Path == "/v1.0/appCatalogs/teamsApps" && teamsFilter(r) != ""
	}
	return false
}

func stampOrNil(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return optional(stamp(t))
}
