package microsoft

import (
	"context"
	"errors"
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

// A bureau is the forms of an emulated organisation as a conformance tenant.
type bureau struct {
	*testing.T
	scannertest.NoFolders
	world *emulator.World
	maker string
	edits int
}

func (b *bureau) Truth(inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	for _, e := range b.world.FormEvents() {
		out[e.Form] = scannertest.Fact{Name: e.Name}
		if e.Operation == "DeleteForm" {
			delete(out, e.Form)
		}
	}
	return out
}

// record notes what is done to a form, each a second after what was before.
func (b *bureau) record(id, name, operation string) string {
	b.edits++
	at := time.Now().Add(time.Duration(b.edits)*time.Second - time.Hour)
	b.world.RecordForm(emulator.FormEvent{Form: id, Name: name, Operation: operation, By: b.maker, Role: "Owner", At: at})
	return id
}

func (b *bureau) Create(_ inventory.Place, _, name string) string {
	return b.record(fmt.Sprint("form-", b.edits), name, "CreateForm")
}

func (b *bureau) Edit(p inventory.Place, id string) { b.record(id, b.Truth(p)[id].Name, "EditForm") }

func (b *bureau) Rename(_ inventory.Place, id, name string) string {
	return b.record(id, name, "EditForm")
}

func (b *bureau) Delete(p inventory.Place, id string) {
	b.record(id, b.Truth(p)[id].Name, "DeleteForm")
}

func formsTenant(t *testing.T) (*tenant, *bureau) {
	w := emulator.NewWorld(emulator.Options{Org: "Alder Bay", Domain: "alderbay.example"})
	ada := w.AddPerson(emulator.Person{Name: "Ada Abbott", Address: "ada@alderbay.example", Microsoft: true})
	n := newTenant(t, w, emulator.ServerOptions{Roles: []string{permUsers, permSites, permFiles, permAudit}})
	return n, &bureau{T: t, world: w, maker: ada.ID}
}

// Forms are told by what happened to them lately, so that a second night sees
// some of it again.
func TestFormsConform(t *testing.T) {
	scannertest.Run(t, scannertest.Harness{New: func(t *testing.T) *scannertest.Fixture {
		n, b := formsTenant(t)
		return &scannertest.Fixture{
			Scanner: func() scanners.Scanner { return n.scanner(n.with(Features{FormsAudit: true})) }, Tenant: b, Flat: true, Kind: inventory.KindForm,
			Faults: n.faults, Early: n.server.EarlyRequests, Requests: n.recorder.Requests,
		}
	}})
}

// A form is known by its name and its owner, whoever else edits it. Who
// answers it is not asked for.
func TestForms(t *testing.T) {
	n, b := formsTenant(t)
	bob := n.world.AddPerson(emulator.Person{Name: "Bob Bell", Address: "bob@alderbay.example", Microsoft: true})
	at := time.Now().Add(-72 * time.Hour)
	tell := func(form, name, operation, by, role string, after time.Duration) {
		n.world.RecordForm(emulator.FormEvent{Form: form, Name: name, Operation: operation, By: by, Role: role, At: at.Add(after)})
	}
	tell("a", "Leave request", "CreateForm", b.maker, "Owner", 0)
	tell("a", "Leave request", "CreateResponse", bob.ID, "Responder", time.Hour)
	tell("a", "Leave and sickness", "EditForm", bob.ID, "Coauthor", 2*time.Hour)
	tell("b", "Older than the log", "EditForm", bob.ID, "Coauthor", time.Hour)
	tell("c", "Gone again", "CreateForm", b.maker, "Owner", 0)
	tell("c", "Gone again", "DeleteForm", b.maker, "Owner", time.Hour)
	store := scannertest.NewMemory(inventory.Scope{})
	night := func() map[string]inventory.Asset {
		reports, err := (&scanners.Engine{Sink: store}).List(t.Context(), n.scanner(n.with(Features{FormsAudit: true})))
		if err != nil || slices.ContainsFunc(reports, func(r inventory.PlaceReport) bool { return !r.Complete }) {
			t.Fatalf("%v, %+v", err, reports)
		}
		out := map[string]inventory.Asset{}
		for r, err := range store.Records(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			out[r.Asset.VendorID] = r.Asset
		}
		return out
	}
	forms := night()
	a := forms["a"]
	if len(forms) != 2 || a.Name != "Leave and sickness" || a.Owner != "ada@alderbay.example" || a.CreatedBy != a.Owner || a.ModifiedBy != "bob@alderbay.example" || forms["b"].Owner != "" {
		t.Errorf("forms %+v", forms)
	}
	at = time.Now()
	tell("a", "Leave and sickness", "EditForm", bob.ID, "Coauthor", -time.Minute)
	if d := cmp.Diff(a, night()["a"]); d != "" {
		t.Errorf("an edit by somebody else took the owner (-before +after):\n%s", d)
	}
	if queries := n.server.Count("/auditLog/queries"); n.server.Mutations() != 2 || queries == 0 {
		t.Errorf("%d mutations on two nights, want one audit query each", n.server.Mutations())
	}
	for _, r := range n.recorder.Requests() {
		if strings.Contains(r, "Response") {
			t.Errorf("who answered was asked for: %s", r)
		}
	}
}

// A form that the log no longer reaches back to is there all the same: asking
// for the whole log once more, as after a query was forgotten, leaves it alone.
func TestFormsOlderThanTheLog(t *testing.T) {
	n, b := formsTenant(t)
	tell := func(form, operation string, ago time.Duration) {
		n.world.RecordForm(emulator.FormEvent{Form: form, Name: "Form " + form, Operation: operation, By: b.maker, Role: "Owner", At: time.Now().Add(-ago)})
	}
	tell("old", "CreateForm", 30*24*time.Hour)
	tell("new", "CreateForm", time.Hour)
	store := scannertest.NewMemory(inventory.Scope{})
	night := func(later time.Duration) (names []string) {
		s := n.scanner(n.with(Features{FormsAudit: true}), func(o *Options, _ *wire.Options) {
			o.Now = func() time.Time { return time.Now().Add(later) }
		})
		if _, err := (&scanners.Engine{Sink: store}).List(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		for r, err := range store.Records(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, r.Asset.VendorID)
		}
		return names
	}
	night(0)
	p := inventory.Place{Tenant: "alder", ID: "forms", Kind: inventory.PlaceForms}
	at, err := store.Cursor(t.Context(), p)
	if err == nil {
		err = store.Restart(t.Context(), p, at)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"new", "old"}, night(160*24*time.Hour)); d != "" {
		t.Errorf("forms (-want +got):\n%s", d)
	}
	tell("new", "DeleteForm", time.Minute-160*24*time.Hour)
	if d := cmp.Diff([]string{"old"}, night(160*24*time.Hour)); d != "" {
		t.Errorf("forms after one was deleted (-want +got):\n%s", d)
	}
}

