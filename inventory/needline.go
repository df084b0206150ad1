package inventory

// A NeedLine is one need, or one function that people still do by hand, over
// all families around a system. It names nobody.
type NeedLine struct {
	System     string   `json:"system"` // "" where the organisation has no such system: an unserved need
	Capability string   `json:"capability"`
	Kind       string   `json:"kind"`  // NeedField, NeedFunction or ByHand
	Word       string   `json:"word"`  // as most people say it
	Words      []string `json:"words"` // all the ways they say it
	Families   int      `json:"families"`
	Builders   int      `json:"builders"` // distinct keepers
	People     int      `json:"people"`   // who rely on one of the families; somebody who relies on two counts twice
}

// ByHand is the kind of a line for what the system offers and people still do
// themselves.
const ByHand = "by-hand"
