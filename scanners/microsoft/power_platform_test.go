package microsoft

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// with switches features on, and lets their services be asked.
func (n *tenant) with(f Features) func(*Options, *wire.Options) {
	return func(o *Options, w *wire.Options) {
		o.Features, o.Poll = f, time.Millisecond
		o.Wire = func(own wire.Options) (*wire.Transport, error) {
			own.Base, own.Pace, own.Ledger = n.recorder, wire.Pace{Backoff: time.Millisecond}, w.Ledger
			return wire.New(own)
		}
		again, err := WireOptions("alder", o.Endpoint, f)
		if err != nil {
			n.t.Fatal(err)
		}
		w.Guard = again.Guard
	}
}

// A workshop is the environments of an emulated organisation as a conformance tenant.
type workshop struct {
	*testing.T
	world *emulator.World
	sort  string
	maker string
	edits int
}

func (s *workshop) Truth(p inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	for _, t := range s.world.Things(p.ID) {
		out[t.ID] = scannertest.Fact{Name: t.Name}
	}
	return out
}

func (s *workshop) CreateFolder(_ inventory.Place, _, name string) string {
	s.Fatalf("apps lie in no folder: %s", name)
	return ""
}

func (s *workshop) Move(_ inventory.Place, id, _ string) string {
	s.Fatalf("apps lie in no folder: %s", id)
	return ""
}

func (s *workshop) Create(p inventory.Place, _, name string) string {
	s.edits++
	return s.world.AddThing(emulator.PowerThing{ID: fmt.Sprintf("%08d-0000-0000-0000-000000000000", s.edits), Environment: p.ID, Name: name, Type: s.sort, CreatedBy: s.maker}).ID
}

func (s *workshop) change(p inventory.Place, id string, do func(*emulator.PowerThing)) {
	s.Helper()
	all := s.world.Things(p.ID)
	i := slices.IndexFunc(all, func(t emulator.PowerThing) bool { return t.ID == id })
	if i < 0 {
		s.Fatalf("no app %s", id)
	}
	t := all[i]
	s.edits++
	t.Modified = t.Modified.Add(time.Duration(s.edits) * time.Second)
	if t.Type == emulator.StudioAgent {
		t.Published = t.Modified // its changes are told by that alone
	}
	do(&t)
	s.world.AddThing(t)
}

func (s *workshop) Edit(p inventory.Place, id string) {
	s.change(p, id, func(*emulator.PowerThing) {})
}

func (s *workshop) Rename(p inventory.Place, id, name string) string {
	s.change(p, id, func(t *emulator.PowerThing) { t.Name = name })
	return id
}

func (s *workshop) Delete(p inventory.Place, id string) { s.world.RemoveThing(p.ID, id) }

// apps is an organisation with nothing but two environments, and one person.
func apps(t testing.TB) (w *emulator.World, maker string) {
	t.Helper()
	w = emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example"})
	ada := w.AddPerson(emulator.Person{Name: "Ada Abbott", Address: "ada@alderbay.example", Department: "Finance", Microsoft: true})
	for _, name := range []string{"Finance", "Health"} {
		w.AddEnvironment(emulator.Environment{Name: name, CreatedBy: ada.ID})
	}
	return w, ada.ID
}

// Environments have no cursors that could expire, and no folders. By the
// query, pages are told by tokens, so that no link could lead elsewhere.
func TestPowerPlatformConforms(t *testing.T) {
	for name, c := range map[string]struct {
		on       Features
		sort     string
		kind     inventory.Kind
		linkless bool
	}{
		"by the query":             {Features{PowerPlatform: true}, emulator.StudioAgent, inventory.KindAgent, true},
		"by the older interfaces":  {Features{PowerPlatformAdmin: true}, emulator.CanvasApp, inventory.KindApp, false},
		"flows by the older ones":  {Features{PowerPlatformAdmin: true}, emulator.CloudFlow, inventory.KindFlow, false},
		"by both, told by the new": {Features{PowerPlatform: true, PowerPlatformAdmin: true}, emulator.AgentFlow, inventory.KindFlow, true},
	} {
		t.Run(name, func(t *testing.T) {
			scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
				w, ada := apps(t)
				n := newTenant(t, w, emulator.ServerOptions{})
				return &scannertest.Fixture{
					Scanner: func() scanners.Scanner { return n.scanner(n.with(c.on)) }, Tenant: &workshop{T: t, world: w, sort: c.sort, maker: ada},
					Flat: true, Linkless: c.linkless, Kind: c.kind, Faults: n.faults, Early: n.server.EarlyRequests, Requests: n.recorder.Requests,
				}
			}})
		})
	}
}
