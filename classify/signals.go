package classify

import (
	"maps"
	"math"
	"slices"
)

// The features of one capability over one reading. Each has one weight that
// all capabilities share, so that a capability nobody has labelled yet is
// judged by the same rule.
const (
	fTelling3    = iota // fields that give it away
	fTelling2           // fields that some systems have
	fTelling1           // fields that many have
	fCoverage           // share of the headings its fields explain
	fShare              // its part of all that the headings speak for
	fSheet              // its entities in sheet names
	fEntity             // its entities in headings
	fName               // its entities in the names of file and queries
	fFolder             // its entities in folder names
	fTitle              // a name that is nothing but its entity: "Risk register"
	fStatus             // its words in lists to choose from
	fFunction           // functions done by hand
	fFormula            // spreadsheet functions that speak for it
	fCounter            // counter-signs
	fThin               // one thing alone, or vague words, speak for it
	fSystem             // a connection to a system of this capability
	featureCount        //
)

// featureNames are the keys of the weights file, in the order above.
func featureNames() []string {
	return []string{"telling_3", "telling_2", "telling_1", "coverage", "share", "sheet_name", "heading_entity",
		"file_name", "folder_name", "title", "list_words", "function_words", "formulas", "counter_signs", "thin", "system_trace"}
}

// The features that speak for "none": a structure like a data set or a
// one-off calculation.
const (
	gFewHeadings = iota
	gUnknown     // share of the headings the catalogue does not know
	gNumeric     // share of number columns
	gUnkeyed     // no column of ids
	gShort       // hardly any rows
	gWide        // very many columns
	gMuteSheets  // no sheet's name says anything
	gSeries      // nothing but numbers, by date or not
	gSymbols     // share of headings that are numbers or single letters
	gScience     // spreadsheet functions of statistics and mathematics
	gRuled       // lists to choose from, which somebody set up to keep it in order
	noneCount
)

func noneNames() []string {
	return []string{"few_headings", "unknown_headings", "number_columns", "no_id_column", "few_rows", "very_wide", "mute_sheet_names", "only_numbers", "symbols", "mathematics", "unruled"}
}

// A view is one capability's case: its features, and which concepts and words
// stand behind them.
type view struct {
	f        [featureCount]float64
	concepts []found // fields and functions found, in order of the headings
	fields   []field // headings that are fields of it, in order
	finer    []finer // what tells which of the finer capabilities it is
	sheets   []int   // indexes into reading.sheets
	entities []int   // into reading.headings
	names    []int   // into reading.names
	folders  []int
	words    []int
	counters []int // into reading.headings
	formulas []string
	traces   []trace
}

// A found is a concept and the heading that shows it best.
type found struct {
	concept, heading int
	value            float64
	more             float64 // what further headings show of it, in other words
	phrases          int     // how many words of it were seen
	phrase           *phrase // the last of them
	telling          int
	use              use
}

// A finer is a field that a finer capability shares with its parent.
type finer struct {
	cap      int
	strength float64
}

// A field is a heading, how well a capability's fields explain it, and how
// telling they are.
type field struct {
	heading int
	value   float64
	telling int
}

// views lets every top capability look at a reading.
func (c *Classifier) views(r reading) []view {
	vs := make([]view, len(c.vocab.tops))
	for i, h := range r.headings {
		for _, hit := range h.hits {
			for _, ref := range hit.refs {
				vs[ref.top].heading(i, h, hit, ref)
			}
		}
	}
	for t := range vs {
		vs[t].sheets = entities(r.sheets, t)
		vs[t].names = entities(r.names, t)
		vs[t].folders = entities(r.folders, t)
		vs[t].words = wordsOf(r.words, t, useStatus)
		vs[t].f[fSheet] = nameStrength(r.sheets, t)
		vs[t].f[fName] = nameStrength(r.names, t)
		vs[t].f[fFolder] = nameStrength(r.folders, t)
		if titled(r.sheets, t) || titled(r.names, t) {
			vs[t].f[fTitle] = 1
		}
		vs[t].f[fStatus] = statusStrength(r.words, t)
		vs[t].tally(len(r.headings))
	}
	c.formulas(r.shape, vs)
	share(vs)
	return vs
}

