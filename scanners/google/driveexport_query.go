package google

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// The scopes that read from BigQuery. Google's page of scopes has the first, the description of the API only the second, which reads more
// kinds of things: it is asked for when the first is refused. What our account may read is a matter of its roles either way.
// https://developers.google.com/identity/protocols/oauth2/scopes#bigquery
const (
	scopeBigQuery = "https://www.googleapis.com/auth/bigquery.readonly"
	scopeCloud    = "https://www.googleapis.com/auth/cloud-platform.read-only"
)

// A warehouse asks one dataset of BigQuery questions, as our own account: nobody is acted for.
// https://cloud.google.com/bigquery/docs/reference/rest/v2
type warehouse struct {
	s                *Scanner
	base             string // ends in /
	project, dataset string
}

func (s *Scanner) warehouse() warehouse {
	x := s.o.Features.InventoryExport
	return warehouse{s, s.o.Endpoints.withDefaults().BigQuery + "bigquery/v2/projects/" + x.Project + "/", x.Project, x.Dataset}
}

// A question is a query as jobs.query takes it. Its text is made of our own words, and of the names of columns that we look for.
type question struct {
	Query        string      `json:"query"`
	Parameters   []parameter `json:"queryParameters,omitempty"`
	Mode         string      `json:"parameterMode,omitempty"`
	UseLegacySQL bool        `json:"useLegacySql"` // which is what is meant when nothing is said
	DryRun       bool        `json:"dryRun,omitempty"`
	MaxResults   int         `json:"maxResults"`
	TimeoutMs    int         `json:"timeoutMs"`
}

type parameter struct {
	Name string `json:"name"`
	Type struct {
		Type string `json:"type"`
	} `json:"parameterType"`
	Value struct {
		Value string `json:"value"`
	} `json:"parameterValue"`
}

func (q *question) with(name, kind, value string) {
	p := parameter{Name: name}
	p.Type.Type, p.Value.Value = kind, value
	q.Parameters, q.Mode = append(q.Parameters, p), "NAMED"
}

// A found is a page of the rows that a query found.
type found struct {
	Complete bool `json:"jobComplete"`
	Job      struct {
		ID       string `json:"jobId"`
		Location string `json:"location"`
	} `json:"jobReference"`
	Total int64    `json:"totalRows,string"`
	Bytes int64    `json:"totalBytesProcessed,string"`
	Next  string   `json:"pageToken"`
	Rows  []record `json:"rows"`
}

// A record is a row: it holds its cells in the order of the query; BigQuery writes every scalar as text, and null for none.
type record struct {
	F []struct {
		V *string `json:"v"`
	} `json:"f"`
}

func (r record) text(i int) string {
	if i >= len(r.F) || r.F[i].V == nil {
		return ""
	}
	return *r.F[i].V
}

