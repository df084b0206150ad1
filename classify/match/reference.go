package match

import (
	"cmp"
	"math"
	"slices"
)

// A likeness is what speaks for two names, whatever table they stand in.
type likeness struct {
	every     float64 // of all their descriptions together
	often     float64 // of the share of tables they stand in
	reference float64
}

// names compares the names of the columns, each with each.
func (m *matcher) names() [][]likeness {
	out := make([][]likeness, len(m.from.names))
	for a, f := range m.from.names {
		out[a] = make([]likeness, len(m.to.names))
		for b, t := range m.to.names {
			out[a][b] = likeness{every: f.words.cosine(t.words), often: m.often(f, t)}
		}
	}
	for _, p := range m.references() {
		out[p.from][p.to].reference = weighReference
	}
	return out
}

// often compares in how large a part of their tables two names stand.
func (m *matcher) often(f, t name) float64 {
	if len(f.columns) < recurring && len(t.columns) < recurring {
		return 0.5
	}
	return math.Exp(-abs(math.Log(float64(len(f.columns))/float64(len(m.from.tables))) -
		math.Log(float64(len(t.columns))/float64(len(m.to.tables)))))
}

type pair struct{ from, to int }

// maxReferences bounds how many are told apart: each further one doubles the
// work, and real schemas have a handful.
const maxReferences = 12

// references pairs the columns by which the tables of each schema refer to the
// same few things: the person, the visit, the order. There are few of them and
// they recur, so that they can be told by which is left for which: of all ways
// to pair them, the one that agrees best in words and frequency.
func (m *matcher) references() []pair {
	from, to := m.from.references(), m.to.references()
	if len(from) == 0 || len(to) == 0 {
		return nil
	}
	most := func(s *schema, ids []int) float64 { return float64(len(s.names[ids[0]].columns)) }
	gain := make([][]float64, len(from))
	for i, a := range from {
		gain[i] = make([]float64, len(to))
		for j, b := range to {
			f, t := m.from.names[a], m.to.names[b]
			cf, ct := m.from.columns[f.columns[0]], m.to.columns[t.columns[0]]
			share := math.Log(float64(len(f.columns))/most(m.from, from)) - math.Log(float64(len(t.columns))/most(m.to, to))
			gain[i][j] = f.words.cosine(t.words) + 0.6*cf.own.cosine(ct.own) + 0.35*math.Exp(-abs(share))
			if cf.kind.like(ct.kind) < 0.6 {
				gain[i][j] = 0
			}
		}
	}
	var out []pair
	for i, j := range assign(gain) {
		if j >= 0 {
			out = append(out, pair{from[i], to[j]})
		}
	}
	return out
}

// references are the names of identifiers that stand in many tables, those in
// most first.
func (s *schema) references() (out []int) {
	for i, n := range s.names {
		c := s.columns[n.columns[0]]
		many := len(n.columns) >= recurring && 8*len(n.columns) >= len(s.tables)
		if many && c.kind < date && slices.Contains(c.ownDoc, identifier()) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(len(s.names[b].columns), len(s.names[a].columns)) })
	return out[:min(len(out), maxReferences)]
}

// assign finds the pairing of rows and columns with the greatest sum: for each
// row its column, or -1. It goes through the sets of columns that are taken.
func assign(gain [][]float64) []int {
	type state struct {
		sum    float64
		chosen []int
	}
	best := map[int]state{0: {}}
	for _, row := range gain {
		next := map[int]state{}
		take := func(used, j int, from state, more float64) {
			if have, ok := next[used]; !ok || from.sum+more > have.sum {
				next[used] = state{from.sum + more, append(slices.Clone(from.chosen), j)}
			}
		}
		for used := range 1 << len(row) {
			from, ok := best[used]
			if !ok {
				continue
			}
			take(used, -1, from, 0)
			for j, g := range row {
				if used>>j&1 == 0 && g > 0 {
					take(used|1<<j, j, from, g)
				}
			}
		}
		best = next
	}
	var top state
	for used := range 1 << len(gain[0]) {
		if s, ok := best[used]; ok && (top.chosen == nil || s.sum > top.sum) {
			top = s
		}
	}
	return top.chosen
}
