// Package classify decides which sanctioned system an asset duplicates, says
// why, and stays silent when it does not know. It is pure: the same subject,
// catalogue, background and weights give the same verdict, wherever and
// whenever.
//
// A subject is read in the catalogue's terms ([Classifier.read]); every
// capability then makes its case as a few features (signals.go); one small
// model weighs all cases and the case for "none" against each other
// (weights.go). The score of a verdict is a probability, and its evidence adds
// up to it in log-odds.
package classify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"sync"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

// Options change what the classifier looks at.
type Options struct {
	// NoNames hides the names of files and folders.
	NoNames bool
}

// A Classifier judges subjects. It is safe for concurrent use.
type Classifier struct {
	cat   catalogue.Catalogue
	vocab *vocabulary
	bg    Background
	model model
	hosts traces
	// exports are what the organisation's systems keep, where that was learnt.
	exports []export
	systems map[string][]inventory.System // that fit a capability, by its id
	basis   string
	opts    Options
	weights Weights
	room    sync.Pool // of *[]view: a new one for each verdict would be most of what it allocates
}

// New makes a classifier that looks at everything.
func New(cat catalogue.Catalogue, bg Background, w Weights) *Classifier {
	return NewWith(cat, bg, w, Options{})
}

// NewWith makes a classifier with options.
func NewWith(cat catalogue.Catalogue, bg Background, w Weights, o Options) *Classifier {
	v := newVocabulary(cat)
	return &Classifier{
		cat: cat, vocab: v, bg: bg, model: newModel(v, w), hosts: newTraces(cat), exports: newExports(cat), systems: fitting(cat),
		basis: basis(cat, bg, w, o), opts: o, weights: w, room: sync.Pool{New: func() any { return new([]view) }},
	}
}

// WithBackground gives a classifier that weighs headings by how common they
// are in the organisation, and judges as this one does otherwise.
func (c *Classifier) WithBackground(bg Background) *Classifier {
	return NewWith(c.cat, bg, c.weights, c.opts)
}

// Basis identifies catalogue, background, weights and options: when it
// changes, verdicts may.
func (c *Classifier) Basis() string { return c.basis }

func basis(parts ...any) string {
	h := sha256.New()
	for _, p := range parts {
		b, err := json.Marshal(p) // maps are written in the order of their keys
		if err != nil {
			b = []byte(err.Error()) // only for floats that are no numbers; still the same for the same input
		}
		h.Write(b)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// silence is how probable the best capability has to be: below it, saying
// nothing is kinder than a guess.
const silence = 0.3

// Classify judges one subject. The verdict's capability may be a finer one;
// its alternatives are coarse, most probable first.
func (c *Classifier) Classify(s inventory.Subject) inventory.Verdict {
	room := c.room.Get().(*[]view)
	defer c.room.Put(room)
	r := c.read(s)
	vs := c.views(&r, *room)
	*room = vs
	traces := slices.Concat(c.trace(s.Structure, vs), c.compareIDs(s.Structure.IDs, vs))
	g := noneFeatures(r)
	scores := c.model.score(vs, g)
	probs := softmax(scores)
	best := c.choose(probs)
	unseen := little(r, vs, best)
	if unseen || best < len(vs) && nameAlone(r, vs[best]) {
		best = len(vs)
	}
	v := inventory.Verdict{Score: round(probs[best], 4), Alternatives: c.alternatives(probs, best), Basis: c.basis}
	v.Evidence = c.evidence(best, r, vs, g, scores)
	if unseen {
		v.Evidence = append(v.Evidence, inventory.Evidence{Signal: SignalLittle, Args: []string{"", strconv.Itoa(len(r.headings))}})
	}
	if best < len(vs) {
		v.Capability = c.finest(best, vs[best], r)
		v.System = c.system(v.Capability, vs[best].traces, traces)
		v.Evidence = append(v.Evidence, c.several(v.Capability, v.System, traces)...)
		v.Needs = c.held(v.System, c.needs(best, r, vs))
	}
	return v
}

// nameAlone reports whether an asset with headings is only called like a
// capability: what it holds does not bear its name out.
func nameAlone(r reading, v view) bool {
	if len(r.headings) == 0 {
		return false
	}
	for k, x := range v.f {
		switch k {
		case fName, fFolder, fTitle, fThin, fVague, fCounter:
		default:
			if x > 0 {
				return false
			}
		}
	}
	return true
}

// choose takes the most probable answer, or none when none is probable
// enough. The last of probs is none; of equals the first wins.
func (c *Classifier) choose(probs []float64) int {
	none := len(probs) - 1
	best := none
	for t, p := range probs[:none] {
		if p > probs[best] && p >= silence {
			best = t
		}
	}
	return best
}

// The alternatives that are worth showing.
const (
	maxAlternatives = 4
	minAlternative  = 0.02
)

func (c *Classifier) alternatives(probs []float64, best int) []inventory.Alternative {
	var out []inventory.Alternative
	for t, p := range probs {
		if t == best || p < minAlternative {
			continue
		}
		id := ""
		if t < len(c.vocab.tops) {
			id = c.vocab.tops[t]
		}
		out = append(out, inventory.Alternative{Capability: id, Score: round(p, 4)})
	}
	slices.SortStableFunc(out, func(a, b inventory.Alternative) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(len(out), maxAlternatives)]
}
