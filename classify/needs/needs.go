// Package needs gathers what people around each system do for themselves:
// what the system lacks for them, and what it offers and they still do by
// hand. Each line says how many builders and people stand behind it; who they
// are it does not say.
package needs

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/match"
	"github.com/desirepath/desirepath/inventory"
)

// A Voice is what one family of shadow systems tells.
type Voice struct {
	System     string // "" where the organisation has no such system
	Capability string
	Family     string
	Keeper     string // an address; "" if nobody was found
	People     int    // who rely on it
	Needs      []inventory.Need
	ByHand     []string           // functions of the system that it does as well
	Fragility  float64            // 0 to 1
	Example    *inventory.Example // nil unless the keeper said yes to being told of
}

// Gather makes the ledger: by system, what has most families behind it first.
// What is said in other words but means the same is one line.
func Gather(voices []Voice) []inventory.NeedLine {
	g := gathering{lines: map[key]*tally{}}
	for _, v := range voices {
		for _, n := range v.Needs {
			g.add(v, n.Kind, n.Word)
		}
		for _, w := range v.ByHand {
			g.add(v, inventory.ByHand, w)
		}
	}
	return g.ledger()
}

type key struct{ system, capability, kind, meaning string }

type gathering struct{ lines map[key]*tally }

// A tally counts what stands behind one meaning.
type tally struct {
	words    map[string]int // how many families say it so
	families map[string]int // with their people
	builders map[string]bool
	fragile  float64 // summed over the families
	examples []inventory.Example
}

func (g *gathering) add(v Voice, kind, word string) {
	word = strings.Join(strings.Fields(word), " ")
	meaning := match.Meaning(word)
	if meaning == "" {
		return
	}
	k := key{v.System, v.Capability, kind, meaning}
	if v.System != "" {
		k.capability = "" // a system's line is one, whichever of its capabilities it is about
	}
	t := g.lines[k]
	if t == nil {
		t = &tally{words: map[string]int{}, families: map[string]int{}, builders: map[string]bool{}}
		g.lines[k] = t
	}
	if _, said := t.families[v.Family]; !said {
		t.words[word]++
		t.fragile += v.Fragility
		if v.Example != nil {
			t.examples = append(t.examples, *v.Example)
		}
	}
	t.families[v.Family] = max(t.families[v.Family], v.People)
	if v.Keeper != "" {
		t.builders[inventory.FoldAddress(v.Keeper)] = true
	}
}

func (g *gathering) ledger() []inventory.NeedLine {
	out := make([]inventory.NeedLine, 0, len(g.lines))
	for k, t := range g.lines {
		l := inventory.NeedLine{System: k.system, Capability: k.capability, Kind: k.kind, Families: len(t.families), Builders: len(t.builders)}
		for _, n := range t.families {
			l.People += n
		}
		for w := range t.words {
			l.Words = append(l.Words, w)
		}
		slices.SortFunc(l.Words, func(a, b string) int { return cmp.Or(cmp.Compare(t.words[b], t.words[a]), cmp.Compare(a, b)) })
		l.Word = l.Words[0]
		for _, w := range l.Words {
			if n := t.words[w]; n > 0 {
				l.Said = append(l.Said, inventory.Saying{Word: w, Families: n})
			}
		}
		l.Fragility = math.Round(100*t.fragile/float64(len(t.families))) / 100
		l.Examples = t.examples
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b inventory.NeedLine) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Capability, b.Capability), cmp.Compare(b.Families, a.Families),
			cmp.Compare(b.People, a.People), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Word, b.Word))
	})
	return out
}

// Same reports whether two words mean the same need.
func Same(a, b string) bool { return match.Meaning(a) == match.Meaning(b) }
