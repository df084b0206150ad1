package access

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/desirepath/desirepath/inventory"
)

func TestDiscreet(t *testing.T) {
	team := func(name string, people, tools int) inventory.TeamTotal {
		return inventory.TeamTotal{Team: name, People: people, Tools: tools, Helped: 2 * tools}
	}
	for _, c := range []struct {
		name         string
		all          []inventory.TeamTotal
		shown        []string
		people, tool int // of the rest
		hidden       int
	}{
		{"all large", []inventory.TeamTotal{team("a", 9, 1), team("b", 5, 2)}, []string{"a", "b"}, 0, 0, 0},
		{"two small", []inventory.TeamTotal{team("a", 9, 1), team("b", 3, 2), team("c", 4, 4)}, []string{"a"}, 7, 6, 2},
		{"one small takes the next along", []inventory.TeamTotal{team("a", 9, 1), team("b", 6, 2), team("c", 4, 4)}, []string{"a"}, 10, 6, 2},
		{"small ones of too few people take the next along", []inventory.TeamTotal{team("a", 9, 1), team("b", 6, 2), team("c", 1, 4), team("d", 2, 8)}, []string{"a"}, 9, 14, 3},
		{"one large and one small", []inventory.TeamTotal{team("a", 9, 1), team("b", 1, 2)}, nil, 10, 3, 2},
		{"one small alone", []inventory.TeamTotal{team("a", 3, 1)}, nil, 0, 0, 1},
		{"a team that nobody counts", []inventory.TeamTotal{team("a", 0, 1), team("b", 0, 1), team("c", 8, 1)}, nil, 8, 3, 3},
		{"none", nil, nil, 0, 0, 0},
	} {
		shown, rest, hidden := Discreet(c.all)
		var names []string
		for _, s := range shown {
			names = append(names, s.Team)
		}
		if diff := cmp.Diff(c.shown, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if rest.People != c.people || rest.Tools != c.tool || hidden != c.hidden {
			t.Errorf("%s: rest %+v of %d", c.name, rest, hidden)
		}
	}
}

// TestDiscreetRevealsNobody holds for any teams: what is shown has five people
// behind every line, and what is left when it is taken from the whole is of
// several teams with five people.
func TestDiscreetRevealsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) inventory.TeamTotal {
			return inventory.TeamTotal{Team: rapid.StringN(1, 3, 8).Draw(t, "name"), People: rapid.IntRange(0, 12).Draw(t, "people"), Tools: rapid.IntRange(0, 5).Draw(t, "tools")}
		}), 0, 9).Draw(t, "teams")
		shown, rest, hidden := Discreet(all)
		sum := rest.Tools
		for _, s := range shown {
			if s.People < teamLeast {
				t.Fatalf("%+v is shown", s)
			}
			sum += s.Tools
		}
		if len(shown) > 0 && hidden > 0 && (hidden < 2 || rest.People < teamLeast) {
			t.Fatalf("%d teams of %d people can be told by taking what is shown from the whole", hidden, rest.People)
		}
		whole := 0
		for _, a := range all {
			whole += a.Tools
		}
		if rest.People > 0 && sum != whole || len(shown)+hidden != len(all) {
			t.Fatalf("%d tools of %d, %d teams and %d of %d", sum, whole, len(shown), hidden, len(all))
		}
	})
}
