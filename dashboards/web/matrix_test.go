package web

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// canaries are what must only be seen by those who need it, by what it is.
func canaries() map[string][]string {
	return map[string][]string{
		"people":     {"Ana Canaria", "ana@canary.example", "Bea Canaria", "bea@canary.example", "cem@canary.example", "ana_canaria_x", "Kim Canaria", "kim@canary.example"},
		"words":      {"said-canary", "charter-canary", "Rolf Canaria"},
		"promise":    {"37 of 100"},
		"candidates": {"Dora Canaria"},
		"lookers":    {"vic@canary.example"},
		"told":       {"eve@canary.example"},
		"registered": {"reg@canary.example"},
		"behind":     {"Fay Canaria"},
		"consented":  {"Gus Canaria"}, // said yes to being named
		"tool":       {"marks-canary"},
		"other tool": {"other-canary"},
	}
}

// aviary is an inventory with a canary in every field that tells of a person.
type aviary struct{ shelf }

func (aviary) Person(_ context.Context, address string) (inventory.Person, error) {
	name := map[string]string{"ana@canary.example": "Ana Canaria", "bea@canary.example": "Bea Canaria", "kim@canary.example": "Kim Canaria"}[address]
	return inventory.Person{Address: address, Name: name, Team: "Physics"}, nil
}

func (aviary) TeamSizes(context.Context) (map[string]int, error) {
	return map[string]int{"Physics": 40}, nil
}

func (aviary) Visits(context.Context, inventory.VisitFilter) ([]inventory.Visit, error) {
	return []inventory.Visit{{Who: "vic@canary.example", Role: "partner", Page: "asset", At: today}}, nil
}

func (a aviary) Lookers(ctx context.Context, _ inventory.AssetID) ([]inventory.Visit, error) {
	return a.Visits(ctx, inventory.VisitFilter{})
}

func (aviary) Feedback(context.Context, inventory.AssetID) ([]inventory.Feedback, error) {
	return []inventory.Feedback{{By: "bea@canary.example", At: today, Why: "ask bea@canary.example"}}, nil
}

func (aviary) Summary(context.Context) (inventory.Summary, error) {
	return inventory.Summary{LastRun: inventory.Run{ID: 1, Places: []inventory.PlaceReport{
		{Place: "t/p", Name: "OneDrive of Ana Canaria", Personal: true, Error: "drive of ana@canary.example: gone"}}}}, nil
}

func newAviary() aviary {
	tool := gradebook("t/p/1", "marks-canary of Ana Canaria.xlsx")
	tool.PlaceName, tool.PlaceOwner = "OneDrive of Ana Canaria", "ana@canary.example"
	tool.Asset.Path, tool.Asset.URL = "for bea@canary.example", "https://x-my.example/personal/ana_canaria_x/a.xlsx"
	tool.Asset.CreatedBy, tool.Asset.ModifiedBy, tool.Asset.Owner = "ana@canary.example", "bea@canary.example", "ana@canary.example"
	tool.Structure.ExternalLinks = []string{"https://x-my.example/personal/ana_canaria_x/b.xlsx"}
	tool.Usage = &inventory.Usage{People: 3, Editors: []inventory.Editor{{Address: "ana@canary.example", Edits: 2, Last: today}, {Address: "cem@canary.example", Edits: 1, Last: today}}}
	other := gradebook("t/p/2", "other-canary.xlsx")
	other.Family, other.Asset.ModifiedBy, other.Asset.Owner = "f2", "bea@canary.example", "bea@canary.example"
	partner := inventory.Partner{Name: "Pat Part", Address: "pat@x"}
	worth := inventory.Worth{Total: 0.37, Parts: []inventory.Part{{Name: inventory.PartPeople, Value: 0.37, Weight: 1, Facts: []string{"people=3"}}}}
	return aviary{shelf{
		records: []inventory.Record{tool, other},
		opening: &inventory.Opening{
			Conversation: inventory.Conversation{ID: "c1", Family: "f1", System: "lagoon", Partner: partner, Keeper: "kim@canary.example", State: inventory.Proposed, Since: today, Steps: []inventory.Step{
				{To: inventory.Proposed, By: inventory.Program, At: today}, {From: inventory.Proposed, To: inventory.Invited, By: "pat@x", At: today, Why: "said-canary"},
				{From: inventory.Invited, To: inventory.Invited, Act: inventory.ActNewKeeper, Detail: "kim@canary.example", By: "bea@canary.example", At: today}}},
			System: inventory.System{ID: "lagoon", Name: "Lagoon", Partner: partner}, Asset: tool, Worth: worth,
			Keeper: inventory.Person{Name: "Kim Canaria", Address: "kim@canary.example"}, Family: inventory.Family{ID: "f1", Members: []inventory.AssetID{"t/p/1"}, Representative: "t/p/1"},
		},
		charters: []inventory.Charter{{Conversation: "c1", Version: 1, Scope: "charter-canary", Ownership: "o", Input: "i", Authority: "a", By: "pat@x", At: today,
			Roles: []inventory.RoleHolder{{Role: inventory.RoleSponsor, Name: "Rolf Canaria"}}}},
		needs:      []inventory.NeedLine{{System: "lagoon", Capability: "lms", Kind: inventory.NeedField, Word: "Seats", Words: []string{"Seats"}, Families: 1, Builders: 1, People: 3, Answers: []inventory.Answered{{ID: "a1"}}, Examples: []inventory.Example{{Tool: "rota", Keeper: "Gus Canaria"}}}},
		answers:    []inventory.Answer{{ID: "a1", System: "lagoon", Capability: "lms", Kind: inventory.NeedField, Word: "Seats", Steps: []inventory.AnswerStep{{Act: inventory.AnswerShipped, By: "pat@x", At: today, Why: "there are seats"}, {Act: inventory.AnswerTold, Builder: "eve@canary.example", By: "pat@x", At: today}}}},
		behind:     []inventory.Person{{Name: "Fay Canaria", Address: "fay@canary.example"}},
		candidates: []inventory.Candidate{{Person: inventory.Person{Name: "Dora Canaria", Address: "dora@canary.example"}, Here: true, Total: 0.37}},
		registered: []inventory.Registered{{ID: "r1", Name: "Rota", Lies: "K:", Purpose: "who is on", System: "lagoon", By: "reg@canary.example", At: today}},
	}}
}