// heading records what one phrase in a heading says for a capability.
func (v *view) heading(i int, h heading, m hit, r ref) {
	value := m.cover * m.idf * h.common
	switch r.use {
	case useField:
		v.find(found{concept: r.concept, heading: i, value: value, telling: r.telling, use: r.use, phrase: m.phrase})
		v.field(field{i, value, r.telling})
	case useFiner:
		v.finer = append(v.finer, finer{r.cap, value * float64(r.telling-1)})
	case useFunction:
		v.find(found{concept: r.concept, heading: i, value: value, use: r.use, phrase: m.phrase})
	case useEntity:
		if v.f[fEntity] < m.cover*m.idf {
			v.f[fEntity] = m.cover * m.idf
		}
		v.entities = appendNew(v.entities, i)
	case useCounter:
		if m.cover > 0.6 {
			v.counters = appendNew(v.counters, i)
		}
	}
}

// repeated is what a concept's second name in a structure counts; each further
// one counts half of that before: "project id" and "project status" say more
// than one of them, but not twice as much.
const repeated = 0.5

// find keeps the best heading of each concept.
func (v *view) find(f found) {
	for k := range v.concepts {
		old := &v.concepts[k]
		if old.concept != f.concept {
			continue
		}
		if f.phrase != old.phrase {
			old.more += math.Min(f.value, old.value) * math.Pow(repeated, float64(old.phrases))
			old.phrases++
			old.phrase = f.phrase
		}
		if f.value > old.value {
			old.value, old.heading = f.value, f.heading
		}
		return
	}
	f.phrases = 1
	v.concepts = append(v.concepts, f)
}

// field keeps the best reading of each heading. Headings come in order.
func (v *view) field(f field) {
	if n := len(v.fields); n > 0 && v.fields[n-1].heading == f.heading {
		last := &v.fields[n-1]
		last.value, last.telling = math.Max(last.value, f.value), max(last.telling, f.telling)
		return
	}
	v.fields = append(v.fields, f)
}

// vagueCover is how much of a heading a vague word explains: a sheet that has
// the days of the week for headings may be anything.
const vagueCover = 0.3

// tally turns what was found into features.
func (v *view) tally(headings int) {
	for _, f := range v.concepts {
		switch {
		case f.use == useFunction:
			v.f[fFunction] += f.value
		case f.telling == 3:
			v.f[fTelling3] += f.value + f.more
		case f.telling == 2:
			v.f[fTelling2] += f.value + f.more
		default:
			v.f[fTelling1] += f.value + f.more
		}
	}
	v.f[fShare] = v.f[fTelling3] + 0.5*v.f[fTelling2] + 0.2*v.f[fTelling1]
	for _, k := range []int{fTelling3, fTelling2, fTelling1, fFunction} {
		v.f[k] = math.Log1p(v.f[k])
	}
	sum := 0.0
	for _, f := range v.fields {
		if f.telling == 1 {
			f.value *= vagueCover
		}
		sum += f.value
	}
	v.f[fCoverage] = sum / math.Max(4, float64(headings))
	v.f[fCounter] = math.Log1p(float64(len(v.counters)))
	if v.thin(headings) {
		v.f[fThin] = 1
	}
}

// mostExplained is the share of a structure's headings that a capability has
// to know when only one telling field speaks for it.
const mostExplained = 0.6

// thin reports whether vague words alone speak for a capability, or one
// telling thing among headings it knows nothing of: the days of the week do
// not make a timesheet, nor does one invoice among measurements make accounts.
func (v *view) thin(headings int) bool {
	if len(v.fields) == 0 || len(v.sheets)+len(v.names)+len(v.words) > 0 {
		return false
	}
	telling, explained := 0, 0
	for _, f := range v.concepts {
		if f.use == useField && f.telling > 1 {
			telling++
		}
	}
	for _, f := range v.fields {
		if f.value >= 0.3 {
			explained++
		}
	}
	return telling == 0 || telling == 1 && float64(explained) < mostExplained*float64(headings)
}

