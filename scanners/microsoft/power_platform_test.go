package microsoft

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
	scannertest.NoFolders
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

// workbench is an environment with one of each sort in it, and a person's own.
func workbench(t *testing.T) (*emulator.World, emulator.Environment) {
	w, ada := apps(t)
	bob := w.AddPerson(emulator.Person{Name: "Bob Bell", Address: "bob@alderbay.example", Microsoft: true})
	e := w.Environments()[0]
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for i, sort := range []string{emulator.CanvasApp, emulator.ModelApp, emulator.CodeApp, emulator.BuilderApp, emulator.CloudFlow, emulator.AgentFlow, emulator.M365Flow} {
		w.AddThing(emulator.PowerThing{Environment: e.ID, Type: sort, Name: fmt.Sprint("Thing ", i), CreatedBy: ada, Owner: bob.ID, Created: at, Modified: at.Add(time.Hour)})
	}
	w.AddThing(emulator.PowerThing{Environment: e.ID, Type: emulator.StudioAgent, Name: "Helper", CreatedBy: ada, Created: at, Published: at.Add(2 * time.Hour), Channels: []string{"Teams", "SharePoint"}, Model: "gpt-4o"})
	w.AddThing(emulator.PowerThing{Environment: e.ID, Type: emulator.CanvasApp, Name: "By nobody known", CreatedBy: "00000000-0000-0000-0000-000000000001", Created: at})
	w.AddEnvironment(emulator.Environment{Name: "Bob's", Sort: "Developer", CreatedBy: bob.ID})
	return w, e
}

func TestResources(t *testing.T) {
	w, _ := workbench(t)
	n := newTenant(t, w, emulator.ServerOptions{})
	s := n.scanner(n.with(Features{PowerPlatform: true}))
	told := changesOf(t, s, inventory.PlaceEnvironment)
	kinds := map[inventory.Kind]int{}
	for name, c := range told {
		a := c.Asset
		kinds[a.Kind]++
		if a.URL == "" || a.Created.IsZero() || a.Modified.IsZero() || c.Inside == nil || c.Inside.Depth != inventory.DepthFull || c.Inside.Reader != 7 || c.Usage != nil {
			t.Errorf("%s: %+v, inside %+v, usage %+v", name, a, c.Inside, c.Usage)
		}
	}
	if d := cmp.Diff(map[inventory.Kind]int{inventory.KindApp: 5, inventory.KindFlow: 3, inventory.KindAgent: 1}, kinds); d != "" {
		t.Errorf("kinds (-want +got):\n%s", d)
	}
	app, helper, orphan := told["Thing 0"].Asset, told["Helper"], told["By nobody known"].Asset
	if app.CreatedBy != "ada@alderbay.example" || app.Owner != "bob@alderbay.example" || app.Modified.Sub(app.Created) != time.Hour {
		t.Errorf("app %+v", app)
	}
	if orphan.Owner != "" || helper.Asset.Owner != "ada@alderbay.example" || helper.Asset.Modified.Sub(helper.Asset.Created) != 2*time.Hour {
		t.Errorf("orphan %+v, agent %+v", orphan, helper.Asset)
	}
	want := []inventory.Connection{{Kind: "channel", Target: "SharePoint"}, {Kind: "channel", Target: "Teams"}, {Kind: "language model", Target: "gpt-4o"}}
	if d := cmp.Diff(want, helper.Inside.Connections); d != "" || helper.Inside.Format != "agent" {
		t.Errorf("inside of the agent, a %s (-want +got):\n%s", helper.Inside.Format, d)
	}
	if n.server.Mutations() != 0 {
		t.Errorf("%d mutations", n.server.Mutations())
	}
}

// An environment for developing is its person's: it is left out with them, and
// what is left out is not asked about.
func TestEnvironmentsLeftOut(t *testing.T) {
	w, e := workbench(t)
	n := newTenant(t, w, emulator.ServerOptions{})
	scope := inventory.Scope{Exclude: inventory.Rules{People: []string{"bob@alderbay.example"}, Places: []string{e.Name + "*"}}}
	reports, err := (&scanners.Engine{Sink: scannertest.NewMemory(scope), Scope: scope}).List(t.Context(), n.scanner(n.with(Features{PowerPlatform: true})))
	if err != nil {
		t.Fatal(err)
	}
	named := slices.DeleteFunc(reports, func(r inventory.PlaceReport) bool { return r.Place == "" })
	if len(named) != 1 || named[0].Name != "Health (Production)" {
		t.Errorf("listed %+v", named)
	}
	for _, r := range n.recorder.Requests() {
		if strings.Contains(r, e.ID) {
			t.Errorf("what is left out was asked about: %s", r)
		}
	}
}

