package google

import (
	"fmt"
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

// letIn gives an app access to somebody's data, so many days ago; a second number says when that was taken back.
func (d *domain) letIn(app, who string, scopes []string, days ...int) {
	d.Helper()
	p, ok := d.world.Person(who + "@example.edu")
	if !ok {
		d.Fatalf("nobody is called %s", who)
	}
	ago := func(n int) time.Time { return time.Now().AddDate(0, 0, -n) }
	g := emulator.OAuthGrant{Client: "client of " + app, App: app, Person: p.ID, Given: ago(days[0])}
	for _, s := range scopes {
		g.Scopes = append(g.Scopes, scopeAddress+s)
	}
	if len(days) > 1 {
		g.Taken = ago(days[1])
	}
	d.world.AddOAuthGrant(g)
}

// changes are what the place of a kind tells, by name.
func (d *domain) changes(s *Scanner, kind inventory.PlaceKind, owner string) map[string]inventory.Change {
	d.Helper()
	out := map[string]inventory.Change{}
	for p, err := range s.Places(d.Context()) {
		if err != nil {
			d.Fatal(err)
		}
		if p.Kind != kind || p.Owner != owner {
			continue
		}
		for page, err := range s.Pages(d.Context(), p, "") {
			if err != nil {
				d.Fatal(err)
			}
			for _, c := range page.Changes {
				out[c.Asset.Name] = c
			}
		}
	}
	return out
}

// inWords is an app as people would tell it.
func inWords(c inventory.Change) string {
	var scopes, people []string
	for _, k := range c.Inside.Connections {
		scopes = append(scopes, k.Kind+" "+k.Target)
	}
	for _, e := range c.Usage.Editors {
		people = append(people, strings.TrimSuffix(e.Address, "@example.edu"))
	}
	return fmt.Sprintf("%s %s by %q: %s; %d people: %s", c.Asset.Kind, c.Inside.Format, c.Asset.CreatedBy, strings.Join(scopes, ", "), c.Usage.People, strings.Join(people, " "))
}

func told(changes map[string]inventory.Change) map[string]string {
	out := map[string]string{}
	for name, c := range changes {
		out[name] = inWords(c)
	}
	return out
}

func withStaff(t *testing.T) *domain {
	t.Helper()
	world, _ := people("ann", "bob", "cy", "out")
	d := newDomain(t, world)
	d.letIn("PipeTide", "ann", []string{"contacts", "drive.readonly"}, 40)
	d.letIn("PipeTide", "bob", []string{"contacts", "gmail.send"}, 20)
	d.letIn("PipeTide", "cy", []string{"contacts"}, 30, 10)
	d.letIn("AppSheet", "ann", []string{"drive", "script.external_request"}, 5)
	d.letIn("Kit desk", "cy", []string{"spreadsheets.currentonly"}, 100)
	d.letIn("Kit desk", "ann", []string{"spreadsheets.currentonly"}, 90)
	d.letIn("Given back", "bob", []string{"drive"}, 50, 49)
	d.letIn("Long ago", "bob", []string{"drive"}, 400)
	d.letIn("Of one who is left out", "out", []string{"drive"}, 3)
	return d
}

func TestTokenAudit(t *testing.T) {
	d := withStaff(t)
	gone, _ := d.world.Person("cy@example.edu")
	avoid := func(o *Options, _ *wire.Options) {
		o.Avoid = func(p inventory.Place) bool { return p.Owner == "out@example.edu" }
	}
	s := d.scanner(with(Features{TokenAudit: true}), avoid)
	want := map[string]string{
		"PipeTide": `app oauth-app by "": permission Google/contacts, permission Google/drive.readonly, permission Google/gmail.send; 2 people: bob ann`,
		"AppSheet": `app appsheet by "": permission Google/drive, permission Google/script.external_request; 1 people: ann`,
		"Kit desk": `app apps-script by "cy@example.edu": permission Google/spreadsheets.currentonly; 2 people: ann cy`,
	}
	if diff := cmp.Diff(want, told(d.changes(s, inventory.PlaceConsents, ""))); diff != "" {
		t.Errorf("apps (-want +got):\n%s", diff)
	}
	gone.Left = true
	d.world.AddPerson(gone)
	want["Kit desk"] = `app apps-script by "ann@example.edu": permission Google/spreadsheets.currentonly; 1 people: ann`
	if diff := cmp.Diff(want, told(d.changes(s, inventory.PlaceConsents, ""))); diff != "" {
		t.Errorf("after somebody left (-want +got):\n%s", diff)
	}
	for _, r := range d.recorder.Requests() {
		if strings.Contains(r, "/tokens") {
			t.Errorf("asked for tokens, which nobody switched on: %s", r)
		}
	}
	if c := d.changes(s, inventory.PlaceConsents, "")["PipeTide"]; c.Asset.ID != "alder/consents/client of PipeTide" || c.Inside.Depth != inventory.DepthFull ||
		c.Usage.Facets != inventory.FacetSharing|inventory.FacetEditors || !c.Asset.Shared {
		t.Errorf("%+v %+v", c.Asset, c.Usage)
	}
}

// tokens.list tells of what was let in long ago, and needs a scope that could write.
func TestHeldTokens(t *testing.T) {
	d := withStaff(t)
	scopes := []string{"admin.directory.user.security", "admin.directory.user.readonly", "admin.reports.audit.readonly", "drive.readonly", "drive.metadata.readonly"}
	d.serve(emulator.ServerOptions{Scopes: scopes})
	avoid := func(o *Options, _ *wire.Options) {
		o.Avoid = func(p inventory.Place) bool { return p.Owner == "out@example.edu" }
	}
	got := told(d.changes(d.scanner(with(Features{OAuthTokens: true}), avoid), inventory.PlaceConsents, ""))
	if got["Long ago"] != `app oauth-app by "": permission Google/drive; 1 people: bob` || got["Given back"] != "" || len(got) != 4 {
		t.Errorf("apps %q", got)
	}
	both := told(d.changes(d.scanner(with(Features{OAuthTokens: true, TokenAudit: true}), avoid), inventory.PlaceConsents, ""))
	if !strings.HasSuffix(both["PipeTide"], "2 people: bob ann") || both["Long ago"] != got["Long ago"] || len(both) != 4 {
		t.Errorf("apps from both %q", both)
	}
	if slices.ContainsFunc(d.recorder.Requests(), func(r string) bool { return strings.Contains(r, "DELETE") }) || d.server.Mutations() != 0 {
		t.Error("something was changed")
	}
}

// The log forgets what is older than it reaches: what it does not name is not gone.
func TestLogForgets(t *testing.T) {
	d := withStaff(t)
	s, sink := d.scanner(with(Features{TokenAudit: true})), scannertest.NewMemory(inventory.Scope{})
	apps := func() (names []string) {
		d.list(s, sink, inventory.Scope{})
		for r := range sink.Records(t.Context()) {
			if r.Asset.Place == consentsPlace {
				names = append(names, r.Asset.Name)
			}
		}
		slices.Sort(names)
		return names
	}
	before := apps()
	d.world.RemoveOAuthApp("client of PipeTide")
	if after := apps(); !slices.Contains(before, "PipeTide") || !slices.Equal(before, after) {
		t.Errorf("apps %q, and %q when the log has forgotten one", before, after)
	}
	for _, g := range d.world.OAuthGrants() {
		if g.Taken = time.Now(); g.App == "Kit desk" {
			d.world.AddOAuthGrant(g)
		}
	}
	if after := apps(); slices.Contains(after, "Kit desk") || len(after) != len(before)-1 {
		t.Errorf("apps %q when one was taken back from", after)
	}
}

// The audit log is for administrators who were granted the scope. Without it the place is told as failed, and what to do.
func TestTokenAuditWithoutItsScope(t *testing.T) {
	d := withStaff(t)
	d.serve(emulator.ServerOptions{Scopes: []string{"admin.directory.user.readonly", "drive.readonly", "drive.metadata.readonly"}})
	s := d.scanner(with(Features{TokenAudit: true}))
	reports, err := (&scanners.Engine{Sink: newMemory()}).List(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(reports, func(r inventory.PlaceReport) bool { return strings.HasSuffix(r.Place, consentsPlace) })
	if i < 0 || reports[i].Complete || !strings.Contains(reports[i].Error, "admin.reports.audit.readonly") {
		t.Errorf("reports %+v", reports)
	}
}

func TestAppsOfTheWholeDomainTakeBoundedMemory(t *testing.T) {
	all := apps{}
	for i := range peopleCounted + 100 {
		all.of("x").give(fmt.Sprintf("%d@example.edu", i), time.Unix(int64(i), 0))
	}
	c := all.of("x").change(inventory.Place{Tenant: "t", ID: "p"}, "x", 1)
	if len(all["x"].people) != peopleCounted || c.Usage.People != peopleCounted || !c.Usage.Widely || len(c.Usage.Editors) != 0 {
		t.Errorf("%d people, usage %+v", len(all["x"].people), c.Usage)
	}
}

// What somebody takes back and gives again counts once.
func TestGivenTakenAndGivenAgain(t *testing.T) {
	at := func(day int) time.Time { return time.Unix(int64(day)*86400, 0) }
	a := apps{}.of("x")
	a.give("Ann@example.edu", at(9))
	a.give("ann@example.edu", at(1))
	a.take("ann@example.edu", at(5))
	if u := a.usage(); u.People != 1 || u.Editors[0].Edits != 2 || !u.Editors[0].Last.Equal(at(9)) {
		t.Errorf("usage %+v", u)
	}
	a.take("ANN@example.edu", at(9))
	if u := a.usage(); u.People != 0 {
		t.Errorf("usage %+v", u)
	}
}

func TestRevisionOfAnApp(t *testing.T) {
	of := func(name string, scopes ...string) string {
		a := apps{}.of("x")
		a.name = name
		for _, s := range scopes {
			a.scopes[s] = true
		}
		a.give(name, time.Now())
		return a.change(inventory.Place{}, "x", 1).Asset.Revision
	}
	if of("A", "b", "c") != of("A", "c", "b") || of("A", "b") == of("A", "c") || of("A", "b") == of("B", "b") {
		t.Error("the revision is not that of name and scopes")
	}
}

func TestLookerStudio(t *testing.T) {
	world, _ := people("ann", "bob")
	ann, _ := world.Person("ann@example.edu")
	bob, _ := world.Person("bob@example.edu")
	world.AddStudioAsset(emulator.StudioAsset{ID: "r1", Title: "Pipeline", Owner: ann.ID, Readers: []string{bob.ID}})
	world.AddStudioAsset(emulator.StudioAsset{ID: "d1", Title: "Enquiries", Owner: ann.ID, DataSource: true})
	world.AddStudioAsset(emulator.StudioAsset{ID: "r2", Title: "Binned", Owner: ann.ID, Trashed: true})
	d := newDomain(t, world)
	s := d.scanner(with(Features{LookerStudio: true}))
	got := d.changes(s, inventory.PlaceReports, ann.Address)
	report, source := got["Pipeline"], got["Enquiries"]
	if len(got) != 2 || report.Asset == nil || report.Asset.Kind != inventory.KindReport || report.Asset.Owner != ann.Address || report.Inside.Format != "looker-report" ||
		!strings.HasSuffix(report.Asset.URL, "/reporting/r1") || source.Inside.Format != "looker-data-source" || report.Asset.Revision == "" {
		t.Errorf("reports %+v", got)
	}
	if theirs := d.changes(s, inventory.PlaceReports, bob.Address); len(theirs) != 0 {
		t.Errorf("a report turns up with somebody it is shared with: %+v", theirs)
	}
	if _, err := s.Observe(t.Context(), inventory.Place{Kind: inventory.PlaceReports}, *report.Asset, inventory.FacetSharing); err == nil {
		t.Error("a report was observed in Drive, where it is not")
	}
}

// What people who are suspended made stays as it was last seen.
func TestReportsOfSomebodyWhoHasLeft(t *testing.T) {
	world, _ := people("ann")
	ann, _ := world.Person("ann@example.edu")
	world.AddStudioAsset(emulator.StudioAsset{Title: "Pipeline", Owner: ann.ID})
	d, sink := newDomain(t, world), newMemory()
	list := func() {
		t.Helper()
		d.list(d.scanner(with(Features{LookerStudio: true})), sink, inventory.Scope{})
		if diff := cmp.Diff(map[string][]string{"Pipeline": {"ann Person / Looker Studio"}}, stored(t, sink)); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
	}
	list()
	list()
	ann.Left = true
	world.AddPerson(ann)
	list()
}
