package emulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	oauth "golang.org/x/oauth2/google"
	admin "google.golang.org/api/admin/directory/v1"
	drivev3 "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
)

func TestGoogleDirectory(t *testing.T) {
	ws := university(t)
	var people []*admin.User
	d := ws.directory(workspaceAdmin)
	err := d.Users.List().Customer("my_customer").MaxResults(20).OrderBy("email").Pages(ws.Context(), func(page *admin.Users) error {
		people = append(people, page.Users...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, p := range people {
		if p.Suspended {
			left = append(left, p.PrimaryEmail)
		}
		if p.Name.FullName == "" || p.Id == "" || !strings.HasPrefix(p.OrgUnitPath, "/") {
			t.Errorf("%+v", p)
		}
	}
	want := 0
	for _, p := range ws.server.World.People() {
		if p.Google && !p.Guest {
			want++
		}
	}
	if len(people) != want || !slices.Equal(left, []string{"viktor.sandu@alderbay.example"}) {
		t.Errorf("%d people of %d, %v have left", len(people), want, left)
	}
	_, err = ws.directory(historian).Users.List().Customer("my_customer").Do()
	ws.refuses(err, 403, "forbidden")
	_, err = d.Users.List().Do()
	ws.refuses(err, 400, "badRequest")
}

func TestGoogleTokens(t *testing.T) {
	ws := university(t)
	for _, c := range []struct{ who, scope, want string }{
		{historian, "drive.readonly", ""},
		{historian, "drive", "unauthorized_client"},
		{"nobody@alderbay.example", "drive.readonly", "invalid_grant"},
		{"viktor.sandu@alderbay.example", "drive.readonly", "invalid_grant"},
		{"priya.raman@alderbay.example", "drive.readonly", "invalid_grant"}, // no account in this suite
	} {
		_, err := ws.drive(c.who, c.scope).Files.List().Do()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.who, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s with %s: got %v, want %s", c.who, c.scope, err, c.want)
		}
	}
	_, err := ws.drive(librarian, "spreadsheets.readonly").Files.List().Do()
	ws.refuses(err, 403, "insufficientPermissions")
	bare, err := drivev3.NewService(ws.Context(), option.WithoutAuthentication(), option.WithEndpoint(ws.ends.Drive))
	if err != nil {
		t.Fatal(err)
	}
	_, err = bare.Files.List().Do()
	ws.refuses(err, 401, "authError")
}

func TestGoogleTokensAreSigned(t *testing.T) {
	ws, other := university(t), university(t)
	ws.as(historian, "drive.readonly") // makes the account that the stranger's key is said to be of
	key, err := other.server.GoogleCredentials(ws.ends.TokenURI)
	if err != nil {
		t.Fatal(err)
	}
	config, err := oauth.JWTConfigFromJSON(key, scopePrefix+"drive.readonly")
	if err != nil {
		t.Fatal(err)
	}
	config.Subject = historian
	if _, err := config.TokenSource(ws.Context()).Token(); err == nil || !strings.Contains(err.Error(), "Invalid JWT Signature") {
		t.Errorf("a token for a stranger's key: %v", err)
	}
}

func TestGoogleRefusesWhatItDoesNotKnow(t *testing.T) {
	ws := university(t)
	d := ws.drive(historian)
	_, err := d.Files.List().Q("colour = 'red'").Do()
	ws.refuses(err, 400, "invalid")
	_, err = d.Files.List().Q("name = 'a").Do()
	ws.refuses(err, 400, "invalid")
	_, err = d.Files.List().Fields("files(id,colour)").Do()
	ws.refuses(err, 400, "invalidParameter")
	_, err = d.Files.List().Fields("files(id").Do()
	ws.refuses(err, 400, "invalidParameter")
	_, err = d.Files.List().PageToken("yesterday").Do()
	ws.refuses(err, 400, "invalid")
	_, err = d.Changes.List("1234").Do()
	ws.refuses(err, 400, "invalid")
	_, err = d.Files.Get("nothing").Do()
	ws.refuses(err, 404, "notFound")
	other, err := ws.drive(librarian).Changes.GetStartPageToken().Do()
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Changes.List(other.StartPageToken).Do()
	ws.refuses(err, 400, "invalid")
	err = d.Files.Delete("x").Do()
	ws.refuses(err, 403, "insufficientFilePermissions")
	if ws.server.Mutations() != 1 {
		t.Error("a deletion was asked for and not noted")
	}
}

func TestGoogleFaultsAreInGoogleShape(t *testing.T) {
	ws := university(t)
	ws.server.SetFaults(Faults{Throttle: 0.5, Server: 0.5, Seed: 3})
	client := ws.as(historian, "drive.readonly")
	seen := map[string]bool{}
	ws.server.SetFaults(Faults{})
	d, err := drivev3.NewService(ws.Context(), option.WithHTTPClient(client), option.WithEndpoint(ws.ends.Drive))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Files.List().Do(); err != nil { // fetches the token
		t.Fatal(err)
	}
	ws.server.SetFaults(Faults{Throttle: 0.5, Server: 0.5, Seed: 3})
	for i := range 40 {
		_, err := d.Files.List().PageSize(int64(i + 1)).Do()
		var refusal *googleapi.Error
		if errors.As(err, &refusal) && len(refusal.Errors) > 0 {
			seen[fmt.Sprint(refusal.Code, " ", refusal.Errors[0].Reason)] = true
		}
	}
	for _, want := range []string{"403 userRateLimitExceeded", "429 rateLimitExceeded", "503 backendError"} {
		if !seen[want] {
			t.Errorf("never saw %s: %v", want, seen)
		}
	}
}
