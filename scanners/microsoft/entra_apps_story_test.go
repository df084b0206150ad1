package microsoft

import (
	"fmt"
	"io"
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

// changesOf lists the places of a kind, and tells their changes by asset name.
func changesOf(t *testing.T, s *Scanner, kind inventory.PlaceKind) map[string]inventory.Change {
	t.Helper()
	out := map[string]inventory.Change{}
	for p, err := range s.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind != kind {
			continue
		}
		for page, err := range s.Pages(t.Context(), p, "") {
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Changes {
				if _, twice := out[c.Asset.Name]; twice {
					t.Errorf("%s was told twice", c.Asset.Name)
				}
				out[c.Asset.Name] = c
			}
		}
	}
	return out
}

func connections(c inventory.Change) []string {
	var out []string
	for _, x := range c.Inside.Connections {
		out = append(out, x.Kind+" "+x.Target)
	}
	return out
}

// A directory is an organisation with an app of every sort.
func directoryOfApps(t *testing.T) (w *emulator.World, ada, bob emulator.Person) {
	w = emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example"})
	add := func(name, address string) emulator.Person {
		return w.AddPerson(emulator.Person{Name: name, Address: address + "@alderbay.example", Microsoft: true})
	}
	ada, bob = add("Ada Abbott", "ada"), add("Bob Byrne", "bob")
	gone := add("Gone Girard", "gone")
	everyone := w.AddGroup(emulator.Group{Name: "Everyone", Suite: emulator.Microsoft, Members: []string{ada.ID, bob.ID}})
	graph := func(name string) emulator.AppPermission {
		return emulator.AppPermission{Resource: "Microsoft Graph", Name: name}
	}
	itself := func(name string) emulator.AppPermission {
		return emulator.AppPermission{Resource: "Microsoft Graph", Name: name, Application: true}
	}
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	w.AddApp(emulator.App{
		ID: "booking", Name: "Lab Booking", Owners: []string{bob.ID, ada.ID}, Secrets: 2, Created: day(1),
		Redirects: []string{"https://User:canary@labs.alderbay.example/back?canary=1", "http://localhost:8400/canary", "https://LABS.alderbay.example/two", "msalcanary://auth"},
		Asks:      []emulator.AppPermission{graph("Calendars.ReadWrite"), graph("User.Read"), itself("Mail.Send"), itself("User.Read.All"), graph("openid")},
		Holds:     []emulator.AppPermission{graph("User.Read.All"), {Resource: "Office 365 SharePoint Online", Name: "Sites.Read.All"}},
		Consents:  []emulator.Consent{{Resource: "Microsoft Graph", Scope: " Calendars.ReadWrite openid profile"}},
	})
	w.AddApp(emulator.App{ID: "orphan", Name: "Orphan", Unused: true, Secrets: 1})
	w.AddApp(emulator.App{
		ID: "receipts", Name: "Receipts", Publisher: "Receipts Inc", Verified: true, Redirects: []string{"https://app.receipts.example/oauth"},
		Consents: []emulator.Consent{
			{Person: ada.ID, Resource: "Microsoft Graph", Scope: "Mail.Read offline_access"}, {Person: ada.ID, Resource: "Office 365 SharePoint Online", Scope: "MyFiles.Read"},
			{Person: bob.ID, Resource: "Microsoft Graph", Scope: "Mail.Read"}, {Person: gone.ID, Resource: "Microsoft Graph", Scope: "Mail.Send"}},
		Assigned: []emulator.Assignment{{Person: gone.ID, At: day(2)}, {Person: bob.ID, At: day(3)}, {Person: ada.ID, At: day(4)}},
	})
	w.AddApp(emulator.App{ID: "groups", Name: "For a group", Assigned: []emulator.Assignment{{Group: everyone.ID}}})
	w.AddApp(emulator.App{ID: "shut", Name: "Shut", Disabled: true, Owners: []string{ada.ID}})
	w.AddApp(emulator.App{ID: "vm", Name: "vm-17", Kind: emulator.AppManaged, Holds: []emulator.AppPermission{graph("Mail.Send")}})
	w.AddApp(emulator.App{ID: "agent", Name: "Answers", Kind: emulator.AppAgent, Consents: []emulator.Consent{{Person: bob.ID, Resource: "Microsoft Graph", Scope: "Sites.Read.All"}}})
	w.RemovePerson(gone.ID)
	return w, ada, bob
}

