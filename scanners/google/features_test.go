package google

import (
	"errors"
	"net/http"
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

var _ scanners.Selective = (*Scanner)(nil)

func allFeatures() Features {
	return Features{Forms: true, Scripts: true, LookerStudio: true, TokenAudit: true, OAuthTokens: true}
}

// with switches features on.
func with(f Features) func(*Options, *wire.Options) {
	return func(o *Options, _ *wire.Options) { o.Features = f }
}

// What leaves, and what is asked for, follows what is switched on.
func TestFeaturesAreOffUntilSwitchedOn(t *testing.T) {
	const admin = "https://admin.googleapis.com/admin/"
	addresses := map[string]func(*Features){
		"https://forms.googleapis.com/v1/forms/1abc":                       func(f *Features) { f.Forms = true },
		"https://www.googleapis.com/drive/v3/files/1abc/export?mimeType=x": func(f *Features) { f.Scripts = true },
		"https://datastudio.googleapis.com/v1/assets:search?assetTypes=x":  func(f *Features) { f.LookerStudio = true },
		admin + "reports/v1/activity/users/all/applications/token":         func(f *Features) { f.TokenAudit = true },
		admin + "directory/v1/users/ann/tokens":                            func(f *Features) { f.OAuthTokens = true },
	}
	for address, switchOn := range addresses {
		for _, on := range []bool{false, true} {
			o := Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}}
			if on {
				switchOn(&o.Features)
			}
			w, err := Wire(o)
			if err != nil {
				t.Fatal(err)
			}
			req, err := http.NewRequest("GET", address, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Guard.Check(req); (err == nil) != on {
				t.Errorf("%s, switched on %v: %v", address, on, err)
			}
			if more := len(Needs(o)) - len(Needs(Options{})); (more == 1) != on {
				t.Errorf("%s, switched on %v: %d more scopes", address, on, more)
			}
		}
	}
	o := Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}, Features: allFeatures()}
	w, err := Wire(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		"https://forms.googleapis.com/v1/forms/1abc/responses", admin + "reports/v1/activity/users/all/applications/drive",
		"https://datastudio.googleapis.com/v1/assets/1/permissions", "https://script.googleapis.com/v1/projects/1/content",
	} {
		if req, _ := http.NewRequest("GET", address, nil); w.Guard.Check(req) == nil {
			t.Errorf("%s may leave", address)
		}
	}
	if req, _ := http.NewRequest("DELETE", admin+"directory/v1/users/ann/tokens/1", nil); w.Guard.Check(req) == nil {
		t.Error("a token could be taken away")
	}
}

// A scope that can do more than read is asked for only by the one feature that names it, and its need says so.
func TestOneScopeCanWriteAndSaysSo(t *testing.T) {
	for _, n := range Needs(Options{Features: allFeatures()}) {
		if n.Purpose == "" || n.Cost == "" || n.Feature == "" {
			t.Errorf("need %+v", n)
		}
		switch {
		case strings.HasSuffix(n.Name, ".readonly"):
		case n.Feature != "oauth tokens" || !strings.Contains(n.Purpose, "no read-only scope") || n.Optional: // without it the place fails
			t.Errorf("need %+v", n)
		}
	}
	f := allFeatures()
	f.OAuthTokens = false
	for _, n := range Needs(Options{Features: f}) {
		if !strings.HasSuffix(n.Name, ".readonly") {
			t.Errorf("scope %s", n.Name)
		}
	}
}

