package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// heldToTheTruth checks every body that passes against Google's own description of the API, the Discovery document in the module of its
// clients: an unknown property, a number where a string belongs or a value that an enumeration does not have is an error.
type heldToTheTruth struct{ *testing.T }

func (h *heldToTheTruth) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || answer.StatusCode != 200 || r.URL.Path == "/token" || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") || r.URL.Query().Get("alt") == "media" {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	for _, problem := range lies(r, body) {
		h.Errorf("%s: %s", r.URL.Path, problem)
	}
	return answer, err
}

// lies lists where the body of an answer is not as Google describes it.
func lies(r *http.Request, body []byte) []string {
	if r.URL.Path == studioPath {
		return studioLies(body)
	}
	for _, api := range describedAPIs() {
		d, err := discovered(api)
		if err != nil {
			return []string{err.Error()}
		}
		if schema := d.answer(r); schema != nil {
			var v any
			decoder := json.NewDecoder(bytes.NewReader(body))
			decoder.UseNumber()
			if err := decoder.Decode(&v); err != nil {
				return []string{err.Error()}
			}
			return d.check("", schema, v)
		}
	}
	return []string{"no method of Google's answers this"}
}

// describedAPIs are those whose Discovery documents come with the module: all that are served but Looker Studio's.
func describedAPIs() []string {
	return []string{"drive/v3/drive", "bigquery/v2/bigquery", "drivelabels/v2/drivelabels", "sheets/v4/sheets", "admin/directory/v1/admin", "admin/reports/v1/admin", "forms/v1/forms"}
}

// A discovery is what matters of a Discovery document. https://developers.google.com/discovery/v1/reference/apis
type discovery struct {
	ServicePath string `json:"servicePath"`
	BasePath    string `json:"basePath"`
	Schemas     map[string]*schema
	Resources   map[string]*resource
}

type resource struct {
	Methods   map[string]*described
	Resources map[string]*resource
}

type described struct {
	HTTPMethod string `json:"httpMethod"`
	Path       string
	Response   *schema
	Scopes     []string
	Parameters map[string]any
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       string
	Format     string
	Enum       []string
	Properties map[string]*schema
	Additional *schema `json:"additionalProperties"`
	Items      *schema
}

var (
	discoveries   = map[string]*discovery{}
	discoveriesMu sync.Mutex
)

func discovered(api string) (*discovery, error) {
	discoveriesMu.Lock()
	defer discoveriesMu.Unlock()
	if d := discoveries[api]; d != nil {
		return d, nil
	}
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		return nil, fmt.Errorf("the module of Google's clients: %w", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), api+"-api.json"))
	if err != nil {
		return nil, err
	}
	d := &discovery{}
	discoveries[api] = d
	return d, json.Unmarshal(data, d)
}

// answer is the schema of what a request is answered with, nil when it is none of this API's.
func (d *discovery) answer(r *http.Request) *schema {
	if m := d.method(r); m != nil {
		return m.Response
	}
	return nil
}

func (d *discovery) method(r *http.Request) *described {
	base := d.ServicePath
	if base == "" {
		base = strings.TrimPrefix(d.BasePath, "/")
	}
	var found *described
	for _, res := range d.Resources {
		res.each(func(m *described) {
			if m.HTTPMethod == r.Method && pattern(base+m.Path).MatchString(strings.TrimPrefix(r.URL.Path, "/")) && (found == nil || !strings.Contains(m.Path, "{")) {
				found = m
			}
		})
	}
	return found
}

func (r *resource) each(do func(*described)) {
	for _, m := range r.Methods {
		do(m)
	}
	for _, sub := range r.Resources {
		sub.each(do)
	}
}

var hole = regexp.MustCompile(`\\\{\+?[A-Za-z]+\\\}`)

func pattern(path string) *regexp.Regexp {
	return regexp.MustCompile("^" + hole.ReplaceAllString(regexp.QuoteMeta(strings.ReplaceAll(path, "{+", "{")), "[^/:]+") + "$")
}

