package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// post sends a body with the token and returns status and answer.
func (c *client) post(path, body string) (int, map[string]any) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.s.token)
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		c.t.Fatalf("POST %s: %d %s", path, res.StatusCode, text)
	}
	return res.StatusCode, out
}

const inventoryPath = "/powerplatform/resourcequery/resources/query?api-version=2024-10-01"

// powered is an organisation with five apps, a report and a form.
func powered(t *testing.T, o ServerOptions) *client {
	w := NewWorld(Options{Domain: "alderbay.example"})
	ada := w.AddPerson(Person{Name: "Ada Abbott", Address: "ada@alderbay.example", Microsoft: true})
	e := w.AddEnvironment(Environment{ID: "Default-1", Name: "Default", Sort: "Default", CreatedBy: ada.ID})
	for i := range 5 {
		w.AddThing(PowerThing{Environment: e.ID, Name: fmt.Sprint("App ", i), CreatedBy: ada.ID})
	}
	s := w.AddWorkspace(Workspace{Name: "Finance"})
	w.AddReport(Report{Workspace: s.ID, Name: "Spend", CreatedBy: ada.ID, Created: time.Now()})
	w.RecordForm(FormEvent{Form: "f", Name: "Leave", Operation: "CreateForm", By: ada.ID, Role: "Owner"})
	return serve(t, w, o)
}

// The inventory takes the clauses it documents, texts in quotes, pages of a
// thousand at most, and a token only with the query it came from.
func TestInventoryQueries(t *testing.T) {
	c := powered(t, ServerOptions{})
	body := func(values, options string) string {
		return `{"TableName":"PowerPlatformResources","Clauses":[{"$type":"where","FieldName":"type","Operator":"in~","Values":[` + values + `]}],"Options":{` + options + `}}`
	}
	apps, flows := `"'microsoft.powerapps/canvasapps'"`, `"'microsoft.powerautomate/cloudflows'"`
	status, first := c.post(inventoryPath, body(apps, `"Top":3`))
	token, _ := first["skipToken"].(string)
	if status != http.StatusOK || token == "" || first["totalRecords"] != 5.0 || first["count"] != 3.0 || first["resultTruncated"] != 1.0 {
		t.Fatalf("%d %v", status, first)
	}
	_, last := c.post(inventoryPath, body(apps, `"Top":3,"SkipToken":"`+token+`"`))
	if last["count"] != 2.0 || last["skipToken"] != nil || last["resultTruncated"] != 0.0 {
		t.Errorf("the last page is %v", last)
	}
	for name, wrong := range map[string]string{
		"no quotes":                body(`"microsoft.powerapps/canvasapps"`, `"Top":3`),
		"a quote inside":           body(`"'a' or 'b'"`, `"Top":3`),
		"too many":                 body(apps, `"Top":1001`),
		"no number":                body(apps, ``),
		"the token of another":     body(flows, `"Top":3,"SkipToken":"`+token+`"`),
		"a token that was forged":  body(apps, `"Top":3,"SkipToken":"x"`),
		"an unknown clause":        strings.Replace(body(apps, `"Top":3`), `"where"`, `"join"`, 1),
		"a field not asked for":    `{"TableName":"PowerPlatformResources","Clauses":[{"$type":"where","FieldName":"environmentKey","Operator":"==","Values":["'x'"]}],"Options":{"Top":3}}`,
		"a table that is not ours": strings.Replace(body(apps, `"Top":3`), "PowerPlatformResources", "Resources", 1),
		"fields nobody knows":      strings.Replace(body(apps, `"Top":3`), `"Top"`, `"Bottom"`, 1),
	} {
		if status, answer := c.post(inventoryPath, wrong); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	if n := c.s.Mutations(); n != 0 {
		t.Errorf("%d questions were taken for mutations", n)
	}
}

// A scan takes a hundred workspaces, has to be waited for, and what changed is
// told from half an hour to thirty days back.
func TestScans(t *testing.T) {
	c := powered(t, ServerOptions{})
	const admin = "/powerbi/v1.0/myorg/admin/workspaces/"
	many := strings.Repeat(`"x",`, 100) + `"x"`
	if status, _ := c.post(admin+"getInfo", `{"workspaces":[`+many+`]}`); status != http.StatusBadRequest {
		t.Errorf("101 workspaces: %d", status)
	}
	status, begun := c.post(admin+"getInfo?getArtifactUsers=true", `{"workspaces":["`+c.s.World.Workspaces()[0].ID+`"]}`)
	id, _ := begun["id"].(string)
	if status != http.StatusAccepted || id == "" || begun["status"] != "NotStarted" {
		t.Fatalf("%d %v", status, begun)
	}
	if res := c.do("GET", admin+"scanResult/"+id); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a result before its time: %d", res.StatusCode)
	}
	c.get(admin + "scanStatus/" + id)
	if text := string(c.get(admin + "scanResult/" + id)); !strings.Contains(text, `"Spend"`) || !strings.Contains(text, `"users"`) {
		t.Errorf("the result is %s", text)
	}
	if res := c.do("GET", admin+"scanResult/00000000"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a scan that is none: %d", res.StatusCode)
	}
	for ago, want := range map[time.Duration]int{time.Minute: 400, time.Hour: 200, 29 * 24 * time.Hour: 200, 31 * 24 * time.Hour: 400} {
		since := time.Now().Add(-ago).UTC().Format("2006-01-02T15:04:05.0000000Z")
		if res := c.do("GET", admin+"modified?modifiedSince="+since); res.StatusCode != want {
			t.Errorf("what changed in the last %v: %d, want %d", ago, res.StatusCode, want)
		}
	}
	if res := c.do("GET", "/powerbi/v1.0/myorg/admin/groups"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a listing without $top: %d", res.StatusCode)
	}
}

