package inventory

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// An Answer is what was changed for a need, and how that went: the builders
// who had the need are told, each once, and say whether it helped. Its steps
// are only ever added to.
type Answer struct {
	ID         string       `json:"id"`
	System     string       `json:"system"`
	Capability string       `json:"capability"`
	Kind       string       `json:"kind"`
	Word       string       `json:"word"` // the need, as most people say it
	Steps      []AnswerStep `json:"steps"`
}

// An AnswerAct is what a step of an answer does.
type AnswerAct string

// The acts, in the order in which they can happen.
const (
	AnswerShipped AnswerAct = "shipped" // something was changed; Why says what
	AnswerTold    AnswerAct = "told"    // a builder was told
	AnswerHelped  AnswerAct = "helped"  // a builder says that it helped
	AnswerNotYet  AnswerAct = "not-yet" // a builder says that it did not
)

// An AnswerStep is one recorded act.
type AnswerStep struct {
	Act     AnswerAct `json:"act"`
	Builder string    `json:"builder,omitempty"` // an address: who was told, or whose word it is
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Why     string    `json:"why,omitempty"` // what was changed, or what they said
}

// NewAnswer begins an answer to a need with what was changed.
func NewAnswer(need NeedLine, what, by string, at time.Time) (Answer, error) {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%d", need.System, need.Capability, need.Kind, need.Word, at.UnixMicro()))
	a := Answer{ID: hex.EncodeToString(h[:8]), System: need.System, Capability: need.Capability, Kind: need.Kind, Word: need.Word}
	return a, a.Take(AnswerStep{Act: AnswerShipped, By: by, At: at, Why: what})
}

// Take is the only way an answer goes on. It refuses steps that are not legal,
// and wraps ErrIllegalStep then.
func (a *Answer) Take(s AnswerStep) error {
	s.Builder, s.By = FoldAddress(s.Builder), FoldAddress(s.By)
	if err := a.allows(s); err != nil {
		return fmt.Errorf("answer %s: %w: %w", a.ID, ErrIllegalStep, err)
	}
	a.Steps = append(a.Steps, s)
	return nil
}

func (a *Answer) allows(s AnswerStep) error {
	stands := a.Standing(s.Builder)
	switch {
	case s.By == "" || s.By == Program:
		return errors.New("people say that, not a program")
	case s.Act == AnswerShipped:
		if len(a.Steps) > 0 || s.Why == "" {
			return errors.New("it begins with what was changed, once")
		}
	case len(a.Steps) == 0 || s.Builder == "":
		return errors.New("it takes a change, and a builder")
	case s.Act == AnswerTold && stands != "":
		return errors.New("this builder was told already")
	case s.Act != AnswerTold && s.Act != AnswerHelped && s.Act != AnswerNotYet:
		return fmt.Errorf("there is no act %q", s.Act)
	case s.Act != AnswerTold && stands == "":
		return errors.New("tell the builder first")
	case s.Act == stands && stands != AnswerTold:
		return errors.New("the builder said so already")
	case s.Act != AnswerTold && s.By != s.Builder && s.Why == "":
		return errors.New("it is the builder's word: put it down as they said it")
	}
	return nil
}

// Standing is the last act about a builder; "" when they were not told.
func (a Answer) Standing(builder string) AnswerAct {
	for _, s := range slices.Backward(a.Steps) {
		if builder != "" && s.Builder == FoldAddress(builder) {
			return s.Act
		}
	}
	return ""
}

// Told lists the builders who were told, in the order of that.
func (a Answer) Told() (out []string) {
	for _, s := range a.Steps {
		if s.Act == AnswerTold {
			out = append(out, s.Builder)
		}
	}
	return out
}

// Answered says how far an answer is. It names nobody.
type Answered struct {
	ID     string    `json:"id"`
	What   string    `json:"what"`
	At     time.Time `json:"at"`
	Told   int       `json:"told"`   // builders
	Helped int       `json:"helped"` // of these, who say that it helped
	NotYet int       `json:"not_yet"`
}

// Sum gives how far it is.
func (a Answer) Sum() Answered {
	out := Answered{ID: a.ID}
	if len(a.Steps) > 0 {
		out.What, out.At = a.Steps[0].Why, a.Steps[0].At
	}
	for _, builder := range a.Told() {
		out.Told++
		switch a.Standing(builder) {
		case AnswerHelped:
			out.Helped++
		case AnswerNotYet:
			out.NotYet++
		}
	}
	return out
}

// CompareAnswered puts the newest first.
func CompareAnswered(a, b Answered) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) }