func TestFeaturesHaveTheirShareOfLimits(t *testing.T) {
	limits := func(f Features, address string) (all []float64) {
		w, err := Wire(Options{Tenant: "alder", Credential: Credential{Principal: "p@x"}, Share: 0.2, Features: f})
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequest("GET", address, nil)
		for _, l := range w.Limits {
			if l.Match(req) {
				all = append(all, l.PerMinute)
			}
		}
		return all
	}
	if d := cmp.Diff([]float64{195, 78}, limits(allFeatures(), "https://forms.googleapis.com/v1/forms/1")); d != "" {
		t.Errorf("forms (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]float64{480}, limits(allFeatures(), "https://admin.googleapis.com/"+auditPath)); d != "" {
		t.Errorf("audit log (-want +got):\n%s", d)
	}
}

// The doctor tries what a feature would do, and says what is missing without it.
func TestDoctorTriesFeatures(t *testing.T) {
	world, _ := people("ann")
	d := newDomain(t, world)
	scopes := []string{"admin.directory.user.readonly", "drive.readonly", "drive.metadata.readonly", "spreadsheets.readonly", "datastudio.readonly", "forms.body.readonly", "admin.directory.user.security"}
	d.serve(emulator.ServerOptions{Scopes: scopes})
	got := map[string]string{}
	for _, c := range d.scanner(with(allFeatures())).Check(t.Context()) {
		got[c.Feature] = string(c.State) + ": " + c.Found
	}
	for feature, want := range map[string]string{
		"forms": "held: granted", "scripts": "held: granted, and a read with it was answered", "looker studio": "held: granted, and a read with it was answered",
		"token audit": "missing: ", "oauth tokens": "held: granted, and a read with it was answered",
	} {
		if got[feature] != want {
			t.Errorf("%s: %q, want %q", feature, got[feature], want)
		}
	}
}

// What is switched off is said to stay unseen; places of features cost nothing of Drive's quota.
func TestPlanTellsOfFeatures(t *testing.T) {
	world, _ := people("ann")
	d := newDomain(t, world)
	plan := func(f Features) scanners.Plan {
		p, err := d.scanner(with(f)).Plan(t.Context(), inventory.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	off, on := plan(Features{}), plan(allFeatures())
	if len(off.Unseen) != len(on.Unseen)+4 || !slices.Contains(off.Unseen, "what forms ask: switched off") {
		t.Errorf("unseen %q and %q", off.Unseen, on.Unseen)
	}
	if off.Places != 2 || on.Places != 5 || on.Units != off.Units || on.Requests != off.Requests+6 {
		t.Errorf("plans %+v and %+v", off, on)
	}
}

// Of a kind that is switched off the scanner says so without a request, and lists it all the same.
func TestSwitchedOffIsSaidWithoutARequest(t *testing.T) {
	world, drives := people("ann")
	item := must[emulator.Item](t)
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "Ask", MIME: emulator.MIMEGoogleForm}))
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "Nudge", MIME: emulator.MIMEGoogleScript}))
	item(world.Create(drives["ann"].ID, emulator.Item{Name: "Pages", MIME: emulator.MIMEGoogleSite}))
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	s := d.scanner()
	d.list(s, sink, inventory.Scope{})
	if n := len(stored(t, sink)); n != 3 {
		t.Errorf("%d are stored", n)
	}
	before := len(d.recorder.Requests())
	for _, k := range []inventory.Kind{inventory.KindForm, inventory.KindScript} {
		_, err := s.Inspect(t.Context(), inventory.Due{Place: inventory.Place{Kind: inventory.PlaceSharedDrive, ID: "unknown"}, Asset: inventory.Asset{Kind: k}})
		if !errors.Is(err, inventory.ErrUnreadable) || !strings.HasPrefix(err.Error(), inventory.SwitchedOff) || slices.Contains(s.Looks(), k) {
			t.Errorf("%s: %v", k, err)
		}
	}
	if asked := d.recorder.Requests()[before:]; len(asked) > 0 {
		t.Errorf("asked %q", asked)
	}
	if on := d.scanner(with(allFeatures())).Looks(); !slices.Contains(on, inventory.KindForm) || !slices.Contains(on, inventory.KindScript) {
		t.Errorf("looks into %v", on)
	}
}

// The places of features pass the suite too: they tell no changes and have no folders.
func TestFeaturesConform(t *testing.T) {
	cases := map[inventory.PlaceKind]struct {
		asset  inventory.Kind
		tenant func(*testing.T, *emulator.World) scannertest.Tenant
	}{
		inventory.PlaceConsents: {inventory.KindApp, func(t *testing.T, w *emulator.World) scannertest.Tenant { return &consentTenant{T: t, world: w} }},
		inventory.PlaceReports:  {inventory.KindReport, func(t *testing.T, w *emulator.World) scannertest.Tenant { return &studioTenant{T: t, world: w} }},
	}
	for kind, c := range cases {
		t.Run(string(kind), func(t *testing.T) {
			scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
				world, _ := people("bob")
				d := newDomain(t, world)
				backoff := 20 * time.Millisecond
				return &scannertest.Fixture{
					Scanner: func() scanners.Scanner {
						slow := func(_ *Options, w *wire.Options) { w.Pace.Backoff = backoff }
						return only{d.scanner(with(Features{LookerStudio: true, TokenAudit: true}), slow), kind}
					},
					Tenant: c.tenant(t, world), Flat: true, Kind: c.asset,
					Requests: d.recorder.Requests, Early: d.server.EarlyRequests, Faults: d.unwell(t, &backoff),
				}
			}})
		})
	}
}

