package classify

import (
	_ "embed"
	"math"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/tokens"
)

// vagueWords are words that stand in all kinds of sheets: alone in a heading
// they tell little, whatever field they name.
//
//go:embed vague.txt
var vagueWords string

// dayWords are what calendars are headed with, in several languages.
//
//go:embed days.txt
var dayWords string

// maxPhrase is the longest word of the catalogue that is looked for, in
// tokens.
const maxPhrase = 8

// A use says in what part of a capability's vocabulary a phrase stands.
type use uint8

const (
	useEntity use = iota
	useField
	useFunction
	useStatus
	useCounter
	useTrace // a name by which its products show in connections
	useFiner // a field of a finer capability that its parent has too
	useCount
)

// A ref is one place in the catalogue where a phrase stands.
type ref struct {
	top     int // index into vocabulary.tops
	cap     int // index into vocabulary.caps: the capability itself, maybe a finer one
	concept int // index into vocabulary.concepts, for fields and functions
	use     use
	telling int
}

// A phrase is a word of the catalogue, and how telling it is: idf is 1 for
// what only one top capability has among its fields and nears 0 for what all
// have; owned is one part in the number of top capabilities that use it so.
type phrase struct {
	refs  []ref
	idf   float64
	owned [useCount]float64
}

// A concept is a field or function of a capability, whatever people call it.
type concept struct {
	id   string // "crm/Phone": what weights are kept under
	name string
	cap  int
	use  use
}

// A vocabulary is a catalogue made ready for look-ups.
type vocabulary struct {
	caps     []catalogue.Capability
	tops     []string // ids of the capabilities without a parent
	topOf    []int    // for each capability, the index of its top
	concepts []concept
	phrases  map[string]*phrase // by tokens joined with spaces
	formulas map[string][]int   // spreadsheet function -> tops
	vague    map[string]bool    // phrases that tell little
	asking   map[string]bool    // tokens that questions are put with
	days     map[string]bool    // tokens of days, months and halves of days

	exercises, calculators map[string]bool // what these are called
}

func newVocabulary(cat catalogue.Catalogue) *vocabulary {
	v := &vocabulary{caps: cat.Capabilities, phrases: map[string]*phrase{}, formulas: map[string][]int{}, vague: phrasesOf(vagueWords), asking: map[string]bool{}, days: map[string]bool{},
		exercises: phrasesOf(exerciseWords), calculators: phrasesOf(calculatorWords)}
	for w := range strings.FieldsSeq(askingWords) {
		v.asking[tokens.Canonical(w)] = true
	}
	for w := range strings.FieldsSeq(dayWords) {
		v.days[tokens.Canonical(strings.ToLower(tokens.Fold(w)))] = true
	}
	for _, c := range v.caps {
		if cat.Top(c.ID) == c.ID {
			v.tops = append(v.tops, c.ID)
		}
	}
	for i, c := range v.caps {
		top := slices.Index(v.tops, cat.Top(c.ID))
		v.topOf = append(v.topOf, top)
		if top >= 0 { // parents in a circle have no top; Lint says so
			v.addCapability(i, top)
		}
	}
	v.weigh()
	return v
}

func (v *vocabulary) addCapability(i, top int) {
	c := v.caps[i]
	for _, f := range c.Fields {
		v.addConcept(f.Name, append([]string{f.Name}, f.Words...), ref{top: top, cap: i, use: useField, telling: f.Telling})
	}
	for _, f := range c.Functions {
		v.addConcept(f.Name, f.Words, ref{top: top, cap: i, use: useFunction})
	}
	v.add(c.Entities, ref{top: top, cap: i, use: useEntity})
	v.add(c.Statuses, ref{top: top, cap: i, use: useStatus})
	v.add(c.Counter, ref{top: top, cap: i, use: useCounter})
	v.add(c.Traces, ref{top: top, cap: i, use: useTrace})
	for _, f := range c.Formulas {
		v.formulas[f] = append(v.formulas[f], top)
	}
}

func (v *vocabulary) addConcept(name string, words []string, r ref) {
	r.concept = len(v.concepts)
	v.concepts = append(v.concepts, concept{id: v.caps[r.cap].ID + "/" + name, name: name, cap: r.cap, use: r.use})
	v.add(words, r)
}

func (v *vocabulary) add(words []string, r ref) {
	for _, w := range words {
		ts := tokens.Of(w)
		if len(ts) == 0 || len(ts) > maxPhrase {
			continue
		}
		key := strings.Join(ts, " ")
		p := v.phrases[key]
		if p == nil {
			p = &phrase{}
			v.phrases[key] = p
		}
		r := r
		if v.vague[key] && r.telling > 1 {
			r.telling = 1
		}
		if !slices.Contains(p.refs, r) {
			p.refs = append(p.refs, r)
		}
	}
}

// weigh tells how telling each phrase is from how many top capabilities use
// it.
func (v *vocabulary) weigh() {
	n := float64(len(v.tops))
	for _, p := range v.phrases {
		v.onceEach(p.refs)
		for u := range useCount {
			seen := map[int]bool{}
			for _, r := range p.refs {
				if r.use == u {
					seen[r.top] = true
				}
			}
			df := math.Max(1, float64(len(seen)))
			p.owned[u] = 1 / df
			if u == useField {
				p.idf = math.Log((n+1)/df) / math.Log(n+1)
			}
		}
	}
}

// onceEach lets a phrase count as one field of each top capability: a word that
// parent and child both have speaks for the parent's field, and for the child
// only when it comes to telling which of the finer ones it is.
func (v *vocabulary) onceEach(refs []ref) {
	coarse := map[int]bool{} // tops that have the phrase as a field of their own
	for _, r := range refs {
		if r.use == useField && v.caps[r.cap].Parent == "" {
			coarse[r.top] = true
		}
	}
	for i, r := range refs {
		if r.use == useField && v.caps[r.cap].Parent != "" && coarse[r.top] {
			refs[i].use = useFiner
		}
	}
}

// A hit is a phrase of the catalogue found in a heading or a name. Cover is
// the share of the heading's words that it explains.
type hit struct {
	*phrase
	cover float64
	words int
}

// find appends the phrases in ts to hits, longest first and without overlap.
func (v *vocabulary) find(ts []string, hits []hit) []hit {
	var buf [128]byte
	words := float64(len(ts))
	for i := 0; i < len(ts); {
		step := 1
		for n := min(maxPhrase, len(ts)-i); n > 0; n-- {
			if p := v.phrases[string(appendKey(buf[:0], ts[i:i+n]))]; p != nil {
				hits = append(hits, hit{p, float64(n) / words, n})
				step = n
				break
			}
		}
		i += step
	}
	return hits
}

// covered is the share of a heading's words that phrases explain.
func covered(hits []hit) float64 {
	sum := 0.0
	for _, h := range hits {
		sum += h.cover
	}
	return sum
}

func appendKey(b []byte, ts []string) []byte {
	for i, t := range ts {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, t...)
	}
	return b
}
