package classify

import (
	"iter"
	"maps"
	"math"
	"strings"

	"github.com/desirepath/desirepath/classify/tokens"
	"github.com/desirepath/desirepath/inventory"
)

// A Background is how common each heading is in this organisation: what stands
// in every second workbook tells little. The zero value knows nothing and
// changes nothing.
type Background struct {
	Structures int            `json:"structures"`
	Headings   map[string]int `json:"headings"` // canonical heading -> structures that have it
}

// commonShare is the share of structures from which on a heading tells less.
const commonShare = 0.02

// minBackground is how many structures a background needs before it is
// believed.
const minBackground = 200

// Learn counts the headings of an organisation's structures. Headings that few
// have are left out: they change nothing, and may be somebody's own words.
func Learn(structures iter.Seq[inventory.Structure]) Background {
	b := Background{Headings: map[string]int{}}
	for s := range structures {
		b.Structures++
		seen := map[string]bool{}
		for h := range s.Headings {
			key := strings.Join(tokens.Of(h), " ")
			if key != "" && !seen[key] && len(seen) < maxHeadings {
				seen[key] = true
				b.Headings[key]++
			}
		}
		if len(b.Headings) > maxLearnt {
			b.forget(2)
		}
	}
	b.forget(max(2, int(commonShare*float64(b.Structures))))
	return b
}

// maxLearnt bounds the headings that are counted at once. Most of a large
// organisation's are in one structure alone, and are let go first: what is
// common comes back soon enough.
const maxLearnt = 1 << 20

// forget leaves out headings that fewer than n structures have.
func (b Background) forget(n int) {
	maps.DeleteFunc(b.Headings, func(_ string, have int) bool { return have < n })
}

// rarity is 1 for a heading that few structures have, down to a third for one
// that all have.
func (b Background) rarity(ts []string) float64 {
	if b.Structures < minBackground {
		return 1
	}
	var buf [128]byte
	n := b.Headings[string(appendKey(buf[:0], ts))]
	share := float64(n) / float64(b.Structures)
	if share <= commonShare {
		return 1
	}
	return math.Max(1.0/3, math.Log(share)/math.Log(commonShare))
}
