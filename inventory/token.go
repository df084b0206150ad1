package inventory

import "time"

// A Token lets a program read as somebody with a role may. Its secret is shown
// once, when it is made.
type Token struct {
	ID      string // tells tokens apart; no secret
	Name    string // what it is for
	Role    string
	Created time.Time
	Until   time.Time
	Ended   time.Time // zero while nobody ended it
}

// Holds reports whether the token lets anybody in at that time.
func (t Token) Holds(now time.Time) bool { return t.Ended.IsZero() && now.Before(t.Until) }
