package classify

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// The signals that evidence comes from. The first argument of each is the
// capability it speaks for ("" for none), unless said otherwise; the others
// are words of the asset's own.
const (
	SignalHeadings  = "headings"   // headings that are this capability's fields, most telling first
	SignalEntities  = "entities"   // headings that name what it is about
	SignalSheets    = "sheets"     // sheet names that do
	SignalName      = "name"       // names of the file or its queries that do
	SignalFolder    = "folder"     // folder names that do
	SignalListWords = "list-words" // entries of lists to choose from
	SignalFunctions = "functions"  // things it does by hand: their names in the catalogue
	SignalFormulas  = "formulas"   // spreadsheet functions
	SignalCounter   = "counter"    // headings that speak against it
	SignalThin      = "thin"       // one word alone, or vague ones, speak for it
	SignalSystem    = "system"     // hosts or targets of a sanctioned system that it reads from
	SignalReached   = "reached"    // connections to services of this kind
	SignalAllowed   = "allowed"    // data of this kind that people let it see
	SignalSources   = "sources"    // places it answers from
	SignalIDs       = "ids"        // ids that a sanctioned system gave out; what they are called, the system, how many of how many were found, and the share with its interval in percent
	SignalSeveral   = "several"    // the systems of this kind that it might be; nothing tells which
	SignalLittle    = "little"     // too little was seen of it to tell; how many headings were
	SignalShape     = "shape"      // what looks like a data set or a calculation; the arguments are feature names
	SignalBase      = "base"       // how common the answer is before looking
	SignalRivals    = "rivals"     // how much speaks for all other answers; the argument is the likeliest, if it is likely
)

// Signals lists all signals that evidence can come from.
func Signals() []string {
	return []string{SignalHeadings, SignalEntities, SignalSheets, SignalName, SignalFolder, SignalListWords, SignalFunctions, SignalFormulas,
		SignalCounter, SignalThin, SignalSystem, SignalReached, SignalAllowed, SignalSources, SignalIDs, SignalSeveral, SignalLittle, SignalShape, SignalBase, SignalRivals, SignalSaid}
}

// Shapes lists what evidence of SignalShape may name.
func Shapes() []string { return noneNames() }

// maxWords is how many words one piece of evidence shows.
const maxWords = 6

// evidence explains the answer at index best of scores. Its weights add up to
// the log-odds of the verdict's score.
func (c *Classifier) evidence(best int, r reading, vs []view, g [noneCount]float64, scores []float64) []inventory.Evidence {
	var out []inventory.Evidence
	if best < len(vs) {
		out = c.caseFor(best, r, vs[best])
	} else {
		out = c.caseForNone(g)
	}
	odds := logit(best, scores)
	out = append(out, c.rivals(best, scores, odds))
	slices.SortStableFunc(out, func(a, b inventory.Evidence) int {
		return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight))
	})
	return roundTo(out, odds)
}

func (c *Classifier) caseFor(t int, r reading, v view) []inventory.Evidence {
	id, w := c.vocab.tops[t], c.model.features
	var out []inventory.Evidence
	say := func(signal string, weight float64, words []string) {
		if weight != 0 {
			out = append(out, inventory.Evidence{Signal: signal, Args: append([]string{id}, words...), Weight: weight})
		}
	}
	headings := 0.0
	for _, k := range []int{fTelling3, fTelling2, fTelling1, fCoverage, fShare} {
		headings += w[k] * v.f[k]
	}
	for _, f := range v.concepts {
		headings += c.model.concepts[f.concept] * f.value
	}
	say(SignalHeadings, headings, tellingHeadings(r, v))
	say(SignalEntities, w[fEntity]*v.f[fEntity], headingTexts(r, v.entities))
	sheets, name := w[fSheet]*v.f[fSheet], w[fName]*v.f[fName]
	if title := w[fTitle] * v.f[fTitle]; v.called {
		name += title
	} else {
		sheets += title
	}
	say(SignalSheets, sheets, texts(r.sheets, v.sheets))
	say(SignalName, name, texts(r.names, v.names))
	say(SignalFolder, w[fFolder]*v.f[fFolder], texts(r.folders, v.folders))
	say(SignalListWords, w[fStatus]*v.f[fStatus], texts(r.words, v.words))
	say(SignalFunctions, w[fFunction]*v.f[fFunction], c.functionNames(v))
	say(SignalFormulas, w[fFormula]*v.f[fFormula], v.formulas)
	say(SignalCounter, w[fCounter]*v.f[fCounter], headingTexts(r, v.counters))
	say(SignalThin, w[fThin]*v.f[fThin]+w[fVague]*v.f[fVague], nil)
	say(SignalSystem, w[fSystem]*v.f[fSystem], traceNames(v.traces))
	say(SignalReached, w[fReached]*v.f[fReached], texts(r.reached, v.reached))
	say(SignalAllowed, w[fAllowed]*v.f[fAllowed], texts(r.allowed, v.allowed))
	say(SignalSources, w[fSource]*v.f[fSource], texts(r.sources, v.sources))
	if v.ids != nil {
		say(SignalIDs, w[fIDs]*v.f[fIDs], v.ids.args())
	}
	say(SignalBase, c.model.bias[t], nil)
	return out
}

