package classify

import (
	"iter"
	"math"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// A Background is how common each heading is in this organisation: what stands
// in every second workbook tells little. The zero value knows nothing and
// changes nothing.
type Background struct {
	Structures int            `json:"structures"`
	Headings   map[string]int `json:"headings"` // canonical heading -> structures that have it
}

// minBackground is how many structures a background needs before it is
// believed.
const minBackground = 200

// Learn counts the headings of an organisation's structures. Headings that
// only one structure has are left out: they change nothing, and may be
// somebody's own words.
func Learn(structures iter.Seq[inventory.Structure]) Background {
	b := Background{Headings: map[string]int{}}
	for s := range structures {
		b.Structures++
		seen := map[string]bool{}
		for h := range s.Headings {
			key := strings.Join(tokens(h), " ")
			if key != "" && !seen[key] && len(seen) < maxHeadings {
				seen[key] = true
				b.Headings[key]++
			}
		}
	}
	for h, n := range b.Headings {
		if n < 2 {
			delete(b.Headings, h)
		}
	}
	return b
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
	if share <= 0.02 {
		return 1
	}
	return math.Max(1.0/3, math.Log(share)/math.Log(0.02))
}
