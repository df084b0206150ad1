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

// States lists the states in the order in which conversations go through them.
func States() []State {
	return []State{Proposed, Invited, NotNow, Talking, Agreed, Adopted, Supported, Connected, SystemChanged, LeftAlone, Retired, OurMistake}
}

// Next lists the states that may follow. An outcome can be reached from any open state
// in which the keeper was heard; our own mistakes from every open one.
func (s State) Next() []State {
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
	Since   time.Time `json:"since"`             // when it reached its state
	Until   time.Time `json:"until,omitzero"`    // of NotNow: when the keeper may be asked again
	Helped  bool      `json:"helped,omitempty"`  // the keeper confirmed that the outcome helped
	Example bool      `json:"example,omitempty"` // the keeper said yes to being told of as an example; another keeper is asked anew
	Joined  string    `json:"joined,omitempty"`  // the conversation that it goes on in, since their families merged
	Steps   []Step    `json:"steps"`             // append-only
}

// Open reports whether there is still something to do: no outcome, or one that
// the keeper has not confirmed yet.
func (c Conversation) Open() bool { return c.Joined == "" && !(c.State.Ended() && c.Helped) }

// An Act is what a decision does where it does not change the state.
type Act string

// The acts. The zero Act changes the state.
const (
	ActNote      Act = "note"
	ActHandOver  Act = "hand-over"  // to another partner
	ActNewKeeper Act = "new-keeper" // somebody else keeps it now
	ActJoin      Act = "join"       // goes on in another conversation
	ActHelped    Act = "helped"     // the keeper says that it helped
	ActNotYet    Act = "not-yet"    // the keeper says that it has not: talking again
	ActExample   Act = "example"    // the keeper says yes to being told of as an example
	ActNoExample Act = "no-example" // the keeper says no to it, or takes the yes back
)

// Acts lists the acts.
func Acts() []Act {
	return []Act{ActNote, ActHandOver, ActNewKeeper, ActJoin, ActHelped, ActNotYet, ActExample, ActNoExample}
}

// A Step is one recorded decision.
type Step struct {
	From   State     `json:"from"`
	To     State     `json:"to"`
	Act    Act       `json:"act,omitempty"`
	Detail string    `json:"detail,omitempty"` // of an act: the new partner's or keeper's address, the other conversation
	By     string    `json:"by"`               // an address, or Program for proposals
	At     time.Time `json:"at"`
	Why    string    `json:"why,omitempty"`
}

// Program is who takes the decisions that nobody took: it may propose, and
// nothing else.
const Program = "desirepath"

// A Decision asks for a step.
type Decision struct {
	Conversation string
	To           State // the state to change to; ignored by acts
	Act          Act
	By           string
	At           time.Time
	Why          string
	Partner      Partner   // of ActHandOver
	Keeper       string    // of ActNewKeeper
	With         string    // of ActJoin
	Until        time.Time // to NotNow: when to ask again; zero leaves it open
}

// Decide is the only way a conversation changes. It refuses steps that are not
// legal and records who took the others, when and why.
func (c *Conversation) Decide(d Decision) error {
	if err := c.allows(d); err != nil {
		return fmt.Errorf("conversation %s: %w: %w", c.ID, ErrIllegalStep, err)
	}
	step := Step{From: c.State, To: c.State, Act: d.Act, By: d.By, At: d.At, Why: d.Why}
	switch d.Act {
	case ActHandOver:
		c.Partner, step.Detail = d.Partner, d.Partner.Address
	case ActNewKeeper:
		c.Keeper, step.Detail, c.Example = FoldAddress(d.Keeper), FoldAddress(d.Keeper), false
	case ActJoin:
		c.Joined, step.Detail = d.With, d.With
	case ActHelped:
		c.Helped = true
	case ActNotYet:
		step.To = Talking
	case ActExample, ActNoExample:
		c.Example = d.Act == ActExample
	case "":
		step.To = d.To
	}
	if step.To != step.From {
		c.State, c.Since, c.Helped, c.Until = step.To, d.At, false, time.Time{}
	}
	if d.Act == "" && d.To == NotNow {
		c.Until = d.Until
	}
	c.Steps = append(c.Steps, step)
	return nil
}

// allows says why a decision cannot be taken.
func (c *Conversation) allows(d Decision) error {
	switch {
	case d.By == "":
		return errors.New("nobody decided it")
	case d.By == Program && (d.Act != "" || d.To != Proposed):
		return errors.New("people decide that, not a program")
	case c.Joined != "" && d.Act != ActNote:
		return fmt.Errorf("it goes on in conversation %s", c.Joined)
	case d.Act == "":
		return c.allowsState(d)
	case c.State == "":
		return errors.New("it has not begun")
	}
	return c.allowsAct(d)
}

func (c *Conversation) allowsState(d Decision) error {
	if !slices.Contains(c.State.Next(), d.To) {
		return fmt.Errorf("there is no step from %q to %q", c.State, d.To)
	}
	if c.State == NotNow && d.To == Invited && d.At.Before(c.Until) {
		return fmt.Errorf("the keeper asked to be left alone until %s", c.Until.Format(time.DateOnly))
	}
	return nil
}

func (c *Conversation) allowsAct(d Decision) error {
	ended := c.State.Ended()
	switch {
	case d.Act == ActNote && d.Why == "":
		return errors.New("the note is empty")
	case d.Act == ActNote:
		return nil
	case (d.Act == ActHelped || d.Act == ActNotYet) && !ended:
		return errors.New("it has no outcome yet that could have helped")
	case d.Act == ActHelped && c.Helped:
		return errors.New("that was confirmed already")
	case d.Act == ActHelped || d.Act == ActNotYet:
		return nil
	case d.Act == ActExample && c.Keeper == "":
		return errors.New("nobody keeps it who could say yes")
	case d.Act == ActExample && c.State == Proposed:
		return errors.New("nobody has talked with its keeper yet who could have said yes")
	case d.Act == ActExample || d.Act == ActNoExample:
		if c.Example == (d.Act == ActExample) {
			return errors.New("that was said already")
		}
		return nil
	case ended:
		return errors.New("it has ended; take it up again first")
	case d.Act == ActHandOver && (d.Partner.Address == "" || FoldAddress(d.Partner.Address) == FoldAddress(c.Partner.Address)):
		return errors.New("it takes another partner, with an address")
	case d.Act == ActNewKeeper && (d.Keeper == "" || FoldAddress(d.Keeper) == FoldAddress(c.Keeper)):
		return errors.New("it takes another keeper, with an address")
	case d.Act == ActJoin && (d.With == "" || d.With == c.ID):
		return errors.New("it takes another conversation to go on in")
	case !slices.Contains([]Act{ActHandOver, ActNewKeeper, ActJoin}, d.Act):
		return fmt.Errorf("there is no act %q", d.Act)
	}
	return nil
}
