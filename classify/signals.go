package classify

import (
	"maps"
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
	fThin               // one thing alone speaks for it
	fVague              // only vague words do
	fSystem             // a connection to a system of this capability
	fReached            // a connection to a service of this kind, whoever runs it
	fAllowed            // data of this kind that people let it see
	fSource             // its entities in the places it answers from
	fIDs                // ids that its systems gave out
	featureCount        //
)

// featureNames are the keys of the weights file, in the order above.
func featureNames() []string {
	return []string{"telling_3", "telling_2", "telling_1", "coverage", "share", "sheet_name", "heading_entity",
		"file_name", "folder_name", "title", "list_words", "function_words", "formulas", "counter_signs", "thin", "vague", "system_trace",
		"connected_service", "consented_data", "knowledge", "shared_ids"}
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
	reached  []int // into reading.reached
	allowed  []int
	sources  []int
	ids      *sharing
	spelled  bool // an app's name calls it by several words
	called   bool // a name is nothing but that
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

// appName is how much of a name's weight an app's has whose name is one word:
// apps are named for how they sound. One of several words, as "leave requests",
// says what the app does.
const appName = 0.5

// views lets every top capability look at a reading. The views of an earlier
// reading, which nobody may look at any more, are used again; of nil it makes
// new ones.
func (c *Classifier) views(r *reading, old []view) []view {
	vs := slices.Grow(old[:0], len(c.vocab.tops))[:len(c.vocab.tops)]
	for t := range vs {
		vs[t].forget()
	}
	for i := range r.headings {
		h := &r.headings[i]
		for _, hit := range h.hits {
			for _, ref := range hit.refs {
				vs[ref.top].heading(i, h.common, hit, ref)
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
		if !r.shape.tabular {
			if vs[t].spelled = spelledOut(r.names, t); !vs[t].spelled {
				vs[t].f[fName] *= appName
			}
		}
		vs[t].called = titled(r.names, t)
		if vs[t].called || titled(r.sheets, t) {
			vs[t].f[fTitle] = 1
		}
		vs[t].connect(r, t)
		vs[t].f[fStatus] = statusStrength(r.words, t)
		vs[t].tally(len(r.headings))
	}
	c.formulas(r.shape, vs)
	share(vs)
	return vs
}

// forget empties a view and keeps its room.
func (v *view) forget() {
	*v = view{concepts: v.concepts[:0], fields: v.fields[:0], finer: v.finer[:0], entities: v.entities[:0]}
}

// heading records what one phrase in a heading says for a capability.
func (v *view) heading(i int, common float64, m hit, r ref) {
	value := m.cover * m.idf * common
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

func (c *Classifier) formulas(s shape, vs []view) {
	for _, name := range slices.Sorted(maps.Keys(s.functions)) {
		for _, t := range c.vocab.formulas[name] {
			vs[t].f[fFormula] = 1
			vs[t].formulas = append(vs[t].formulas, name)
		}
	}
}