func TestEntraApps(t *testing.T) {
	w, _, _ := directoryOfApps(t)
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	told := changesOf(t, n.scanner(withApps), inventory.PlaceEntraApps)
	kinds := map[string]inventory.Kind{}
	for name, c := range told {
		kinds[name] = c.Asset.Kind
	}
	app, other := inventory.KindApp, inventory.KindOther
	if d := cmp.Diff(map[string]inventory.Kind{
		"Lab Booking": app, "Orphan": app, "Receipts": app, "For a group": app, "Answers": inventory.KindAgent, "Shut": other, "vm-17": other,
		"Microsoft Graph": other, "Office 365 SharePoint Online": other, "Azure Portal": other,
	}, kinds); d != "" {
		t.Errorf("kinds (-want +got):\n%s", d)
	}
	for name, want := range map[string]struct {
		format, owner, by string
		people            int
		widely            bool
		inside            []string
	}{
		"Lab Booking": {formatOwn, "bob@alderbay.example", "", 2, true, []string{
			"application-permission Microsoft Graph/User.Read.All", "application-permission Office 365 SharePoint Online/Sites.Read.All",
			"asked-permission Microsoft Graph/Mail.Send", "asked-permission Microsoft Graph/User.Read",
			"permission Microsoft Graph/Calendars.ReadWrite", "redirect labs.alderbay.example", "redirect localhost"}},
		// What somebody agreed to who is there no more gives nothing.
		"Receipts": {formatOther, "", "bob@alderbay.example", 2, false, []string{
			"permission Microsoft Graph/Mail.Read", "permission Office 365 SharePoint Online/MyFiles.Read", "publisher Receipts Inc", "redirect app.receipts.example"}},
		"Orphan":      {formatOwn, "", "", 0, false, nil},
		"For a group": {formatOwn, "", "", 0, true, nil},
		"Answers":     {formatAgent, "", "bob@alderbay.example", 1, false, []string{"permission Microsoft Graph/Sites.Read.All"}},
	} {
		c := told[name]
		if c.Inside.Format != want.format || c.Asset.Owner != want.owner || c.Asset.CreatedBy != want.by || c.Usage.People != want.people || c.Usage.Widely != want.widely {
			t.Errorf("%s: format %s, owner %q, by %q, %+v", name, c.Inside.Format, c.Asset.Owner, c.Asset.CreatedBy, *c.Usage)
		}
		if d := cmp.Diff(want.inside, connections(c)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if c.Asset.Shared != (want.widely || want.people > 1) {
			t.Errorf("%s: shared %v", name, c.Asset.Shared)
		}
		if c.Asset.Revision == "" || c.Asset.URL == "" || c.ID != c.Asset.VendorID || c.Usage.Facets != inventory.FacetEditors|inventory.FacetSharing {
			t.Errorf("%s: %+v", name, c.Asset)
		}
	}
	if text := fmt.Sprintf("%+v", told); strings.Contains(text, "canary") || strings.Contains(text, "S3c") || strings.Contains(text, "Secret of") {
		t.Errorf("it keeps what it must not: %s", text)
	}
	for _, request := range n.recorder.Requests() {
		if strings.Contains(request, "passwordCredentials") || strings.Contains(request, "/applications") && !strings.Contains(request, "select") {
			t.Errorf("secrets were asked for: %s", request)
		}
	}
}

// Of 20 related people Graph does not say whether there are more: of apps made
// here all are read then, of those of others it is said that there are more.
func TestEntraAppsOfMany(t *testing.T) {
	for _, test := range []struct {
		publisher           string
		people, told, asked int
		widely              bool
	}{{"", 19, 19, 0, false}, {"", 20, 20, 1, false}, {"", 57, 57, 1, false}, {"Elsewhere", 19, 19, 0, false}, {"Elsewhere", 57, 20, 0, true}} {
		w := emulator.NewWorld(emulator.Options{Domain: "alderbay.example"})
		a := emulator.App{Name: "Rota", Publisher: test.publisher}
		for i := range test.people {
			p := w.AddPerson(emulator.Person{Name: fmt.Sprint("P", i), Address: fmt.Sprintf("p%d@alderbay.example", i), Microsoft: true})
			a.Assigned = append(a.Assigned, emulator.Assignment{Person: p.ID})
		}
		w.AddApp(a)
		n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
		told := changesOf(t, n.scanner(withApps, func(o *Options, _ *wire.Options) { o.PageSize = 100 }), inventory.PlaceEntraApps)
		if u := told["Rota"].Usage; u.People != test.told || u.Widely != test.widely {
			t.Errorf("%+v: %+v", test, u)
		}
		if got := n.server.Count("appRoleAssignedTo"); got != test.asked {
			t.Errorf("%+v: asked %d times for all of them", test, got)
		}
	}
}

// Who holds permissions of an app is read to the last, however many they are:
// whom it does not show would seem to hold nothing.
func TestHoldersOfMany(t *testing.T) {
	w := emulator.NewWorld(emulator.Options{Domain: "alderbay.example"})
	for i := range 45 {
		w.AddApp(emulator.App{Name: fmt.Sprint("App ", i), Holds: []emulator.AppPermission{{Resource: "Microsoft Graph", Name: "Mail.Send"}}})
	}
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	told := changesOf(t, n.scanner(withApps), inventory.PlaceEntraApps)
	for i := range 45 {
		if got := connections(told[fmt.Sprint("App ", i)]); len(got) != 1 || got[0] != "application-permission Microsoft Graph/Mail.Send" {
			t.Errorf("app %d: %q", i, got)
		}
	}
}

// Without the right to read people, apps are seen without their owners.
func TestEntraAppsWithoutPeople(t *testing.T) {
	w, ada, bob := directoryOfApps(t)
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	s := n.scanner(withApps, func(_ *Options, o *wire.Options) { o.Base = breaking{n.recorder, "/users", 403} })
	known, err := s.entra(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.entraChange(t.Context(), inventory.Place{Tenant: "alder", ID: entraID}, known.apps["booking"])
	if err != nil || c.Asset.Owner != "" || !slices.Equal(known.apps["booking"].owners, []string{bob.ID, ada.ID}) {
		t.Errorf("owner %q, %v", c.Asset.Owner, err)
	}
	if got := len(known.apps["receipts"].users); got != 3 {
		t.Errorf("%d people use it; want all 3, as nobody can tell who is gone", got)
	}
}

// A movedCloud is one in which Microsoft's directory has another id.
type movedCloud struct{ next http.RoundTripper }

func (m movedCloud) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Encoding", "identity")
	resp, err := m.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	moved := strings.ReplaceAll(string(body), microsoftTenants()[0], "c0ffee00-0000-4000-8000-000000000000")
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(moved)), int64(len(moved))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// What is Microsoft's own is known in every cloud.
func TestEntraAppsInAnotherCloud(t *testing.T) {
	w, _, _ := directoryOfApps(t)
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	s := n.scanner(withApps, func(_ *Options, o *wire.Options) { o.Base = movedCloud{n.recorder} })
	told := changesOf(t, s, inventory.PlaceEntraApps)
	for name, want := range map[string]inventory.Kind{"Microsoft Graph": inventory.KindOther, "Azure Portal": inventory.KindOther, "Receipts": inventory.KindApp, "Lab Booking": inventory.KindApp} {
		if got := told[name].Asset.Kind; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestTeamsApps(t *testing.T) {
	w, ada, bob := directoryOfApps(t)
	at := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	w.AddTeamsApp(emulator.TeamsApp{ID: "rota", Name: "Rota", Versions: []emulator.TeamsVersion{
		{Version: "2.0", By: ada.ID, At: at(5), State: "submitted", Name: "Shift swaps", Description: "canary", Short: "canary",
			Permissions: []string{"ChannelMessage.Read.Group", "TeamMember.Read.User"}, Client: "canary"},
		{Version: "1.0", By: bob.ID, At: at(1), Permissions: []string{"Old.Read.Group"}}, {Version: "1.1", By: bob.ID, At: at(2)},
	}})
	w.AddTeamsApp(emulator.TeamsApp{Name: "Of the store", Store: true})
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	told := changesOf(t, n.scanner(withApps), inventory.PlaceTeamsApps)
	c := told["Shift swaps"]
	if len(told) != 1 || c.Asset == nil {
		t.Fatalf("told %v", told)
	}
	want := inventory.Asset{
		ID: "alder/teams-apps/rota", Tenant: "alder", Place: "teams-apps", VendorID: "rota", Kind: inventory.KindApp, Name: "Shift swaps",
		URL: "https://teams.microsoft.com/l/app/rota", Revision: c.Asset.Revision, Created: at(1), Modified: at(5), Shared: true,
		CreatedBy: "bob@alderbay.example", ModifiedBy: "ada@alderbay.example", Owner: "ada@alderbay.example",
	}
	usage := inventory.Usage{People: 2, Facets: inventory.FacetSharing | inventory.FacetEditors, Editors: []inventory.Editor{
		{Address: "ada@alderbay.example", Edits: 1, Last: at(5)}, {Address: "bob@alderbay.example", Edits: 2, Last: at(2)}}}
	inside := []string{"application-permission Microsoft Teams/ChannelMessage.Read.Group", "permission Microsoft Teams/TeamMember.Read.User"}
	if d := cmp.Diff(want, *c.Asset) + cmp.Diff(usage, *c.Usage) + cmp.Diff(inside, connections(c)); d != "" {
		t.Errorf("app (-want +got):\n%s", d)
	}
	if strings.Contains(fmt.Sprintf("%+v", told), "canary") {
		t.Error("it keeps what an app says of itself")
	}
}

// What makes a revision another: all that is told, and nothing else.
func TestRevisionsOfApps(t *testing.T) {
	w, ada, bob := directoryOfApps(t)
	w.AddTeamsApp(emulator.TeamsApp{ID: "rota", Name: "Rota"})
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	revisions := func() map[string]string {
		out := map[string]string{}
		for _, kind := range []inventory.PlaceKind{inventory.PlaceEntraApps, inventory.PlaceTeamsApps} {
			for _, c := range changesOf(t, n.scanner(withApps), kind) {
				out[c.ID] = c.Asset.Revision
			}
		}
		return out
	}
	change := func(id string, f func(*emulator.App)) func() error { return func() error { return w.ChangeApp(id, f) } }
	for name, step := range map[string]struct {
		do   func() error
		same bool
	}{
		"booking":  {change("booking", func(a *emulator.App) { a.Secrets++ }), true},
		"orphan":   {change("orphan", func(a *emulator.App) { a.Owners = []string{ada.ID} }), false},
		"receipts": {change("receipts", func(a *emulator.App) { a.Consents = a.Consents[:1]; a.Assigned = nil }), false},
		"groups":   {change("groups", func(a *emulator.App) { a.Assigned = []emulator.Assignment{{Person: bob.ID}} }), false},
		"rota": {func() error {
			return w.ChangeTeamsApp("rota", func(a *emulator.TeamsApp) {
				a.Versions = []emulator.TeamsVersion{{Version: "1.0.0", State: "rejected"}}
			})
		}, false},
	} {
		before := revisions()
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		after := revisions()
		for id := range after {
			if same := id != name || step.same; (before[id] == after[id]) != same {
				t.Errorf("after %s was changed: revision of %s %s, was %s", name, id, after[id], before[id])
			}
		}
	}
}

// A permission that is missing costs the place that needs it, and no other,
// and is named with what to do.
func TestAppsWithoutAPermission(t *testing.T) {
	w, _, _ := directoryOfApps(t)
	w.AddTeamsApp(emulator.TeamsApp{Name: "Rota"})
	for permission, place := range map[string]string{permApps: "alder/" + entraID, permDirectory: "alder/" + entraID, permCatalog: "alder/" + teamsID} {
		// Directory.Read.All reads applications too: without the narrower one nothing is lost.
		lost := permission != permApps
		roles := slices.DeleteFunc(appRoles(), func(r string) bool { return r == permission })
		if !lost {
			roles = slices.DeleteFunc(roles, func(r string) bool { return r == permDirectory })
			lost = true
		}
		n := newTenant(t, w, emulator.ServerOptions{Roles: roles})
		reports, err := (&scanners.Engine{Sink: scannertest.NewMemory(inventory.Scope{})}).List(t.Context(), n.scanner(withApps))
		if err != nil || len(reports) != 2 {
			t.Fatalf("without %s: %v, %+v", permission, err, reports)
		}
		for _, r := range reports {
			broken := r.Place == place
			if r.Complete == broken || broken != strings.Contains(r.Error, "application permission "+permission) {
				t.Errorf("without %s: %+v", permission, r)
			}
		}
	}
}

// Nothing of apps is asked for unless they are switched on.
func TestWhenAppsAreAskedFor(t *testing.T) {
	w, _, _ := directoryOfApps(t)
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	asked := func() int {
		return n.server.Count("/applications") + n.server.Count("/servicePrincipals") + n.server.Count("/oauth2") + n.server.Count("/appCatalogs")
	}
	if _, places, err := listPlaces(t, n.scanner()); err != nil || len(places) != 0 || asked() != 0 {
		t.Errorf("switched off: %v, %v, %d requests", places, err, asked())
	}
	_, places, err := listPlaces(t, n.scanner(withApps))
	if err != nil || len(places) != 2 || asked() != 0 {
		t.Errorf("switched on: %v, %v, %d requests before anything is listed", places, err, asked())
	}
}

// The ledger tells what was asked by names alone, and all of it reads.
func TestLedgerOfApps(t *testing.T) {
	w, _, _ := directoryOfApps(t)
	w.AddTeamsApp(emulator.TeamsApp{Name: "Rota"})
	n := newTenant(t, w, emulator.ServerOptions{Roles: appRoles()})
	s := n.scanner(withApps)
	for _, kind := range []inventory.PlaceKind{inventory.PlaceEntraApps, inventory.PlaceTeamsApps} {
		changesOf(t, s, kind)
	}
	ledger := s.o.Transport.Ledger().Lines()
	var got []string
	for _, l := range ledger {
		got = append(got, l.Template)
	}
	for _, want := range []string{"/v1.0/applications", "/v1.0/servicePrincipals", "/v1.0/servicePrincipals/{id}", "/v1.0/oauth2PermissionGrants", "/v1.0/appCatalogs/teamsApps"} {
		if !slices.Contains(got, want) {
			t.Errorf("the ledger has no line for %s: %q", want, got)
		}
	}
	if m := ledger.Mutations(); m != 0 {
		t.Errorf("%d mutations", m)
	}
}
