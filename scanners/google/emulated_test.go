package google

import (
	"context"
	"errors"
	"iter"
	"net/http/httptest"
	"regexp"
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

// A domain is an emulated organisation and a way to scan it.
type domain struct {
	testing.TB
	world    *emulator.World
	server   *emulator.Server
	ends     emulator.Endpoints
	key      []byte
	recorder *scannertest.Recorder
	ledger   *wire.Ledger
}

func newDomain(t testing.TB, world *emulator.World) *domain {
	t.Helper()
	base, err := wire.NewBase("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(base.CloseIdleConnections)
	d := &domain{TB: t, world: world, recorder: &scannertest.Recorder{Base: base}, ledger: &wire.Ledger{}}
	d.serve(emulator.ServerOptions{})
	return d
}

// serve serves the organisation, in place of what served it before.
func (d *domain) serve(o emulator.ServerOptions) {
	d.Helper()
	d.server = emulator.NewServer(d.world, o)
	srv := httptest.NewServer(d.server.Handler())
	d.Cleanup(srv.Close)
	d.ends = d.server.Endpoints(srv.URL)
	var err error
	if d.key, err = d.server.GoogleCredentials(d.ends.TokenURI); err != nil {
		d.Fatal(err)
	}
}

func newMemory() *scannertest.Memory { return scannertest.NewMemory(inventory.Scope{}) }

// scanner makes one that shares nothing with others but the ledger.
func (d *domain) scanner(change ...func(*Options, *wire.Options)) *Scanner {
	d.Helper()
	o := Options{
		Tenant:     "alder",
		Admin:      "admin@example.edu",
		Credential: Credential{Key: d.key},
		Endpoints:  At(d.ends.Sheets),
		PageSize:   5,
		Private:    true, // what is private has its own test
	}
	withReaders(&o)
	for _, c := range change { // what may leave follows the options
		c(&o, &wire.Options{})
	}
	w, err := Wire(o)
	if err != nil {
		d.Fatal(err)
	}
	w.Base, w.Ledger, w.Pace.Backoff = d.recorder, d.ledger, 20*time.Millisecond
	for _, c := range change {
		c(&o, &w)
	}
	if o.Transport, err = wire.New(w); err != nil {
		d.Fatal(err)
	}
	s, err := New(o)
	if err != nil {
		d.Fatal(err)
	}
	return s
}

// people makes an organisation of an administrator and others, each with a My Drive.
func people(names ...string) (*emulator.World, map[string]emulator.Place) {
	w := emulator.NewWorld(emulator.Options{})
	drives := map[string]emulator.Place{}
	for _, n := range append([]string{"admin"}, names...) {
		p := w.AddPerson(emulator.Person{Name: n + " Person", Address: n + "@example.edu", Google: true, Admin: n == "admin"})
		drives[n] = w.AddPlace(emulator.Place{Suite: emulator.Google, Kind: emulator.KindMyDrive, Name: "My Drive", Owner: p.ID})
	}
	return w, drives
}

func sharedDrive(w *emulator.World, name, member string) emulator.Place {
	p, _ := w.Person(member + "@example.edu")
	return w.AddPlace(emulator.Place{Suite: emulator.Google, Kind: emulator.KindSharedDrive, Name: name,
		Members: []emulator.Grant{{Person: p.ID, Role: emulator.RoleOrganizer}}})
}

// only shows the places of one kind, so that the suite, which fills the first two places, fills these.
type only struct {
	*Scanner
	kind inventory.PlaceKind
}

func (o only) Places(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		for p, err := range o.Scanner.Places(ctx) {
			if (err != nil || p.Kind == o.kind) && !yield(p, err) {
				return
			}
		}
	}
}

func TestConformance(t *testing.T) {
	for _, kind := range []inventory.PlaceKind{inventory.PlaceMyDrive, inventory.PlaceSharedDrive} {
		t.Run(string(kind), func(t *testing.T) {
			scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
				world, _ := people("bob")
				sharedDrive(world, "Finance", "bob")
				sharedDrive(world, "Teaching", "admin")
				d := newDomain(t, world)
				w := &scannertest.World{T: t, World: world}
				backoff := 20 * time.Millisecond
				return &scannertest.Fixture{
					Scanner: func() scanners.Scanner {
						return only{d.scanner(func(_ *Options, w *wire.Options) { w.Pace.Backoff = backoff }), kind}
					},
					Tenant:      w,
					Incremental: true,
					Expire:      w.Expire,
					Requests:    d.recorder.Requests,
					Early:       d.server.EarlyRequests,
					Faults:      d.unwell(t, &backoff),
				}
			}})
		})
	}
}

// unwell makes the domain unreliable by a plan. Google names no time to wait, so that ours must be long to be cut.
func (d *domain) unwell(t *testing.T, backoff *time.Duration) func(spec string) {
	return func(spec string) {
		if strings.Contains(spec, "foreign") {
			t.Skip("a page of Google's names the next one by a token, never by a link")
		}
		if strings.Contains(spec, "throttle=1,") {
			*backoff = 2 * time.Second
		}
		f, err := emulator.ParseFaults(spec)
		if err != nil {
			t.Fatal(err)
		}
		d.server.SetFaults(f)
	}
}

