package alderbay

import (
	"slices"
	"strings"
	"testing"
)

func TestPowered(t *testing.T) {
	s := load(t)
	told, err := s.Powered()
	if err != nil {
		t.Fatal(err)
	}
	seen, kinds, sorts := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, p := range slices.Concat(told.Environments, told.Workspaces) {
		if seen[p.ID] || p.Name == "" {
			t.Errorf("place %s: told twice, or without a name", p.ID)
		}
		seen[p.ID] = true
	}
	for _, a := range told.Things {
		if seen[a.ID] || a.Name == "" || a.Sort == "agent" && a.Model == "" {
			t.Errorf("thing %s: told twice, or with too little", a.ID)
		}
		seen[a.ID] = true
		kinds[a.Shadows]++
		sorts[a.Sort]++
	}
	for _, r := range told.Reports {
		if seen[r.ID] || r.Name == "" {
			t.Errorf("report %s: told twice, or without a name", r.ID)
		}
		seen[r.ID] = true
		kinds[r.Shadows]++
		for _, who := range r.Readers {
			if _, ok := s.Person(who); !ok {
				t.Errorf("report %s: nobody is called %s", r.ID, who)
			}
		}
		for table, columns := range r.Tables {
			for line := range strings.Lines(columns) {
				if !strings.Contains(line, " | ") {
					t.Errorf("report %s, table %s: %q has no type", r.ID, table, line)
				}
			}
		}
	}
	if len(told.Things) < 12 || len(told.Reports) < 3 || len(kinds) < 6 || kinds["none"] < 5 || len(sorts) < 5 {
		t.Errorf("%d things of %v and %d reports, which are %v", len(told.Things), sorts, len(told.Reports), kinds)
	}
}
