package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (p *powerServer) workspaces(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	size, err := strconv.Atoi(query.Get("$top"))
	skip, skipErr := strconv.Atoi(query.Get("$skip"))
	if err != nil || size < 1 || size > 5000 || skipErr != nil && query.Has("$skip") {
		powerError(w, http.StatusBadRequest, "InvalidRequest", "$top is required, and 1 to 5000.")
		return
	}
	if f := query.Get("$filter"); f != "type eq 'Workspace' and state eq 'Active'" {
		powerError(w, http.StatusBadRequest, "InvalidRequest", "The emulator does not know this filter: "+f)
		return
	}
	value := []any{}
	for _, s := range p.World.Workspaces() {
		if !s.Personal {
			value = append(value, map[string]any{"id": s.ID, "name": s.Name, "type": "Workspace", "state": "Active", "isReadOnly": false, "isOnDedicatedCapacity": false})
		}
	}
	value = value[min(skip, len(value)):]
	writeJSON(w, http.StatusOK, map[string]any{"value": value[:min(size, len(value))]})
}

func (p *powerServer) modified(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	since, err := time.Parse(time.RFC3339Nano, query.Get("modifiedSince"))
	ago := p.World.now().Sub(since)
	if query.Has("modifiedSince") && (err != nil || ago < 30*time.Minute || ago > 30*24*time.Hour) {
		powerError(w, http.StatusBadRequest, "InvalidModifiedSince", "modifiedSince is from 30 minutes to 30 days ago.")
		return
	}
	out := []any{}
	for _, s := range p.World.Workspaces() {
		if s.Personal && query.Get("excludePersonalWorkspaces") == "true" || s.Modified.Before(since) {
			continue
		}
		out = append(out, map[string]any{"id": s.ID})
	}
	writeJSON(w, http.StatusOK, out)
}

// A powerScan is one that was asked for. It is ready when it was asked about twice.
type powerScan struct {
	ids    []string
	schema bool
	users  bool
	asked  int
	begun  time.Time
}

func (p *powerServer) getInfo(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Workspaces []string `json:"workspaces"`
	}
	if !readBody(w, r, &body) {
		return
	}
	if n := len(body.Workspaces); n < 1 || n > 100 {
		powerError(w, http.StatusBadRequest, "InvalidRequest", "A scan takes 1 to 100 workspaces.")
		return
	}
	query := r.URL.Query()
	s := &powerScan{ids: body.Workspaces, schema: query.Get("datasetSchema") == "true", users: query.Get("getArtifactUsers") == "true", begun: p.World.now()}
	p.mu.Lock()
	id := guid("scan", p.World.Domain, strconv.Itoa(len(p.scans)))
	p.scans[id] = s
	p.mu.Unlock()
	writeJSON(w, http.StatusAccepted, map[string]any{"id": id, "createdDateTime": precise(s.begun), "status": "NotStarted"})
}

func (p *powerServer) scan(w http.ResponseWriter, r *http.Request) (id string, s powerScan, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id = r.PathValue("scanID")
	found := p.scans[id]
	if found == nil || p.World.now().Sub(found.begun) > 24*time.Hour {
		powerError(w, http.StatusNotFound, "ScanNotFound", "There is no such scan, or it is older than a day.")
		return id, s, false
	}
	found.asked++
	return id, *found, true
}

func (p *powerServer) scanStatus(w http.ResponseWriter, r *http.Request) {
	id, s, ok := p.scan(w, r)
	if !ok {
		return
	}
	status := "Running"
	if s.asked > 1 {
		status = "Succeeded"
	}
	writeJSON(w, http.StatusOK, map[string]any{"id": id, "createdDateTime": precise(s.begun), "status": status})
}

