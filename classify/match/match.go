// Package match ranks, for each column of one schema, the fields of another
// that it could be: the engine under learning a system from an export and
// under telling what a system has no field for. It knows no trade: it reads
// names and descriptions by how telling their words are in these two schemas,
// and looks at types, at the tables that columns stand in, and at which
// columns recur from table to table.
package match

import (
	"cmp"
	"slices"
)

// A Field is a column of a table. Description and Type may be empty.
type Field struct {
	Table       string `json:"table"`
	Column      string `json:"column"`
	Description string `json:"-"`
	Type        string `json:"-"`
}

// A Candidate is a field that a column could be, with how much speaks for it:
// 0 to 1, where only the order and Floor mean something.
type Candidate struct {
	Field
	Score float64 `json:"score"`
}

// A Result is a column with its candidates, the best first. Found is false
// where not even the best of them is likely.
type Result struct {
	Column     Field
	Candidates []Candidate
	Found      bool
}

// Floor is the score under which a best candidate is more likely a chance
// likeness than the field.
const Floor = 0.45

// Fields ranks the targets for every column, at most n for each. The same
// fields give the same answer, in whatever order they come.
func Fields(columns, targets []Field, n int) []Result {
	m := newMatcher(columns, targets)
	score := m.rank()
	out := make([]Result, len(columns))
	for i, c := range columns {
		out[i] = Result{Column: c, Candidates: best(score[i], targets, n)}
		out[i].Found = len(out[i].Candidates) > 0 && out[i].Candidates[0].Score >= Floor
	}
	return out
}

func best(scores []float64, targets []Field, n int) []Candidate {
	all := make([]Candidate, len(targets))
	for j, t := range targets {
		all[j] = Candidate{Field: t, Score: squash(scores[j])}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Column, b.Column))
	})
	return all[:min(n, len(all))]
}

// middle is the sum of all that speaks for a field at which it is as likely as
// not to be the one: found on two public schemas with a known mapping.
const middle = 0.235

// squash brings a sum of evidence between 0 and 1.
func squash(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return x / (x + middle)
}

// How much each kind of likeness counts. Halving or doubling any of them
// changes little: the sum is what decides.
const (
	weighName      = 0.4 // of the words in the column's name
	weighWords     = 0.3 // of those in name and description
	weighLetters   = 0.1 // of the letters of the name
	weighPlace     = 0.1 // how far into its table a column stands
	weighOften     = 0.1 // in how many tables one of that name stands
	weighEvery     = 0.3 // of all columns of that name, their descriptions together
	weighReference = 0.7 // both are the column by which tables refer to the same thing
	weighTables    = 0.6 // of all words of the two tables
	weighTableName = 0.5
	weighShared    = 0.05 // against a field that another column of the table fits better
	rounds         = 3    // in which columns and tables tell of each other
)

// A matcher holds two schemas and what is computed of them once.
type matcher struct {
	from, to *schema
}

func newMatcher(columns, targets []Field) *matcher {
	words := newLexicon(columns, targets)
	m := &matcher{from: newSchema(columns, words), to: newSchema(targets, words)}
	weighBoth(m.from, m.to)
	return m
}

// rank gives each pair of columns its sum. What speaks for a pair of tables
// follows from their columns, and speaks for their columns in turn.
func (m *matcher) rank() [][]float64 {
	own := m.columns()
	score := own
	for range rounds {
		tables := m.tables(score)
		score = make([][]float64, len(own))
		for i, f := range m.from.columns {
			score[i] = make([]float64, len(own[i]))
			for j, t := range m.to.columns {
				score[i][j] = own[i][j] + tables[f.table][t.table]
			}
		}
	}
	m.share(score)
	return score
}

// share lets the columns of one table go to different fields: what fits one of
// them better is a little less likely for the others.
func (m *matcher) share(score [][]float64) {
	for _, t := range m.from.tables {
		for j := range m.to.columns {
			top := slices.MaxFunc(t.columns, func(a, b int) int { return cmp.Compare(score[a][j], score[b][j]) })
			for _, i := range t.columns {
				if i != top {
					score[i][j] -= weighShared
				}
			}
		}
	}
}

// columns is what speaks for pairs of columns by themselves.
func (m *matcher) columns() [][]float64 {
	names := m.names()
	out := make([][]float64, len(m.from.columns))
	for i, f := range m.from.columns {
		out[i] = make([]float64, len(m.to.columns))
		for j, t := range m.to.columns {
			n := names[f.name][t.name]
			x := weighName*f.own.cosine(t.own) + weighWords*f.words.cosine(t.words) + weighLetters*f.letters.cosine(t.letters)
			x += weighPlace*(1-abs(f.place-t.place)) + weighOften*n.often + weighEvery*n.every
			out[i][j] = x*(0.3+0.7*f.kind.like(t.kind)) + n.reference
		}
	}
	return out
}

// tables is what speaks for pairs of tables, compared with the best for each:
// 0 for that one, less for the others.
func (m *matcher) tables(score [][]float64) [][]float64 {
	out := make([][]float64, len(m.from.tables))
	for a, f := range m.from.tables {
		out[a] = make([]float64, len(m.to.tables))
		for b, t := range m.to.tables {
			sum := 0.0
			for _, i := range f.columns {
				top := 0.0
				for _, j := range t.columns {
					top = max(top, score[i][j])
				}
				sum += top
			}
			out[a][b] = sum/float64(len(f.columns)) + weighTables*f.words.cosine(t.words) + weighTableName*f.name.cosine(t.name)
		}
		if len(out[a]) == 0 {
			continue
		}
		top := slices.Max(out[a])
		for b := range out[a] {
			out[a][b] -= top
		}
	}
	return out
}

func abs(x float64) float64 { return max(x, -x) }
