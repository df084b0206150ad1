package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// cloud is the part of BigQuery that a read of Drive's exported inventory needs: a dataset with one table in it, and queries of it.
// https://cloud.google.com/bigquery/docs/reference/rest/v2
type cloud struct {
	mu      sync.Mutex
	project string
	dataset string
	readers []string // the service accounts with roles on it
	export  []object // its rows
	made    time.Time
	jobs    map[string]*job
}

// A job is a query and what it found. It is done at the second time of asking, every other time.
type job struct {
	id    string
	found *relation
	bytes int64
	asked int
}

// pageRows is how many rows a page has at most, however many are asked for; BigQuery counts bytes instead.
const pageRows = 400

// ExportDrive exports the inventory of everybody's drives, as it is now, over what was exported before, to a table that the named service
// accounts may read. https://support.google.com/a/answer/15141054
func (s *Server) ExportDrive(project, dataset string, readers ...string) {
	rows, made := s.World.inventory()
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.cloud.project, s.cloud.dataset, s.cloud.readers, s.cloud.export, s.cloud.made = project, dataset, readers, rows, made
	if s.cloud.jobs == nil {
		s.cloud.jobs = map[string]*job{}
	}
}

// ForgetJobs is what a day does to queries: what they found is not kept longer.
func (s *Server) ForgetJobs() {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	clear(s.cloud.jobs)
}

// warehouse routes BigQuery's methods.
func (g *google) warehouse() {
	const project = "/bigquery/v2/projects/{project}/"
	for pattern, serve := range map[string]func(*http.Request) (any, error){
		"GET " + project + "datasets/{dataset}/tables":         g.tables,
		"GET " + project + "datasets/{dataset}/tables/{table}": g.table,
		"POST " + project + "queries":                          g.startQuery,
		"GET " + project + "queries/{job}":                     g.queryResults,
	} {
		g.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := g.asAccount(r, serve)
			var failed *googleError
			switch {
			case errors.As(err, &failed):
				writeGoogleError(w, r, failed)
			case err != nil:
				writeGoogleError(w, r, &googleError{http.StatusBadRequest, "invalidQuery", err.Error(), "query"})
			default:
				writeGoogleJSON(w, http.StatusOK, answer)
			}
		})
	}
}

// asAccount answers a service account that asks for itself. The scopes are those of the API's description, which has none for BigQuery's
// reads alone.
func (g *google) asAccount(r *http.Request, serve func(*http.Request) (any, error)) (any, error) {
	held, err := g.held(r)
	if err != nil {
		return nil, err
	}
	if !anyOf(held.Scopes, []string{"bigquery", "cloud-platform", "cloud-platform.read-only"}) {
		return nil, &googleError{http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.", ""}
	}
	c := &g.cloud
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.PathValue("project") != c.project || !anyOf(c.readers, []string{held.Account}) {
		return nil, &googleError{http.StatusForbidden, "accessDenied", "Access Denied: Project " + r.PathValue("project") + ": User does not have bigquery.jobs.create permission in project " + r.PathValue("project") + ".", ""}
	}
	if set := r.PathValue("dataset"); set != "" && set != c.dataset {
		return nil, &googleError{http.StatusNotFound, "notFound", "Not found: Dataset " + c.project + ":" + set, ""}
	}
	return serve(r)
}

func (g *google) tables(*http.Request) (any, error) {
	return object{"kind": "bigquery#tableList", "etag": guid("etag", g.cloud.dataset), "totalItems": 1, "tables": []object{g.reference("bigquery#table")}}, nil
}

func (g *google) reference(kind string) object {
	c := &g.cloud
	return object{"kind": kind, "id": c.project + ":" + c.dataset + ".inventory", "type": "TABLE",
		"tableReference": object{"projectId": c.project, "datasetId": c.dataset, "tableId": "inventory"}}
}

func (g *google) table(r *http.Request) (any, error) {
	if r.PathValue("table") != "inventory" {
		return nil, &googleError{http.StatusNotFound, "notFound", "Not found: Table " + r.PathValue("table"), ""}
	}
	o := g.reference("bigquery#table")
	o["numRows"], o["numBytes"] = number(int64(len(g.cloud.export))), number(int64(len(g.cloud.export))*1500)
	o["lastModifiedTime"], o["location"] = number(g.cloud.made.UnixMilli()), "EU"
	o["schema"] = object{"fields": inventorySchema()}
	return o, nil
}

// A queryRequest is what jobs.query takes.
type queryRequest struct {
	Query        string
	UseLegacySQL *bool
	DryRun       bool
	MaxResults   *int
	Parameters   []struct {
		Name  string
		Type  struct{ Type string }   `json:"parameterType"`
		Value struct{ Value *string } `json:"parameterValue"`
	} `json:"queryParameters"`
}

// startQuery answers jobs.query.
func (g *google) startQuery(r *http.Request) (any, error) {
	var q queryRequest
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20)).Decode(&q); err != nil {
		return nil, &googleError{http.StatusBadRequest, "parseError", "Invalid JSON payload received.", ""}
	}
	if q.UseLegacySQL == nil || *q.UseLegacySQL {
		return nil, errors.New("legacy SQL is not spoken here")
	}
	parameters := map[string]any{}
	for _, p := range q.Parameters {
		if p.Value.Value == nil {
			parameters[p.Name] = nil
		} else if n, err := strconv.ParseInt(*p.Value.Value, 10, 64); err == nil && p.Type.Type == "INT64" {
			parameters[p.Name] = n
		} else {
			parameters[p.Name] = *p.Value.Value
		}
	}
	c := &g.cloud
	name := c.project + "." + c.dataset + ".inventory"
	found, err := runSQL(q.Query, name, c.export, parameters)
	if err != nil {
		return nil, err
	}
	j := &job{id: fmt.Sprintf("job_%s", strings.ReplaceAll(guid("job", q.Query, c.made.String(), fmt.Sprint(parameters, len(c.jobs))), "-", "")), found: found, bytes: int64(len(c.export)) * 8 * int64(len(found.names))}
	if q.DryRun {
		return object{"kind": "bigquery#queryResponse", "jobComplete": true, "totalBytesProcessed": number(j.bytes), "schema": found.schema(), "jobReference": g.jobReference(j)}, nil
	}
	j.asked = int(j.id[4]) % 2
	c.jobs[j.id] = j
	size := pageRows
	if q.MaxResults != nil {
		size = min(size, *q.MaxResults)
	}
	return g.page("bigquery#queryResponse", j, 0, size), nil
}