// A night that is cut while the audit log works leaves its query to the next,
// which makes none of its own.
func TestFormsCut(t *testing.T) {
	n, b := formsTenant(t)
	b.Create(inventory.Place{}, "", "Leave request")
	s := n.scanner(n.with(Features{FormsAudit: true}))
	p := inventory.Place{Tenant: "alder", ID: "forms", Kind: inventory.PlaceForms}
	var cursor inventory.Cursor
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for page, err := range s.Pages(ctx, p, "") {
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			break
		}
		cursor = page.Next
		cancel()
	}
	pages, err := collect(s.Pages(t.Context(), p, cursor))
	if err != nil || len(pages) == 0 || n.server.Mutations() != 1 {
		t.Fatalf("%v, %d pages, %d queries", err, len(pages), n.server.Mutations())
	}
	last := pages[len(pages)-1]
	if !last.Complete || last.Full || !strings.HasPrefix(string(last.Next), "until:") {
		t.Errorf("the last page is %+v", last)
	}
	// A query that the service has forgotten begins anew.
	again := n.scanner(n.with(Features{FormsAudit: true}))
	if _, err := collect(again.Pages(t.Context(), p, formsMark{query: "gone", from: time.Now(), until: time.Now()}.cursor())); !errors.Is(err, scanners.ErrCursorExpired) {
		t.Errorf("of a query that is gone: %v", err)
	}
	if _, err := collect(again.Pages(t.Context(), p, "nonsense")); !errors.Is(err, scanners.ErrCursorExpired) {
		t.Errorf("of a cursor that is none: %v", err)
	}
}

// Nothing of a form can be looked into, and nobody tries: its listing told all.
func TestFormsAreNotOpened(t *testing.T) {
	n, b := formsTenant(t)
	b.Create(inventory.Place{}, "", "Leave request")
	s := n.scanner(n.with(Features{FormsAudit: true}))
	c := changesOf(t, s, inventory.PlaceForms)["Leave request"]
	if c.Inside == nil || c.Inside.Format != "form" || c.Inside.Depth != inventory.DepthFull || c.Inside.Reader != 7 || len(c.Inside.Sheets) != 0 {
		t.Fatalf("inside %+v", c.Inside)
	}
	n.server.ResetRequests()
	p := inventory.Place{Tenant: "alder", ID: "forms", Kind: inventory.PlaceForms}
	st, err := s.Inspect(t.Context(), inventory.Due{Asset: *c.Asset, Place: p, Depth: inventory.DepthHeads})
	if err != nil || st.Revision != c.Asset.Revision || len(n.server.Requests()) != 0 {
		t.Errorf("%+v, %v after %v", st, err, n.server.Requests())
	}
	if _, err := s.Observe(t.Context(), p, *c.Asset, inventory.FacetEditors); !errors.Is(err, inventory.ErrUnreadable) {
		t.Errorf("observed: %v", err)
	}
}

// Without the permission forms alone are missing, and it is said what to do.
func TestFormsRefused(t *testing.T) {
	n := newTenant(t, office(t), emulator.ServerOptions{Roles: []string{permUsers, permSites, permFiles}})
	reports, err := (&scanners.Engine{Sink: scannertest.NewMemory(inventory.Scope{})}).List(t.Context(), n.scanner(n.with(Features{FormsAudit: true})))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		if refused := strings.HasSuffix(r.Place, "/forms"); refused == r.Complete || refused && !strings.Contains(r.Error, permAudit) {
			t.Errorf("%+v", r)
		}
	}
	o, err := WireOptions("alder", n.ends.Graph, Features{})
	if err != nil {
		t.Fatal(err)
	}
	off := n.scanner(n.with(Features{FormsAudit: true}), func(_ *Options, w *wire.Options) { w.Guard = o.Guard })
	if _, err := collect(off.Pages(t.Context(), inventory.Place{Tenant: "alder", ID: "forms", Kind: inventory.PlaceForms}, "")); !errors.Is(err, wire.ErrRefused) {
		t.Errorf("with a guard that was not told: %v", err)
	}
}