const shareFloor = 0.5
const shareScale = 0.4

// share turns the strengths that tally left into parts of their sum.
func share(vs []view) {
	sum := shareFloor // so that a single weak word is not all there is
	for _, v := range vs {
		sum += v.f[fShare]
	}
	for t := range vs {
		x := vs[t].f[fShare]
		vs[t].f[fShare] = x / sum * (1 - math.Exp(-x/shareScale))
	}
}

func (c *Classifier) formulas(s shape, vs []view) {
	for _, name := range slices.Sorted(maps.Keys(s.functions)) {
		for _, t := range c.vocab.formulas[name] {
			vs[t].f[fFormula] = 1
			vs[t].formulas = append(vs[t].formulas, name)
		}
	}
}

func entities(names []named, top int) []int { return wordsOf(names, top, useEntity) }

func wordsOf(names []named, top int, u use) []int {
	var out []int
	for i, n := range names {
		if best(n, top, u) > 0 {
			out = append(out, i)
		}
	}
	return out
}

// best is how much of a name a capability's words explain, times how telling.
func best(n named, top int, u use) float64 {
	most := 0.0
	for _, h := range n.hits {
		for _, r := range h.refs {
			if r.top == top && r.use == u {
				most = math.Max(most, h.cover*h.owned[u])
			}
		}
	}
	return most
}

// titled reports whether a name is one of a capability's entities and nothing
// else, spelled in two words or more and known to no other capability.
func titled(names []named, top int) bool {
	for _, n := range names {
		if len(n.hits) != 1 || n.hits[0].cover < 0.99 || n.hits[0].words < 2 || n.hits[0].owned[useEntity] < 1 {
			continue
		}
		for _, r := range n.hits[0].refs {
			if r.top == top && r.use == useEntity {
				return true
			}
		}
	}
	return false
}

// nameStrength is the best name's part and a little for each further one.
func nameStrength(names []named, top int) float64 {
	most, sum := 0.0, 0.0
	for _, n := range names {
		b := math.Sqrt(best(n, top, useEntity))
		most = math.Max(most, b)
		sum += b
	}
	if len(names) == 0 {
		return 0
	}
	return 0.7*most + 0.3*sum/float64(len(names))
}

func statusStrength(words []named, top int) float64 {
	sum := 0.0
	for _, n := range words {
		if b := best(n, top, useStatus); b > 0.5*0.1 {
			sum += b
		}
	}
	return math.Log1p(sum)
}

func appendNew(to []int, i int) []int {
	for _, have := range to {
		if have == i {
			return to
		}
	}
	return append(to, i)
}

// noneFeatures says how much a reading looks like no system at all.
func noneFeatures(r reading) [noneCount]float64 {
	var g [noneCount]float64
	columns := math.Max(1, float64(len(r.headings)))
	g[gFewHeadings] = math.Max(0, 1-float64(len(r.headings))/4)
	for _, h := range r.headings {
		if len(h.hits) == 0 {
			g[gUnknown] += 1 / columns
		}
	}
	g[gNumeric] = float64(r.shape.numeric) / columns
	if !r.shape.keyed {
		g[gUnkeyed] = 1
	}
	if r.shape.rows < 6 {
		g[gShort] = 1
	}
	if r.shape.columns > 40 {
		g[gWide] = 1
	}
	if !anyHits(r.sheets) {
		g[gMuteSheets] = 1
	}
	if r.shape.series() {
		g[gSeries] = 1
	}
	g[gSymbols] = float64(r.shape.symbols) / math.Max(1, float64(r.shape.symbols+r.shape.columns))
	if r.shape.scientific() {
		g[gScience] = 1
	}
	if !r.shape.ruled {
		g[gRuled] = 1
	}
	return g
}

func anyHits(names []named) bool {
	for _, n := range names {
		if len(n.hits) > 0 {
			return true
		}
	}
	return false
}
