package inventory

// A Subject is all that is known about an asset when it is judged.
type Subject struct {
	Asset     Asset
	Structure Structure
	Usage     Usage
}

// A Verdict says which sanctioned system an asset shadows, how sure that is,
// why, and what the asset does that the system does not.
type Verdict struct {
	Capability   string        `json:"capability"`       // "" for none
	System       string        `json:"system,omitempty"` // "" when the organisation has no such system
	Score        float64       `json:"score"`            // 0 to 1: how probable it is that the answer is right
	Alternatives []Alternative `json:"alternatives,omitempty"`
	Evidence     []Evidence    `json:"evidence,omitempty"` // weightiest first
	Needs        []Need        `json:"needs,omitempty"`
	// Basis identifies the catalogue, background and weights that were used:
	// another basis may judge otherwise.
	Basis string `json:"basis,omitempty"`
}

// None reports whether the asset duplicates nothing we know of.
func (v Verdict) None() bool { return v.Capability == "" }

// An Alternative is another capability that the asset might duplicate.
type Alternative struct {
	Capability string  `json:"capability"`
	Score      float64 `json:"score"`
}

// Evidence is one reason, kept as a signal and its arguments. It is put into
// words, in the reader's language, where it is shown.
type Evidence struct {
	Signal string   `json:"signal"`
	Args   []string `json:"args,omitempty"`
	Weight float64  `json:"weight"` // in log-odds; negative counts against
}

// A Need is something a shadow system does that its sanctioned system does
// not: a field or a function, in the builder's own word.
type Need struct {
	Kind string `json:"kind"` // NeedField or NeedFunction
	Word string `json:"word"`
}

// The kinds of need.
const (
	NeedField    = "field"
	NeedFunction = "function"
)

// A Family is copies and versions of the same thing. It leads to one
// conversation.
type Family struct {
	ID             string    `json:"id"` // of the member that was first; kept when families merge
	Kind           string    `json:"kind"`
	Members        []AssetID `json:"members"`        // sorted
	Representative AssetID   `json:"representative"` // the living copy: the one people still edit
}

// The kinds of family.
const (
	FamilySingle   = "single"
	FamilyCopies   = "copies"
	FamilyVersions = "versions"
	FamilyTemplate = "template" // the same form, filled in by several people, each their own
)
