package inventory

import (
	"errors"
	"time"
)

// A Letter is an invitation that was given to a mail server, or was about to
// be. It is written down before, so that whatever happens nobody gets it
// twice. Whom it is to, its conversation says.
type Letter struct {
	ID           string     `json:"id"` // its Message-ID, without brackets
	Conversation string     `json:"conversation"`
	By           string     `json:"by"` // the partner whose letter it is
	Begun        time.Time  `json:"begun"`
	Fate         LetterFate `json:"fate"`
	Ended        time.Time  `json:"ended,omitzero"` // when its fate was known
	Why          string     `json:"why,omitempty"`  // a mail server's own words
}

// A LetterFate is what became of a letter.
type LetterFate string

// The fates of letters.
const (
	LetterBegun   LetterFate = "begun"   // nobody knows whether it left
	LetterSent    LetterFate = "sent"    // a mail server took it
	LetterRefused LetterFate = "refused" // a mail server will not take it
	LetterLost    LetterFate = "lost"    // it never left; another may be written
)

// LetterLimits are what a letter is held against when it is begun.
type LetterLimits struct {
	Daily  int           // letters in 24 hours, of all partners together
	Weekly int           // letters of one partner in seven days
	Quiet  time.Duration // nobody gets two within it
}

// ErrLetter is wrapped when a letter may not be begun.
var ErrLetter = errors.New("no letter is sent")
