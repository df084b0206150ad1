package emulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// resourceQuery is the body of a query of the inventory.
type resourceQuery struct {
	TableName string
	Clauses   []queryClause
	Options   struct {
		Top       int
		Skip      int
		SkipToken string
	}
}

// queryClause is any clause; which fields it has is told by its type.
type queryClause struct {
	Type       string            `json:"$type"`
	FieldName  string            `json:"FieldName,omitempty"`
	Operator   string            `json:"Operator,omitempty"`
	Values     []string          `json:"Values,omitempty"`
	Expression string            `json:"Expression,omitempty"`
	Order      map[string]string `json:"FieldNamesAscDesc,omitempty"`
}

// A queried is what the clauses that are known here come to.
type queried struct {
	types       []string
	environment string // in lower case
	computed    bool   // the lower case of the environment's id was asked for
}

// queryMark is a skip token: it goes with one query.
type queryMark struct {
	Of   string `json:"of"`
	From int    `json:"f"`
	Try  int    `json:"t,omitempty"`
}

func (p *powerServer) query(w http.ResponseWriter, r *http.Request) {
	if v := r.URL.Query().Get("api-version"); v != "2024-10-01" {
		powerError(w, http.StatusBadRequest, "UnsupportedApiVersion", "There is no version "+v)
		return
	}
	var q resourceQuery
	if !readBody(w, r, &q) {
		return
	}
	asked, err := q.read()
	var mark queryMark
	of := q.fingerprint()
	if err == nil && q.Options.SkipToken != "" {
		if p.open(q.Options.SkipToken, &mark) != nil || mark.Of != of {
			err = fmt.Errorf("the SkipToken is of another query")
		}
	}
	if err != nil {
		powerError(w, http.StatusBadRequest, "InvalidQuery", err.Error())
		return
	}
	p.answerQuery(w, r, p.find(asked), q.Options.Top, mark, of)
}

func (p *powerServer) answerQuery(w http.ResponseWriter, r *http.Request, all []map[string]any, size int, mark queryMark, of string) {
	from := min(mark.From, len(all))
	to := min(from+size, len(all))
	f := pageFaultOf(r)
	if mark.Try++; f.empty && mark.Try <= patience {
		to = from
	} else {
		mark.Try = 0
	}
	data := slices.Clone(all[from:to])
	if f.repeat && len(data) > 0 {
		data = append(data, data[0])
	}
	out := map[string]any{"totalRecords": len(all), "count": len(data), "resultTruncated": 0, "data": data}
	if to < len(all) || to == from && mark.Try > 0 {
		out["resultTruncated"] = 1
		out["skipToken"] = p.seal(queryMark{of, to, mark.Try})
	}
	writeJSON(w, http.StatusOK, out)
}

// fingerprint tells queries apart, whatever page is asked for.
func (q resourceQuery) fingerprint() string {
	body, err := json.Marshal(q.Clauses)
	if err != nil {
		return ""
	}
	sum := digest("query", string(body))
	return b64(sum[:9])
}

// read understands the clauses that a scan needs, as the documentation has them, and says what it does not.
func (q resourceQuery) read() (out queried, err error) {
	if q.TableName != "PowerPlatformResources" || q.Options.Top < 1 || q.Options.Top > 1000 || q.Options.Skip != 0 {
		return out, fmt.Errorf("the table is PowerPlatformResources, Top is 1 to 1000, and Skip is not served here")
	}
	for _, c := range q.Clauses {
		switch {
		case c.Type == "where" && c.FieldName == "type" && (c.Operator == "in~" || c.Operator == "=="):
			out.types, err = literals(c.Values)
		case c.Type == "extend" && c.FieldName == "environmentKey" && c.Expression == "tolower(tostring(properties.environmentId))":
			out.computed = true
		case c.Type == "where" && c.FieldName == "environmentKey" && c.Operator == "==" && out.computed && len(c.Values) == 1:
			var one []string
			if one, err = literals(c.Values); err == nil {
				out.environment = one[0]
			}
		case c.Type == "orderby" && len(c.Order) == 1 && c.Order["name"] == "asc":
		default:
			err = fmt.Errorf("the emulator does not know this clause: %+v", c)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// literals takes the quotes off texts. Without them a value would be the name of a column.
func literals(values []string) ([]string, error) {
	out := make([]string, len(values))
	for i, v := range values {
		if len(v) < 2 || v[0] != '\'' || v[len(v)-1] != '\'' || strings.Contains(v[1:len(v)-1], "'") {
			return nil, fmt.Errorf("%s is not a text in quotes", v)
		}
		out[i] = v[1 : len(v)-1]
	}
	return out, nil
}

func (p *powerServer) find(q queried) []map[string]any {
	var out []map[string]any
	wanted := func(kind string) bool {
		return slices.ContainsFunc(q.types, func(t string) bool { return strings.EqualFold(t, kind) })
	}
	for _, e := range p.World.Environments() {
		if wanted("microsoft.powerplatform/environments") {
			out = append(out, p.row(e.ID, "microsoft.powerplatform/environments", map[string]any{
				"displayName": e.Name, "environmentType": e.Sort, "isManaged": false, "createdAt": precise(e.Created), "createdBy": e.CreatedBy}))
		}
		for _, t := range p.World.Things(e.ID) {
			if wanted(t.Type) && (q.environment == "" || strings.ToLower(e.ID) == q.environment) {
				out = append(out, p.row(t.ID, t.Type, t.properties()))
			}
		}
	}
	slices.SortFunc(out, func(a, b map[string]any) int { return cmp.Compare(a["name"].(string), b["name"].(string)) })
	return out
}

func (p *powerServer) row(name, kind string, properties map[string]any) map[string]any {
	return map[string]any{"name": name, "type": kind, "location": "australia", "tenantId": p.World.tenantID(), "properties": properties}
}

// properties are what the inventory tells of a thing: for an agent no times of change, and for nothing what it connects to.
func (t PowerThing) properties() map[string]any {
	out := map[string]any{"displayName": t.Name, "createdAt": precise(t.Created), "createdBy": t.CreatedBy, "ownerId": t.Owner, "environmentId": t.Environment}
	if t.Type == StudioAgent {
		out["createdIn"], out["authentication"], out["orchestration"] = "Copilot Studio", "Microsoft Entra", "Generative"
		out["channels"], out["model"], out["lastPublishedAt"] = t.Channels, t.Model, dated(t.Published)
		return out
	}
	out["lastModifiedAt"], out["lastModifiedBy"] = precise(t.Modified), cmp.Or(t.ModifiedBy, t.Owner)
	out["isQuarantined"] = false
	return out
}