func (c *Classifier) caseForNone(g [noneCount]float64) []inventory.Evidence {
	out := []inventory.Evidence{{Signal: SignalBase, Args: []string{""}, Weight: c.model.noneBias}}
	for k, name := range noneNames() {
		if x := c.model.none[k] * g[k]; x != 0 {
			out = append(out, inventory.Evidence{Signal: SignalShape, Args: []string{"", name}, Weight: x})
		}
	}
	return out
}

// minRival is how probable another answer has to be to be named.
const minRival = 0.1

// rivals weighs all other answers together.
func (c *Classifier) rivals(best int, scores []float64, odds float64) inventory.Evidence {
	e := inventory.Evidence{Signal: SignalRivals, Args: []string{c.answer(best)}, Weight: odds - scores[best]}
	first := -1
	for t, p := range softmax(scores) {
		if t != best && p >= minRival && (first < 0 || scores[t] > scores[first]) {
			first = t
		}
	}
	if first >= 0 {
		e.Args = append(e.Args, c.answer(first))
	}
	return e
}

func (c *Classifier) answer(t int) string {
	if t == len(c.vocab.tops) {
		return ""
	}
	return c.vocab.tops[t]
}

// logit is the log-odds of one answer against all others together.
func logit(best int, scores []float64) float64 {
	most, sum := math.Inf(-1), 0.0
	for t, s := range scores {
		if t != best {
			most = math.Max(most, s)
		}
	}
	if math.IsInf(most, -1) { // a catalogue without capabilities
		return 0
	}
	for t, s := range scores {
		if t != best {
			sum += math.Exp(s - most)
		}
	}
	return scores[best] - most - math.Log(sum)
}

// roundTo rounds weights so that they read well and still add up.
func roundTo(es []inventory.Evidence, total float64) []inventory.Evidence {
	rest := round(total, 3)
	for i := range es {
		es[i].Weight = round(es[i].Weight, 3)
		rest -= es[i].Weight
	}
	for i := range es {
		if es[i].Signal == SignalRivals {
			es[i].Weight = round(es[i].Weight+rest, 3)
		}
	}
	return es
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}

// tellingHeadings lists the headings that are a capability's fields, those
// that give it away first.
func tellingHeadings(r reading, v view) []string {
	fs := slices.DeleteFunc(slices.Clone(v.fields), func(f field) bool { return f.value < 0.2 })
	slices.SortStableFunc(fs, func(a, b field) int {
		return cmp.Compare(b.value*float64(b.telling), a.value*float64(a.telling))
	})
	var out []string
	seen := map[string]bool{}
	for _, f := range fs {
		h := r.headings[f.heading]
		if key := strings.Join(h.tokens, " "); !seen[key] && len(out) < maxWords {
			seen[key] = true
			out = append(out, h.text)
		}
	}
	return out
}

func (c *Classifier) functionNames(v view) []string {
	var out []string
	for _, f := range v.concepts {
		if f.use == useFunction && len(out) < maxWords {
			out = append(out, c.vocab.concepts[f.concept].name)
		}
	}
	return out
}

func headingTexts(r reading, at []int) []string {
	var out []string
	for _, i := range at[:min(len(at), maxWords)] {
		out = append(out, r.headings[i].text)
	}
	return out
}

func texts(names []named, at []int) []string {
	var out []string
	for _, i := range at[:min(len(at), maxWords)] {
		out = append(out, strings.TrimPrefix(names[i].text, "shared_")) // as Power Platform begins the names of connectors
	}
	return out
}

func traceNames(ts []trace) []string {
	var out []string
	for _, t := range ts[:min(len(ts), maxWords)] {
		out = append(out, t.name)
	}
	return out
}