func (p *powerServer) scanResult(w http.ResponseWriter, r *http.Request) {
	_, s, ok := p.scan(w, r)
	if !ok {
		return
	}
	if s.asked < 3 {
		powerError(w, http.StatusBadRequest, "ScanNotReady", "The scan is still running.")
		return
	}
	found, sources := []any{}, []any{}
	for _, ws := range p.World.Workspaces() {
		if !slices.Contains(s.ids, ws.ID) {
			continue
		}
		reports := []any{}
		for _, report := range p.World.Reports(ws.ID) {
			reports = append(reports, p.report(report, s))
		}
		if pageFaultOf(r).repeat && len(reports) > 0 {
			reports = append(reports, reports[0])
		}
		models := []any{}
		for _, m := range p.World.Models(ws.ID) {
			model, from := p.model(m, s)
			models, sources = append(models, model), append(sources, from...)
		}
		found = append(found, map[string]any{"id": ws.ID, "name": ws.Name, "type": "Workspace", "state": "Active", "isOnDedicatedCapacity": false,
			"reports": reports, "dashboards": []any{}, "datasets": models, "dataflows": []any{}, "datamarts": []any{}})
	}
	writeJSON(w, http.StatusOK, map[string]any{"workspaces": found, "datasourceInstances": sources, "misconfiguredDatasourceInstances": []any{}})
}

func (p *powerServer) address(person string) string {
	who, _ := p.World.Person(person)
	return who.Address
}

// local is a time without its zone, as the scanner writes those of reports.
func local(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999") }

func (p *powerServer) report(r Report, s powerScan) any {
	out := map[string]any{"id": r.ID, "name": r.Name, "datasetId": r.Model, "reportType": "PowerBIReport",
		"createdDateTime": local(r.Created), "modifiedDateTime": local(r.Modified), "createdBy": p.address(r.CreatedBy), "modifiedBy": p.address(r.ModifiedBy)}
	if r.InApp {
		out["appId"], out["name"] = guid("app", r.Workspace), "[App] "+r.Name
	}
	if s.users {
		out["users"] = p.users(r.Users, r.Groups, "reportUserAccessRight")
	}
	return out
}

func (p *powerServer) users(people []string, groups int, right string) []any {
	out := []any{}
	for _, id := range people {
		who, _ := p.World.Person(id)
		out = append(out, map[string]any{right: "ReadWrite", "emailAddress": who.Address, "displayName": who.Name, "identifier": who.Address, "graphId": id, "principalType": "User"})
	}
	for i := range groups {
		id := guid("group", strconv.Itoa(i))
		out = append(out, map[string]any{right: "Read", "displayName": "A group", "identifier": id, "graphId": id, "principalType": "Group"})
	}
	return out
}

// model is a semantic model and where it takes its data from. Tables are told when the tenant and the request want them, expressions never.
func (p *powerServer) model(m Model, s powerScan) (model any, sources []any) {
	usages := []any{}
	for i, from := range m.Sources {
		id := guid("source", m.ID, strconv.Itoa(i))
		usages = append(usages, map[string]any{"datasourceInstanceId": id})
		sources = append(sources, map[string]any{"datasourceType": from.Type, "connectionDetails": from.Details, "datasourceId": id, "gatewayId": guid("gateway")})
	}
	out := map[string]any{"id": m.ID, "name": m.Name, "configuredBy": p.address(m.ConfiguredBy), "createdDate": local(m.Created),
		"targetStorageMode": "Abf", "contentProviderType": "PbixInImportMode", "datasourceUsages": usages}
	if s.schema {
		tables := []any{}
		for _, t := range m.Tables {
			columns, measures := []any{}, []any{}
			for _, c := range t.Columns {
				columns = append(columns, map[string]any{"name": c[0], "dataType": c[1], "isHidden": false, "columnType": "Data"})
			}
			for _, x := range t.Measures {
				measures = append(measures, map[string]any{"name": x[0], "isHidden": false})
			}
			tables = append(tables, map[string]any{"name": t.Name, "isHidden": false, "columns": columns, "measures": measures})
		}
		out["tables"] = tables
	}
	return out, sources
}
