package inventory

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Charter is what the two sides of a conversation agree about their joint
// work: how far each takes part, who owns what, who is heard, who decides.
// Each version is kept; a version that was agreed is never altered.
type Charter struct {
	Conversation string       `json:"conversation"`
	Version      int          `json:"version"` // from 1
	By           string       `json:"by"`      // who wrote this version
	At           time.Time    `json:"at"`
	Scope        string       `json:"scope"`     // how far the builder takes part, and in what
	Ownership    string       `json:"ownership"` // who controls requirements and deliverables
	Input        string       `json:"input"`     // who gives feedback and negotiates features and standards
	Authority    string       `json:"authority"` // who decides on schedule, funding and change
	Roles        []RoleHolder `json:"roles"`
	Agreed       []Agreement  `json:"agreed"`
}

// A Role is what somebody is in joint work.
type Role string

// The roles, which negotiated work between IT and end users has.
const (
	RoleCustomer    Role = "customer"    // for whom it is done
	RoleSponsor     Role = "sponsor"     // who pays and stands behind it
	RoleExecutive   Role = "executive"   // who answers for it
	RoleLiaison     Role = "liaison"     // who speaks for a group of users
	RoleParticipant Role = "participant" // who works on it
	RolePerforming  Role = "performing"  // who delivers it
)

// Roles lists them in the order they are shown.
func Roles() []Role {
	return []Role{RoleCustomer, RoleSponsor, RoleExecutive, RoleLiaison, RoleParticipant, RolePerforming}
}

// A RoleHolder is a person in a role.
type RoleHolder struct {
	Role    Role   `json:"role"`
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

// A Side is one of the two that agree.
type Side string

// The sides of a charter.
const (
	SideBuilder Side = "builder"
	SidePartner Side = "partner"
)

// An Agreement is one side's word.
type Agreement struct {
	Side Side      `json:"side"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// ErrCharter is wrapped when a charter is not complete, or was agreed already.
var ErrCharter = errors.New("the charter does not allow it")

// maxCharter bounds each of a charter's texts, in bytes: it prints on a page.
const maxCharter = 4000

// Check says what a charter lacks.
func (c Charter) Check() error {
	for _, part := range []struct{ name, text string }{
		{"scope", c.Scope}, {"ownership", c.Ownership}, {"input", c.Input}, {"authority", c.Authority},
	} {
		if part.text == "" || len(part.text) > maxCharter {
			return fmt.Errorf("%w: its %s is empty, or longer than a page", ErrCharter, part.name)
		}
	}
	for _, r := range c.Roles {
		if r.Name == "" || !slices.Contains(Roles(), r.Role) {
			return fmt.Errorf("%w: role %q is held by %q", ErrCharter, r.Role, r.Name)
		}
	}
	if c.By == "" {
		return fmt.Errorf("%w: nobody wrote it", ErrCharter)
	}
	return nil
}

// Agree records one side's word, once.
func (c *Charter) Agree(a Agreement) error {
	switch {
	case a.By == "" || a.Side != SideBuilder && a.Side != SidePartner:
		return fmt.Errorf("%w: it takes a side and somebody who speaks for it", ErrCharter)
	case slices.ContainsFunc(c.Agreed, func(b Agreement) bool { return b.Side == a.Side }):
		return fmt.Errorf("%w: the %s agreed already", ErrCharter, a.Side)
	}
	c.Agreed = append(c.Agreed, a)
	return nil
}

// Holds reports whether both sides agreed.
func (c Charter) Holds() bool { return len(c.Agreed) == 2 }
