package google

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// TestLabels tells files' labels by name, from a listing and from changes, so that one can be left out by its label.
func TestLabels(t *testing.T) {
	world, drives := people("ann")
	team := sharedDrive(world, "Finance", "ann")
	secrecy := world.AddLabel(emulator.DriveLabel{Title: "Confidentiality", Choices: []string{"Internal", "Secret"}})
	kept := world.AddLabel(emulator.DriveLabel{Title: "Retention"})
	item := must[emulator.Item](t)
	file := func(in emulator.Place, name string) emulator.Item {
		return item(world.Create(in.ID, emulator.Item{Name: name, Content: emulator.BytesContent([]byte(name))}))
	}
	secret, plain := file(drives["ann"], "secret.csv"), file(drives["ann"], "plain.csv")
	both := file(team, "both.csv")
	item(world.Label(drives["ann"].ID, secret.ID, secrecy, "Secret"))
	item(world.Label(team.ID, both.ID, kept, ""))
	item(world.Label(team.ID, both.ID, secrecy, "Internal"))

	d := newDomain(t, world)
	key, err := d.server.GoogleAccount("scanner", d.ends.TokenURI, "drive.readonly", "drive.metadata.readonly", "admin.directory.user.readonly", "drive.admin.labels.readonly")
	if err != nil {
		t.Fatal(err)
	}
	labelled := func(o *Options, w *wire.Options) {
		o.Features.Labels, o.Credential.Key = true, key
		whole, err := Wire(*o)
		if err != nil {
			t.Fatal(err)
		}
		w.Guard = whole.Guard
	}
	scope := inventory.Scope{Exclude: inventory.Rules{Labels: []string{"*confidentiality: secret*"}}}
	sink := scannertest.NewMemory(scope)
	scan := func() map[string]string {
		d.list(d.scanner(labelled), sink, scope)
		out := map[string]string{}
		for r := range sink.Records(t.Context()) {
			out[r.Asset.Name] = r.Asset.Label
		}
		return out
	}
	if diff := cmp.Diff(map[string]string{"plain.csv": "", "both.csv": "Confidentiality: Internal; Retention"}, scan()); diff != "" {
		t.Errorf("first listing (-want +got):\n%s", diff)
	}
	item(world.Label(drives["ann"].ID, plain.ID, secrecy, "Secret"))
	if diff := cmp.Diff(map[string]string{"both.csv": "Confidentiality: Internal; Retention"}, scan()); diff != "" {
		t.Errorf("after another was labelled (-want +got):\n%s", diff)
	}
}

// TestLabelsThatCannotBeRead list nothing: what is left out by its label could not be told.
func TestLabelsThatCannotBeRead(t *testing.T) {
	world, _ := people("ann")
	d := newDomain(t, world) // its account has no scope for labels
	s := d.scanner(func(o *Options, w *wire.Options) {
		o.Features.Labels = true
		whole, err := Wire(*o)
		if err != nil {
			t.Fatal(err)
		}
		w.Guard = whole.Guard
	})
	reports, err := (&scanners.Engine{Sink: scannertest.NewMemory(inventory.Scope{})}).List(t.Context(), s)
	for _, r := range reports {
		if r.Complete || r.Error == "" {
			t.Errorf("report %+v, error %v", r, err)
		}
	}
	if _, err := pages(t, s, inventory.Place{Tenant: "alder", ID: "1", Kind: inventory.PlaceMyDrive, Owner: "ann@example.edu"}, ""); !errors.Is(err, inventory.ErrNotPermitted) {
		t.Errorf("error %v", err)
	}
	o := Options{Tenant: "alder", Admin: "admin@example.edu", Credential: Credential{Key: d.key}, Transport: &wire.Transport{},
		Features: Features{Labels: true, InventoryExport: InventoryExport{"p", "d"}}}
	if _, err := New(o); !errors.Is(err, errBothLabels) {
		t.Errorf("labels and the export: %v", err)
	}
}
