package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// workshop is a portal at which a builder sits: one tool is theirs, the other
// somebody else's.
func workshop(t *testing.T, l *ledger, s shelf, who access.Viewer) *httptest.Server {
	t.Helper()
	mine, other := gradebook("t/p/1", "marks "+hostile), gradebook("t/p/2", "theirs.xlsx")
	other.Asset.ModifiedBy, other.Asset.Owner = "kay@x", "kay@x"
	other.Family = ""
	s.records = []inventory.Record{mine, other}
	p, err := New(Options{
		Source: s, Directory: s, Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: l, Now: func() time.Time { return today },
		Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(access.As(who, p))
	t.Cleanup(server.Close)
	return server
}

func builderAna() access.Viewer {
	return access.Viewer{Address: "mele@example.org", Roles: []access.Role{access.Builder}}
}

func talkWith(keeper string, state inventory.State) *inventory.Opening {
	return &inventory.Opening{Conversation: inventory.Conversation{ID: "c1", Family: "f1", Keeper: keeper, State: state, Since: today}}
}

func TestMine(t *testing.T) {
	server := workshop(t, &ledger{}, shelf{
		opening:    talkWith("mele@example.org", inventory.Invited),
		registered: []inventory.Registered{{ID: "r1", Name: "Rota " + hostile, Lies: `K:\rota.accdb`, Purpose: "who is on", System: "lagoon", By: "mele@example.org", At: today}},
		quiet:      map[string]time.Time{"mele@example.org": today.AddDate(0, 1, 0), "kay@x": today.AddDate(0, 2, 0)},
	}, builderAna())
	status, body, _ := get(t, server, "/mine")
	if status != http.StatusOK || strings.Contains(body, hostile) {
		t.Fatalf("status %d, hostile text as it is: %v", status, strings.Contains(body, hostile))
	}
	for _, want := range []string{
		"marks ", "The name of its sheet, 2 headings, 12 formulas, counted; no cell.", "Nobody but you.", "conversation: Invited",
		`K:\rota.accdb`, "beside Lagoon", "Take that back", "until <strong>22 December 2026", "You may invite me again", "Tell of it",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if _, body, _ := get(t, server, "/asset/t/p/1"); !strings.Contains(body, "Have it forgotten") || !strings.Contains(body, "Who looked") {
		t.Error("the page of one's own tool has no say in it")
	}
	if status, _, _ := get(t, server, "/asset/t/p/2"); status != http.StatusNotFound {
		t.Errorf("somebody else's tool: %d", status)
	}
	if _, body, _ := get(t, server, "/conversation/c1"); !strings.Contains(body, "Your say") || strings.Contains(body, "Hand over") {
		t.Error("the conversation has not what a builder can say, or has what a partner can")
	}
}

func TestMineIsForBuilders(t *testing.T) {
	for _, role := range []access.Role{access.Partner, access.Editor, access.Auditor} {
		server := workshop(t, &ledger{}, shelf{}, access.Viewer{Address: "x@x", Roles: []access.Role{role}})
		if status, _, _ := get(t, server, "/mine"); status != http.StatusForbidden {
			t.Errorf("%s: %d", role, status)
		}
		if status, _ := post(t, server, "/mine/erase", url.Values{"asset": {"t/p/1"}, "sure": {"yes"}}); status != http.StatusForbidden {
			t.Errorf("%s erases: %d", role, status)
		}
	}
}

func TestWhatBuildersDecide(t *testing.T) {
	l := &ledger{}
	server := workshop(t, l, shelf{opening: talkWith("mele@example.org", inventory.Invited)}, builderAna())
	for _, c := range []struct {
		path   string
		form   url.Values
		status int
	}{
		{"/mine/register", url.Values{"name": {"Rota"}, "lies": {"K:/rota"}, "purpose": {"who is on"}, "system": {"lagoon"}}, http.StatusSeeOther},
		{"/mine/register", url.Values{"name": {"Rota"}}, http.StatusConflict},
		{"/mine/quiet", url.Values{"until": {"2027-02-01"}}, http.StatusSeeOther},
		{"/mine/quiet", url.Values{"until": {"soon"}}, http.StatusConflict},
		{"/mine/unregister", url.Values{"id": {"r1"}}, http.StatusSeeOther},
		{"/mine/erase", url.Values{"asset": {"t/p/1"}}, http.StatusConflict}, // without the tick
		{"/mine/erase", url.Values{"asset": {"t/p/1"}, "sure": {"yes"}}, http.StatusSeeOther},
		{"/mine/erase", url.Values{"asset": {"t/p/2"}, "sure": {"yes"}}, http.StatusNotFound}, // somebody else's
		{"/conversation/c1", url.Values{"act": {"note"}, "why": {"on Monday"}}, http.StatusSeeOther},
		{"/conversation/c1", url.Values{"to": {"talking"}}, http.StatusConflict}, // takes both
	} {
		if status, _ := post(t, server, c.path, c.form); status != c.status {
			t.Errorf("%s %v: status %d, want %d", c.path, c.form, status, c.status)
		}
	}
	until := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	want := &ledger{
		told:  []inventory.Registered{{Name: "Rota", Lies: "K:/rota", Purpose: "who is on", System: "lagoon", By: "mele@example.org", At: today}},
		quiet: map[string]time.Time{"mele@example.org": until},
		gone:  []string{"r1 of mele@example.org", "t/p/1"},
		decisions: []inventory.Decision{
			{Conversation: "c1", To: inventory.NotNow, By: "mele@example.org", At: today, Why: "asked for quiet", Until: until},
			{Conversation: "c1", Act: inventory.ActNote, By: "mele@example.org", At: today, Why: "on Monday"},
		},
	}
	if diff := cmp.Diff(want, l, cmp.AllowUnexported(ledger{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhoMayForget: whoever built, owns or keeps a tool has it forgotten;
// whoever edited it sees it, and does not.
func TestWhoMayForget(t *testing.T) {
	const who = "mele@example.org"
	for _, c := range []struct {
		name string
		hand func(*inventory.Record)
		kept string // by whom, in the conversation about it
		may  bool
	}{
		{"built it", func(r *inventory.Record) { r.Asset.CreatedBy = "Mele@example.org" }, "", true},
		{"owns it", func(r *inventory.Record) { r.Asset.Owner = who }, "", true},
		{"owns the drive", func(r *inventory.Record) { r.PlaceOwner = who }, "", true},
		{"keeps it", func(*inventory.Record) {}, who, true},
		{"edited it last", func(r *inventory.Record) { r.Asset.ModifiedBy = who }, "", false},
		{"edits it", func(r *inventory.Record) {
			r.Usage = &inventory.Usage{People: 2, Editors: []inventory.Editor{{Address: who, Edits: 9, Last: today}}}
		}, "kay@x", false},
	} {
		tool := gradebook("t/p/1", "rota.xlsx")
		tool.Asset.CreatedBy, tool.Asset.ModifiedBy, tool.Usage = "kay@x", "kay@x", nil
		c.hand(&tool)
		s := shelf{records: []inventory.Record{tool}, opening: talkWith(c.kept, inventory.Talking)}
		l := &ledger{}
		p, err := New(Options{Source: s, Directory: s, Language: "en", Log: slog.New(slog.DiscardHandler), Desk: l, Now: func() time.Time { return today }})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(access.As(builderAna(), p))
		t.Cleanup(server.Close)
		status, body, _ := get(t, server, "/asset/t/p/1")
		if offered := strings.Contains(body, `action="/mine/erase"`); status != http.StatusOK || offered != c.may {
			t.Errorf("who %s: status %d, offered %v", c.name, status, offered)
		}
		want := http.StatusNotFound
		if c.may {
			want = http.StatusSeeOther
		}
		if status, _ := post(t, server, "/mine/erase", url.Values{"asset": {"t/p/1"}, "sure": {"yes"}}); status != want || (len(l.gone) > 0) != c.may {
			t.Errorf("who %s: status %d, want %d; gone: %v", c.name, status, want, l.gone)
		}
	}
}
