package classify

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A Member is the little that grouping needs to know of an asset.
type Member struct {
	ID        inventory.AssetID
	Hash      string // of the content, as inventory.Asset has it; "" when unknown
	Signature Signature
	Created   time.Time
	Modified  time.Time
	Editor    string // who modified it last, an address; "" for no person
}

// What makes two structures versions of one thing.
const (
	minSimilarity = 0.45
	minElements   = 4 // a signature of fewer is too plain to be anybody's own: "Name, Email"
)

// Families groups members: exact copies by hash, versions by signature. Every
// member is in exactly one family, many alone in theirs. Families come sorted
// by id. The order of the members does not matter.
func Families(members iter.Seq[Member]) []inventory.Family {
	all := slices.SortedFunc(members, func(a, b Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	sets := newSets(len(all))
	joinCopies(all, sets)
	joinVersions(all, sets)
	groups := map[int][]int{}
	for i := range all {
		root := sets.find(i)
		groups[root] = append(groups[root], i)
	}
	out := make([]inventory.Family, 0, len(groups))
	for _, group := range groups {
		out = append(out, family(all, group))
	}
	slices.SortFunc(out, func(a, b inventory.Family) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// family describes one group; its indexes are in the order of the ids.
func family(all []Member, group []int) inventory.Family {
	f := inventory.Family{Kind: inventory.FamilySingle}
	first, living, same := all[group[0]], all[group[0]], true
	for _, i := range group {
		m := all[i]
		f.Members = append(f.Members, m.ID)
		same = same && m.Hash != "" && m.Hash == first.Hash
		if born(m).Before(born(first)) {
			first = m
		}
		if later(m, living) {
			living = m
		}
	}
	f.ID, f.Representative = string(first.ID), living.ID
	switch {
	case len(group) > 1 && same:
		f.Kind = inventory.FamilyCopies
	case len(group) > 1:
		f.Kind = inventory.FamilyVersions
	}
	return f
}

// born is when a member came to be; an unknown time counts as late.
func born(m Member) time.Time {
	if !m.Created.IsZero() {
		return m.Created
	}
	if !m.Modified.IsZero() {
		return m.Modified
	}
	return time.Unix(1<<40, 0)
}

// later reports whether a is more alive than b: edited by a person, and more
// recently.
func later(a, b Member) bool {
	if (a.Editor == "") != (b.Editor == "") {
		return a.Editor != ""
	}
	return a.Modified.After(b.Modified)
}

func joinCopies(all []Member, sets *sets) {
	first := map[string]int{}
	for i, m := range all {
		if m.Hash == "" {
			continue
		}
		if j, ok := first[m.Hash]; ok {
			sets.join(i, j)
		} else {
			first[m.Hash] = i
		}
	}
}

// Versions are looked for among members that share a band of min-hashes:
// with 20 bands of two, structures at the threshold meet in 99.7 of 100
// cases.
const (
	bands       = 20
	maxLeaders  = 8 // distinct structures compared with in one bucket
	bandHashMix = 0x9E3779B97F4A7C15
)

// joinVersions compares each member with the leaders of its buckets only, so
// that a thousand copies of a template cost a thousand comparisons.
func joinVersions(all []Member, sets *sets) {
	for band := range uint64(bands) {
		leaders := map[uint64][]int{}
		for i, m := range all {
			if len(m.Signature) < minElements {
				continue
			}
			key := bandKey(m.Signature, band)
			if !joinLeader(all, sets, leaders[key], i) && len(leaders[key]) < maxLeaders {
				leaders[key] = append(leaders[key], i)
			}
		}
	}
}

func joinLeader(all []Member, sets *sets, leaders []int, i int) bool {
	for _, j := range leaders {
		if sets.find(i) == sets.find(j) || similarity(all[i].Signature, all[j].Signature) >= minSimilarity {
			sets.join(i, j)
			return true
		}
	}
	return false
}

func bandKey(s Signature, band uint64) uint64 {
	a, b := ^uint64(0), ^uint64(0)
	for _, h := range s {
		a = min(a, mix(uint64(h)+(2*band+1)*bandHashMix))
		b = min(b, mix(uint64(h)+(2*band+2)*bandHashMix))
	}
	return mix(a) ^ b
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// sets is a union-find over members. The smallest index is the root, so that
// the outcome does not depend on the order of joining.
type sets struct{ parent []int32 }

func newSets(n int) *sets {
	s := &sets{make([]int32, n)}
	for i := range s.parent {
		s.parent[i] = int32(i)
	}
	return s
}

func (s *sets) find(i int) int {
	for int(s.parent[i]) != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = int(s.parent[i])
	}
	return i
}

func (s *sets) join(i, j int) {
	a, b := s.find(i), s.find(j)
	s.parent[max(a, b)] = int32(min(a, b))
}
