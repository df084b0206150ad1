package microsoft

import (
	"context"
	"fmt"
	"iter"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// The permissions that applications are read with.
const (
	permApps      = "Application.Read.All"
	permDirectory = "Directory.Read.All"
)

// entraID is the one place that all applications of a directory lie in.
const entraID = "entra-apps"

func (s *Scanner) entraApps() feature {
	return feature{
		on:    s.o.Features.EntraApps,
		kinds: []inventory.PlaceKind{inventory.PlaceEntraApps},
		needs: []scanners.Need{
			{Feature: "entra apps", Name: permApps, ID: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
				Purpose: "the applications of the directory, who owns them and which data they were given",
				Cost:    "no application is seen"},
			{Feature: "entra apps", Name: permDirectory, ID: "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
				Purpose: "which applications people let act in their name: no narrower permission reads these consents",
				Cost:    "no application is seen: without the consents nobody can tell which of them are used, and by how many"},
		},
		places: onePlace(inventory.Place{Tenant: s.o.Tenant, ID: entraID, Kind: inventory.PlaceEntraApps, Name: "Entra applications"}),
		pages: func(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
			return relist(ctx, p, since, s.o.PageSize, s.entraChanges(ctx, p))
		},
	}
}

// onePlace is all the places of a feature that has one. Whether there is
// anything in it is not known before it is listed.
func onePlace(p inventory.Place) func(context.Context) iter.Seq2[inventory.Place, error] {
	return func(context.Context) iter.Seq2[inventory.Place, error] {
		return func(yield func(inventory.Place, error) bool) { yield(p, nil) }
	}
}

// entraChanges tells every application of the directory. What is known of one
// comes from four listings, so that they are held until all are read: even of
// a large organisation these are some thousands, and a few kilobytes each.
func (s *Scanner) entraChanges(ctx context.Context, p inventory.Place) iter.Seq2[inventory.Change, error] {
	return func(yield func(inventory.Change, error) bool) {
		known, err := s.entra(ctx)
		if err != nil {
			yield(inventory.Change{}, err)
			return
		}
		for _, a := range known.order {
			c, err := s.entraChange(ctx, p, a)
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// entra reads the registrations of this directory, the applications that are
// let in, those of others among them, and what all of them were given.
func (s *Scanner) entra(ctx context.Context) (*entra, error) {
	e := &entra{s: s, apps: map[string]*entraApp{}, principals: map[string]*entraApp{}, held: map[string]map[heldRole]bool{}}
	var err error
	if e.people, err = s.peopleKnown(ctx); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		what string
		read func(context.Context) error
	}{
		{"registrations", e.readApplications}, {"service principals", e.readPrincipals},
		{"consents", e.readGrants}, {"permissions", e.readPermissions},
	} {
		if err := step.read(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return e, nil
}