// queryResults answers jobs.getQueryResults, from a page token or from a row on.
func (g *google) queryResults(r *http.Request) (any, error) {
	j, ok := g.cloud.jobs[r.PathValue("job")]
	if !ok || r.URL.Query().Get("location") != "EU" {
		return nil, &googleError{http.StatusNotFound, "notFound", "Not found: Job " + g.cloud.project + ":" + r.PathValue("job"), ""}
	}
	from, size := 0, pageRows
	for name, into := range map[string]*int{"startIndex": &from, "maxResults": &size} {
		if text := r.URL.Query().Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return nil, invalid(name, "Invalid value: "+text)
			}
			*into = n
		}
	}
	if token := r.URL.Query().Get("pageToken"); token != "" {
		var at listToken
		if err := g.open(token, &at); err != nil || at.Path != j.id {
			return nil, invalid("pageToken", "Invalid page token")
		}
		from = at.From
	}
	return g.page("bigquery#getQueryResultsResponse", j, from, min(size, pageRows)), nil
}

func (g *google) jobReference(j *job) object {
	return object{"projectId": g.cloud.project, "jobId": j.id, "location": "EU"}
}

func (g *google) page(kind string, j *job, from, size int) object {
	o := object{"kind": kind, "jobReference": g.jobReference(j), "jobComplete": j.asked > 0}
	if j.asked++; j.asked == 1 {
		return o
	}
	all := j.found.rows
	from = min(from, len(all))
	to := min(from+size, len(all))
	var rows []object
	for _, r := range all[from:to] {
		rows = append(rows, cellsOf(r))
	}
	o["schema"], o["totalRows"], o["totalBytesProcessed"], o["cacheHit"], o["rows"] = j.found.schema(), number(int64(len(all))), number(j.bytes), false, rows
	if to < len(all) {
		o["pageToken"] = g.seal(listToken{Path: j.id, From: to})
	}
	return o
}

// cellsOf is a row as BigQuery writes it: every value as text.
func cellsOf(row []any) object {
	cells := []object{}
	for _, v := range row {
		cell := object{"v": nil}
		if v != nil {
			cell["v"] = fmt.Sprint(v)
		}
		cells = append(cells, cell)
	}
	return object{"f": cells}
}

// asksBigQuery says that a POST carries a query, which here only reads.
func asksBigQuery(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/bigquery/v2/projects/") && strings.HasSuffix(r.URL.Path, "/queries")
}
