package google

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
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
		{"GET", drive + "files/1abc/permissions", true, 100},
		{"GET", drive + "files/1abc/revisions", true, 100},
		{"GET", "https://sheets.googleapis.com/v4/spreadsheets/1abc", true, 0},
		{"GET", "https://admin.googleapis.com/admin/directory/v1/users?customer=my_customer", true, 0},
		{"POST", "https://oauth2.googleapis.com/token", true, 0},
		{"POST", "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/scan@project.iam.gserviceaccount.com:signJwt", true, 0},
		{"POST", "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/other@project.iam.gserviceaccount.com:signJwt", false, 0},
		{"POST", drive + "files", false, 100},
		{"DELETE", drive + "files/1abc", false, 5},
		{"PATCH", drive + "files/1abc", false, 5},
		{"POST", drive + "files/1abc/permissions", false, 100},
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
	type pace struct{ minute, day, person, sheets, reader, directory float64 }
	for _, c := range []struct {
		share float64
		old   bool
		want  pace
	}{
		{0, false, pace{500_000, 200_000_000, 162_500, 150, 30, 1200}},
		{0.25, false, pace{250_000, 100_000_000, 81_250, 75, 15, 600}},
		{0.25, true, pace{3_000, 0, 3_000, 75, 15, 600}},
	} {
		w, err := Wire(Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}, Share: c.share, OldQuota: c.old})
		if err != nil || len(w.Limits) != 4 {
			t.Fatalf("limits %+v, error %v", w.Limits, err)
		}
		got := pace{w.Pace.PerMinute, w.Pace.PerDay, w.Limits[0].PerMinute, w.Limits[1].PerMinute, w.Limits[2].PerMinute, w.Limits[3].PerMinute}
		if got != c.want {
			t.Errorf("share %v, old %t: %+v, want %+v", c.share, c.old, got, c.want)
		}
		list := httptest.NewRequest("GET", "https://www.googleapis.com/drive/v3/files", nil)
		if want := map[bool]int{false: 100, true: 1}[c.old]; w.Units(list) != want || w.Limits[0].Units(list) != want {
			t.Errorf("old %t: a listing costs %d units", c.old, w.Units(list))
		}
	}
}

// TestOnePersonsLimitHoldsUpNobodyElse lets two people's requests pass a limit that each has alone.
func TestOnePersonsLimitHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := Wire(Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}, Share: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		pacer := wire.NewPacer(wire.Pace{}, w.Limits[0]) // 3,250 units a minute for each, a thousand of them at once
		ask := func(who string, n int) time.Duration {
			start := time.Now()
			for range n {
				req := httptest.NewRequest("GET", "https://www.googleapis.com/drive/v3/files", nil)
				if _, err := pacer.Wait(t.Context(), req.WithContext(as(req.Context(), who, scopeMetadata)), 100); err != nil {
					t.Fatal(err)
				}
			}
			return time.Since(start)
		}
		if took := ask("ann@example.edu", 43); took < time.Minute {
			t.Errorf("4,300 units of one person took %v", took)
		}
		if took := ask("bob@example.edu", 10); took > time.Second {
			t.Errorf("another waited %v", took)
		}
	})
}

func TestScopesAreReadOnly(t *testing.T) {
	for _, n := range Needs(Options{Features: Features{Forms: true, Scripts: true, LookerStudio: true, TokenAudit: true}}) {
		if !strings.HasSuffix(n.Name, ".readonly") {
			t.Errorf("scope %s", n.Name)
		}
	}
}

func TestWhoIsExcludedIsNeverActedFor(t *testing.T) {
	s := newScripted(t, answers{
		"/admin/directory/v1/users": always(200, object{"users": []any{
			object{"id": "1", "primaryEmail": "ann@example.edu"}, object{"id": "2", "primaryEmail": "out@example.edu"},
			object{"id": "3", "primaryEmail": "cy@example.edu", "orgUnitPath": "/Health/Counselling"},
		}}),
		"/drive/v3/drives": always(200, object{"drives": []any{object{"id": "0AOUT", "name": "Personnel"}, object{"id": "0ATEAM", "name": "Team"}}}),
		// Whoever is best placed to read the team's drive is excluded: one by name, one by unit.
		"/drive/v3/files/0ATEAM/permissions": always(200, object{"permissions": []any{
			object{"type": "user", "role": "organizer", "emailAddress": "cy@example.edu"},
			object{"type": "user", "role": "organizer", "emailAddress": "Out@example.edu"},
			object{"type": "user", "role": "reader", "emailAddress": "ann@example.edu"},
		}}),
		"/drive/v3/changes/startPageToken": always(200, object{"startPageToken": "7"}),
		"/drive/v3/files":                  always(200, object{"files": []any{file("f", "a.csv", nil)}}),
	})
	scope := inventory.Scope{Exclude: inventory.Rules{People: []string{"OUT@example.edu"}, Units: []string{"/Health"}, Places: []string{"personnel"}}}
	scanner := s.scanner(t, func(o *Options) { o.Avoid = scope.ExcludesPlace })
	plan, err := scanner.Plan(t.Context(), scope)
	if err != nil || plan.Places != 2 || plan.Excluded != 3 || plan.Requests < 3 || plan.Units < 105 {
		t.Errorf("plan %+v, error %v", plan, err)
	}
	e := scanners.Engine{Sink: scannertest.NewMemory(scope), Scope: scope}
	if _, err := e.List(t.Context(), scanner); err != nil {
		t.Fatal(err)
	}
	for _, x := range s.exchanged {
		if !strings.HasPrefix(x, "ann@") && !strings.HasPrefix(x, "admin@") {
			t.Errorf("acted for somebody excluded: %q", s.exchanged)
		}
	}
	if slices.ContainsFunc(s.asked, func(x string) bool { return strings.Contains(x, "0AOUT") }) {
		t.Errorf("asked for an excluded drive: %q", s.asked)
	}
	if q, err := url.QueryUnescape(strings.Join(s.asked, "\n")); err != nil || !strings.Contains(q, "ann@example.edu /drive/v3/files?") {
		t.Errorf("asked %q, error %v", s.asked, err)
	}
}
