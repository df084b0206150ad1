package emulator

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"
)

// changesOf are somebody's changes since a token, as "+name", "-" for what is gone and "~name" for what is another's, and the next token.
func (ws *workspace) changesOf(who, since string) (told []string, next string) {
	ws.Helper()
	list, err := ws.drive(who).Changes.List(since).Fields("newStartPageToken,changes(removed,fileId,file(name,ownedByMe))").Do()
	if err != nil {
		ws.Fatal(err)
	}
	for _, c := range list.Changes {
		switch {
		case c.Removed:
			told = append(told, "-")
		case c.File.OwnedByMe:
			told = append(told, "+"+c.File.Name)
		default:
			told = append(told, "~"+c.File.Name)
		}
	}
	return told, list.NewStartPageToken
}

func (ws *workspace) start(who string) string {
	ws.Helper()
	at, err := ws.drive(who).Changes.GetStartPageToken().Do()
	if err != nil {
		ws.Fatal(err)
	}
	return at.StartPageToken
}

// TestGoogleTransfer gives a file away and back: each of the two is told once, what it is to them now.
func TestGoogleTransfer(t *testing.T) {
	w := NewWorld(Options{})
	var people []Person
	var drives []Place
	for _, name := range []string{"ann", "bob", "cy"} {
		p := w.AddPerson(Person{Name: name, Address: name + "@example.edu", Google: true})
		people = append(people, p)
		drives = append(drives, w.AddPlace(Place{Suite: Google, Kind: KindMyDrive, Owner: p.ID}))
	}
	ws := newWorkspace(t, w)
	it, err := w.Create(drives[0].ID, Item{Name: "Rota.csv", Content: BytesContent([]byte("a,b"))})
	if err != nil {
		t.Fatal(err)
	}
	ann, bob, cy := ws.start("ann@example.edu"), ws.start("bob@example.edu"), ws.start("cy@example.edu")
	for _, step := range []struct {
		from, to  int
		ann, bob  string
		ownerName string
	}{
		{0, 1, "[~Rota.csv]", "[+Rota.csv]", "bob"},
		{1, 0, "[+Rota.csv]", "[~Rota.csv]", "ann"},
		{0, 1, "[~Rota.csv]", "[+Rota.csv]", "bob"},
	} {
		if _, err := w.Transfer(drives[step.from].ID, it.ID, people[step.to].ID); err != nil {
			t.Fatal(err)
		}
		var toAnn, toBob, toCy []string
		toAnn, ann = ws.changesOf("ann@example.edu", ann)
		toBob, bob = ws.changesOf("bob@example.edu", bob)
		toCy, cy = ws.changesOf("cy@example.edu", cy)
		if fmt.Sprint(toAnn) != step.ann || fmt.Sprint(toBob) != step.bob || toCy != nil {
			t.Errorf("to %s: ann is told %v, bob %v, cy %v", step.ownerName, toAnn, toBob, toCy)
		}
		mine := 0
		for _, p := range people {
			list, err := ws.drive(p.Address).Files.List().Q("'me' in owners").Do()
			if err != nil {
				t.Fatal(err)
			}
			mine += len(list.Files)
			f, err := ws.drive(p.Address).Files.Get(it.ID).Fields("owners(displayName)").Do()
			if p.Name != "cy" && (err != nil || f.Owners[0].DisplayName != step.ownerName) {
				t.Errorf("%s sees %+v, error %v", p.Name, f, err)
			}
		}
		if mine != 1 {
			t.Errorf("%d people own it", mine)
		}
	}
}

