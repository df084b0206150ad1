package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/oauth2"
	oauth "golang.org/x/oauth2/google"
	admin "google.golang.org/api/admin/directory/v1"
	drivev3 "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
)

// workspace is Google's side of a served organisation, seen through Google's own clients. Every body is held to the truth.
type workspace struct {
	*testing.T
	server *Server
	ends   Endpoints
}

func newWorkspace(t *testing.T, w *World) *workspace {
	t.Helper()
	s := NewServer(w, ServerOptions{Scopes: append(readScopes(), "admin.directory.user.security")})
	ts := httptest.NewServer(s.Handler())
	t.Cleanup(ts.Close)
	return &workspace{t, s, s.Endpoints(ts.URL)}
}

func university(t *testing.T) *workspace {
	t.Helper()
	w, err := AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	return newWorkspace(t, w)
}

// as is a client that acts for somebody with a scope.
func (ws *workspace) as(who string, scopes ...string) *http.Client {
	ws.Helper()
	return ws.asAccount("scanner", who, scopes...)
}

// asAccount is one of a service account's, which keeps the scopes it has.
func (ws *workspace) asAccount(name, who string, scopes ...string) *http.Client {
	ws.Helper()
	delegated := ws.server.scopes
	if known := ws.server.accounts.of(accountAddress(name)); name != "scanner" && known != nil {
		delegated = known.scopes
	}
	key, err := ws.server.GoogleAccount(name, ws.ends.TokenURI, delegated...)
	if err != nil {
		ws.Fatal(err)
	}
	asked := make([]string, len(scopes))
	for i, scope := range scopes {
		asked[i] = scopePrefix + scope
	}
	config, err := oauth.JWTConfigFromJSON(key, asked...)
	if err != nil {
		ws.Fatal(err)
	}
	config.Subject = who
	truthful := &http.Client{Transport: &heldToTheTruth{ws.T}}
	return config.Client(context.WithValue(ws.Context(), oauth2.HTTPClient, truthful))
}

func (ws *workspace) drive(who string, scopes ...string) *drivev3.Service {
	ws.Helper()
	if scopes == nil {
		scopes = []string{"drive.readonly"}
	}
	s, err := drivev3.NewService(ws.Context(), option.WithHTTPClient(ws.as(who, scopes...)), option.WithEndpoint(ws.ends.Drive))
	if err != nil {
		ws.Fatal(err)
	}
	return s
}

func (ws *workspace) sheets(who string) *sheets.Service {
	ws.Helper()
	s, err := sheets.NewService(ws.Context(), option.WithHTTPClient(ws.as(who, "spreadsheets.readonly")), option.WithEndpoint(ws.ends.Sheets))
	if err != nil {
		ws.Fatal(err)
	}
	return s
}

func (ws *workspace) directory(who string) *admin.Service {
	ws.Helper()
	s, err := admin.NewService(ws.Context(), option.WithHTTPClient(ws.as(who, "admin.directory.user.readonly")), option.WithEndpoint(ws.ends.Directory))
	if err != nil {
		ws.Fatal(err)
	}
	return s
}

const (
	workspaceAdmin = "dmitri.falk@alderbay.example"
	librarian      = "efua.quaye@alderbay.example"
	historian      = "jomo.kariuki@alderbay.example"
	technician     = "carys.pugh@alderbay.example"
)

// named is the file of that name in somebody's listing.
func (ws *workspace) named(who, name string) *drivev3.File {
	ws.Helper()
	list, err := ws.drive(who).Files.List().Corpora("allDrives").IncludeItemsFromAllDrives(true).SupportsAllDrives(true).
		Q("name = '" + strings.ReplaceAll(name, "'", `\'`) + "'").Fields("files(id,name,size,mimeType,driveId)").Do()
	if err != nil {
		ws.Fatal(err)
	}
	if len(list.Files) != 1 {
		ws.Fatalf("%d files are called %q", len(list.Files), name)
	}
	return list.Files[0]
}

