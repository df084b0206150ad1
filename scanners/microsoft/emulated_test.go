package microsoft

import (
	"context"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A tenant is an emulated organisation and a way to scan it.
type tenant struct {
	t        testing.TB
	world    *emulator.World
	server   *emulator.Server
	ends     emulator.Endpoints
	recorder *scannertest.Recorder
}

func newTenant(t testing.TB, world *emulator.World, o emulator.ServerOptions) *tenant {
	t.Helper()
	server := emulator.NewServer(world, o)
	srv := httptest.NewServer(server.Handler())
	t.Cleanup(srv.Close)
	base, err := wire.NewBase("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(base.CloseIdleConnections)
	return &tenant{t: t, world: world, server: server, ends: server.Endpoints(srv.URL), recorder: &scannertest.Recorder{Base: base}}
}

// scanner makes one that shares nothing with others.
func (n *tenant) scanner(change ...func(*Options, *wire.Options)) *Scanner {
	n.t.Helper()
	w, err := WireOptions("alder", n.ends.Graph, Features{})
	if err != nil {
		n.t.Fatal(err)
	}
	w.Base, w.Pace = n.recorder, wire.Pace{Backoff: time.Millisecond}
	o := Options{Tenant: "alder", Endpoint: n.ends.Graph, PageSize: 5, Read: readSize, Reader: 7, Private: true}
	for _, c := range change {
		c(&o, &w)
	}
	if o.Transport, err = wire.New(w); err != nil {
		n.t.Fatal(err)
	}
	if o.Tokens, err = StaticToken(n.ends.Graph, n.ends.Token); err != nil {
		n.t.Fatal(err)
	}
	s, err := New(o)
	if err != nil {
		n.t.Fatal(err)
	}
	return s
}

// readSize stands in for the reader of workbooks: it reads everything there is.
func readSize(_ context.Context, r io.ReaderAt, size int64, name string, _ inventory.Depth) (inventory.Structure, error) {
	n, err := io.Copy(io.Discard, io.NewSectionReader(r, 0, size))
	return inventory.Structure{Format: name, Tables: int(n)}, err
}

func (n *tenant) faults(spec string) {
	n.t.Helper()
	f, err := emulator.ParseFaults(spec)
	if err != nil {
		n.t.Fatal(err)
	}
	n.server.SetFaults(f)
}

// office is an organisation with a library and a OneDrive.
func office(t testing.TB) *emulator.World {
	t.Helper()
	w := emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example"})
	ada := w.AddPerson(emulator.Person{Name: "Ada Abbott", Address: "ada@alderbay.example", Department: "Finance", Microsoft: true})
	finance := w.AddSite(emulator.Site{Name: "Finance", Path: "sites/finance"})
	w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindLibrary, Name: "Documents", Site: finance.ID})
	own := w.AddSite(emulator.Site{Name: "Ada Abbott", Path: "personal/ada_alderbay_example", Personal: true})
	w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindPersonal, Name: "OneDrive", Owner: ada.ID, Site: own.ID})
	return w
}

func TestConformance(t *testing.T) {
	scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
		n := newTenant(t, office(t), emulator.ServerOptions{})
		world := &scannertest.World{T: t, World: n.world}
		return &scannertest.Fixture{
			Scanner: func() scanners.Scanner { return n.scanner() }, Tenant: world, Incremental: true, Expire: world.Expire,
			Faults: n.faults, Early: n.server.EarlyRequests, Requests: n.recorder.Requests,
		}
	}})
}
