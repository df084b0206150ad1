package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// needy is a portal with one need that something was changed for: Kay was
// told, Lee was not.
func needy(t *testing.T, l *ledger, viewer access.Viewer) *httptest.Server {
	t.Helper()
	seats := inventory.NeedLine{System: "lagoon", Kind: inventory.NeedField, Word: "Seats", Families: 3, Builders: 2, People: 40, Fragility: 0.5,
		Said: []inventory.Saying{{Word: "Seats", Families: 2}, {Word: hostile, Families: 1}}, Examples: []inventory.Example{{Tool: "Seating.xlsx", Keeper: "Kay Example"}}}
	answer, err := inventory.NewAnswer(seats, "Lagoon keeps seats now", "mele@x", today)
	if err == nil {
		err = answer.Take(inventory.AnswerStep{Act: inventory.AnswerTold, Builder: "kay@x", By: "mele@x", At: today})
	}
	if err != nil {
		t.Fatal(err)
	}
	seats.Answers = []inventory.Answered{answer.Sum()}
	p, err := New(Options{
		Source: shelf{
			needs: []inventory.NeedLine{
				{System: "lagoon", Kind: inventory.NeedField, Word: "Tyres", Words: []string{"Tyres"}, Families: 1, People: 3, Said: []inventory.Saying{{Word: "Tyres", Families: 1}}},
				seats, {System: "other", Kind: inventory.NeedField, Word: "Elsewhere", Families: 1}, {Capability: "fleet", Kind: inventory.NeedField, Word: "Wheels", Families: 1},
			},
			answers: []inventory.Answer{answer},
			behind:  []inventory.Person{{Name: "Kay Example", Address: "kay@x"}, {Name: "Lee Example", Address: "lee@x"}},
		},
		Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: l, Now: func() time.Time { return today },
		Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms", OwnerTeam: "Learning"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(access.As(viewer, p))
	t.Cleanup(server.Close)
	return server
}

// The report puts first what helps most people, tells small numbers of nobody,
// and shows who is to be told to partners alone.
func TestNeedReport(t *testing.T) {
	partner := needy(t, &ledger{}, access.Viewer{Address: "mele@x", Roles: []access.Role{access.Partner}})
	status, body, _ := get(t, partner, "/needs/lagoon")
	for _, want := range []string{"For Learning", "1. Seats", "2. Tyres", "under 5", "“Seats” (2)", "Kay Example", "who said yes", "Lee Example", "I told them", "Lagoon keeps seats now"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if status != http.StatusOK || strings.Contains(body, hostile) || strings.Contains(body, "Elsewhere") || strings.Contains(body, "Wheels") {
		t.Errorf("status %d, or the report holds what it should not", status)
	}
	editor := needy(t, &ledger{}, access.Viewer{Address: "ed@x", Roles: []access.Role{access.Editor}})
	if _, body, _ := get(t, editor, "/needs/lagoon"); strings.Contains(body, "Lee Example") || strings.Contains(body, "lee@x") || strings.Contains(body, "<form") || !strings.Contains(body, "Lagoon keeps seats now") {
		t.Error("an editor sees who is to be told, or does not see what was changed")
	}
	if status, body, _ := get(t, editor, "/needs/fleet"); status != http.StatusOK || !strings.Contains(body, "no system serves") || !strings.Contains(body, "Wheels") {
		t.Errorf("a need that no system serves: %d", status)
	}
	if status, _, _ := get(t, editor, "/needs/nothing"); status != http.StatusNotFound {
		t.Errorf("no such system: %d", status)
	}
}

// A partner says what was changed and who was told; a builder sees it and
// speaks for nobody else.
func TestFollowThrough(t *testing.T) {
	l := &ledger{}
	partner := needy(t, l, access.Viewer{Address: "mele@x", Roles: []access.Role{access.Partner}})
	if status, _ := post(t, partner, "/needs/lagoon", url.Values{"need": {"field:Seats"}, "what": {"done"}}); status != http.StatusSeeOther || len(l.shipped) != 1 || l.shipped[0].Steps[0].By != "mele@x" {
		t.Errorf("shipped: %d, %+v", status, l.shipped)
	}
	if status, _ := post(t, partner, "/needs/lagoon", url.Values{"need": {"field:Elsewhere"}, "what": {"done"}}); status != http.StatusConflict {
		t.Errorf("a need of another system: %d", status)
	}
	if status, _ := post(t, partner, "/answer/a1", url.Values{"act": {"told"}, "builder": {"lee@x"}, "system": {"lagoon"}}); status != http.StatusSeeOther || len(l.taken) != 1 {
		t.Errorf("told: %d, %+v", status, l.taken)
	}
	builder := needy(t, l, access.Viewer{Address: "kay@x", Roles: []access.Role{access.Builder}})
	if _, body, _ := get(t, builder, "/answers"); !strings.Contains(body, "Lagoon keeps seats now") || !strings.Contains(body, `value="kay@x"`) {
		t.Error("the builder does not see what was changed")
	}
	if status, _ := post(t, builder, "/answer/a1", url.Values{"act": {"helped"}, "builder": {"kay@x"}}); status != http.StatusSeeOther || len(l.taken) != 2 || l.taken[1].By != "kay@x" {
		t.Errorf("helped: %d, %+v", status, l.taken)
	}
	for _, form := range []url.Values{{"act": {"helped"}, "builder": {"lee@x"}}, {"act": {"told"}, "builder": {"kay@x"}}} {
		if status, _ := post(t, builder, "/answer/a1", form); status != http.StatusNotFound || len(l.taken) != 2 {
			t.Errorf("%v: %d", form, status)
		}
	}
	other := needy(t, l, access.Viewer{Address: "lee@x", Roles: []access.Role{access.Builder}})
	if _, body, _ := get(t, other, "/answers"); strings.Contains(body, "seats now") || strings.Contains(body, "kay@x") {
		t.Error("a builder sees what others were told")
	}
}

// Numbers of people below five are told to partners alone, on every page and
// to every program, and nowhere in a report, which is handed on.
func TestSmallNumbersAreNotTold(t *testing.T) {
	shelf := shelf{
		around: []inventory.Around{{System: "lagoon", Families: 91, Tools: 92, People: 3}},
		needs: []inventory.NeedLine{
			{System: "lagoon", Capability: "lms", Kind: inventory.NeedField, Word: "Tyres", Words: []string{"Tyres"}, Families: 93, Builders: 3, People: 4},
			{System: "lagoon", Capability: "lms", Kind: inventory.NeedField, Word: "Seats", Words: []string{"Seats"}, Families: 94, Builders: 5, People: 61},
		},
	}
	small := regexp.MustCompile(`[>:][34][<,}]`) // in a cell, or as a value
	for role, exact := range map[access.Role]bool{access.Partner: true, access.Editor: false, access.Auditor: false} {
		server, programs := workshop(t, &ledger{}, shelf, access.Viewer{Address: "x@x", Roles: []access.Role{role}}), apiServer(t, shelf)
		for _, path := range []string{"/needs", "/needs/lagoon", "/systems", "/systems/lagoon", "/api/v1/needs"} {
			_, body, _ := get(t, server, path)
			hidden := "under 5"
			if strings.HasPrefix(path, "/api/") {
				_, answer := program(t, programs, path, string(role))
				body, hidden = string(answer), `"builders":null,"people":null`
			}
			if got, want := small.FindString(body) != "", exact && path != "/needs/lagoon"; got != want {
				t.Errorf("%s tells %s small numbers: %v (%s)", path, role, got, small.FindString(body))
			}
			if path != "/systems" && !strings.Contains(body, "61") {
				t.Errorf("%s does not tell %s of many", path, role)
			}
			if got, want := strings.Contains(body, hidden), !exact || path == "/needs/lagoon"; got != want {
				t.Errorf("%s tells %s that there are few: %v", path, role, got)
			}
		}
	}
}
