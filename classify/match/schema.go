package match

import (
	"slices"
	"strings"
)

// A schema is fields with what is compared of them.
type schema struct {
	columns []column
	tables  []table
	names   []name // the distinct names of columns

	words lexicon
}

type column struct {
	field       Field
	table, name int // of the schema's tables and names
	kind        kind
	place       float64 // in its table: 0 is the first, 1 the last

	ownDoc, textDoc     []string
	own, words, letters vector
}

type table struct {
	columns         []int
	nameDoc, allDoc []string
	name, words     vector
}

// A name is all columns that are called the same.
type name struct {
	columns []int
	doc     []string
	words   vector
}

func newSchema(fields []Field, words lexicon) *schema {
	s := &schema{words: words, columns: make([]column, len(fields))}
	tables, names := map[string]int{}, map[string]int{}
	for i, f := range fields {
		c := &s.columns[i]
		c.field, c.kind = f, kindOf(f.Type)
		c.table = indexOf(tables, strings.ToLower(f.Table), func() { s.tables = append(s.tables, table{nameDoc: words.table(f.Table)}) })
		c.name = indexOf(names, strings.ToLower(f.Column), func() { s.names = append(s.names, name{}) })
		s.tables[c.table].columns = append(s.tables[c.table].columns, i)
		s.names[c.name].columns = append(s.names[c.name].columns, i)
	}
	s.documents()
	return s
}

// indexOf numbers keys in the order they come.
func indexOf(known map[string]int, key string, add func()) int {
	i, ok := known[key]
	if !ok {
		i = len(known)
		known[key] = i
		add()
	}
	return i
}

// recurring is in how many tables a name stands before it is more than a
// coincidence.
const recurring = 3

// documents gathers the words that stand for columns, tables and names.
func (s *schema) documents() {
	for i := range s.columns {
		c := &s.columns[i]
		t := &s.tables[c.table]
		whole := s.words.name(c.field.Column)
		c.ownDoc, c.textDoc = whole, s.words.text(c.field.Description)
		if len(s.names[c.name].columns) < recurring {
			c.ownDoc = without(whole, t.nameDoc)
		}
		if len(t.columns) > 1 {
			c.place = float64(slices.Index(t.columns, i)) / float64(len(t.columns)-1)
		}
		n := &s.names[c.name]
		if n.doc == nil {
			n.doc = slices.Concat(whole, whole)
		}
		n.doc = append(n.doc, distinct(c.textDoc)...)
		t.allDoc = slices.Concat(t.allDoc, c.ownDoc, c.ownDoc, c.textDoc)
	}
	for i := range s.tables {
		t := &s.tables[i]
		for range 6 { // as much as a few columns
			t.allDoc = append(t.allDoc, t.nameDoc...)
		}
	}
}

// without leaves out the words of a table from the name of its column:
// "visit_start" in "visit" is a start. A name of nothing else stays whole.
func without(doc, table []string) []string {
	out := slices.DeleteFunc(slices.Clone(doc), func(w string) bool { return slices.Contains(table, w) })
	if len(out) == 0 {
		return doc
	}
	return out
}

func distinct(doc []string) []string {
	out := slices.Clone(doc)
	slices.Sort(out)
	return slices.Compact(out)
}

// weighBoth turns the documents of two schemas into vectors: how telling a
// word is, both tell together.
func weighBoth(sides ...*schema) {
	var own, text, letters, names, tables, tableNames [][]string
	for _, s := range sides {
		for _, c := range s.columns {
			own = append(own, c.ownDoc)
			text = append(text, slices.Concat(c.ownDoc, c.textDoc))
			letters = append(letters, trigrams(c.field.Column))
		}
		for _, n := range s.names {
			names = append(names, n.doc)
		}
		for _, t := range s.tables {
			tables, tableNames = append(tables, t.allDoc), append(tableNames, t.nameDoc)
		}
	}
	ofOwn, ofText, ofLetters := newWeighing(own), newWeighing(text), newWeighing(letters)
	ofNames, ofTables, ofTableNames := newWeighing(names), newWeighing(tables), newWeighing(tableNames)
	for _, s := range sides {
		for i := range s.columns {
			c := &s.columns[i]
			c.own, c.letters = ofOwn.vector(c.ownDoc), ofLetters.vector(trigrams(c.field.Column))
			c.words = ofText.vector(slices.Concat(c.ownDoc, c.ownDoc, c.textDoc))
		}
		for i := range s.names {
			s.names[i].words = ofNames.vector(s.names[i].doc)
		}
		for i := range s.tables {
			t := &s.tables[i]
			t.words, t.name = ofTables.vector(t.allDoc), ofTableNames.vector(t.nameDoc)
		}
	}
}

// A kind is what a column holds, as far as its declared type says.
type kind uint8

const (
	unknown kind = iota
	text
	whole
	number
	date
	moment // a date with its time
)

func kindOf(declared string) kind {
	d := strings.ToLower(declared)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(d, p) })
	}
	switch {
	case d == "":
		return unknown
	case has("time"):
		return moment
	case has("date"):
		return date
	case has("int", "serial", "number(", "long"):
		return whole
	case has("float", "double", "num", "dec", "real", "money", "currency"):
		return number
	default:
		return text
	}
}

// like is how well two kinds go together, 0 to 1.
func (k kind) like(o kind) float64 {
	switch {
	case k == o:
		return 1
	case k == unknown || o == unknown:
		return 0.8
	case min(k, o) == date:
		return 0.8 // and a moment
	case max(k, o) >= date:
		return 0
	case k != text && o != text:
		return 0.6
	default:
		return 0.4
	}
}
