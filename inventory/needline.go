package inventory

import "slices"

// A NeedLine is one need, or one function that people still do by hand, over
// all families around a system. It names nobody who did not say yes to it.
type NeedLine struct {
	System     string   `json:"system"` // "" where the organisation has no such system: an unserved need
	Capability string   `json:"capability"`
	Kind       string   `json:"kind"`  // NeedField, NeedFunction or ByHand
	Word       string   `json:"word"`  // as most people say it
	Words      []string `json:"words"` // all the ways they say it
	Families   int      `json:"families"`
	Builders   int      `json:"builders"` // distinct keepers
	People     int      `json:"people"`   // who rely on one of the families; somebody who relies on two counts twice

	Fragility float64    `json:"fragility"`          // 0 to 1: how much hangs on one person or one file, on average over the families
	Said      []Saying   `json:"said,omitempty"`     // how often each of Words is said, in their order
	Examples  []Example  `json:"examples,omitempty"` // whose keepers said yes to being told of
	Answers   []Answered `json:"answers,omitempty"`  // what was changed for it, the newest first
}

// ByHand is the kind of a line for what the system offers and people still do
// themselves.
const ByHand = "by-hand"

// First orders needs by what to change first: people, times families, times
// one and the fragility of what they have now.
func (l NeedLine) First() float64 {
	return float64(max(1, l.People)) * float64(l.Families) * (1 + l.Fragility)
}

// FewestTold is how many people a number stands for at least, where it is told
// to somebody who may know the few, such as their manager.
const FewestTold = 5

// DiscreetNeeds gives lines whose numbers of people and builders are 0 where
// they are below FewestTold: 0 then says "fewer", and First nothing more.
func DiscreetNeeds(lines []NeedLine) []NeedLine {
	lines = slices.Clone(lines)
	for i := range lines {
		for _, n := range []*int{&lines[i].People, &lines[i].Builders} {
			if *n < FewestTold {
				*n = 0
			}
		}
	}
	return lines
}

// A Saying is one way to say a need.
type Saying struct {
	Word     string `json:"word"`
	Families int    `json:"families"` // that say it so
}

// An Example is a tool that may be told of, because its keeper said yes.
type Example struct {
	Tool   string `json:"tool"`
	Keeper string `json:"keeper"`
	Team   string `json:"team,omitempty"`
}
