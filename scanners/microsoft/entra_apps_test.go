package microsoft

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// appRoles are the permissions with which both kinds of app are seen.
func appRoles(more ...string) []string {
	return append(more, permUsers, permSites, permFiles, permApps, permDirectory, permCatalog)
}

// withApps switches both kinds of app on.
func withApps(o *Options, _ *wire.Options) { o.Features.EntraApps, o.Features.TeamsApps = true, true }

// A shop is the apps of an emulated organisation as a conformance tenant.
type shop struct {
	*testing.T
	scannertest.NoFolders
	world *emulator.World
	ada   emulator.Person
	edits int
}

func (s *shop) Truth(p inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	if p.Kind == inventory.PlaceTeamsApps {
		for _, a := range s.world.TeamsApps() {
			out[a.ID] = scannertest.Fact{Name: a.Name}
		}
		return out
	}
	for _, a := range s.world.Apps() {
		if a.Publisher != emulator.PublisherMicrosoft {
			out[a.ID] = scannertest.Fact{Name: a.Name}
		}
	}
	return out
}

// Create makes apps of all sorts in turn: of one's own, of one's own that
// nobody signed in to yet, and of others.
func (s *shop) Create(p inventory.Place, _, name string) string {
	s.edits++
	if p.Kind == inventory.PlaceTeamsApps {
		return s.world.AddTeamsApp(emulator.TeamsApp{ID: fmt.Sprint("teams app ", s.edits), Name: name}).ID
	}
	a := emulator.App{ID: fmt.Sprint("app ", s.edits), Name: name, Owners: []string{s.ada.ID}, Unused: s.edits%3 == 1}
	if s.edits%3 == 2 {
		a.Publisher, a.Owners = "Elsewhere", nil
	}
	a.Consents = []emulator.Consent{{Person: s.ada.ID, Resource: "Microsoft Graph", Scope: "openid Files.Read"}}
	return s.world.AddApp(a).ID
}

func (s *shop) Edit(p inventory.Place, id string) {
	s.edits++
	if p.Kind == inventory.PlaceTeamsApps {
		s.try(s.world.ChangeTeamsApp(id, func(a *emulator.TeamsApp) {
			a.Versions = append(a.Versions[:len(a.Versions):len(a.Versions)], emulator.TeamsVersion{Version: fmt.Sprint("2.", s.edits)})
		}))
		return
	}
	s.try(s.world.ChangeApp(id, func(a *emulator.App) { a.Redirects = []string{fmt.Sprintf("https://h%d.example/back", s.edits)} }))
}

func (s *shop) Rename(p inventory.Place, id, name string) string {
	if p.Kind == inventory.PlaceTeamsApps {
		s.try(s.world.ChangeTeamsApp(id, func(a *emulator.TeamsApp) { a.Name = name }))
	} else {
		s.try(s.world.ChangeApp(id, func(a *emulator.App) { a.Name = name }))
	}
	return id
}

func (s *shop) Delete(p inventory.Place, id string) {
	if p.Kind == inventory.PlaceTeamsApps {
		s.try(s.world.RemoveTeamsApp(id))
	} else {
		s.try(s.world.RemoveApp(id))
	}
}

func (s *shop) try(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// preferring lists the places of one kind first: the suite works hardest on
// the first.
type preferring struct {
	*Scanner
	kind inventory.PlaceKind
}

func (s preferring) Places(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		all, err := collect(s.Scanner.Places(ctx))
		for _, first := range []bool{true, false} {
			for _, p := range all {
				if (p.Kind == s.kind) == first && !yield(p, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(inventory.Place{}, err)
		}
	}
}

// Apps have no cursors that could expire, and lie in no folders.
func TestAppsConform(t *testing.T) {
	for _, kind := range []inventory.PlaceKind{inventory.PlaceEntraApps, inventory.PlaceTeamsApps} {
		t.Run(string(kind), func(t *testing.T) {
			scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
				w := emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example"})
				ada := w.AddPerson(emulator.Person{Name: "Ada Abbott", Address: "ada@alderbay.example", Microsoft: true})
				n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
				return &scannertest.Fixture{
					Scanner: func() scanners.Scanner { return preferring{n.scanner(withApps), kind} }, Tenant: &shop{T: t, world: w, ada: ada},
					Flat: true, Kind: inventory.KindApp, Faults: n.faults, Early: n.server.EarlyRequests, Requests: n.recorder.Requests,
				}
			}})
		})
	}
}
