package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

type graphTeamsApp struct {
	ID          string  `json:"id"`
	External    string  `json:"externalId"`
	Name        string  `json:"displayName"`
	Method      string  `json:"distributionMethod"`
	Definitions *[]any  `json:"appDefinitions,omitempty"` // where they are expanded
	Context     *string `json:"appDefinitions@odata.context,omitempty"`
}

type teamsDefinition struct {
	ID            string         `json:"id"`
	App           string         `json:"teamsAppId"`
	Name          string         `json:"displayName"`
	Version       string         `json:"version"`
	State         string         `json:"publishingState"`
	Short         *string        `json:"shortDescription"`
	Description   *string        `json:"description"`
	Modified      *string        `json:"lastModifiedDateTime"`
	CreatedBy     *identities    `json:"createdBy"`
	Authorization *teamsSecurity `json:"authorization"`
}

type teamsSecurity struct {
	Client      *string          `json:"clientAppId"`
	Permissions teamsPermissions `json:"requiredPermissionSet"`
}

type teamsPermissions struct {
	Specific []teamsPermission `json:"resourceSpecificPermissions"`
}

type teamsPermission struct {
	Value string `json:"permissionValue"`
	Type  string `json:"permissionType"`
}

// teamsFilter is the distribution method that a filter asks for; "" for filters of any other form.
func teamsFilter(r *http.Request) string {
	for _, method := range []string{"organization", "store"} {
		if r.URL.Query().Get("$filter") == "distributionMethod eq '"+method+"'" {
			return method
		}
	}
	return ""
}

// teamsAppList is the whole catalogue in one answer: it has no pages.
func (g *graph) teamsAppList(w http.ResponseWriter, r *http.Request) {
	name, inner := expanded(r)
	wanted := teamsFilter(r)
	all := []TeamsApp{}
	for _, a := range g.World.TeamsApps() {
		if wanted == "" || wanted == methodOf(a) {
			all = append(all, a)
		}
	}
	show := func(a TeamsApp) any { return g.renderTeamsApp(a, name == "appDefinitions", inner) }
	page(g, w, r, all, show, max(1, len(all)), "")
}

func methodOf(a TeamsApp) string {
	if a.Store {
		return "store"
	}
	return "organization"
}

func (g *graph) renderTeamsApp(a TeamsApp, definitions bool, inner selection) graphTeamsApp {
	newest := slices.MaxFunc(a.Versions, func(a, b TeamsVersion) int { return a.At.Compare(b.At) })
	out := graphTeamsApp{ID: a.ID, External: a.External, Name: cmp.Or(newest.Name, a.Name), Method: methodOf(a)}
	if !definitions {
		return out
	}
	all := []any{}
	for _, v := range a.Versions {
		if shown, err := inner.prune(g.renderDefinition(a, v)); err == nil {
			all = append(all, shown)
		}
	}
	out.Definitions = &all
	return out
}

func (g *graph) renderDefinition(a TeamsApp, v TeamsVersion) teamsDefinition {
	out := teamsDefinition{
		ID: guid("definition", a.ID, v.Version), App: a.ID, Name: cmp.Or(v.Name, a.Name), Version: v.Version, State: cmp.Or(v.State, "published"),
		Short: optional(v.Short), Description: optional(v.Description), Modified: stampOrNil(v.At),
	}
	if v.By != "" {
		out.CreatedBy = g.identity(v.By)
	}
	if v.Client != "" || len(v.Permissions) > 0 {
		out.Authorization = &teamsSecurity{Client: optional(v.Client), Permissions: teamsPermissions{[]teamsPermission{}}}
		for _, p := range v.Permissions {
			kind := "application"
			if strings.HasSuffix(p, ".User") {
				kind = "delegated"
			}
			out.Authorization.Permissions.Specific = append(out.Authorization.Permissions.Specific, teamsPermission{p, kind})
		}
	}
	return out
}
