package classify

import (
	"slices"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/match"
	"github.com/desirepath/desirepath/inventory"
)

// An export is what a system of the organisation keeps, as its own exports and
// import templates head it.
type export struct {
	knownTrace
	fields map[string]bool // by match.Meaning
}

// newExports knows the systems of which fields were learnt, sorted by id.
func newExports(cat catalogue.Catalogue) (out []export) {
	for _, s := range cat.Systems {
		if len(s.Fields) == 0 {
			continue
		}
		e := export{knownTrace{trace: trace{s.ID, s.Name}, capability: s.Capability}, map[string]bool{}}
		for _, f := range s.Fields {
			if m := match.Meaning(f); m != "" {
				e.fields[m] = true
			}
		}
		out = append(out, e)
	}
	return out
}

// How many headings of an asset a system must have before the asset looks fed
// from its export: some, and most of them. A name and a date are in any.
const (
	exportHeadings = 5
	exportShare    = 0.6
)

// feeds reports whether headings are those of the system's exports.
func (e export) feeds(headings []string) bool {
	n := 0
	for _, h := range headings {
		if e.fields[match.Meaning(h)] {
			n++
		}
	}
	return n >= exportHeadings && float64(n) >= exportShare*float64(len(headings))
}

// held leaves out needs that a system does not have: it keeps such a field.
func (c *Classifier) held(system string, needs []inventory.Need) []inventory.Need {
	i := slices.IndexFunc(c.exports, func(e export) bool { return e.system == system })
	if i < 0 {
		return needs
	}
	return slices.DeleteFunc(needs, func(n inventory.Need) bool {
		return n.Kind == inventory.NeedField && c.exports[i].fields[match.Meaning(n.Word)]
	})
}