// TestGoogleChangesReachThroughGroupsAndFolders shares a folder with a group after a file in it changed, and before another does.
func TestGoogleChangesReachThroughGroupsAndFolders(t *testing.T) {
	w := NewWorld(Options{})
	ann := w.AddPerson(Person{Name: "ann", Address: "ann@example.edu", Google: true})
	bob := w.AddPerson(Person{Name: "bob", Address: "bob@example.edu", Google: true})
	mine := w.AddPlace(Place{Suite: Google, Kind: KindMyDrive, Owner: ann.ID})
	w.AddPlace(Place{Suite: Google, Kind: KindMyDrive, Owner: bob.ID})
	team := w.AddGroup(Group{Name: "team", Address: "team@example.edu", Suite: Google})
	ws := newWorkspace(t, w)
	made := func(it Item, err error) Item {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return it
	}
	folder := made(w.Create(mine.ID, Item{Name: "Team", Folder: true}))
	at := ws.start(bob.Address)
	made(w.Share(mine.ID, folder.ID, Grant{Group: team.ID, Role: RoleRead}))
	team.Members = []string{bob.ID}
	w.AddGroup(team)
	made(w.Create(mine.ID, Item{Name: "later.csv", Parent: folder.ID, Content: BytesContent([]byte("x"))}))
	if told, _ := ws.changesOf(bob.Address, at); fmt.Sprint(told) != "[~Team ~later.csv]" {
		t.Errorf("bob is told %v", told)
	}
}

// TestGooglePagesWithParentsAreShort asks for a thousand files, with and without their folders.
func TestGooglePagesWithParentsAreShort(t *testing.T) {
	w := NewWorld(Options{})
	ann := w.AddPerson(Person{Name: "ann", Address: "ann@example.edu", Google: true})
	mine := w.AddPlace(Place{Suite: Google, Kind: KindMyDrive, Owner: ann.ID})
	for i := range 1100 {
		if _, err := w.Load(mine.ID, Item{Name: fmt.Sprint(i, ".csv"), Content: BytesContent([]byte("x"))}); err != nil {
			t.Fatal(err)
		}
	}
	ws := newWorkspace(t, w)
	for fields, want := range map[string]int{"files(id,parents)": 460, "files(id)": 1000} {
		list, err := ws.drive(ann.Address).Files.List().PageSize(1000).Q("'me' in owners").Fields(googleapi.Field(fields)).Do()
		if err != nil || len(list.Files) != want {
			t.Errorf("%s: a page of %d, error %v", fields, len(list.Files), err)
		}
	}
}

// TestGoogleRemembersTheDeleted lists who was deleted lately, apart from who is there.
func TestGoogleRemembersTheDeleted(t *testing.T) {
	ws := university(t)
	gone, _ := ws.server.World.Person(historian)
	ws.server.World.RemovePerson(gone.ID)
	d := ws.directory(workspaceAdmin)
	here, err := d.Users.List().Customer("my_customer").MaxResults(500).Do()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range here.Users {
		if p.PrimaryEmail == historian {
			t.Error("somebody deleted is listed")
		}
	}
	deleted, err := d.Users.List().Customer("my_customer").ShowDeleted("true").Do()
	if err != nil || len(deleted.Users) != 1 || deleted.Users[0].PrimaryEmail != historian || deleted.Users[0].DeletionTime == "" {
		t.Errorf("deleted: %+v, error %v", deleted, err)
	}
	if _, err := ws.drive(historian).Files.List().Do(); err == nil {
		t.Error("somebody deleted is acted for")
	}
}

// BenchmarkGoogleNight asks for the changes of 20,000 people, of whom every second changed something and shared it with another: what
// one of them costs must not grow with how many there are.
func BenchmarkGoogleNight(b *testing.B) {
	for _, n := range []int{2_000, 20_000} {
		b.Run(fmt.Sprint(n, "people"), func(b *testing.B) { benchmarkNight(b, n) })
	}
}

