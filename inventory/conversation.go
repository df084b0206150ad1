package inventory

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A State is where a conversation stands.
type State string

// The states of a conversation. The seven outcomes are all the ways one can
// end; none of them takes a tool from anybody.
const (
	Proposed State = "proposed" // a partner may invite the keeper
	Invited  State = "invited"
	NotNow   State = "not-now" // the keeper asked for a later time
	Talking  State = "talking"
	Agreed   State = "agreed" // both sides agreed what to do

	Adopted       State = "adopted"        // IT runs it from now on, by agreement
	Supported     State = "supported"      // stays the builder's, with help from IT
	Connected     State = "connected"      // stays, fed from or feeding the sanctioned system
	SystemChanged State = "system-changed" // the sanctioned system learned what people needed
	LeftAlone     State = "left-alone"
	Retired       State = "retired" // by its builder
	OurMistake    State = "our-mistake"
)

// next lists the legal steps. An outcome can be reached from any open state
// in which the keeper was heard; our own mistakes from every open one.
func next(s State) []State {
	outcomes := []State{Adopted, Supported, Connected, SystemChanged, LeftAlone, Retired, OurMistake}
	switch s {
	case "":
		return []State{Proposed}
	case Proposed:
		return []State{Invited, LeftAlone, OurMistake}
	case Invited:
		return []State{Talking, NotNow, LeftAlone, OurMistake}
	case NotNow:
		return []State{Invited, LeftAlone, OurMistake}
	case Talking:
		return append([]State{Agreed, NotNow}, outcomes...)
	case Agreed:
		return append([]State{Talking}, outcomes...)
	default:
		return []State{Talking} // an ended conversation can be taken up again
	}
}

// Ended reports whether s is an outcome.
func (s State) Ended() bool {
	return slices.Contains([]State{Adopted, Supported, Connected, SystemChanged, LeftAlone, Retired, OurMistake}, s)
}

// ErrIllegalStep is wrapped by Decide when a conversation cannot go where a
// decision wants it.
var ErrIllegalStep = errors.New("illegal step")

// A Conversation is what IT and a keeper agree about one family.
type Conversation struct {
	ID      string    `json:"id"`
	Family  string    `json:"family"`
	System  string    `json:"system"`
	Partner Partner   `json:"partner"`
	Keeper  string    `json:"keeper"` // an address
	State   State     `json:"state"`
	Since   time.Time `json:"since"` // when it reached its state
	Steps   []Step    `json:"steps"` // append-only
}

// A Step is one recorded change of state.
type Step struct {
	From State     `json:"from"`
	To   State     `json:"to"`
	By   string    `json:"by"` // an address, or "desirepath" for proposals
	At   time.Time `json:"at"`
	Why  string    `json:"why,omitempty"`
}

// A Decision asks for a conversation to change state.
type Decision struct {
	Conversation string
	To           State
	By           string
	At           time.Time
	Why          string
}

// Decide is the only way a conversation changes state. It refuses steps that
// are not legal and records who took the others, when and why.
func (c *Conversation) Decide(d Decision) error {
	if d.By == "" {
		return fmt.Errorf("conversation %s to %s: %w: nobody decided it", c.ID, d.To, ErrIllegalStep)
	}
	if !slices.Contains(next(c.State), d.To) {
		return fmt.Errorf("conversation %s from %q to %q: %w", c.ID, c.State, d.To, ErrIllegalStep)
	}
	c.Steps = append(c.Steps, Step{From: c.State, To: d.To, By: d.By, At: d.At, Why: d.Why})
	c.State, c.Since = d.To, d.At
	return nil
}
