package web

import (
	"context"
	"maps"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// A glance is what one request was shown with names of people in it, and what
// had to be asked for that. A request is served by one goroutine.
type glance struct {
	about map[inventory.AssetID]bool
	talks map[string]bool
	other bool // people were named for another reason

	mine   map[string]bool // the viewer's addresses
	people map[string]inventory.Person
	teams  map[string]int
}

type glanceKey struct{}

func withGlance(ctx context.Context) (context.Context, *glance) {
	g := newGlance()
	return context.WithValue(ctx, glanceKey{}, g), g
}

func newGlance() *glance {
	return &glance{about: map[inventory.AssetID]bool{}, talks: map[string]bool{}, people: map[string]inventory.Person{}}
}

// glanceOf gives the request's, or one that nobody asks for afterwards.
func glanceOf(ctx context.Context) *glance {
	if g, there := ctx.Value(glanceKey{}).(*glance); there {
		return g
	}
	return newGlance()
}

// saw remembers that people were named in what was shown of an asset, of a
// conversation, or of both.
func (g *glance) saw(asset inventory.AssetID, talk string) {
	if asset != "" {
		g.about[asset] = true
	}
	if talk != "" {
		g.talks[talk] = true
	}
}

// named tells whether anybody was.
func (g *glance) named() bool { return g.other || len(g.about)+len(g.talks) > 0 }

// visit is what is kept of it.
func (g *glance) visit() inventory.Visit {
	return inventory.Visit{About: slices.Sorted(maps.Keys(g.about)), Talks: slices.Sorted(maps.Keys(g.talks))}
}