func (d *domain) list(s *Scanner, sink scanners.Sink, scope inventory.Scope) inventory.Tally {
	d.Helper()
	reports, err := (&scanners.Engine{Sink: sink, Scope: scope}).List(context.Background(), s)
	if err != nil {
		d.Fatal(err)
	}
	var sum inventory.Tally
	for _, r := range reports {
		if !r.Complete || r.Error != "" {
			d.Errorf("report %+v", r)
		}
		sum.Add(r.Tally)
	}
	return sum
}

// stored tells in which places a sink holds which names.
func stored(t testing.TB, m *scannertest.Memory) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for r, err := range m.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out[r.Asset.Name] = append(out[r.Asset.Name], r.PlaceName)
	}
	return out
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestSharedFileIsListedOnceAndFollowsItsOwner(t *testing.T) {
	world, drives := people("ann", "bob")
	bob, _ := world.Person("bob@example.edu")
	item := must[emulator.Item](t)
	f := item(world.Create(drives["ann"].ID, emulator.Item{Name: "Gradebook.xlsx", Content: emulator.BytesContent([]byte("x"))}))
	item(world.Share(drives["ann"].ID, f.ID, emulator.Grant{Person: bob.ID, Role: emulator.RoleWrite}))
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	d.list(d.scanner(), sink, inventory.Scope{})
	if diff := cmp.Diff(map[string][]string{"Gradebook.xlsx": {"ann Person"}}, stored(t, sink)); diff != "" {
		t.Errorf("first listing (-want +got):\n%s", diff)
	}
	item(world.Rename(drives["ann"].ID, f.ID, "Grades.xlsx")) // both people's changes tell of it
	d.list(d.scanner(), sink, inventory.Scope{})
	if diff := cmp.Diff(map[string][]string{"Grades.xlsx": {"ann Person"}}, stored(t, sink)); diff != "" {
		t.Errorf("after a rename (-want +got):\n%s", diff)
	}
}

func TestUnchangedDomainCostsOneRequestAPlace(t *testing.T) {
	world, drives := people("ann", "bob")
	sharedDrive(world, "Finance", "bob")
	item := must[emulator.Item](t)
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "A.xlsx", Content: emulator.BytesContent([]byte("x"))}))
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	d.list(d.scanner(), sink, inventory.Scope{})
	before := len(d.recorder.Requests())
	sum := d.list(d.scanner(), sink, inventory.Scope{})
	var asked []string
	for _, r := range d.recorder.Requests()[before:] {
		if !strings.HasPrefix(r, "POST ") {
			asked = append(asked, r)
		}
	}
	if places := 4; sum.Found != 0 || len(asked) != places+2 { // and a page of people, and one of shared drives
		t.Errorf("found %d with %d requests:\n%s", sum.Found, len(asked), strings.Join(asked, "\n"))
	}
	if slices.ContainsFunc(asked, func(r string) bool { return strings.Contains(r, "alt=media") || strings.Contains(r, "/v4/") }) {
		t.Errorf("content was asked for:\n%s", strings.Join(asked, "\n"))
	}
	if d.ledger.Mutations() != 0 || d.ledger.Refused() != 0 || d.server.Mutations() != 0 {
		t.Errorf("the ledger holds %d mutations, %d refused", d.ledger.Mutations(), d.ledger.Refused())
	}
}

func TestEmulatedExclusionHoldsBeforeAnyoneIsActedFor(t *testing.T) {
	world, _ := people("ann", "out")
	d := newDomain(t, world)
	scope := inventory.Scope{Exclude: inventory.Rules{People: []string{"out@example.edu"}}}
	d.list(d.scanner(), scannertest.NewMemory(scope), scope)
	for _, r := range d.recorder.Requests() {
		if strings.Contains(r, "out@example.edu") {
			t.Errorf("somebody excluded is in a request: %s", r)
		}
	}
}

func TestMakerWhoHasLeft(t *testing.T) {
	world, drives := people("ann")
	item := must[emulator.Item](t)
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "A.xlsx", Content: emulator.BytesContent([]byte("x"))}))
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	d.list(d.scanner(), sink, inventory.Scope{})
	ann, _ := world.Person("ann@example.edu")
	ann.Left = true
	world.AddPerson(ann)
	d.list(d.scanner(), sink, inventory.Scope{})
	if diff := cmp.Diff(map[string][]string{"A.xlsx": {"ann Person"}}, stored(t, sink)); diff != "" {
		t.Errorf("after ann left (-want +got):\n%s", diff)
	}
}

