package alderbay

import "testing"

func TestApps(t *testing.T) {
	s := load(t)
	apps, err := s.Apps()
	if err != nil {
		t.Fatal(err)
	}
	seen, kinds, theirs, ownerless := map[string]bool{}, map[string]int{}, 0, 0
	for _, a := range apps.Entra {
		if seen[a.ID] || a.Name == "" {
			t.Errorf("app %s: told twice, or without a name", a.ID)
		}
		seen[a.ID] = true
		kinds[a.Shadows]++
		if a.Publisher != "" {
			theirs++
			if len(a.Owners) > 0 || a.Unused {
				t.Errorf("app %s: what others made has no owner here, and is not registered here", a.ID)
			}
		} else if len(a.Owners) == 0 && a.Kind == "" {
			ownerless++
		}
		for _, who := range a.UsedBy {
			if p, _ := s.Person(who); !p.Microsoft || !p.Left.IsZero() {
				t.Errorf("app %s: %s cannot use it", a.ID, who)
			}
		}
	}
	for _, a := range apps.Teams {
		if seen[a.ID] || a.Name == "" || len(a.Versions) == 0 {
			t.Errorf("teams app %s: told twice, or without a name or a version", a.ID)
		}
		seen[a.ID] = true
		kinds[a.Shadows]++
	}
	if len(apps.Entra) < 8 || len(apps.Teams) < 3 || theirs < 3 || ownerless != 1 || kinds["none"] < 3 || len(kinds) < 6 {
		t.Errorf("%d and %d apps of %v, %d of others, %d without an owner", len(apps.Entra), len(apps.Teams), kinds, theirs, ownerless)
	}
}
