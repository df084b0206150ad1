package google

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
)

// TestFileThatMovesStaysOne gives a file to somebody else, puts it into a shared drive, then into another, and bins it. After each night
// it is one asset, in one place.
func TestFileThatMovesStaysOne(t *testing.T) {
	world, drives := people("ann", "bob")
	finance, teaching := sharedDrive(world, "Finance", "bob"), sharedDrive(world, "Teaching", "admin")
	item := must[emulator.Item](t)
	f := item(world.Create(drives["ann"].ID, emulator.Item{Name: "Rota.csv", Content: emulator.BytesContent([]byte("a,b"))}))
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	for _, step := range []struct {
		do func() (emulator.Item, error)
		in []string
	}{
		{func() (emulator.Item, error) { return f, nil }, []string{"ann Person"}},
		{func() (emulator.Item, error) { return world.Transfer(drives["ann"].ID, f.ID, drives["bob"].Owner) }, []string{"bob Person"}},
		{func() (emulator.Item, error) { return world.Transfer(drives["bob"].ID, f.ID, drives["ann"].Owner) }, []string{"ann Person"}},
		{func() (emulator.Item, error) { return world.MoveToDrive(drives["ann"].ID, f.ID, finance.ID) }, []string{"Finance"}},
		{func() (emulator.Item, error) { return world.MoveToDrive(finance.ID, f.ID, teaching.ID) }, []string{"Teaching"}},
		{func() (emulator.Item, error) { return f, world.Trash(teaching.ID, f.ID) }, nil},
		{func() (emulator.Item, error) { return f, world.Restore(teaching.ID, f.ID) }, []string{"Teaching"}},
	} {
		item(step.do())
		d.list(d.scanner(), sink, inventory.Scope{})
		if diff := cmp.Diff(step.in, stored(t, sink)["Rota.csv"]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestSharedDrivesComeAndGo lists a drive that was made between two nights, and one that only a group belongs to, and forgets one that
// was deleted.
func TestSharedDrivesComeAndGo(t *testing.T) {
	world, _ := people("ann", "bob")
	bob, _ := world.Person("bob@example.edu")
	team := world.AddGroup(emulator.Group{Name: "Team", Address: "team@example.edu", Suite: emulator.Google, Members: []string{bob.ID}})
	item := must[emulator.Item](t)
	file := func(drive emulator.Place, name string) {
		item(world.Create(drive.ID, emulator.Item{Name: name, Content: emulator.BytesContent([]byte("x"))}))
	}
	old := sharedDrive(world, "Old", "ann")
	file(old, "old.csv")
	d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
	scopes := []string{"drive.readonly", "drive.metadata.readonly", "admin.directory.user.readonly", "admin.directory.group.member.readonly"}
	key, err := d.server.GoogleAccount("scanner", d.ends.TokenURI, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	scan := func() {
		d.list(d.scanner(func(o *Options, _ *wire.Options) { o.Credential.Key = key }), sink, inventory.Scope{})
	}
	scan()
	group := world.AddPlace(emulator.Place{Suite: emulator.Google, Kind: emulator.KindSharedDrive, Name: "Group's",
		Members: []emulator.Grant{{Group: team.ID, Role: emulator.RoleOrganizer}}})
	file(group, "group.csv")
	file(sharedDrive(world, "New", "bob"), "new.csv")
	world.RemovePlace(old.ID)
	scan()
	if diff := cmp.Diff(map[string][]string{"group.csv": {"Group's"}, "new.csv": {"New"}}, stored(t, sink)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSuspendedWhileListed keeps what is known of a drive whose relisting was cut when its person was suspended.
func TestSuspendedWhileListed(t *testing.T) {
	s := newScripted(t, answers{
		"/admin/directory/v1/users": always(200, object{"users": []any{object{"id": "100", "primaryEmail": "ann@example.edu", "suspended": true}}}),
		"/drive/v3/drives":          always(200, object{}),
	})
	scanner := s.scanner(t)
	for _, err := range scanner.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, err := pages(t, scanner, mine, position{Start: "1", Page: "p"}.cursor()); err == nil || len(got) != 0 {
		t.Errorf("pages %+v, error %v: a page would say that the listing is complete", got, err)
	}
}

// TestSuspendedBeforeRelisting keeps what is known of a drive that was to be listed anew when its person was suspended, as after a wider
// scope or a cursor that expired.
func TestSuspendedBeforeRelisting(t *testing.T) {
	world, drives := people("ann")
	fixtureFile(t, world, drives["ann"])
	ann, _ := world.Person("ann@example.edu")
	d, sink := newDomain(t, world), newMemory()
	scanner := d.scanner()
	d.list(scanner, sink, inventory.Scope{})
	want := stored(t, sink)
	for p, err := range scanner.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		at, err := sink.Cursor(t.Context(), p)
		if err == nil {
			err = sink.Restart(t.Context(), p, at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ann.Left = true
	world.AddPerson(ann)
	d.list(scanner, sink, inventory.Scope{})
	if diff := cmp.Diff(want, stored(t, sink)); diff != "" || len(want) == 0 {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

// fixtureFile puts a file into a drive.
func fixtureFile(t *testing.T, world *emulator.World, in emulator.Place) {
	t.Helper()
	if _, err := world.Create(in.ID, emulator.Item{Name: "a.csv", Content: emulator.BytesContent([]byte("x"))}); err != nil {
		t.Fatal(err)
	}
}

// scopeOf leaves somebody out.
func scopeOf(person string) inventory.Scope {
	return inventory.Scope{Exclude: inventory.Rules{People: []string{person}}}
}