func (r record) number(i int) int64 {
	n, err := strconv.ParseInt(r.text(i), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// patience is how long BigQuery may hold an answer back until a query is done, before we ask again.
const patience = 20 * time.Second

// ask runs a query and waits until it is done. Only dry runs are not waited for.
func (b warehouse) ask(ctx context.Context, q question) (found, error) {
	q.TimeoutMs = int(patience.Milliseconds())
	body, err := json.Marshal(q)
	if err != nil {
		return found{}, err
	}
	var a found
	if err := b.do(ctx, http.MethodPost, "queries", nil, body, &a); err != nil || q.DryRun {
		return a, err
	}
	job := a
	for wait := cmp.Or(b.s.o.Transport.Pace().Backoff, time.Second); !a.Complete; wait = min(2*wait, patience) {
		select {
		case <-ctx.Done():
			return a, context.Cause(ctx)
		case <-time.After(wait):
		}
		if a, err = b.rows(ctx, job, url.Values{"maxResults": {strconv.Itoa(q.MaxResults)}}); err != nil {
			return a, err
		}
	}
	a.Job = job.Job
	return a, nil
}

// rows asks for rows of a query that was asked before.
func (b warehouse) rows(ctx context.Context, job found, which url.Values) (a found, err error) {
	which.Set("location", job.Job.Location)
	which.Set("timeoutMs", strconv.FormatInt(patience.Milliseconds(), 10))
	err = b.do(ctx, http.MethodGet, "queries/"+url.PathEscape(job.Job.ID), which, nil, &a)
	return a, err
}

// all yields every row of a query, page after page.
func (b warehouse) all(ctx context.Context, q question, each func(record)) error {
	a, err := b.ask(ctx, q)
	for job := a; err == nil; {
		for _, r := range a.Rows {
			each(r)
		}
		if a.Next == "" {
			return nil
		}
		sent := a.Next
		a, err = b.rows(ctx, job, url.Values{"pageToken": {sent}, "maxResults": {strconv.Itoa(q.MaxResults)}})
		if err == nil && a.Next == sent {
			err = errSamePage
		}
	}
	return err
}

// do sends one request, and once more with the other scope if the first was refused for it; from then on with the other alone.
func (b warehouse) do(ctx context.Context, method, path string, query url.Values, body []byte, into any) error {
	if b.s.export.wider.Load() {
		return b.explain(b.as(ctx, scopeCloud, method, path, query, body, into))
	}
	err := b.as(ctx, scopeBigQuery, method, path, query, body, into)
	if refusal := (*googleapi.Error)(nil); errors.As(err, &refusal) && refusal.Code == http.StatusForbidden && isScope(reason(refusal)) {
		b.s.export.wider.Store(true)
		err = b.as(ctx, scopeCloud, method, path, query, body, into)
	}
	return b.explain(err)
}

func isScope(why string) bool {
	return why == "insufficientPermissions" || why == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
}

func (b warehouse) as(ctx context.Context, scope, method, path string, query url.Values, body []byte, into any) error {
	address := b.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(as(ctx, "", scope), method, address, content)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := googleapi.CheckResponse(resp); err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// explain says what to do about a refusal: in BigQuery roles decide, not delegations.
func (b warehouse) explain(err error) error {
	var refusal *googleapi.Error
	if !errors.As(err, &refusal) {
		return err
	}
	switch why := reason(refusal); {
	case refusal.Code == http.StatusNotFound:
		return fmt.Errorf("the dataset %s of the project %s, or what is in it, is not there (%w): check features.inventory_export, and that Drive's export is set up in the Admin console", b.dataset, b.project, err)
	case why == "accessDenied":
		return fmt.Errorf("%w: BigQuery denies access: grant the service account roles/bigquery.jobUser on the project %s and roles/bigquery.dataViewer on its dataset %s", inventory.ErrNotPermitted, b.project, b.dataset)
	case why == "billingNotEnabled":
		return fmt.Errorf("%w: queries are paid for, and the project %s has no billing account", inventory.ErrNotPermitted, b.project)
	}
	return explain(err, scopeBigQuery)
}

// reads are the requests that a warehouse is asked with. The one POST carries a query, which only may be one of ours.
func (b warehouse) reads() []wire.Rule {
	ask := admits(b.base, "queries")
	ask.Methods, ask.Body = []string{http.MethodPost}, b.vouch
	return []wire.Rule{ask, admits(b.base, "queries/*", "datasets/"+b.dataset+"/tables", "datasets/"+b.dataset+"/tables/*")}
}

// vouch refuses what is no query of ours: one SELECT from a table of the dataset, of columns, parameters and a few functions that only
// compute. There is no quote, no semicolon and no other statement in it.
func (b warehouse) vouch(body []byte) error {
	var q question
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil || d.More() || q.UseLegacySQL {
		return errors.New("its body is no query of ours")
	}
	const words = `[A-Za-z0-9_.,()@=<> \[\]*]`
	shape := regexp.MustCompile("^SELECT " + words + "+ FROM `" + regexp.QuoteMeta(b.project+"."+b.dataset) + `\.[\w-]+` + "`" + words + "*$")
	if !shape.MatchString(q.Query) {
		return errors.New("its query is not one of ours")
	}
	computes := []string{"COALESCE", "COUNT", "MAX", "ARRAY_LENGTH", "UNIX_MICROS", "SAFE_OFFSET"}
	for _, call := range regexp.MustCompile(`(\w+) *\(`).FindAllStringSubmatch(q.Query, -1) {
		if !slices.Contains(computes, strings.ToUpper(call[1])) {
			return fmt.Errorf("its query calls %s", call[1])
		}
	}
	return nil
}
