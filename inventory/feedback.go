package inventory

import "time"

// Feedback is what somebody said about a verdict. The newest about an asset
// counts; the others are kept.
type Feedback struct {
	Asset      AssetID   `json:"asset"`
	Said       string    `json:"said"`       // the capability that the verdict named; "" for none
	Right      bool      `json:"right"`      // confirmed, or disputed
	Capability string    `json:"capability"` // what it is instead, where it was disputed; "" for none of those we know
	By         string    `json:"by"`         // an address
	At         time.Time `json:"at"`
	Why        string    `json:"why,omitempty"`
}

// Answer is what the asset is, by that word.
func (f Feedback) Answer() string {
	if f.Right {
		return f.Said
	}
	return f.Capability
}