// viewers look at everything: one for each role alone, so that none hides what
// another may see; of builders the one whose tool it is, and one who built
// nothing.
func viewers() map[string]access.Viewer {
	return map[string]access.Viewer{
		"nobody":   {},
		"partner":  {Address: "pat@x", Roles: []access.Role{access.Partner}},
		"editor":   {Address: "ed@x", Roles: []access.Role{access.Editor}},
		"auditor":  {Address: "aud@x", Roles: []access.Role{access.Auditor}},
		"builder":  {Address: "ana@canary.example", Roles: []access.Role{access.Builder}},
		"stranger": {Address: "zoe@x", Roles: []access.Role{access.Builder}},
	}
}

// A cell says what each viewer gets of a route: a status and, after it, which
// canaries are seen. "" is 403 and no canary. Whom a row does not name gets "".
type cell struct {
	path string
	form url.Values
	gets map[string]string
}

// matrix has a row for every route.
func matrix() map[string]cell {
	decide := url.Values{"to": {"invited"}, "why": {"x"}}
	charter := url.Values{"scope": {"s"}, "ownership": {"o"}, "input": {"i"}, "authority": {"a"}}
	everybody := func(status string) map[string]string {
		return map[string]string{"nobody": status, "partner": status, "editor": status, "auditor": status, "builder": status, "stranger": status}
	}
	return map[string]cell{
		"GET /static/": {"/static/style.css", nil, everybody("200")},
		"GET /":        {"/nothing", nil, everybody("404")},
		"GET /week":    {"/week?partner=pat@x", nil, map[string]string{"partner": "200 people promise tool"}},
		"GET /{$}": {"/?show=all", nil, map[string]string{
			"partner": "200 people tool,other tool", "editor": "200 tool,other tool", "auditor": "200 tool,other tool", "builder": "303", "stranger": "303"}},
		"GET /mine": {"/mine", nil, map[string]string{"builder": "200 people tool,lookers", "stranger": "200"}},
		"GET /asset/{id...}": {"/asset/t/p/1", nil, map[string]string{
			"partner": "200 people tool", "editor": "200 tool", "auditor": "200 tool", "builder": "200 people tool,lookers", "stranger": "404"}},
		"GET /conversations": {"/conversations", nil, map[string]string{
			"partner": "200 people promise tool", "auditor": "200 tool", "builder": "200 people tool", "stranger": "200"}},
		"GET /conversation/{id}": {"/conversation/c1", nil, map[string]string{
			"partner": "200 people words promise tool,candidates", "auditor": "200 tool", "builder": "200 people words tool", "stranger": "404"}},
		"GET /conversation/{id}/charter": {"/conversation/c1/charter", nil, map[string]string{
			"partner": "200 people words tool", "builder": "200 people words tool", "stranger": "404"}},
		"GET /family/{id...}": {"/family/f1", nil, map[string]string{
			"partner": "200 people words tool,candidates", "editor": "200 tool", "auditor": "200 tool", "builder": "200 people words tool", "stranger": "404"}},
		"GET /systems": {"/systems", nil, map[string]string{"partner": "200", "editor": "200", "auditor": "200"}},
		"GET /systems/{id}": {"/systems/lagoon", nil, map[string]string{
			"partner": "200 people tool,other tool,registered", "editor": "200 tool,other tool", "auditor": "200 tool,other tool"}},
		"GET /teams":          {"/teams", nil, map[string]string{"partner": "200", "editor": "200", "auditor": "200"}},
		"GET /needs":          {"/needs", nil, map[string]string{"partner": "200", "editor": "200", "auditor": "200"}},
		"GET /needs/{system}": {"/needs/lagoon", nil, map[string]string{"partner": "200 told behind consented", "editor": "200 consented", "auditor": "200 consented"}},
		"GET /answers":        {"/answers", nil, map[string]string{"builder": "200", "stranger": "200"}},
		"GET /coverage":       {"/coverage", nil, map[string]string{"partner": "200 people", "editor": "200", "auditor": "200"}},
		"GET /audit":          {"/audit", nil, map[string]string{"auditor": "200 lookers"}},

		"POST /conversation/{id}":                         {"/conversation/c1", decide, map[string]string{"partner": "303", "builder": "409", "stranger": "409"}},
		"POST /conversation/{id}/charter":                 {"/conversation/c1/charter", charter, map[string]string{"partner": "303", "builder": "303", "stranger": "404"}},
		"POST /conversation/{id}/charter/{version}/agree": {"/conversation/c1/charter/1/agree", url.Values{"side": {"partner"}}, map[string]string{"partner": "303", "builder": "409", "stranger": "404"}},
		"POST /needs/{system}":                            {"/needs/lagoon", url.Values{"need": {"field:Seats"}, "what": {"x"}}, map[string]string{"partner": "303"}},
		"POST /answer/{id}":                               {"/answer/a1", url.Values{"act": {"helped"}}, map[string]string{"partner": "303", "builder": "404", "stranger": "404"}},
		"POST /feedback":                                  {"/feedback", url.Values{"asset": {"t/p/1"}, "word": {"right"}}, map[string]string{"partner": "303", "builder": "303", "stranger": "404"}},
		"POST /mine/register":                             {"/mine/register", url.Values{"name": {"n"}, "lies": {"l"}, "purpose": {"p"}}, map[string]string{"builder": "303", "stranger": "303"}},
		"POST /mine/unregister":                           {"/mine/unregister", url.Values{"id": {"r1"}}, map[string]string{"builder": "303", "stranger": "303"}},
		"POST /mine/quiet":                                {"/mine/quiet", url.Values{"until": {"2027-01-01"}}, map[string]string{"builder": "303", "stranger": "303"}},
		"POST /mine/erase":                                {"/mine/erase", url.Values{"asset": {"t/p/1"}, "sure": {"yes"}}, map[string]string{"builder": "303", "stranger": "404"}},
	}
}