func TestGoogleListsEveryFileOnce(t *testing.T) {
	ws := university(t)
	want := map[string]bool{}
	for _, p := range ws.server.World.Places() {
		items, _ := ws.server.World.List(p.ID, 0, 10_000)
		for _, it := range items {
			if p.Suite == Google && it.Parent != "" {
				want[it.ID] = true
			}
		}
	}
	got := map[string]int{}
	count := func(list *drivev3.FileList) error {
		for _, f := range list.Files {
			got[f.Id]++
		}
		return nil
	}
	for _, p := range ws.server.World.Places() {
		var err error
		switch p.Kind {
		case KindMyDrive:
			owner, _ := ws.server.World.Person(p.Owner)
			if owner.Left {
				continue
			}
			err = ws.drive(owner.Address, "drive.metadata.readonly").Files.List().PageSize(3).Q("'me' in owners and trashed = false").Pages(ws.Context(), count)
		case KindSharedDrive:
			member, _ := ws.server.World.Person(p.Members[0].Person)
			err = ws.drive(member.Address, "drive.metadata.readonly").Files.List().PageSize(4).Corpora("drive").DriveId(p.ID).
				IncludeItemsFromAllDrives(true).SupportsAllDrives(true).Q("trashed = false").Pages(ws.Context(), count)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for id, n := range got {
		if !want[id] || n != 1 {
			t.Errorf("file %s was listed %d times", id, n)
		}
		delete(want, id)
	}
	for id := range want {
		if it, _ := ws.server.World.FindItem(id); it.Place != "" {
			if p, _ := ws.server.World.Place(it.Place); ws.active(p) {
				t.Errorf("%s in %s was not listed", it.Name, p.Kind)
			}
		}
	}
}

func (ws *workspace) active(p Place) bool {
	owner, ok := ws.server.World.Person(p.Owner)
	return !ok || !owner.Left
}

// A person's changes tell of what they own and of what is shared with them; a shared drive's of what is in it.
func TestGoogleChanges(t *testing.T) {
	ws := university(t)
	w := ws.server.World
	d := ws.drive(historian, "drive.metadata.readonly")
	own := ws.place(historian)
	list, err := d.Files.List().Q("'me' in owners and mimeType != '" + MIMEGoogleFolder + "'").Do()
	if err != nil || len(list.Files) < 3 {
		t.Fatalf("%d files, %v", len(list.Files), err)
	}
	start, err := d.Changes.GetStartPageToken().Do()
	if err != nil {
		t.Fatal(err)
	}
	token := start.StartPageToken
	if got, _ := ws.follow(d, token); len(got) != 0 {
		t.Errorf("changes before anything changed: %v", got)
	}
	a, b, c := list.Files[0].Id, list.Files[1].Id, list.Files[2].Id
	made, err := w.Create(own.ID, Item{Name: "new.xlsx", Content: BytesContent([]byte("x"))})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{one(w.Rename(own.ID, a, "other")), w.Trash(own.ID, b), w.Delete(own.ID, c), one(w.Rename(own.ID, a, "another"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, next := ws.follow(d, token)
	want := map[string]string{made.ID: "new.xlsx", a: "another", b: "trashed", c: "removed"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	if again, _ := ws.follow(d, next); len(again) != 0 {
		t.Errorf("changes after the last: %v", again)
	}
	theirs := ws.named("saoirse.flynn@alderbay.example", "Copy of HIST201 marks 2025")
	other := ws.place("saoirse.flynn@alderbay.example")
	w.Touch(other.ID, theirs.Id)
	if got, _ := ws.follow(d, next); len(got) != 0 {
		t.Errorf("somebody else's file changed, and I hear of it: %v", got)
	}
	me, _ := w.Person(historian)
	w.Share(other.ID, theirs.Id, Grant{Person: me.ID, Role: RoleRead})
	if got, _ := ws.follow(d, next); len(got) != 1 {
		t.Errorf("a file was shared with me, and I hear nothing: %v", got)
	}
}

func one[T any](_ T, err error) error { return err }

func (ws *workspace) place(who string) Place {
	ws.Helper()
	p, _ := ws.server.World.Person(who)
	place, ok := ws.server.World.PersonalPlace(Google, p.ID)
	if !ok {
		ws.Fatalf("%s has no My Drive", who)
	}
	return place
}

// follow reads all changes since a token, a page of two at a time: what became of each file, and the token for the next time.
func (ws *workspace) follow(d *drivev3.Service, token string) (map[string]string, string) {
	ws.Helper()
	out := map[string]string{}
	for {
		page, err := d.Changes.List(token).PageSize(2).Do(googleapi.QueryParameter("fields", "nextPageToken,newStartPageToken,changes(fileId,removed,file(name,trashed,ownedByMe))"))
		if err != nil {
			ws.Fatal(err)
		}
		for _, c := range page.Changes {
			switch {
			case c.Removed:
				out[c.FileId] = "removed"
			case c.File.Trashed:
				out[c.FileId] = "trashed"
			default:
				out[c.FileId] = c.File.Name
			}
		}
		if page.NewStartPageToken != "" {
			return out, page.NewStartPageToken
		}
		token = page.NextPageToken
	}
}

func TestGoogleSharedDriveChanges(t *testing.T) {
	ws := university(t)
	drives, err := ws.drive(workspaceAdmin).Drives.List().UseDomainAdminAccess(true).Do()
	if err != nil || len(drives.Drives) != 9 {
		t.Fatalf("%d shared drives, %v", len(drives.Drives), err)
	}
	var library *drivev3.Drive
	for _, d := range drives.Drives {
		if d.Name == "Library Team" {
			library = d
		}
	}
	d := ws.drive(librarian, "drive.metadata.readonly")
	start, err := d.Changes.GetStartPageToken().DriveId(library.Id).SupportsAllDrives(true).Do()
	if err != nil {
		t.Fatal(err)
	}
	made, err := ws.server.World.Create(library.Id, Item{Name: "new.csv", Content: BytesContent([]byte("a,b\n"))})
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.Changes.List(start.StartPageToken).DriveId(library.Id).IncludeItemsFromAllDrives(true).SupportsAllDrives(true).
		Fields("newStartPageToken,changes(fileId,driveId,file(*))").Do()
	if err != nil || len(page.Changes) != 1 {
		t.Fatalf("%d changes, %v", len(page.Changes), err)
	}
	f := page.Changes[0].File
	if f.Id != made.ID || f.DriveId != library.Id || f.Size != 4 || f.Owners != nil || f.Shared || f.OwnedByMe || f.Permissions != nil {
		t.Errorf("a file of a shared drive: %+v", f)
	}
	_, err = ws.drive(historian).Changes.GetStartPageToken().DriveId(library.Id).SupportsAllDrives(true).Do()
	ws.refuses(err, 404, "notFound")
	_, err = ws.drive(historian).Drives.List().UseDomainAdminAccess(true).Do()
	ws.refuses(err, 403, "forbidden")
	members, err := ws.drive(workspaceAdmin, "drive.metadata.readonly").Permissions.List(library.Id).UseDomainAdminAccess(true).SupportsAllDrives(true).Fields("*").Do()
	if err != nil || len(members.Permissions) < 5 || members.Permissions[0].Role != "organizer" || members.Permissions[0].EmailAddress == "" {
		t.Errorf("members: %v, %v", members, err)
	}
}

// refuses checks that an error is Google's, with a code and a reason.
func (ws *workspace) refuses(err error, code int, reason string) {
	ws.Helper()
	var refusal *googleapi.Error
	if !errors.As(err, &refusal) || refusal.Code != code || len(refusal.Errors) == 0 || refusal.Errors[0].Reason != reason {
		ws.Errorf("got %v, want %d %s", err, code, reason)
	}
}

// A key that is not the service account's gets nothing.