// Without its role one service tells nothing; the others go on, and it is said
// what to do.
func TestServiceRefuses(t *testing.T) {
	for service, want := range map[string]string{
		emulator.ServicePlatform: "power_platform_admin", emulator.ServicePowerBI: "read-only admin APIs", emulator.ServiceFlows: "New-PowerAppManagementApp",
	} {
		w := office(t)
		w.AddWorkspace(emulator.Workspace{Name: "Finance"})
		w.AddEnvironment(emulator.Environment{Name: "Finance"})
		n := newTenant(t, w, emulator.ServerOptions{Barred: []string{service}})
		on := Features{PowerPlatform: true, PowerBI: true}
		if service == emulator.ServiceFlows {
			on.PowerPlatformAdmin = true
		}
		reports, err := (&scanners.Engine{Sink: scannertest.NewMemory(inventory.Scope{})}).List(t.Context(), n.scanner(n.with(on)))
		complete := 0
		for _, r := range reports {
			if r.Complete {
				complete++
			}
			if r.Error != "" {
				err = errors.Join(err, errors.New(r.Error))
			}
		}
		if complete != 3 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is barred: %d places complete, %v; want 3, and %q", service, complete, err, want)
		}
	}
}

// An answer that leaves something out is not taken for the whole, nor one
// that leads in a circle.
func TestTruncatedQueries(t *testing.T) {
	for answer, want := range map[string]string{
		`{"count":0,"resultTruncated":0,"data":[]}`:                   "",
		`{"count":0,"resultTruncated":1,"data":[]}`:                   "left out",
		`{"count":0,"resultTruncated":"true","data":[]}`:              "left out",
		`{"count":0,"resultTruncated":true,"data":[]}`:                "left out",
		`{"count":0,"resultTruncated":1,"skipToken":"x","data":[]}`:   "circle",
		`{"data":[{"name":"a' or 1==1","type":"x","properties":{}}]}`: "a name that is none",
		`[]`: "another form than is documented",
	} {
		w, _ := apps(t)
		n := newTenant(t, w, emulator.ServerOptions{})
		s := n.scanner(n.with(Features{PowerPlatform: true}), func(o *Options, _ *wire.Options) {
			o.Wire = func(own wire.Options) (*wire.Transport, error) {
				own.Base = tap(func(r *http.Request) (*http.Response, error) { return jsonReply(r, 200, answer), nil })
				return wire.New(own)
			}
		})
		_, err := collect(s.Places(t.Context()))
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", answer, err, want)
		}
	}
}

// TestPowerChecks is what a doctor sees of services that the token does not show.
func TestPowerChecks(t *testing.T) {
	for name, c := range map[string]struct {
		barred []string
		on     Features
		want   map[string]scanners.State
	}{
		"all is well": {nil, Features{PowerPlatform: true, PowerBI: true}, map[string]scanners.State{"Power Platform reader": scanners.Held, "read-only admin APIs of Power BI": scanners.Held}},
		"not let in": {[]string{emulator.ServicePlatform, emulator.ServicePowerBI}, Features{PowerPlatform: true, PowerBI: true},
			map[string]scanners.State{"Power Platform reader": scanners.Refused, "read-only admin APIs of Power BI": scanners.Refused}},
		"the older ones": {nil, Features{PowerPlatformAdmin: true}, map[string]scanners.State{
			"registration as a Power Platform admin application": scanners.Held, "no more than reading": scanners.Warning}},
		"the older ones, not registered": {[]string{emulator.ServiceEnvironments}, Features{PowerPlatformAdmin: true}, map[string]scanners.State{
			"registration as a Power Platform admin application": scanners.Refused, "no more than reading": ""}},
		"forms": {nil, Features{FormsAudit: true}, map[string]scanners.State{permAudit: scanners.Held, "no more than reading": scanners.Warning}},
	} {
		w, _ := apps(t)
		n := newTenant(t, w, emulator.ServerOptions{Barred: c.barred, Roles: []string{permUsers, permSites, permFiles, permAudit}})
		found := map[string]scanners.Check{}
		for _, check := range n.scanner(n.with(c.on)).Check(t.Context()) {
			found[check.Need] = check
			bad := check.State != scanners.Good && check.State != scanners.Held
			if bad && (check.Remedy == "" || check.Cost == "") {
				t.Errorf("%s: %+v says not what it means and what to do", name, check)
			}
		}
		for need, state := range c.want {
			if found[need].State != state {
				t.Errorf("%s: %s is %+v, want %s", name, need, found[need], state)
			}
		}
		if n.server.Mutations() != 0 {
			t.Errorf("%s: %d mutations", name, n.server.Mutations())
		}
	}
	for token, want := range map[string]scanners.State{jwt(`{"roles":["Tenant.Read.All"]}`): scanners.Failed, jwt(`{"roles":["Tenant.ReadWrite.All"]}`): scanners.Excess, jwt(`{}`): ""} {
		state := scanners.State("")
		for _, c := range barredRoles(token) {
			state = c.State
		}
		if state != want {
			t.Errorf("%s: %q, want %q", token, state, want)
		}
	}
}