// check walks a value along its schema.
func (d *discovery) check(at string, s *schema, v any) []string {
	if s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	switch v := v.(type) {
	case map[string]any:
		return d.checkObject(at, s, v)
	case []any:
		if s.Type == "any" {
			return nil
		}
		if s.Type != "array" {
			return []string{at + ": a list, not " + s.Type}
		}
		var out []string
		for i, e := range v {
			out = append(out, d.check(fmt.Sprintf("%s[%d]", at, i), s.Items, e)...)
		}
		return out
	}
	return checkScalar(at, s, v)
}

func (d *discovery) checkObject(at string, s *schema, v map[string]any) []string {
	if s.Type == "any" {
		return nil
	}
	if s.Type != "object" {
		return []string{at + ": an object, not " + s.Type}
	}
	var out []string
	for name, value := range v {
		below := s.Properties[name]
		if below == nil {
			below = s.Additional
		}
		if below == nil {
			out = append(out, at+"."+name+": there is no such property")
			continue
		}
		out = append(out, d.check(at+"."+name, below, value)...)
	}
	return out
}

func checkScalar(at string, s *schema, v any) []string {
	wrong := func() []string { return []string{fmt.Sprintf("%s: %v is not %s %s", at, v, s.Type, s.Format)} }
	switch v := v.(type) {
	case string:
		if s.Type != "string" && s.Type != "any" || len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
			return wrong()
		}
		switch s.Format {
		case "date-time":
			if _, err := time.Parse(time.RFC3339, v); err != nil {
				return wrong()
			}
		case "int64", "uint64":
			if !regexp.MustCompile(`^-?[0-9]+$`).MatchString(v) {
				return wrong()
			}
		}
	case json.Number:
		whole := !strings.ContainsAny(v.String(), ".eE")
		if s.Type != "any" && s.Type != "number" && !(s.Type == "integer" && whole) {
			return wrong()
		}
	case bool:
		if s.Type != "boolean" && s.Type != "any" {
			return wrong()
		}
	case nil:
		return []string{at + ": null, which Google never sends"}
	}
	return nil
}

// studioLies holds a page of Looker Studio's to what is written about it.
func studioLies(body []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	var page struct {
		NextPageToken, PreviousPageToken string
		Assets                           []struct {
			Name, Title, Description, AssetType, Owner, Creator      string
			CreateTime, UpdateTime, UpdateByMeTime, LastViewByMeTime time.Time
			Trashed                                                  bool
		}
	}
	if err := decoder.Decode(&page); err != nil {
		return []string{err.Error()}
	}
	return nil
}

