package access

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func directory() Mask {
	return Mask{
		Person: func(address string) inventory.Person {
			return map[string]inventory.Person{
				"ana@x.example": {Address: "ana@x.example", Name: "Ana Ruru", Team: "Physics"},
				"bo@x.example":  {Address: "bo@x.example", Name: "Bo van der Ek", Team: "Provost"},
			}[address]
		},
		Team: func(name string) int { return map[string]int{"Physics": 5, "Provost": 4}[name] },
	}
}

func TestAColleagueIsNotNamed(t *testing.T) {
	for address, want := range map[string]string{
		"":                "",
		"desirepath":      "desirepath",
		"ana@x.example":   "a colleague in Physics",
		"bo@x.example":    "a colleague", // the team is so small that it would tell who
		"someone@y.other": "a colleague",
	} {
		if got := directory().Colleague(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func named() inventory.Record {
	return inventory.Record{
		Asset: inventory.Asset{
			ID: "t/p@x/1", Name: "ana_ruru marks.xlsx", Path: "Ek, Bo van der/for bo@x.example", URL: "https://x-my.example/personal/ana_ruru_x_example/a.xlsx",
			CreatedBy: "bo@x.example", ModifiedBy: "ana@x.example", Owner: "ana@x.example",
		},
		PlaceName: "OneDrive of Ana Ruru", PlaceOwner: "ana@x.example",
		Structure: &inventory.Structure{
			Sheets:        []inventory.Sheet{{Name: "Ana Ruru", Functions: map[string]int{"SUM": 1}, Regions: []inventory.Region{{Headings: []string{"Mark", "ask ana@x.example"}}}}},
			ExternalLinks: []string{"https://x-my.example/personal/bo_ek_x_example/b.xlsx"},
			Connections:   []inventory.Connection{{Kind: "publisher", Target: "ANA RURU"}},
		},
		Usage:   &inventory.Usage{People: 2, Editors: []inventory.Editor{{Address: "bo@x.example", Edits: 3, Last: time.Unix(1, 0)}}},
		Verdict: &inventory.Verdict{Evidence: []inventory.Evidence{{Signal: "link", Args: []string{"bo.van.der.ek@mail.example"}, Weight: 1}}},
	}
}

// shown is all that a page could say of a value.
func shown(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToLower(string(b))
}

func TestARecordNamesNobody(t *testing.T) {
	given := named()
	got := directory().Record(given)
	if diff := cmp.Diff(named(), given); diff != "" {
		t.Errorf("what was given was altered (-want +got):\n%s", diff)
	}
	text := strings.ReplaceAll(shown(t, got), `"id":"t/p@x/1"`, "")
	for _, bad := range []string{"@", "ana", "ruru", "bo@", "bo_ek", "van der", "onedrive"} {
		if strings.Contains(text, bad) {
			t.Errorf("holds %q:\n%s", bad, text)
		}
	}
	if got.Asset.ID != given.Asset.ID || got.Asset.Owner != "a colleague in Physics" || got.Structure.Sheets[0].Regions[0].Headings[0] != "Mark" ||
		got.Usage.People != 2 || got.Usage.Editors[0].Edits != 3 || got.Structure.Sheets[0].Functions["SUM"] != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAnOpeningNamesItsPartnerAlone(t *testing.T) {
	got := directory().Opening(inventory.Opening{
		Conversation: inventory.Conversation{ID: "c", Keeper: "ana@x.example", Partner: inventory.Partner{Name: "Pat", Address: "pat@x.example"}, Steps: []inventory.Step{
			{By: inventory.Program}, {By: "Pat@x.example", Why: "Ana told me"}, {By: "ana@x.example"}, {By: "bo@x.example", Act: inventory.ActNewKeeper, Detail: "ana@x.example"}}},
		System: inventory.System{Partner: inventory.Partner{Name: "Pat", Address: "pat@x.example"}},
		Asset:  named(), Keeper: inventory.Person{Address: "ana@x.example", Name: "Ana Ruru", Accounts: []inventory.Account{{Name: "Ana Ruru"}}},
		Worth: inventory.Worth{Total: 0.9, Parts: []inventory.Part{{Name: inventory.PartCraft, Value: 1, Weight: 1}}},
	})
	text := shown(t, got)
	for _, bad := range []string{"ana@", "ruru", "bo@", "told me"} {
		if strings.Contains(text, bad) {
			t.Errorf("holds %q:\n%s", bad, text)
		}
	}
	var by []string
	for _, s := range got.Conversation.Steps {
		by = append(by, s.By+s.Detail)
	}
	if diff := cmp.Diff([]string{"desirepath", "the partner", "the keeper", "a colleaguethe keeper"}, by); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Keeper.Name != "a colleague in Physics" || got.System.Partner.Name != "Pat" || got.Worth.Total != 0 || got.Worth.Parts != nil {
		t.Errorf("%+v", got)
	}
}

func TestARunNamesNoPersonsPlaces(t *testing.T) {
	got := directory().Run(inventory.Run{Places: []inventory.PlaceReport{
		{Name: "OneDrive of Ana Ruru", Personal: true, Error: "OneDrive of Ana Ruru: gone; ask ana@x.example"}, {Name: "Physics / Documents"},
	}})
	if text := shown(t, got.Places); strings.Contains(text, "ruru") || strings.Contains(text, "@") || !strings.Contains(text, "physics / documents") {
		t.Error(text)
	}
}
