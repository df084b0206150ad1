package inventory

// Around is what people do for themselves beside one system, or for a purpose
// that no system serves. It names nobody.
type Around struct {
	System     string  `json:"system"` // "" where the organisation has none for it
	Capability string  `json:"capability"`
	Families   int     `json:"families"`
	Tools      int     `json:"tools"`  // with all copies
	People     int     `json:"people"` // who rely on one of the families; somebody who relies on two counts twice
	Spread     Spread  `json:"spread"`
	States     []Count `json:"-"` // of conversations: A is the state
}

// A Spread counts families by how sure their verdicts are, in tenths: the last
// one is from 90 to 100 per cent.
type Spread [10]int

// Add counts one of that certainty.
func (s *Spread) Add(score float64) { s[min(max(int(score*10), 0), 9)]++ }

// A TeamTotal is what the people of one team keep. It names nobody, and a team
// of few people is never shown alone; see access.Discreet.
type TeamTotal struct {
	Team   string `json:"team"`
	People int    `json:"people"` // in the team
	Tools  int    `json:"tools"`  // families that somebody in the team keeps
	Helped int    `json:"helped"` // who rely on these
}