// The walk: everything the emulator can say, in full, held to the truth.
func TestGoogleBodiesAreTrue(t *testing.T) {
	ws := university(t)
	marks := ws.named(historian, "HIST201 marks 2024").Id
	chapters := ws.named("callum.strachan@alderbay.example", "alumni chapters contacts").Id
	gates := ws.named(librarian, "gate counts.csv")
	declared := ws.declares(historian)
	for _, c := range []struct{ who, scope, path string }{
		{historian, "drive.readonly", "/drive/v3/files?fields=*"},
		{historian, "drive.readonly", "/drive/v3/files"},
		{"saoirse.flynn@alderbay.example", "drive.readonly", "/drive/v3/files?corpora=allDrives&includeItemsFromAllDrives=true&supportsAllDrives=true&fields=*&pageSize=1000"},
		{historian, "drive.readonly", "/drive/v3/files/" + marks + "?fields=*"},
		{historian, "drive.readonly", "/drive/v3/files/root?fields=*"},
		{librarian, "drive.readonly", "/drive/v3/files/" + gates.Id + "?fields=*&supportsAllDrives=true"},
		{librarian, "drive.readonly", "/drive/v3/files/" + gates.DriveId + "?fields=*&supportsAllDrives=true"},
		{historian, "drive.readonly", "/drive/v3/files/" + marks + "/permissions?fields=*"},
		{librarian, "drive.readonly", "/drive/v3/files/" + gates.Id + "/permissions?fields=*&supportsAllDrives=true"},
		{historian, "drive.readonly", "/drive/v3/files/" + marks + "/revisions?fields=*"},
		{librarian, "drive.readonly", "/drive/v3/files/" + gates.Id + "/revisions?fields=*"},
		{historian, "drive.readonly", "/drive/v3/changes/startPageToken"},
		{workspaceAdmin, "drive.readonly", "/drive/v3/drives?useDomainAdminAccess=true&fields=*"},
		{librarian, "drive.readonly", "/drive/v3/drives/" + gates.DriveId + "?fields=*"},
		{historian, "spreadsheets.readonly", "/v4/spreadsheets/" + marks + "?includeGridData=true"},
		{"callum.strachan@alderbay.example", "spreadsheets.readonly", "/v4/spreadsheets/" + chapters + "?fields=sheets(data(rowData(values(effectiveFormat,dataValidation))))"},
		{technician, "spreadsheets.readonly", "/v4/spreadsheets/" + ws.named(technician, "Camera kit - who has what").Id + "?includeGridData=true"},
		{historian, "spreadsheets.readonly", "/v4/spreadsheets/" + declared},
		{workspaceAdmin, "admin.directory.user.readonly", "/admin/directory/v1/users?customer=my_customer"},
		{workspaceAdmin, "admin.directory.user.readonly", "/admin/directory/v1/users/" + historian},
		{"jin.woo.bae@alderbay.example", "forms.body.readonly", "/v1/forms/" + ws.named("jin.woo.bae@alderbay.example", "Coursehouse - ask for a site").Id},
		{technician, "forms.body.readonly", "/v1/forms/" + ws.named(technician, "Book camera kit").Id},
		{technician, "forms.body.readonly", "/v1/forms/" + ws.named(technician, "Casual tutor hours - fortnight").Id + "?fields=items(title,questionItem)"},
		{workspaceAdmin, "admin.reports.audit.readonly", "/admin/reports/v1/activity/users/all/applications/token"},
		{workspaceAdmin, "admin.reports.audit.readonly", "/admin/reports/v1/activity/users/all/applications/token?eventName=revoke&maxResults=1"},
		{workspaceAdmin, "admin.directory.user.security", "/admin/directory/v1/users/" + technician + "/tokens"},
		{librarian, "datastudio.readonly", "/v1/assets:search?assetTypes=REPORT"},
	} {
		answer, err := ws.as(c.who, c.scope).Get(strings.TrimSuffix(ws.ends.Sheets, "/") + c.path)
		if err != nil {
			t.Fatal(err)
		}
		if body := ws.body(answer); answer.StatusCode != 200 || len(body) < 10 {
			t.Errorf("%s: %d %s", c.path, answer.StatusCode, body)
		}
	}
	ws.changesAreTrue(gates.DriveId)
}

// declares gives somebody a spreadsheet with all that stands beside cells.
func (ws *workspace) declares(who string) string {
	ws.Helper()
	it, err := ws.server.World.Create(ws.place(who).ID, Item{Name: "Declared", Sheet: func() Sheet {
		rows := [][]Cell{{{Value: "Name"}, {Value: "Due"}}, {{Value: "x", Note: "rang"}, {Value: 45000.0, Format: "DATE"}}}
		return Sheet{Tabs: []Tab{{Title: "T", Rows: rows, RowCount: 10, ColumnCount: 4, Protected: []string{"A1:B1"}, Tables: []string{"A1:B2"}}},
			Marks: []string{"kit"}, Queries: []Warehouse{{"p", "d", "t"}}}
	}})
	if err != nil {
		ws.Fatal(err)
	}
	return it.ID
}