// A consentTenant has apps that people let at their data.
type consentTenant struct {
	*testing.T
	scannertest.NoFolders
	world *emulator.World
	edits int
}

func (c *consentTenant) Truth(inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	for _, g := range c.world.OAuthGrants() {
		if g.Taken.IsZero() {
			out[g.Client] = scannertest.Fact{Name: g.App}
		}
	}
	return out
}

func (c *consentTenant) Create(_ inventory.Place, _, name string) string {
	c.edits++
	g := emulator.OAuthGrant{Client: "client-" + strings.Repeat("x", c.edits), App: name, Scopes: []string{scopeAddress + "drive.readonly"}}
	c.give(g)
	return g.Client
}

// give lets an app at the data of two people.
func (c *consentTenant) give(g emulator.OAuthGrant) {
	for i, who := range []string{"admin@example.edu", "bob@example.edu"} {
		p, _ := c.world.Person(who)
		g.Person, g.Given = p.ID, time.Now().Add(-time.Hour*time.Duration(48-i))
		c.world.AddOAuthGrant(g)
	}
}

func (c *consentTenant) of(id string) emulator.OAuthGrant {
	for _, g := range c.world.OAuthGrants() {
		if g.Client == id {
			return g
		}
	}
	c.Fatalf("no app %s", id)
	return emulator.OAuthGrant{}
}

func (c *consentTenant) Edit(_ inventory.Place, id string) {
	c.edits++
	g := c.of(id)
	g.Scopes = append(slices.Clone(g.Scopes), scopeAddress+"scope"+strings.Repeat("x", c.edits))
	c.give(g)
}

func (c *consentTenant) Rename(_ inventory.Place, id, name string) string {
	g := c.of(id)
	g.App = name
	c.give(g)
	return id
}

// Delete makes everybody take back what they let the app do.
func (c *consentTenant) Delete(_ inventory.Place, id string) {
	for _, g := range slices.Clone(c.world.OAuthGrants()) {
		if g.Client == id {
			g.Taken = time.Now().Add(-time.Second)
			c.world.AddOAuthGrant(g)
		}
	}
}

// A studioTenant has reports in Looker Studio.
type studioTenant struct {
	*testing.T
	scannertest.NoFolders
	world *emulator.World
	edits int
}

func (s *studioTenant) owner(p inventory.Place) string {
	who, ok := s.world.Person(p.Owner)
	if !ok {
		s.Fatalf("nobody has the address %s", p.Owner)
	}
	return who.ID
}

func (s *studioTenant) Truth(p inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	for _, a := range s.world.StudioAssets() {
		if a.Owner == s.owner(p) && !a.Trashed {
			out[a.ID] = scannertest.Fact{Name: a.Title}
		}
	}
	return out
}

// Create makes reports and data sources in turn, each shown to everybody else, in whose places it must not turn up.
func (s *studioTenant) Create(p inventory.Place, _, name string) string {
	s.edits++
	a := emulator.StudioAsset{ID: "asset-" + strings.Repeat("x", s.edits), Title: name, Owner: s.owner(p), DataSource: s.edits%2 == 0}
	for _, other := range s.world.People() {
		a.Readers = append(a.Readers, other.ID)
	}
	return s.world.AddStudioAsset(a).ID
}

func (s *studioTenant) change(id string, do func(*emulator.StudioAsset)) {
	for _, a := range s.world.StudioAssets() {
		if a.ID == id {
			do(&a)
			s.world.AddStudioAsset(a)
		}
	}
}

func (s *studioTenant) Edit(_ inventory.Place, id string) {
	s.change(id, func(a *emulator.StudioAsset) { a.Updated = a.Updated.Add(time.Minute) })
}

func (s *studioTenant) Rename(_ inventory.Place, id, name string) string {
	s.change(id, func(a *emulator.StudioAsset) { a.Title = name })
	return id
}

// Delete puts every other one into the bin only.
func (s *studioTenant) Delete(_ inventory.Place, id string) {
	if s.edits++; s.edits%2 == 0 {
		s.change(id, func(a *emulator.StudioAsset) { a.Trashed = true })
		return
	}
	s.world.RemoveStudioAsset(id)
}
