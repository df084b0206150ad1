package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// standing is a shelf with totals, a family and names that are hostile.
func standing() shelf {
	first, living := gradebook("t/p/1", "old "+hostile), gradebook("t/p/2", "living.xlsx")
	first.Asset.Created, living.Asset.Created = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	first.Asset.Modified = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	around := inventory.Around{System: "lagoon", Families: 3, Tools: 4, People: 12, States: []inventory.Count{{A: string(inventory.Proposed), N: 9}, {A: string(inventory.Talking), N: 2}, {A: string(inventory.Retired), N: 1}}}
	for _, score := range []float64{0.95, 1, 0.84, 0.5, 0} {
		around.Spread.Add(score)
	}
	return shelf{
		records: []inventory.Record{first, living},
		around:  []inventory.Around{around, {Capability: "fleet", Families: 1, Tools: 1, People: 4}},
		needs: []inventory.NeedLine{
			{System: "lagoon", Kind: inventory.NeedField, Word: "Few", Families: 9, People: 2},
			{System: "lagoon", Kind: inventory.NeedFunction, Word: "Many " + hostile, Families: 1, People: 40},
			{System: "lagoon", Kind: inventory.ByHand, Word: "reminders", Families: 1},
		},
		registered: []inventory.Registered{{ID: "r", Name: "Rota " + hostile, Lies: "K:", Purpose: "who is on", System: "lagoon", By: "kay@x", At: today}},
		teams:      []inventory.TeamTotal{{Team: "Physics", People: 40, Tools: 3}, {Team: "Law", People: 2, Tools: 1}, {Team: "Music", People: 3, Tools: 1}, {Team: "Chemistry", People: 9, Tools: 0}},
		opening:    talkWith("kay@x", inventory.Proposed),
		candidates: []inventory.Candidate{
			{Person: inventory.Person{Name: "Kay " + hostile, Address: "kay@x", Team: "Law", Accounts: []inventory.Account{{Left: true}}}, Total: 0.8},
			{Person: inventory.Person{Name: "Lee", Address: "lee@x"}, Here: true, Total: 0.3, Parts: []inventory.Part{{Name: inventory.PartEdits, Value: 0.2, Weight: 5, Facts: []string{"edits=1"}}}},
		},
	}
}

func TestSystemsFamiliesAndTeams(t *testing.T) {
	world := standing()
	world.opening.Keeper = world.candidates[0].Person
	server := portal(t, world)
	for path, c := range map[string]struct{ has, not []string }{
		"/systems": {has: []string{"Lagoon", `width="100" height="8"`, "What no system serves", "Vehicles and fleet", "Mele Taukolo"}},
		"/systems/lagoon": {has: []string{"Around Lagoon", "<strong>2</strong><span>conversations under way", "3 of 5 families are at 80 % or more", "Told by their builders", "kay@x",
			"people do it by hand: reminders (1)", `/conversations?state=talking`, "living.xlsx"}},
		"/teams":     {has: []string{"Physics", "Chemistry", "Smaller teams together", `data-is="Families of tools">2<`}, not: []string{"Law", "Music"}},
		"/family/f1": {has: []string{"living.xlsx</a> <span class=\"tag\">living copy", "original", "Nobody keeps it at the moment", "Lee comes next", "1 edit <", "has left"}},
	} {
		status, body, _ := get(t, server, path)
		for _, want := range c.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %q in\n%s", path, want, body)
			}
		}
		for _, bad := range append(c.not, hostile) {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
		if status != http.StatusOK {
			t.Errorf("%s: status %d", path, status)
		}
	}
	if _, body, _ := get(t, server, "/systems/lagoon"); strings.Index(body, "Many ") > strings.Index(body, "Few") {
		t.Error("the need behind which most people stand does not come first")
	}
	for _, path := range []string{"/systems/other", "/family/other"} {
		if status, _, _ := get(t, server, path); status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, status)
		}
	}
	empty := portal(t, shelf{})
	for path, want := range map[string]string{"/teams": "nothing to add up yet", "/systems/lagoon": "No need is known yet", "/systems": "Lagoon", "/mine": "Nothing of yours is known here"} {
		if _, body, _ := get(t, empty, path); !strings.Contains(body, want) {
			t.Errorf("%s of an empty inventory: no %q", path, want)
		}
	}
}
