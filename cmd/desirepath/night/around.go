package night

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// aroundSetting is under what the totals of the last night are kept: gathering
// them goes through all that comes close to anything, which no page waits for.
const aroundSetting = "around"

// surroundings are what people do around each system, and in which teams.
type surroundings struct {
	Around []inventory.Around    `json:"around"`
	Teams  []inventory.TeamTotal `json:"teams"` // by team; without how many people it has
}

// surround gathers them at the end of a night.
func (n *Night) surround(ctx context.Context, _ *inventory.Run) (partial bool, err error) {
	t, err := n.readings().gather(ctx)
	if err != nil {
		return false, fmt.Errorf("what people do around each system: %w", err)
	}
	text, err := json.Marshal(t)
	if err != nil {
		return false, fmt.Errorf("what people do around each system: %w", err)
	}
	return false, n.Store.SaveSetting(ctx, aroundSetting, string(text))
}

// Around gives what people do around each system, as of the last night, and
// where the conversations about it stand now.
func (r Readings) Around(ctx context.Context) ([]inventory.Around, error) {
	t, err := r.surroundings(ctx)
	if err != nil {
		return nil, err
	}
	states, err := r.StatesOfConversations(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		i := slices.IndexFunc(t.Around, func(a inventory.Around) bool { return a.System == s.A && s.A != "" })
		if i < 0 {
			i, t.Around = len(t.Around), append(t.Around, inventory.Around{System: s.A})
		}
		t.Around[i].States = append(t.Around[i].States, inventory.Count{A: s.B, N: s.N})
	}
	return t.Around, nil
}

// Teams gives what the people of each team keep, as of the last night.
func (r Readings) Teams(ctx context.Context) ([]inventory.TeamTotal, error) {
	t, err := r.surroundings(ctx)
	if err != nil {
		return nil, err
	}
	sizes, err := r.TeamSizes(ctx)
	if err != nil {
		return nil, err
	}
	for i := range t.Teams {
		t.Teams[i].People = sizes[t.Teams[i].Team]
	}
	return t.Teams, nil
}

// surroundings are those of the last night; an inventory that is older than them has
// them gathered now.
func (r Readings) surroundings(ctx context.Context) (t surroundings, err error) {
	kept, err := r.Setting(ctx, aroundSetting)
	if err != nil {
		return t, err
	}
	if kept == "" || json.Unmarshal([]byte(kept), &t) != nil {
		return r.gather(ctx)
	}
	return t, nil
}

// A familyTotal is what counts of one family.
type familyTotal struct {
	system, capability, keeper string
	tools, people              int
	score                      float64
}

func (r Readings) gather(ctx context.Context) (surroundings, error) {
	families, err := r.familyTotals(ctx)
	if err != nil {
		return surroundings{}, err
	}
	around, teams, known := map[[2]string]*inventory.Around{}, map[string]*inventory.TeamTotal{}, map[string]inventory.Person{}
	for _, f := range families {
		key := [2]string{f.system, f.capability}
		if f.system != "" {
			key[1] = ""
		}
		a := entry(around, key)
		a.System, a.Capability = f.system, cmp.Or(a.Capability, f.capability)
		a.Families, a.Tools, a.People = a.Families+1, a.Tools+f.tools, a.People+f.people
		a.Spread.Add(f.score)
		keeper, err := r.lookup(ctx, known, inventory.FoldAddress(f.keeper))
		if err != nil {
			return surroundings{}, err
		}
		if team := keeper.Team; team != "" {
			t := entry(teams, team)
			t.Team, t.Tools, t.Helped = team, t.Tools+1, t.Helped+f.people
		}
	}
	return surroundings{Around: sorted(around, func(a, b *inventory.Around) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.System, b.System), cmp.Compare(a.Capability, b.Capability))
	}), Teams: sorted(teams, func(a, b *inventory.TeamTotal) int { return cmp.Compare(a.Team, b.Team) })}, nil
}

// familyTotals goes through all that comes close to a capability. A family is
// of the system that its surest member names.
func (r Readings) familyTotals(ctx context.Context) (map[string]*familyTotal, error) {
	talks, err := r.talks(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]*familyTotal{}
	for record, err := range r.Records(ctx, inventory.Filter{Near: true}) {
		if err != nil {
			return nil, err
		}
		f := entry(out, cmp.Or(record.Family, string(record.Asset.ID)))
		f.tools++
		f.keeper = cmp.Or(talks[record.Family].keeper, f.keeper, lastHand(record))
		if v := record.Verdict; v.Score > f.score || f.tools == 1 {
			f.system, f.capability, f.score = v.System, v.Capability, v.Score
		}
		if record.Usage != nil {
			f.people = max(f.people, record.Usage.People)
		}
	}
	return out, nil
}

// entry gives what a map has under a key, and makes it if there is nothing.
func entry[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}

func sorted[K comparable, V any](m map[K]*V, order func(a, b *V) int) []V {
	out := make([]V, 0, len(m))
	for _, v := range slices.SortedFunc(maps.Values(m), order) {
		out = append(out, *v)
	}
	return out
}