// TestWhoMaySeeWhat asks for every route as every viewer, and looks for every
// canary in the answer.
func TestWhoMaySeeWhat(t *testing.T) {
	rows := matrix()
	for name, v := range viewers() {
		world := newAviary()
		p, err := New(Options{
			Source: world, Directory: world, Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: &ledger{}, Now: func() time.Time { return today },
			Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms", Partner: inventory.Partner{Name: "Pat Part", Address: "pat@x"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		routes := map[string]bool{}
		for _, rt := range p.routes() {
			key := rt.method + " " + rt.pattern
			routes[key] = true
			if _, there := rows[key]; !there {
				t.Fatalf("%s has no row: say who may use it, and what they see", key)
			}
		}
		for key, r := range rows {
			if !routes[key] {
				t.Fatalf("%s has a row and is no route", key)
			}
			want := r.gets[name]
			if want == "" {
				want = "403"
			}
			if got := glimpse(t, access.As(v, p), strings.Fields(key)[0], r, v); got != tidy(want) {
				t.Errorf("%s as %s: %q, want %q", key, name, got, tidy(want))
			}
		}
	}
}

// glimpse asks for a route, and tells status and canaries.
func glimpse(t *testing.T, portal http.Handler, method string, r cell, v access.Viewer) string {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, r.path, strings.NewReader(r.form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	portal.ServeHTTP(w, req)
	all := canaries()
	seen := []string{}
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		if slices.ContainsFunc(all[kind], func(text string) bool { return text != v.Address && strings.Contains(w.Body.String(), text) }) {
			seen = append(seen, kind)
		}
	}
	return strings.TrimSpace(fmt.Sprint(w.Code, " ", strings.Join(seen, ",")))
}

// tidy puts what is wanted in the order in which it is found.
func tidy(want string) string {
	status, rest, _ := strings.Cut(want, " ")
	all := canaries()
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		if slices.Contains(strings.FieldsFunc(strings.ReplaceAll(rest, "other tool", "other-tool"), func(r rune) bool { return r == ' ' || r == ',' }), strings.ReplaceAll(kind, " ", "-")) {
			kinds = append(kinds, kind)
		}
	}
	return strings.TrimSpace(status + " " + strings.Join(kinds, ","))
}
