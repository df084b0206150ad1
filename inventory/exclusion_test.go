package inventory_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

func TestScopeOfPlaces(t *testing.T) {
	site := inventory.Place{Tenant: "t", ID: "b!1", Kind: inventory.PlaceLibrary, Name: "HR Documents", Site: "https://x.example/sites/hr"}
	mine := inventory.Place{Tenant: "t", ID: "b!2", Kind: inventory.PlaceOneDrive, Name: "OneDrive", Owner: "Ada@x.example"}
	tests := []struct {
		name       string
		scope      inventory.Scope
		site, mine bool // left out
	}{
		{"nothing said", inventory.Scope{}, false, false},
		{"by name, any case", inventory.Scope{Exclude: inventory.Rules{Places: []string{"hr *"}}}, true, false},
		{"by id", inventory.Scope{Exclude: inventory.Rules{Places: []string{"b!2"}}}, false, true},
		{"by address of the site", inventory.Scope{Exclude: inventory.Rules{Places: []string{"https://x.example/sites/*"}}}, true, false},
		{"by owner", inventory.Scope{Exclude: inventory.Rules{People: []string{"ada@*"}}}, false, true},
		{"pilot by name", inventory.Scope{Pilot: inventory.Rules{Places: []string{"hr documents"}}}, false, true},
		{"pilot by owner", inventory.Scope{Pilot: inventory.Rules{People: []string{"ada@x.example"}}}, true, false},
		{"a pilot of paths limits no place", inventory.Scope{Pilot: inventory.Rules{Paths: []string{"x"}}}, false, false},
		{"exclusion beats pilot", inventory.Scope{Pilot: inventory.Rules{Places: []string{"*"}}, Exclude: inventory.Rules{People: []string{"ada@*"}}}, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.scope.ExcludesPlace(site); got != tt.site {
				t.Errorf("site left out = %v", got)
			}
			if got := tt.scope.ExcludesPlace(mine); got != tt.mine {
				t.Errorf("personal place left out = %v", got)
			}
		})
	}
}

func TestScopeOfAssets(t *testing.T) {
	a := inventory.Asset{Path: "Faculty/HR/2026", Name: "Salaries.xlsx", Owner: "ada@x.example", Label: "Confidential"}
	exclude := func(r inventory.Rules) inventory.Scope { return inventory.Scope{Exclude: r} }
	pilot := func(r inventory.Rules) inventory.Scope { return inventory.Scope{Pilot: r} }
	paths := func(ps ...string) inventory.Rules { return inventory.Rules{Paths: ps} }
	tests := []struct {
		name  string
		scope inventory.Scope
		out   bool
	}{
		{"nothing said", inventory.Scope{}, false},
		{"top folder", exclude(paths("faculty")), true},
		{"folder below", exclude(paths("Faculty/HR/")), true},
		{"only the beginning of a name", exclude(paths("Fac")), false},
		{"not from the top", exclude(paths("HR")), false},
		{"any folders above", exclude(paths("**/HR")), true},
		{"any folders above, none needed", exclude(paths("**/Faculty")), true},
		{"any folders between", exclude(paths("Faculty/**/salaries.*")), true},
		{"file pattern", exclude(paths("**/*.xlsx")), true},
		{"another file pattern", exclude(paths("**/*.csv")), false},
		{"a star stays within a folder", exclude(paths("*/Salaries.xlsx")), false},
		{"label", exclude(inventory.Rules{Labels: []string{"confidential"}}), true},
		{"owner", exclude(inventory.Rules{People: []string{"*@x.example"}}), true},
		{"pilot that has it", pilot(paths("Faculty")), false},
		{"pilot that has it not", pilot(paths("Library")), true},
		{"pilot by label", pilot(inventory.Rules{Labels: []string{"public"}}), true},
		{"a pilot of people limits places, not assets", pilot(inventory.Rules{People: []string{"bob@x.example"}}), false},
		{"exclusion beats pilot", inventory.Scope{Pilot: paths("Faculty"), Exclude: paths("**/Salaries.*")}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.scope.ExcludesAsset(a); got != tt.out {
				t.Errorf("left out = %v", got)
			}
		})
	}
}
