package inventory

// A Candidate is somebody who may keep a family going, with the reasons that
// speak for it. Rank is none of them: who has a say over a tool is not who
// works with it.
type Candidate struct {
	Person Person  `json:"person"`
	Here   bool    `json:"here"`  // there is an account of theirs that is open
	Total  float64 `json:"total"` // 0 to 1: the weighted mean of the parts
	Parts  []Part  `json:"parts"`
}

// The parts that speak for a candidate.
const (
	PartEdits  = "edits"  // how many of all edits are theirs
	PartRecent = "recent" // how lately they edited, against the newest edit of all
	PartOwns   = "owns"   // it lies with them, or they made it
	PartCopies = "copies" // in how many of the family's copies they have a hand
)
