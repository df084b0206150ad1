package microsoft

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
)

// used is an organisation whose places were last used on known days.
func used(t *testing.T) *emulator.World {
	t.Helper()
	now := time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC)
	w := emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example", Now: func() time.Time { return now }})
	for i, day := range []int{2, 8, 5} {
		name := []string{"ada", "bob", "cleo"}[i]
		p := w.AddPerson(emulator.Person{Name: name, Address: name + "@alderbay.example", Microsoft: true})
		own := w.AddSite(emulator.Site{Name: name, Path: "personal/" + name, Personal: true})
		drive := w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindPersonal, Name: "OneDrive", Owner: p.ID, Site: own.ID})
		team := w.AddSite(emulator.Site{Name: "Team " + name, Path: "sites/" + name})
		library := w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindLibrary, Name: "Documents", Site: team.ID})
		for _, at := range []emulator.Place{drive, library} {
			modified := time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)
			if at.ID == library.ID && name == "cleo" {
				modified = now.AddDate(-1, 0, 0) // longer ago than the report reaches
			}
			file := emulator.Item{Name: "a.xlsx", Created: modified, Modified: modified, Content: emulator.BytesContent([]byte("x"))}
			if _, err := w.Create(at.ID, file); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

func TestUsageReportsTellTheLatestActivity(t *testing.T) {
	reports := func(o *Options, _ *wire.Options) { o.Features.UsageReports = true }
	for _, tc := range []struct {
		name    string
		roles   []string
		conceal bool
		want    map[string]string
		logged  string
	}{
		{"told", []string{"Reports.Read.All"}, false, map[string]string{
			"OneDrive of ada": "2026-03-02", "OneDrive of bob": "2026-03-08", "OneDrive of cleo": "2026-03-05",
			"Team ada / Documents": "2026-03-02", "Team bob / Documents": "2026-03-08"}, ""},
		{"concealed", []string{"Reports.Read.All"}, true, map[string]string{}, "conceals names"},
		{"not permitted", nil, false, map[string]string{}, "Reports.Read.All"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := newTenant(t, used(t), emulator.ServerOptions{Concealed: tc.conceal,
				Roles: append([]string{"User.Read.All", "Sites.Read.All", "Files.Read.All"}, tc.roles...)})
			var log strings.Builder
			s := n.scanner(reports, func(o *Options, _ *wire.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			got, listed := map[string]string{}, 0
			for p, err := range s.Places(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				listed++
				if !p.Active.IsZero() {
					got[p.Name] = p.Active.Format(time.DateOnly)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("active (-want +got):\n%s", diff)
			}
			if listed != 6 || !strings.Contains(log.String(), tc.logged) || (log.Len() > 0) != (tc.logged != "") {
				t.Errorf("%d places and the log %q; want 6 and one with %q", listed, log.String(), tc.logged)
			}
			if strings.Contains(log.String(), "token=") {
				t.Errorf("the log tells an address that carries a right: %s", log.String())
			}
		})
	}
}

func TestDoctorTellsConcealedNames(t *testing.T) {
	for conceal, want := range map[bool]scanners.State{false: scanners.Good, true: scanners.Warning} {
		n := newTenant(t, used(t), emulator.ServerOptions{Concealed: conceal, Roles: []string{"User.Read.All", "Sites.Read.All", "Files.Read.All", permReports}})
		checks := n.scanner(func(o *Options, _ *wire.Options) { o.Features.UsageReports = true }).Check(t.Context())
		i := slices.IndexFunc(checks, func(c scanners.Check) bool { return c.Need == "names in usage reports" })
		if i < 0 || checks[i].State != want {
			t.Errorf("concealed %v: checks %+v; want one of names that is %s", conceal, checks, want)
		}
		if slices.ContainsFunc(checks, func(c scanners.Check) bool { return c.Need == permReports && c.State != scanners.Held }) {
			t.Error("the permission for reports is not told as held")
		}
	}
}

func TestReadUsage(t *testing.T) {
	for name, tc := range map[string]struct {
		csv  string
		want activity
		err  string
	}{
		"as it was before sites had ids": {"\ufeffReport Refresh Date,Site URL,Owner Display Name,Is Deleted,Last Activity Date,Owner Principal Name\n" +
			"2026-03-08,https://x-my.sharepoint.com/personal/ada/,Ada,False,2026-03-02,Ada@x.example\n" +
			"2026-03-08,https://x-my.sharepoint.com/personal/bob,Bob,True,2026-03-02,bob@x.example\n" +
			"2026-03-08,https://x-my.sharepoint.com/personal/cleo,Cleo,False,,cleo@x.example\n",
			activity{"https://x-my.sharepoint.com/personal/ada": time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "ada@x.example": time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, ""},
		"another file": {"a,b\n1,2\n", activity{}, "no column Last Activity Date"},
		"nothing":      {"", activity{}, "EOF"},
	} {
		got := activity{}
		err := readUsage(strings.NewReader(tc.csv), func(u usage) bool { got.note(u); return true })
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if (err != nil) != (tc.err != "") || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%s: error %v; want %q", name, err, tc.err)
		}
	}
}
