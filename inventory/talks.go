package inventory

import "time"

// A TalkSearch asks for a page of conversations, those that promise most
// first. Empty fields do not narrow it.
type TalkSearch struct {
	States  []State
	System  string
	Partner string    // an address
	Of      []string  // only what people with one of these addresses keep, or have a hand in
	Before  time.Time // in their state since then or longer
	Unsaid  bool      // only those of which the keeper has not said that it helped
	Plain   bool      // in the order of ids: what they promise is not for everybody

	Cursor string // of FoundTalks: where to go on
	Limit  int    // at most so many; 50 when 0
}

// FoundTalks is a page of what a TalkSearch found.
type FoundTalks struct {
	Conversations []Conversation
	Next          string // a Cursor; "" on the last page
	Total         Total
}

// FoundOpenings is the same with all that a page shows of each. It may be
// fewer: of some nothing is left to talk about.
type FoundOpenings struct {
	Openings []Opening
	Next     string
	Total    Total
}