// By the vendors' own hosts, each with a token of its own audience, as in
// earnest: only a proxy leads to the emulator.
func TestServicesByTheirHosts(t *testing.T) {
	w, e := workbench(t)
	w.AddWorkspace(emulator.Workspace{Name: "Finance"})
	for i := range 300 { // more than a page of the older interfaces has
		w.AddThing(emulator.PowerThing{Environment: e.ID, Type: emulator.CanvasApp, Name: fmt.Sprint("App ", i)})
	}
	server := emulator.NewServer(w, emulator.ServerOptions{})
	authority, err := emulator.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	address, err := server.StartProxy(t.Context(), "127.0.0.1:0", authority)
	if err != nil {
		t.Fatal(err)
	}
	s, ledger := throughProxy(t, server, authority, address, Features{PowerPlatform: true, PowerPlatformAdmin: true, PowerBI: true})
	found := 0
	for p, err := range s.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for page, err := range s.Pages(t.Context(), p, "") {
			if err != nil {
				t.Fatalf("%s: %v", p.Name, err)
			}
			found += len(page.Changes)
		}
	}
	if found != 309 {
		t.Errorf("found %d, want 309", found)
	}
	hosts := map[string]bool{}
	for _, l := range ledger.Lines() {
		hosts[l.Host] = true
	}
	for _, host := range []string{"api.powerplatform.com", "api.bap.microsoft.com", "api.powerapps.com", "api.flow.microsoft.com", "api.powerbi.com"} {
		if !hosts[host] {
			t.Errorf("nothing went to %s: %v", host, hosts)
		}
	}
	if m := ledger.Lines().Mutations(); m != 0 {
		t.Errorf("%d mutations in %+v", m, ledger.Lines())
	}
}

// throughProxy makes a scanner as for a real tenant, whose only way out is a proxy.
func throughProxy(t *testing.T, server *emulator.Server, a *emulator.Authority, address string, f Features) (*Scanner, *wire.Ledger) {
	t.Helper()
	proxy, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	known := x509.NewCertPool()
	known.AppendCertsFromPEM(a.PEM())
	base := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: known}}
	t.Cleanup(base.CloseIdleConnections)
	ledger := &wire.Ledger{}
	o, err := WireOptions("alder", Endpoint, f)
	if err != nil {
		t.Fatal(err)
	}
	o.Base, o.Ledger = base, ledger
	transport, err := wire.New(o)
	if err != nil {
		t.Fatal(err)
	}
	cred, err := NewCredential(Credential{TenantID: server.TenantID(), ClientID: "22222222-2222-2222-2222-222222222222", CertificateFile: certificate(t)}, "", transport)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := NewTokens(Endpoint, cred)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Tenant: "alder", Tokens: tokens, Transport: transport, Features: f, Poll: time.Millisecond, Share: 1, Wire: func(own wire.Options) (*wire.Transport, error) {
		own.Base, own.Ledger = base, ledger
		return wire.New(own)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s, ledger
}
