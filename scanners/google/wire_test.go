package google

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

var (
	_ scanners.Scanner   = (*Scanner)(nil)
	_ scanners.Inspector = (*Scanner)(nil)
	_ scanners.Observer  = (*Scanner)(nil)
	_ scanners.Directory = (*Scanner)(nil)
	_ scanners.Planner   = (*Scanner)(nil)
)

func TestGuardAndUnits(t *testing.T) {
	w, err := Wire(Options{Tenant: "alder", Credential: Credential{Principal: "scan@project.iam.gserviceaccount.com"}})
	if err != nil {
		t.Fatal(err)
	}
	const drive = "https://www.googleapis.com/drive/v3/"
	cases := []struct {
		method, address string
		passes          bool
		units           int
	}{
		{"GET", drive + "files?q=x", true, 100},
		{"GET", drive + "changes?pageToken=5", true, 100},
		{"GET", drive + "changes/startPageToken", true, 5},
		{"GET", drive + "drives?useDomainAdminAccess=true", true, 100},
		{"GET", drive + "files/1abc", true, 5},
		{"GET", drive + "files/1abc?alt=media", true, 200},
		{"GET", drive + "files/1abc/permissions", true, 5},
		{"GET", drive + "files/1abc/revisions", true, 5},
		{"GET", "https://sheets.googleapis.com/v4/spreadsheets/1abc", true, 0},
		{"GET", "https://admin.googleapis.com/admin/directory/v1/users?customer=my_customer", true, 0},
		{"POST", "https://oauth2.googleapis.com/token", true, 0},
		{"POST", "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/scan@project.iam.gserviceaccount.com:signJwt", true, 0},
		{"POST", "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/other@project.iam.gserviceaccount.com:signJwt", false, 0},
		{"POST", drive + "files", false, 100},
		{"DELETE", drive + "files/1abc", false, 5},
		{"PATCH", drive + "files/1abc", false, 5},
		{"POST", drive + "files/1abc/permissions", false, 5},
		{"POST", drive + "changes/watch", false, 5},
		{"DELETE", "https://admin.googleapis.com/admin/directory/v1/users/ann/tokens/1", false, 0},
		{"GET", "https://admin.googleapis.com/admin/directory/v1/users/ann/tokens", false, 0},
		{"POST", "https://sheets.googleapis.com/v4/spreadsheets/1abc/values:batchUpdateByDataFilter", false, 0},
		{"GET", "https://evil.example/drive/v3/files", false, 100},
		{"GET", "http://www.googleapis.com/drive/v3/files", false, 100},
	}
	for _, c := range cases {
		req, err := http.NewRequest(c.method, c.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Guard.Check(req); (err == nil) != c.passes {
			t.Errorf("%s %s: %v", c.method, c.address, err)
		}
		if got := w.Units(req); got != c.units {
			t.Errorf("%s %s: %d units, want %d", c.method, c.address, got, c.units)
		}
	}
}

func TestPaceIsAShareOfTheQuota(t *testing.T) {
	w, err := Wire(Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}, Share: 0.25})
	if err != nil || w.Pace.PerMinute != 250_000 || len(w.Limits) != 2 || w.Limits[0].PerMinute != 75 || w.Limits[1].PerMinute != 600 {
		t.Errorf("pace %+v, limits %+v, error %v", w.Pace, w.Limits, err)
	}
}

func TestScopesAreReadOnly(t *testing.T) {
	for _, s := range Scopes() {
		if !strings.HasSuffix(s, ".readonly") {
			t.Errorf("scope %s", s)
		}
	}
}

func TestWhoIsExcludedIsNeverActedFor(t *testing.T) {
	s := newScripted(t, answers{
		"/admin/directory/v1/users": always(200, object{"users": []any{
			object{"id": "1", "primaryEmail": "ann@example.edu"}, object{"id": "2", "primaryEmail": "out@example.edu"},
		}}),
		"/drive/v3/drives":                 always(200, object{"drives": []any{object{"id": "0AOUT", "name": "Personnel"}}}),
		"/drive/v3/changes/startPageToken": always(200, object{"startPageToken": "7"}),
		"/drive/v3/files":                  always(200, object{"files": []any{file("f", "a.csv", nil)}}),
	})
	scanner := s.scanner(t)
	scope := inventory.Scope{Exclude: inventory.Rules{People: []string{"OUT@example.edu"}, Places: []string{"personnel"}}}
	plan, err := scanner.Plan(t.Context(), scope)
	if err != nil || plan.Places != 1 || plan.Excluded != 2 || plan.Requests < 3 || plan.Units < 105 {
		t.Errorf("plan %+v, error %v", plan, err)
	}
	e := scanners.Engine{Sink: scannertest.NewMemory(scope), Scope: scope}
	if _, err := e.List(t.Context(), scanner); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(s.exchanged, func(x string) bool { return strings.HasPrefix(x, "out@") }) {
		t.Errorf("acted for somebody excluded: %q", s.exchanged)
	}
	if slices.ContainsFunc(s.asked, func(x string) bool { return strings.Contains(x, "0AOUT") }) {
		t.Errorf("asked for an excluded drive: %q", s.asked)
	}
	if q, err := url.QueryUnescape(strings.Join(s.asked, "\n")); err != nil || !strings.Contains(q, "ann@example.edu /drive/v3/files?") {
		t.Errorf("asked %q, error %v", s.asked, err)
	}
}
