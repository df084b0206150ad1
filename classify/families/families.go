// Package families groups copies and versions of one thing, by content and by
// structure, so that each leads to one conversation.
package families

import (
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/classify/tokens"
	"github.com/desirepath/desirepath/inventory"
)

// A Member is the little that grouping needs to know of an asset.
type Member struct {
	ID        inventory.AssetID
	Name      string // of the file; "" when unknown
	Hash      string // of the content, as inventory.Asset has it; "" when unknown
	Signature Signature
	Created   time.Time
	Modified  time.Time
	Editor    string // who modified it last, an address; "" for no person
}

// minSimilarity is the share of headings and sheet names that two structures
// have in common when they are versions of one thing.
const minSimilarity = 0.42

// Group groups members: exact copies by hash, versions by signature. Every
// member is in exactly one family, many alone in theirs. Families come sorted
// by id. The order of the members does not matter.
func Group(members iter.Seq[Member]) []inventory.Family {
	all := slices.SortedFunc(members, func(a, b Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	sets := newSets(len(all))
	joinCopies(all, sets)
	joinPlain(all, sets)
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

// family describes one group; its indexes are in the order of the ids. Its id
// is that of the original, its representative is the living copy.
func family(all []Member, group []int) inventory.Family {
	f := inventory.Family{}
	first, living := all[group[0]], all[group[0]]
	for _, i := range group {
		m := all[i]
		f.Members = append(f.Members, m.ID)
		if born(m).Before(born(first)) {
			first = m
		}
		if later(m, living) {
			living = m
		}
	}
	f.ID, f.Representative = string(first.ID), living.ID
	f.Kind = kind(all, group)
	return f
}

// kind tells copies, which are the same to the last byte, from versions of one
// thing, and both from a template that several people fill in, each their own.
func kind(all []Member, group []int) string {
	first := all[group[0]]
	same, alike := first.Hash != "", true
	hashes, editors := map[string]bool{}, map[string]bool{}
	for _, i := range group {
		m := all[i]
		same = same && m.Hash == first.Hash
		alike = alike && slices.Equal(m.Signature, first.Signature)
		hashes[m.Hash], editors[m.Editor] = true, true
	}
	ownEach := !hashes[""] && len(hashes) == len(group) && !editors[""] && len(editors) == len(group)
	switch {
	case len(group) == 1:
		return inventory.FamilySingle
	case same:
		return inventory.FamilyCopies
	case alike && ownEach:
		return inventory.FamilyTemplate
	}
	return inventory.FamilyVersions
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

// joinPlain joins what is too plain to be told by its headings when the whole
// layout is the same and the names do not speak against it: two address lists
// of one length are two lists when they are called differently.
func joinPlain(all []Member, sets *sets) {
	first := map[[2]uint32][]int{}
	for i, m := range all {
		if len(m.Signature) != 2 {
			continue
		}
		key := [2]uint32(m.Signature)
		alike := slices.IndexFunc(first[key], func(j int) bool { return sameName(m.Name, all[j].Name) })
		if alike >= 0 {
			sets.join(i, first[key][alike])
		} else if len(first[key]) < maxLeaders {
			first[key] = append(first[key], i)
		}
	}
}

// sameName reports whether two names are the same but for what copies and
// versions add to them. Names that say nothing speak against nothing.
func sameName(a, b string) bool {
	a, b = ownName(a), ownName(b)
	return a == "" || b == "" || a == b
}

// ownName is what is left of a file's name without its ending, its numbers and
// the words that programs add to copies.
func ownName(name string) string {
	var own []string
	for _, t := range tokens.Of(strings.TrimSuffix(name, path.Ext(name))) {
		switch t {
		case "0", "copy", "of", "kopie", "von", "copie", "copia", "de", "v", "version", "final", "new", "old", "draft":
		default:
			own = append(own, t)
		}
	}
	return strings.Join(own, " ")
}

// Versions are looked for among members that share a band of min-hashes
// (Broder 1997): with 20 bands of two, structures at the threshold meet in 98
// of 100 cases.
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
			if m.Signature.plain() {
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
