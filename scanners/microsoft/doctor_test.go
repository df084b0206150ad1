package microsoft

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/scanners"
)

func jwt(claims string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

// TestRoles reads tokens as Entra makes them and as nobody should.
func TestRoles(t *testing.T) {
	for name, c := range map[string]struct {
		token  string
		want   []string
		opaque bool
		err    string
	}{
		"as usual":          {token: jwt(`{"roles":["Sites.Read.All","Files.Read.All","Sites.Read.All"]}`), want: []string{"Files.Read.All", "Sites.Read.All"}},
		"padded":            {token: "h." + base64.URLEncoding.EncodeToString([]byte(`{"roles":["A.Read"]}`)) + ".s", want: []string{"A.Read"}},
		"nothing granted":   {token: jwt(`{}`), want: []string{}},
		"opaque":            {token: "EwBwA8l6BAAU", opaque: true},
		"empty":             {token: "", opaque: true},
		"not base64":        {token: "a.$$$.c", opaque: true},
		"not JSON":          {token: jwt(`roles`), opaque: true},
		"roles of numbers":  {token: jwt(`{"roles":[1,2]}`), opaque: true},
		"roles of a string": {token: jwt(`{"roles":"Sites.Read.All"}`), opaque: true},
		"deep":              {token: jwt(strings.Repeat(`{"a":`, 20000)), opaque: true},
		"huge":              {token: jwt(`{"roles":["` + strings.Repeat("x", maxToken) + `"]}`), opaque: true},
		"many":              {token: jwt(`{"roles":["` + strings.Repeat(`a","`, maxRoles+1) + `b"]}`), opaque: true},
		"a person's":        {token: jwt(`{"scp":"Sites.Read.All"}`), err: "person"},
		"escapes":           {token: jwt(`{"roles":["\u001b[2JSites.Read.All\n"]}`), want: []string{`"\x1b[2JSites.Read.All\n"`}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := roles(c.token)
			if errors.Is(err, errOpaque) != c.opaque || (err != nil) != (c.opaque || c.err != "") {
				t.Fatalf("error %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want one with %q", err, c.err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzRoles(f *testing.F) {
	f.Add(jwt(`{"roles":["Sites.Read.All"]}`))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := roles(token)
		if err != nil && got != nil {
			t.Error("roles beside an error")
		}
		for _, r := range got {
			if strings.ContainsFunc(r, func(c rune) bool { return c < ' ' }) {
				t.Errorf("%q would move a terminal's cursor", r)
			}
		}
	})
}

func TestReadOnly(t *testing.T) {
	for role, want := range map[string]bool{
		"Sites.Read.All": true, "User.ReadBasic.All": true, "AuditLogsQuery-Entra.Read.All": true,
		"Files.ReadWrite.All": false, "Sites.FullControl.All": false, "Sites.Manage.All": false, "Sites.Selected": false,
		"Mail.Send": false, "TeamsAppInstallation.ReadWriteAndConsentForTeam.All": false, "Teamwork.Migrate.All": false,
		"": false, "Read": false, "full_access_as_app": false,
	} {
		if got := readOnly(role); got != want {
			t.Errorf("%q: read-only %v", role, got)
		}
	}
	// A name that had to be quoted is never one of ours.
	checks := compare(Needs(Options{}), []string{shown("\x1b.ReadWrite.All")})
	if last := checks[len(checks)-1]; last.State != scanners.Excess {
		t.Errorf("%+v", last)
	}
}

// TestNeedsAreTheVendors holds our table against the vendor's, which knows
// each permission that an application may have.
func TestNeedsAreTheVendors(t *testing.T) {
	shared := os.Getenv("DESIREPATH_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	f, err := os.Open(filepath.Join(shared, "reference", "graph-permissions.json.gz"))
	if err != nil {
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "shared") {
			t.Fatal(err)
		}
		t.Skip("the vendor's table of permissions (graph-permissions.json.gz) is not here")
	}
	defer f.Close()
	zipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var vendor struct {
		Permissions map[string]struct {
			Schemes map[string]any `json:"schemes"`
		} `json:"permissions"`
	}
	if err := json.NewDecoder(zipped).Decode(&vendor); err != nil {
		t.Fatal(err)
	}
	ours := Features{Lists: true, EntraApps: true, TeamsApps: true, UsageReports: true, Groups: true, SharePointTokens: true}
	for _, n := range Needs(Options{Features: ours}) {
		if p, ok := vendor.Permissions[n.Name]; !ok || p.Schemes["Application"] == nil {
			t.Errorf("%s is no permission of an application", n.Name)
		}
		if !readOnly(n.Name) || n.Cost == "" || n.Purpose == "" || len(n.ID) != 36 {
			t.Errorf("%+v", n)
		}
	}
}
