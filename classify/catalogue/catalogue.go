// Package catalogue holds what desirepath knows about kinds of system: for
// each capability the words by which people name its entities and fields, what
// it does, and what looks like it and is not. It also reads the list of the
// systems that an organisation sanctioned.
//
// Capabilities are data: one YAML file each. Adding one is adding a file.
package catalogue

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

//go:embed *.yaml
var builtin embed.FS

// Builtin is the catalogue that comes with desirepath, as files.
func Builtin() fs.FS { return builtin }

// A Catalogue is all capabilities and all sanctioned systems that are known.
type Catalogue struct {
	Capabilities []Capability       // sorted by id
	Systems      []inventory.System // sorted by id
}

// A Capability is what a kind of system does, with the words people use for
// it. A finer one has a parent and adds to the parent's words.
type Capability struct {
	ID     string `yaml:"id"`
	Parent string `yaml:"parent"`
	Name   string `yaml:"name"`
	// Entities are what its rows and sheets are about: employee, ticket.
	Entities []string `yaml:"entities"`
	Fields   []Field  `yaml:"fields"`
	// Functions are what it does beyond keeping data.
	Functions []Function `yaml:"functions"`
	// Statuses are the words of its lists to choose from.
	Statuses []string `yaml:"statuses"`
	// Formulas are spreadsheet functions that speak for it: PMT, IRR.
	Formulas []string `yaml:"formulas"`
	// Traces are names by which its products and permissions show in what an
	// app is connected to: servicenow, classroom.
	Traces []string `yaml:"traces"`
	// Counter are words that look near and speak against it.
	Counter []string `yaml:"counter"`

	file string
}

// A Field is something a system of this kind keeps, under all its names. Name
// counts as one of the words.
type Field struct {
	Name    string   `yaml:"name"`
	Telling int      `yaml:"telling"` // 1: many systems have it, 2: some, 3: it gives the system away
	Words   []string `yaml:"words"`
}

// A Function is something a system of this kind does, and the headings that
// show somebody doing it by hand.
type Function struct {
	Name  string   `yaml:"name"`
	Words []string `yaml:"words"`
}

// Capability finds a capability by its id.
func (c Catalogue) Capability(id string) (Capability, bool) {
	i, ok := slices.BinarySearchFunc(c.Capabilities, id, func(x Capability, id string) int { return strings.Compare(x.ID, id) })
	if !ok {
		return Capability{}, false
	}
	return c.Capabilities[i], true
}

// System finds a system by its id.
func (c Catalogue) System(id string) (inventory.System, bool) {
	for _, s := range c.Systems {
		if s.ID == id {
			return s, true
		}
	}
	return inventory.System{}, false
}

// Lineage lists a capability and the ones above it, the finest first. An
// unknown id gives itself alone.
func (c Catalogue) Lineage(id string) []string {
	line := []string{id}
	x, _ := c.Capability(id)
	for x.Parent != "" && !slices.Contains(line, x.Parent) {
		var ok bool
		if x, ok = c.Capability(x.Parent); !ok {
			break
		}
		line = append(line, x.ID)
	}
	return line
}

// Top is the coarsest capability above id, or id itself.
func (c Catalogue) Top(id string) string {
	line := c.Lineage(id)
	return line[len(line)-1]
}

// SystemsFor lists the systems of a capability or, if there are none, of the
// nearest capability above it.
func (c Catalogue) SystemsFor(capability string) []inventory.System {
	for _, id := range c.Lineage(capability) {
		var found []inventory.System
		for _, s := range c.Systems {
			if s.Capability == id {
				found = append(found, s)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// WithSystems gives a catalogue that knows these systems too.
func (c Catalogue) WithSystems(systems ...inventory.System) Catalogue {
	all := append(slices.Clone(c.Systems), systems...)
	slices.SortStableFunc(all, func(a, b inventory.System) int { return strings.Compare(a.ID, b.ID) })
	c.Systems = all
	return c
}

// with gives a catalogue that knows these capabilities too.
func (c Catalogue) with(caps ...Capability) Catalogue {
	all := append(slices.Clone(c.Capabilities), caps...)
	slices.SortStableFunc(all, func(a, b Capability) int { return strings.Compare(a.ID, b.ID) })
	c.Capabilities = all
	return c
}
