package web

import (
	"context"
	"fmt"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// sight is a Source as the viewer of a request may see it. Every page reads
// through it, so that no page can show more: partners see all, builders what
// they built or keep, editors and auditors nobody's name. It tells the request
// what it has shown with names in it.
//
// It names each method of Source and embeds none: a new one does not build
// without its own answer to who may see what. The answers stand in the files
// sight_*.go and own.go, by what is asked for.
type sight struct {
	from Source
	who  Directory
}

// errElse is wrapped where something is there, and is not for this viewer.
var errElse = fmt.Errorf("somebody else's: %w", inventory.ErrNotFound)

func seesAll(ctx context.Context) bool { return access.Of(ctx).SeesNames() }

// addresses are those of the viewer in all tenants, as far as their accounts
// are open.
func (s sight) addresses(ctx context.Context) (map[string]bool, error) {
	v := access.Of(ctx)
	if v.Address == "" {
		return nil, nil
	}
	g := glanceOf(ctx)
	if g.mine != nil {
		return g.mine, nil
	}
	p, err := s.who.Person(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	g.mine = map[string]bool{inventory.FoldAddress(v.Address): true}
	for _, a := range p.Accounts {
		if a.Left {
			continue // its address may be somebody else's today
		}
		for _, address := range append([]string{a.Address}, a.Aliases...) {
			g.mine[inventory.FoldAddress(address)] = true
		}
	}
	delete(g.mine, "")
	return g.mine, nil
}

// mask asks the directory who is who, each but once in a request. Whom it
// cannot tell of is "a colleague".
func (s sight) mask(ctx context.Context) access.Mask {
	g := glanceOf(ctx)
	return access.Mask{
		Person: func(address string) inventory.Person {
			p, known := g.people[address]
			if !known {
				p, _ = s.who.Person(ctx, address)
				g.people[address] = p
			}
			return p
		},
		Team: func(name string) int {
			if g.teams == nil {
				g.teams, _ = s.who.TeamSizes(ctx)
			}
			return g.teams[name]
		},
	}
}

// strangers is a directory that knows nobody.
type strangers struct{}

func (strangers) Person(_ context.Context, address string) (inventory.Person, error) {
	return inventory.Person{Address: inventory.FoldAddress(address)}, nil
}

func (strangers) TeamSizes(context.Context) (map[string]int, error) { return nil, nil }
