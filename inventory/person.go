package inventory

import (
	"strings"
	"time"
)

// An Account is one login in one tenant's directory.
type Account struct {
	Tenant     string   `json:"tenant"`
	ID         string   `json:"id"`      // the directory's id
	Address    string   `json:"address"` // primary, verified by the directory
	Aliases    []string `json:"aliases,omitempty"`
	Name       string   `json:"name"`
	Department string   `json:"department,omitempty"`
	Guest      bool     `json:"guest,omitempty"`
	Left       bool     `json:"left,omitempty"` // disabled, suspended or deleted
}

// A Person is the human behind accounts. Accounts are joined by a verified
// address or a mapping file, never by name.
type Person struct {
	Address  string    `json:"address"` // the address that speaks for the person
	Name     string    `json:"name"`
	Team     string    `json:"team,omitempty"` // a unit of the directory
	Accounts []Account `json:"accounts"`
}

// Left reports whether none of the person's accounts is open any more.
func (p Person) Left() bool {
	for _, a := range p.Accounts {
		if !a.Left {
			return false
		}
	}
	return len(p.Accounts) > 0
}

// FoldAddress gives the form under which addresses are compared.
func FoldAddress(a string) string { return strings.ToLower(strings.TrimSpace(a)) }

// Facets are the parts of Usage that an observer is asked for.
type Facets uint8

// The facets of use.
const (
	FacetSharing Facets = 1 << iota
	FacetEditors
)

// Usage is who edits and relies on an asset. Our own reads never count.
type Usage struct {
	Editors  []Editor  `json:"editors,omitempty"` // most recent first
	People   int       `json:"people"`            // distinct people who edit it or whom it is shared with by name
	Widely   bool      `json:"widely,omitempty"`  // shared by link or with a group, so that People is a lower bound
	Facets   Facets    `json:"facets,omitempty"`  // what was read
	Revision string    `json:"-"`                 // the asset's revision that was observed
	Observed time.Time `json:"-"`                 // when; an observation expires
}

// An Editor is someone who changed an asset.
type Editor struct {
	Address string    `json:"address"`
	Edits   int       `json:"edits"`
	Last    time.Time `json:"last"`
}
