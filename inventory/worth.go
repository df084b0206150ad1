package inventory

// A Worth says how much a conversation promises, in parts that are shown. It
// orders a partner's list and is never a mark that anybody is given.
type Worth struct {
	Total float64 `json:"total"` // 0 to 1: the weighted mean of the parts
	Parts []Part  `json:"parts"`
}

// A Part is one reason for a conversation to come early.
type Part struct {
	Name   string   `json:"name"`            // PartPeople and those after it
	Value  float64  `json:"value"`           // 0 to 1
	Weight float64  `json:"weight"`          // what the organisation gives it
	Facts  []string `json:"facts,omitempty"` // what the value comes from, as "people=12"
}

// Parts lists the parts of worth.
func Parts() []string {
	return []string{PartPeople, PartNeed, PartFragility, PartCraft, PartCertainty}
}

// The parts of worth.
const (
	PartPeople    = "people"    // whom it helps
	PartNeed      = "need"      // what it does that the system cannot
	PartFragility = "fragility" // how much hangs on one person or one file
	PartCraft     = "craft"     // ingenuity, and years of service
	PartCertainty = "certainty" // how sure the verdict is
)
