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

// get asks for something as somebody with a scope, and gives the status and the body.
func (ws *workspace) get(who, scope, path string) (int, string) {
	ws.Helper()
	answer, err := ws.as(who, scope).Get(strings.TrimSuffix(ws.ends.Sheets, "/") + path)
	if err != nil {
		ws.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		ws.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// What features ask for is given to those who may have it, for the scope that it takes.
func TestGoogleFeatureScopes(t *testing.T) {
	ws := university(t)
	form := "/v1/forms/" + ws.named(technician, "Book camera kit").Id
	script := "/drive/v3/files/" + ws.named(librarian, "overdue nudges").Id + "/export?mimeType=" + strings.ReplaceAll(typeScriptExport, "+", "%2B")
	const audit = "/admin/reports/v1/activity/users/all/applications/token"
	for _, c := range []struct {
		who, scope, path string
		status           int
		says             string
	}{
		{technician, "forms.body.readonly", form, 200, `"title":"Borrower"`},
		{technician, "drive.readonly", form, 200, `"linkedSheetId":"`},
		{technician, "spreadsheets.readonly", form, 403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"},
		{historian, "forms.body.readonly", form, 200, ""}, // a member of the shared drive
		{librarian, "forms.body.readonly", form, 404, "NOT_FOUND"},
		{technician, "forms.body.readonly", form + "?fields=responses", 400, "Invalid field selection"},
		{technician, "forms.body.readonly", form + "/responses", 404, ""},
		{librarian, "drive.readonly", script, 200, "MailApp.sendEmail"},
		{librarian, "drive.metadata.readonly", script, 403, "insufficientPermissions"},
		{technician, "drive.readonly", script, 404, "notFound"},
		{librarian, "drive.readonly", strings.Replace(script, "script%2Bjson", "pdf", 1), 400, "not supported"},
		{workspaceAdmin, "admin.reports.audit.readonly", audit, 200, `"name":"authorize"`},
		{workspaceAdmin, "admin.directory.user.readonly", audit, 403, "insufficientPermissions"},
		{historian, "admin.reports.audit.readonly", audit, 403, "forbidden"},
		{workspaceAdmin, "admin.reports.audit.readonly", audit + "?startTime=yesterday", 400, "startTime"},
		{workspaceAdmin, "admin.reports.audit.readonly", strings.Replace(audit, "token", "drive", 1), 200, `"items":[]`},
		{workspaceAdmin, "admin.directory.user.security", "/admin/directory/v1/users/" + technician + "/tokens", 200, `"displayText":"AppSheet"`},
		{workspaceAdmin, "admin.directory.user.readonly", "/admin/directory/v1/users/" + technician + "/tokens", 403, "insufficientPermissions"},
		{technician, "admin.directory.user.security", "/admin/directory/v1/users/" + technician + "/tokens", 403, "forbidden"},
		{workspaceAdmin, "admin.directory.user.security", "/admin/directory/v1/users/nobody/tokens", 404, "notFound"},
		{librarian, "datastudio.readonly", studioPath + "?assetTypes=REPORT", 200, "Library gate counts"},
		{librarian, "datastudio.readonly", studioPath + "?assetTypes=REPORT&owner=" + historian, 200, `"assets":[]`},
		{librarian, "datastudio.readonly", studioPath, 400, "INVALID_ARGUMENT"},
		{librarian, "drive.readonly", studioPath + "?assetTypes=REPORT", 403, "PERMISSION_DENIED"},
	} {
		status, body := ws.get(c.who, c.scope, c.path)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s with %s: %s\n%d %s, want %d with %s", c.who, c.scope, c.path, status, body, c.status, c.says)
		}
	}
	ws.server.scopes = readScopes()
	if _, err := ws.as(workspaceAdmin, "admin.directory.user.security").Get(ws.ends.Sheets); err == nil || !strings.Contains(err.Error(), "unauthorized_client") {
		t.Errorf("a scope that can write is granted by default: %v", err)
	}
}

// The audit log tells the latest first, a page at a time, and forgets after half a year.
func TestAuditLog(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	w := NewWorld(Options{Now: func() time.Time { return now }})
	for i := range 5 {
		p := w.AddPerson(Person{Name: "A", Address: fmt.Sprintf("p%d@example.edu", i), Google: true})
		w.AddOAuthGrant(OAuthGrant{Client: "c", App: "App", Person: p.ID, Scopes: []string{"s"}, Given: now.AddDate(0, 0, -50*i-1), Taken: now.AddDate(0, 0, -50*i)})
	}
	ws := newWorkspace(t, w)
	var seen []string
	token := ""
	for {
		_, body := ws.get("p0@example.edu", "admin.reports.audit.readonly", "/admin/reports/v1/activity/users/all/applications/token?maxResults=2&pageToken="+token)
		var page struct {
			NextPageToken string
			Items         []struct {
				ID     struct{ Time string }
				Events []struct{ Name string }
			}
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Items) > 2 {
			t.Fatalf("%v: %s", err, body)
		}
		for _, it := range page.Items {
			seen = append(seen, it.ID.Time[:10]+" "+it.Events[0].Name)
		}
		if token = page.NextPageToken; token == "" {
			break
		}
	}
	want := "2026-11-22 revoke 2026-11-21 authorize 2026-10-03 revoke 2026-10-02 authorize 2026-08-14 revoke 2026-08-13 authorize 2026-06-25 revoke 2026-06-24 authorize"
	if got := strings.Join(seen, " "); got != want {
		t.Errorf("events %s\nwant %s", got, want)
	}
	if _, body := ws.get("p0@example.edu", "admin.reports.audit.readonly", "/admin/reports/v1/activity/users/p1@example.edu/applications/token?eventName=revoke"); strings.Count(body, "activity\"") != 1 {
		t.Errorf("one person's: %s", body)
	}
}

// Nothing of a script that is bound to a spreadsheet can be had, and no answer to a form.
func TestWhatGoogleKeepsBack(t *testing.T) {
	ws := university(t)
	for _, path := range []string{"/v1/projects/1/content", "/v1/forms/1/responses"} {
		if status, body := ws.get(technician, "drive.readonly", path); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}
