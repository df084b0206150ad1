package classify

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// How much each part counts towards who keeps a family. Edits count most: the
// keeper is who works with it, not who made it once or may decide about it.
func keeperWeights() map[string]float64 {
	return map[string]float64{inventory.PartEdits: 5, inventory.PartRecent: 2, inventory.PartOwns: 1, inventory.PartCopies: 1}
}

// Candidates ranks everybody who has a hand in a family, from its members'
// records: those who are still there before those who left, and by edits, how
// lately these were, whose it is and in how many copies they have a hand.
// person tells who is behind an address; several addresses may be one person.
func Candidates(records []inventory.Record, person func(address string) inventory.Person) []inventory.Candidate {
	hands := hands{by: map[string]*hand{}, person: person}
	for _, r := range records {
		hands.record(r)
	}
	out := make([]inventory.Candidate, 0, len(hands.by))
	for _, h := range hands.by {
		out = append(out, hands.candidate(h, len(records)))
	}
	slices.SortFunc(out, func(a, b inventory.Candidate) int {
		return cmp.Or(cmp.Compare(gone(a), gone(b)), cmp.Compare(b.Total, a.Total), cmp.Compare(a.Person.Address, b.Person.Address))
	})
	return out
}

// Keeper finds who keeps a family going: the first candidate who is still
// there. It is "" when nobody is.
func Keeper(candidates []inventory.Candidate) string {
	if len(candidates) == 0 || !candidates[0].Here {
		return ""
	}
	return candidates[0].Person.Address
}

func gone(c inventory.Candidate) int {
	if c.Here {
		return 0
	}
	return 1
}

// A hand is what one person did to a family.
type hand struct {
	person     inventory.Person
	edits      int
	last       time.Time
	owns, made bool
	copies     map[inventory.AssetID]bool
}

// hands gathers them by the address that speaks for each person.
type hands struct {
	by     map[string]*hand
	person func(string) inventory.Person
	edits  int       // of all
	newest time.Time // edit of all
}

func (hs *hands) of(address string, in inventory.AssetID) *hand {
	who := hs.person(inventory.FoldAddress(address))
	h := hs.by[who.Address]
	if h == nil {
		h = &hand{person: who, copies: map[inventory.AssetID]bool{}}
		hs.by[who.Address] = h
	}
	h.copies[in] = true
	return h
}

func (hs *hands) record(r inventory.Record) {
	if r.Usage != nil {
		for _, e := range r.Usage.Editors {
			hs.edited(r, e.Address, e.Edits, e.Last)
		}
	}
	hs.edited(r, r.Asset.ModifiedBy, 0, r.Asset.Modified)
	if r.Asset.Owner != "" {
		hs.of(r.Asset.Owner, r.Asset.ID).owns = true
	}
	if r.Asset.CreatedBy != "" {
		hs.of(r.Asset.CreatedBy, r.Asset.ID).made = true
	}
}

func (hs *hands) edited(r inventory.Record, by string, edits int, last time.Time) {
	if by == "" {
		return
	}
	h := hs.of(by, r.Asset.ID)
	h.edits, hs.edits = h.edits+edits, hs.edits+edits
	if last.After(h.last) {
		h.last = last
	}
	if last.After(hs.newest) {
		hs.newest = last
	}
}

func (hs *hands) candidate(h *hand, copies int) inventory.Candidate {
	c := inventory.Candidate{Person: h.person, Here: !h.person.Left(), Parts: []inventory.Part{
		byEdits(h, hs.edits), byRecency(h, hs.newest), byOwning(h), part(inventory.PartCopies, float64(len(h.copies))/float64(copies), fact("copies", len(h.copies))),
	}}
	weights, sum := keeperWeights(), 0.0
	for i := range c.Parts {
		p := &c.Parts[i]
		p.Weight, p.Value = weights[p.Name], math.Round(100*p.Value)/100
		c.Total += p.Weight * p.Value
		sum += p.Weight
	}
	c.Total = math.Round(1000*c.Total/sum) / 1000
	return c
}

func byEdits(h *hand, all int) inventory.Part {
	if h.edits == 0 {
		return part(inventory.PartEdits, 0)
	}
	return part(inventory.PartEdits, float64(h.edits)/float64(all), fact("edits", h.edits))
}

// byRecency halves with every half year that an edit lies behind the newest one.
// It asks no clock: the same records give the same ranking.
func byRecency(h *hand, newest time.Time) inventory.Part {
	if h.last.IsZero() {
		return part(inventory.PartRecent, 0)
	}
	const halves = 183 * 24 * time.Hour
	return part(inventory.PartRecent, math.Exp2(-float64(newest.Sub(h.last))/float64(halves)), "last="+h.last.Format("2006-01"))
}

func byOwning(h *hand) inventory.Part {
	switch {
	case h.owns:
		return part(inventory.PartOwns, 1, "owns")
	case h.made:
		return part(inventory.PartOwns, 0.5, "made")
	}
	return part(inventory.PartOwns, 0)
}