// changesAreTrue makes one change of each kind and reads them in full.
func (ws *workspace) changesAreTrue(shared string) {
	ws.Helper()
	for who, query := range map[string]string{historian: "", librarian: "&driveId=" + shared + "&includeItemsFromAllDrives=true&supportsAllDrives=true"} {
		client := ws.as(who, "drive.metadata.readonly")
		base := strings.TrimSuffix(ws.ends.Drive, "/")
		answer, err := client.Get(base + "/changes/startPageToken?x=" + query)
		if err != nil {
			ws.Fatal(err)
		}
		var start struct{ StartPageToken string }
		if err := json.Unmarshal(ws.body(answer), &start); err != nil {
			ws.Fatal(err)
		}
		place := shared
		if query == "" {
			place = ws.place(who).ID
		}
		for _, name := range []string{"a.xlsx", "b.csv", "c.txt"} {
			it, err := ws.server.World.Create(place, Item{Name: name, Content: BytesContent([]byte(name))})
			if err != nil {
				ws.Fatal(err)
			}
			if name == "b.csv" {
				ws.server.World.Trash(place, it.ID)
			}
			if name == "c.txt" {
				ws.server.World.Delete(place, it.ID)
			}
		}
		answer, err = client.Get(base + "/changes?fields=*&pageToken=" + start.StartPageToken + query)
		if err != nil {
			ws.Fatal(err)
		}
		if body := ws.body(answer); bytes.Count(body, []byte("drive#change\"")) != 3 {
			ws.Errorf("changes: %s", body)
		}
	}
}

// What the check is worth: it finds each of these.
func TestTheTruthFindsLies(t *testing.T) {
	r, _ := http.NewRequest("GET", "http://x/drive/v3/files", nil)
	for _, body := range []string{
		`{"files":[{"size":11}]}`, `{"files":[{"colour":"red"}]}`, `{"files":{}}`, `{"files":[{"trashed":"false"}]}`,
		`{"files":[{"createdTime":"yesterday"}]}`, `{"files":[{"owners":null}]}`, `{"files":[{"owners":[{"mail":"x"}]}]}`,
	} {
		if len(lies(r, []byte(body))) == 0 {
			t.Errorf("nothing wrong found with %s", body)
		}
	}
	if found := lies(r, []byte(`{"kind":"drive#fileList","files":[{"size":"11","owners":[{"me":true}]}]}`)); len(found) > 0 {
		t.Errorf("wrong with the truth: %v", found)
	}
}

// The fields that the emulator knows, and the scopes that it takes, are Google's.
func TestKnownFieldsAndScopesAreGoogles(t *testing.T) {
	g := newGoogle(NewServer(NewWorld(Options{}), ServerOptions{}))
	for path, m := range g.methods() {
		r, _ := http.NewRequest("GET", "http://x"+regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "x"), nil)
		found := false
		for _, api := range describedAPIs() {
			d, err := discovered(api)
			if err != nil {
				t.Fatal(err)
			}
			described := d.method(r)
			if described == nil {
				continue
			}
			found = true
			if described.Response == nil { // bytes
				continue
			}
			for _, problem := range append(d.unknown(path, described.Response, m.known), d.unknown(path, described.Response, m.usual)...) {
				t.Error(problem)
			}
			for _, scope := range m.scopes {
				if !slices.Contains(described.Scopes, scopePrefix+scope) {
					t.Errorf("%s: Google does not take the scope %s", path, scope)
				}
			}
		}
		if !found && path != studioPath {
			t.Errorf("%s is none of Google's", path)
		}
	}
}

// unknown are the fields of a mask that a schema does not have.
func (d *discovery) unknown(at string, s *schema, m mask) []string {
	if s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	if s.Items != nil {
		return d.unknown(at, s.Items, m)
	}
	var out []string
	for name, below := range m {
		if s.Properties[name] == nil {
			out = append(out, at+": no field "+name)
			continue
		}
		out = append(out, d.unknown(at+"."+name, s.Properties[name], below)...)
	}
	return out
}
