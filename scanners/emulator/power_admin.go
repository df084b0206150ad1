package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// adminPage answers with one page of a listing of the older admin interfaces. Where to go on is a whole address.
func adminPage[T any](p *powerServer, w http.ResponseWriter, r *http.Request, version string, all []T, show func(T) any) {
	if v := r.URL.Query().Get("api-version"); v != version {
		powerError(w, http.StatusBadRequest, "InvalidApiVersionParameter", "There is no version "+v)
		return
	}
	var mark listMark
	if token := r.URL.Query().Get("$skiptoken"); token != "" && p.open(token, &mark) != nil {
		powerError(w, http.StatusBadRequest, "InvalidSkipToken", "The skip token cannot be read.")
		return
	}
	from := min(mark.From, len(all))
	to := min(from+top(r, 250, 250), len(all))
	f := pageFaultOf(r)
	if mark.Try++; f.empty && mark.Try <= patience {
		to = from
	} else {
		mark.Try = 0
	}
	value := []any{}
	for _, v := range all[from:to] {
		value = append(value, show(v))
	}
	if f.repeat && len(value) > 0 {
		value = append(value, value[0])
	}
	out := map[string]any{"value": value}
	if to < len(all) || to == from && mark.Try > 0 {
		mark.From = to
		out["nextLink"] = link(r, barePath(r), "$skiptoken", p.seal(mark), f.foreign)
	}
	writeJSON(w, http.StatusOK, out)
}

func (p *powerServer) environments(w http.ResponseWriter, r *http.Request) {
	adminPage(p, w, r, "2020-10-01", p.World.Environments(), func(e Environment) any {
		return map[string]any{
			"id": "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/" + e.ID, "name": e.ID, "location": "australia",
			"type": "Microsoft.BusinessAppPlatform/scopes/environments",
			"properties": map[string]any{"displayName": e.Name, "environmentSku": e.Sort, "createdTime": precise(e.Created),
				"createdBy": map[string]any{"id": e.CreatedBy, "type": "User"}},
		}
	})
}

func (p *powerServer) apps(w http.ResponseWriter, r *http.Request) {
	p.things(w, r, "2017-08-01", []string{CanvasApp, ModelApp}, p.app)
}

func (p *powerServer) flows(w http.ResponseWriter, r *http.Request) {
	p.things(w, r, "2016-11-01", []string{CloudFlow}, p.flow)
}

func (p *powerServer) things(w http.ResponseWriter, r *http.Request, version string, types []string, show func(PowerThing) any) {
	id := r.PathValue("environment")
	if !slices.ContainsFunc(p.World.Environments(), func(e Environment) bool { return strings.EqualFold(e.ID, id) }) {
		powerError(w, http.StatusNotFound, "EnvironmentNotFound", "There is no such environment.")
		return
	}
	var all []PowerThing
	for _, t := range p.World.Things(id) {
		if slices.Contains(types, t.Type) {
			all = append(all, t)
		}
	}
	adminPage(p, w, r, version, all, show)
}

// somebody is a person as these interfaces tell them, with an address.
func (p *powerServer) somebody(id string) map[string]any {
	who, _ := p.World.Person(id)
	return map[string]any{"id": id, "displayName": who.Name, "email": who.Address, "type": "User", "tenantId": p.World.tenantID(), "userPrincipalName": who.Address}
}

func (p *powerServer) app(t PowerThing) any {
	sort := "ClassicCanvasApp"
	if t.Type == ModelApp {
		sort = "ModelDrivenApp"
	}
	references := map[string]any{}
	for i, c := range t.Connectors {
		sets := map[string]any{}
		for _, s := range c.Sets {
			sets[s] = map[string]any{"dataSources": map[string]any{}}
		}
		references[guid("reference", t.ID, strconv.Itoa(i))] = map[string]any{
			"id": "/providers/microsoft.powerapps/apis/" + c.Name, "displayName": c.Name, "dataSources": orNone(c.Sources), "dataSets": sets,
			"dependencies": []string{}, "dependents": []string{}, "apiTier": "Standard",
		}
	}
	return map[string]any{
		"id": "/providers/Microsoft.PowerApps/apps/" + t.ID, "name": t.ID, "type": "Microsoft.PowerApps/scopes/admin/apps", "appType": sort,
		"properties": map[string]any{
			"displayName": t.Name, "createdTime": precise(t.Created), "lastModifiedTime": precise(t.Modified),
			"owner": p.somebody(t.Owner), "createdBy": p.somebody(t.CreatedBy), "lastModifiedBy": p.somebody(cmp.Or(t.ModifiedBy, t.Owner)),
			"sharedUsersCount": t.SharedUsers, "sharedGroupsCount": t.SharedGroups, "connectionReferences": references,
		},
	}
}

func (p *powerServer) flow(t PowerThing) any {
	actions := []any{}
	for _, c := range t.Connectors {
		actions = append(actions, map[string]any{"type": "OpenApiConnection", "swaggerOperationId": "Any",
			"api": map[string]any{"name": c.Name, "id": "/providers/Microsoft.PowerApps/apis/" + c.Name}})
	}
	return map[string]any{
		"id": "/providers/Microsoft.ProcessSimple/environments/" + t.Environment + "/flows/" + t.ID, "name": t.ID, "type": "Microsoft.ProcessSimple/environments/flows",
		"properties": map[string]any{
			"displayName": t.Name, "state": "Started", "createdTime": precise(t.Created), "lastModifiedTime": precise(t.Modified),
			"creator":           map[string]any{"objectId": t.CreatedBy, "userId": t.CreatedBy, "userType": "ActiveDirectory", "tenantId": p.World.tenantID()},
			"definitionSummary": map[string]any{"triggers": []any{map[string]any{"type": "Recurrence"}}, "actions": actions},
		},
	}
}

func orNone(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
