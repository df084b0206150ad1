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

// only forgets what was read to choose from and is not among what is shown.
func (g *glance) only(shown []talk) {
	about, talks := map[inventory.AssetID]bool{}, map[string]bool{}
	for _, t := range shown {
		about[t.Opening.Asset.Asset.ID], talks[t.Conversation.ID] = true, true
	}
	maps.DeleteFunc(g.about, func(id inventory.AssetID, _ bool) bool { return !about[id] })
	maps.DeleteFunc(g.talks, func(id string, _ bool) bool { return !talks[id] })
}

// named tells whether anybody was.
func (g *glance) named() bool { return g.other || len(g.about)+len(g.talks) > 0 }

// visit is what is kept of it.
func (g *glance) visit() inventory.Visit {
	return inventory.Visit{About: slices.Sorted(maps.Keys(g.about)), Talks: slices.Sorted(maps.Keys(g.talks))}
}