// Each service has its own door, and none takes a write.
func TestServicesAreGuarded(t *testing.T) {
	c := powered(t, ServerOptions{Barred: []string{ServicePowerBI}})
	const environments = "/bap/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments?api-version=2020-10-01"
	for address, want := range map[string]int{
		"GET " + environments:                                                                                             http.StatusOK,
		"GET /powerbi/v1.0/myorg/admin/groups?$top=1":                                                                     http.StatusForbidden,
		"GET " + strings.TrimSuffix(environments, "2020-10-01"):                                                           http.StatusBadRequest,
		"PUT /bap/providers/Microsoft.BusinessAppPlatform/adminApplications/x":                                            http.StatusNotFound,
		"DELETE /bap/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments":                                   http.StatusMethodNotAllowed,
		"GET /powerapps/providers/Microsoft.PowerApps/scopes/admin/environments/none/apps?api-version=2017-08-01":         http.StatusNotFound,
		"GET /flow/providers/Microsoft.ProcessSimple/scopes/admin/environments/Default-1/v2/flows?api-version=2016-11-01": http.StatusOK,
	} {
		method, path, _ := strings.Cut(address, " ")
		if res := c.do(method, path); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, res.StatusCode, want)
		}
	}
	if res := c.do("GET", environments, "Authorization", "Bearer another"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("with another token: %d", res.StatusCode)
	}
	if n := c.s.Mutations(); n != 2 {
		t.Errorf("%d mutations were counted, want 2", n)
	}
}

// An audit query is an object: it counts as a mutation, is carried out later,
// and its bodies are those of the vendor's schema.
func TestAuditQueries(t *testing.T) {
	c := powered(t, ServerOptions{Roles: []string{"AuditLogsQuery.Read.All"}})
	const queries = "/v1.0/security/auditLog/queries"
	body := fmt.Sprintf(`{"displayName":"x","filterStartDateTime":"2026-01-01T00:00:00Z","filterEndDateTime":"%s","recordTypeFilters":["MicrosoftForms"],"operationFilters":["CreateForm"]}`,
		time.Now().Add(time.Minute).UTC().Format(time.RFC3339))
	if status, _ := c.post(queries, `{"displayName":"x"}`); status != http.StatusBadRequest {
		t.Errorf("a query of nothing: %d", status)
	}
	status, made := c.post(queries, body)
	if status != http.StatusCreated || made["status"] != "notStarted" {
		t.Fatalf("%d %v", status, made)
	}
	at := queries + "/" + made["id"].(string)
	if res := c.do("GET", at+"/records"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("records before their time: %d", res.StatusCode)
	}
	c.get(at)
	var query map[string]any
	if err := json.Unmarshal(c.get(at), &query); err != nil || query["status"] != "succeeded" {
		t.Errorf("%v, %v", query, err)
	}
	records := c.walk(at + "/records?$top=1")
	if len(records.Value) != 1 || c.s.Mutations() != 2 {
		t.Errorf("%d records, %d mutations", len(records.Value), c.s.Mutations())
	}
	barred := powered(t, ServerOptions{})
	if status, _ := barred.post(queries, body); status != http.StatusForbidden {
		t.Errorf("without the permission: %d", status)
	}
	types := readCSDL(t)
	for _, m := range types.check("microsoft.graph.security.auditLogQuery", "query", query) {
		t.Error(m)
	}
	for _, r := range records.Value {
		for _, m := range types.check("microsoft.graph.security.auditLogRecord", "record", r) {
			t.Error(m)
		}
	}
}