func TestInspectEmulated(t *testing.T) {
	world, drives := people("ann")
	item := must[emulator.Item](t)
	ann, _ := world.Person("ann@example.edu")
	history := []emulator.Version{{ID: "1", By: ann.ID, At: time.Now().Add(-time.Hour)}}
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "Tickets", Versions: history, Sheet: func() emulator.Sheet {
		head := []emulator.Cell{{Value: "Ticket"}, {Value: "Priority"}, {Value: "Assignee"}, {Value: "Hours"}}
		rows := [][]emulator.Cell{head}
		for i := range 20 {
			rows = append(rows, []emulator.Cell{{Value: float64(1000 + i)}, {Value: "high", List: []string{"high", "low"}}, {Value: "team a"}, {Formula: "=A2*2", Value: float64(i)}})
		}
		return emulator.Sheet{Tabs: []emulator.Tab{{Title: "Open", Rows: rows, RowCount: 1000, ColumnCount: 26, FrozenRows: 1}}, Names: []emulator.NamedRange{{Name: "Tickets", Tab: "Open", Range: "A1:D21"}}}
	}}))
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "small.csv", Content: emulator.BytesContent(csvOf(20))}))
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "large.csv", Content: emulator.BytesContent(csvOf(50_000))}))
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	s := d.scanner()
	d.list(s, sink, inventory.Scope{})
	places := map[string]inventory.Place{}
	for p, err := range s.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		places[p.ID] = p
	}
	headings := map[string][]string{}
	for r := range sink.Records(t.Context()) {
		st, err := s.Inspect(t.Context(), inventory.Due{Asset: r.Asset, Place: places[r.Asset.Place], Depth: inventory.DepthHeads})
		if err != nil {
			t.Fatalf("%s: %v", r.Asset.Name, err)
		}
		headings[r.Asset.Name] = slices.Collect(st.Headings)
		u, err := s.Observe(t.Context(), places[r.Asset.Place], r.Asset, both)
		if err != nil || u.People != 1 || len(u.Editors) != 1 || u.Facets != both {
			t.Errorf("%s: usage %+v, error %v", r.Asset.Name, u, err)
		}
	}
	want := map[string][]string{"Tickets": {"Ticket", "Priority", "Assignee", "Hours"}, "small.csv": {"Ticket", "Priority", "Assignee"}, "large.csv": {"Ticket", "Priority", "Assignee"}}
	if diff := cmp.Diff(want, headings); diff != "" {
		t.Errorf("headings (-want +got):\n%s", diff)
	}
	exchanged := exchanges(d.recorder.Requests())
	for who, n := range exchanged {
		if n != 1 {
			t.Errorf("%d tokens for %s", n, who)
		}
	}
	// The administrator's: people, shared drives, own drive. Ann's: listing, content, spreadsheets.
	if len(exchanged) != 6 {
		t.Errorf("tokens: %v", exchanged)
	}
}

// TestAlderBay looks into everything that the demo organisation keeps in Drive.
func TestAlderBay(t *testing.T) {
	server, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, sink := newDomain(t, server.World), scannertest.NewMemory(inventory.Scope{})
	people := server.World.People()
	admin := people[slices.IndexFunc(people, func(p emulator.Person) bool { return p.Admin && p.Google })]
	s := d.scanner(func(o *Options, _ *wire.Options) { o.Admin = admin.Address })
	d.list(s, sink, inventory.Scope{})
	places := map[string]inventory.Place{}
	for p, err := range s.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		places[p.ID] = p
	}
	read := map[inventory.Kind]int{}
	for r := range sink.Records(t.Context()) {
		if !r.Asset.Kind.Inspectable() {
			continue
		}
		st, err := s.Inspect(t.Context(), inventory.Due{Asset: r.Asset, Place: places[r.Asset.Place], Depth: inventory.DepthFull})
		if err != nil && !errors.Is(err, inventory.ErrUnreadable) || err == nil && len(st.Sheets) == 0 {
			t.Errorf("%s: %d sheets, error %v", r.Asset.Name, len(st.Sheets), err)
		}
		if u, err := s.Observe(t.Context(), places[r.Asset.Place], r.Asset, inventory.FacetSharing); err != nil || u.People == 0 {
			t.Errorf("%s: %d people, error %v", r.Asset.Name, u.People, err)
		}
		read[r.Asset.Kind]++
	}
	if read[inventory.KindSheet] < 20 || read[inventory.KindTable] == 0 {
		t.Errorf("looked into %v", read)
	}
	if d.ledger.Mutations() != 0 || d.ledger.Refused() != 0 {
		t.Errorf("%d mutations, %d refused", d.ledger.Mutations(), d.ledger.Refused())
	}
}

// exchanges counts the tokens that were asked for, by person and scope.
func exchanges(requests []string) map[string]int {
	n := map[string]int{}
	claim := func(name, r string) string {
		if m := regexp.MustCompile(`"` + name + `":"([^"]*)"`).FindStringSubmatch(r); m != nil {
			return m[1]
		}
		return ""
	}
	for _, r := range requests {
		if strings.HasPrefix(r, "POST ") {
			n[claim("sub", r)+" "+claim("scope", r)]++
		}
	}
	return n
}
