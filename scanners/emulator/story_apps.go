package emulator

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/scanners/emulator/alderbay"
)

// apps puts into the directory and into Teams what people registered, let in and handed in.
func (t *telling) apps() error {
	told, err := t.story.Apps()
	if err != nil {
		return err
	}
	for _, a := range told.Entra {
		t.world.AddApp(t.app(a))
	}
	for _, a := range told.Teams {
		out := TeamsApp{ID: guid("teams app", a.ID), Name: a.Name}
		for _, v := range a.Versions {
			out.Versions = append(out.Versions, TeamsVersion{Version: v.Version, State: v.State, By: t.people[v.By], At: v.At, Short: a.Name, Description: a.About, Permissions: a.Permissions})
		}
		t.world.AddTeamsApp(out)
	}
	return nil
}

func (t *telling) app(a alderbay.EntraApp) App {
	out := App{
		ID: guid("app", a.ID), Name: a.Name, Publisher: a.Publisher, Verified: a.Verified, Kind: a.Kind, Unused: a.Unused, Created: a.Made,
		Owners: t.all(a.Owners), Redirects: a.Redirects, Secrets: a.Secrets,
	}
	for _, name := range a.Asks {
		out.Asks = append(out.Asks, permissionNamed(name, false))
	}
	for _, name := range a.Itself {
		held := permissionNamed(name, true)
		out.Asks, out.Holds = append(out.Asks, held), append(out.Holds, held)
	}
	if a.Everyone != "" {
		out.Consents = append(out.Consents, Consent{Resource: "Microsoft Graph", Scope: a.Everyone})
	}
	at := a.Made
	assign := func(people []string) {
		for _, who := range people {
			if !slices.ContainsFunc(out.Assigned, func(as Assignment) bool { return as.Person == t.people[who] }) {
				out.Assigned = append(out.Assigned, Assignment{Person: t.people[who], At: at})
			}
			at = at.Add(13 * 24 * time.Hour)
		}
	}
	assign(a.UsedBy)
	for _, scope := range slices.Sorted(maps.Keys(a.Consents)) {
		assign(a.Consents[scope])
		for _, who := range a.Consents[scope] {
			out.consent(t.people[who], scope)
		}
	}
	return out
}

// consent adds to what somebody agreed to: a directory keeps one consent of a person to each resource.
func (a *App) consent(person, scope string) {
	for i, c := range a.Consents {
		if c.Person == person {
			a.Consents[i].Scope += " " + scope
			return
		}
	}
	a.Consents = append(a.Consents, Consent{Person: person, Resource: "Microsoft Graph", Scope: scope})
}

func (t *telling) all(people []string) []string {
	out := make([]string, len(people))
	for i, id := range people {
		out[i] = t.people[id]
	}
	return out
}

// permissionNamed reads "Sites.Read.All" or "Office 365 SharePoint Online/Sites.Read.All".
func permissionNamed(name string, application bool) AppPermission {
	resource, of, named := strings.Cut(name, "/")
	if !named {
		resource, of = "Microsoft Graph", name
	}
	return AppPermission{Resource: resource, Name: of, Application: application}
}
