package inventory

import "testing"

func TestScopeByUnit(t *testing.T) {
	cases := []struct {
		rule, unit string
		matches    bool
	}{
		{"/Students", "/Students", true},
		{"/students", "/Students/Physics/2026", true},
		{"/*/Physics", "/Staff/Physics", true},
		{"/Students", "/Staff", false},
		{"/Staff", "", false},
	}
	for _, c := range cases {
		p := Place{Name: "Students", Unit: c.unit}
		if got := (Scope{Exclude: Rules{Units: []string{c.rule}}}).ExcludesPlace(p); got != c.matches {
			t.Errorf("unit %q excluded by %q: %v", c.unit, c.rule, got)
		}
		if got := (Scope{Pilot: Rules{Units: []string{c.rule}}}).ExcludesPlace(p); got == c.matches {
			t.Errorf("unit %q outside of the pilot %q: %v", c.unit, c.rule, got)
		}
	}
}