func benchmarkNight(b *testing.B, n int) {
	w := NewWorld(Options{Seed: 3})
	people, drives := make([]Person, n), make([]Place, n)
	for i := range n {
		people[i] = w.AddPerson(Person{Name: fmt.Sprint("p", i), Address: fmt.Sprintf("p%d@example.edu", i), Google: true})
		drives[i] = w.AddPlace(Place{Suite: Google, Kind: KindMyDrive, Owner: people[i].ID})
	}
	s := NewServer(w, ServerOptions{})
	h := s.googleHandler()
	ask := func(i int, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer ya29."+s.seal(grant{Person: people[i].ID, Scopes: []string{"drive.metadata.readonly"}, Expires: time.Now().Add(time.Hour).Unix()}))
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK {
			b.Fatal(answer.Code, answer.Body)
		}
		return answer
	}
	tokens := make([]string, n)
	for i := range n {
		tokens[i] = s.seal(changeToken{Who: people[i].ID})
		if i%2 == 0 {
			grants := []Grant{{Person: people[(i+7)%n].ID, Role: RoleRead}}
			if _, err := w.Create(drives[i].ID, Item{Name: "new.csv", Content: BytesContent([]byte("x")), Grants: grants}); err != nil {
				b.Fatal(err)
			}
		}
	}
	fields := "&fields=" + url.QueryEscape("newStartPageToken,changes(changeType,removed,fileId,file(id,name,ownedByMe))")
	b.ResetTimer()
	for b.Loop() {
		for i := range n {
			ask(i, "/drive/v3/changes?pageSize=1000&pageToken="+tokens[i]+fields)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*n), "µs/person")
}

// TestGoogleUnitsRunOut spends a minute's quota: first one person's, then everybody's. What is no listing costs less.
func TestGoogleUnitsRunOut(t *testing.T) {
	ws := university(t)
	ws.server.SetFaults(Faults{Units: 1000})
	list := func(who string) error {
		_, err := ws.drive(who).Files.List().Q("'me' in owners").Do()
		return err
	}
	for range 3 {
		if err := list(historian); err != nil {
			t.Fatal(err)
		}
	}
	ws.refuses(list(historian), 403, "userRateLimitExceeded")
	if _, err := ws.drive(historian).Changes.GetStartPageToken().Do(); err != nil {
		t.Errorf("5 units more: %v", err)
	}
	for range 3 {
		if err := list(librarian); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := list(workspaceAdmin); err != nil {
			t.Fatal(err)
		}
	}
	ws.refuses(list("yuki.hamasaki@alderbay.example"), 403, "rateLimitExceeded")
	if _, err := ws.directory(workspaceAdmin).Users.List().Customer("my_customer").Do(); err != nil {
		t.Errorf("another API's quota: %v", err)
	}
}

// TestGoogleLabelsAndMembers asks for the domain's labels and for a group's members: an administrator is told, others are not.
func TestGoogleLabelsAndMembers(t *testing.T) {
	ws := university(t)
	w := ws.server.World
	secrecy := w.AddLabel(DriveLabel{Title: "Confidentiality", Choices: []string{"Internal", "Secret"}})
	jomo, _ := w.Person(historian)
	w.AddGroup(Group{Name: "History", Address: "history@alderbay.example", Suite: Google, Members: []string{jomo.ID}})
	scopes := []string{"drive.admin.labels.readonly", "admin.directory.group.member.readonly", "drive.metadata.readonly"}
	if _, err := ws.server.GoogleAccount("reader", ws.ends.TokenURI, scopes...); err != nil {
		t.Fatal(err)
	}
	ask := func(who, path string, want int, holds string) {
		t.Helper()
		answer, err := ws.asAccount("reader", who, scopes...).Get(strings.TrimSuffix(ws.ends.TokenURI, "/token") + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != want || !strings.Contains(string(body), holds) {
			t.Errorf("%s for %s: %d %s, error %v", path, who, answer.StatusCode, body, err)
		}
	}
	for who, want := range map[string]int{workspaceAdmin: 200, librarian: 403} {
		holds := map[int]string{200: "Secret", 403: "forbidden"}[want]
		ask(who, "/v2/labels?useAdminAccess=true&view=LABEL_VIEW_FULL", want, holds)
		ask(who, "/admin/directory/v1/groups/history@alderbay.example/members", want, map[int]string{200: historian, 403: "forbidden"}[want])
	}
	mine, _ := w.PersonalPlace(Google, jomo.ID)
	items, _ := w.List(mine.ID, 1, 1)
	if _, err := w.Label(mine.ID, items[0].ID, secrecy, "Secret"); err != nil {
		t.Fatal(err)
	}
	path := "/drive/v3/files/" + items[0].ID + "?fields=id,labelInfo"
	ask(historian, path+"&includeLabels="+secrecy.ID, 200, choiceID(secrecy.ID, "Secret"))
	ask(historian, path, 200, items[0].ID)
}
