package scannertest

import (
	"fmt"
	"path"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// A World is the emulated organisation as a Tenant.
type World struct {
	*testing.T
	World *emulator.World
	// Drive tells the world's id of a place. Unless it is set, a My Drive is
	// looked up by its owner, and every other place has the same id here and there.
	Drive func(p inventory.Place) string

	edits int
}

// Truth implements Tenant.
func (w *World) Truth(p inventory.Place) map[string]Fact {
	out := map[string]Fact{}
	items, next := w.World.List(w.drive(p), 0, 1<<20)
	if next >= 0 {
		w.Fatalf("place %s is too large for a conformance test", p.ID)
	}
	for _, it := range items {
		if !it.Folder && !it.Gone() && (it.Sheet != nil || inventory.KindOfName(it.Name) != inventory.KindOther) {
			out[it.ID] = Fact{it.Name, w.path(it)}
		}
	}
	return out
}

func (w *World) path(it emulator.Item) string {
	var dir string
	for _, f := range w.World.Ancestors(it) {
		if f.Parent != "" { // the root's name is no part of a path
			dir = path.Join(dir, f.Name)
		}
	}
	return dir
}

// CreateFolder implements Tenant.
func (w *World) CreateFolder(p inventory.Place, parent, name string) string {
	return w.item(w.World.Create(w.drive(p), emulator.Item{Parent: parent, Name: name, Folder: true}))
}

// Create implements Tenant.
func (w *World) Create(p inventory.Place, parent, name string) string {
	return w.item(w.World.Create(w.drive(p), emulator.Item{Parent: parent, Name: name, Content: w.content()}))
}

// Edit implements Tenant.
func (w *World) Edit(p inventory.Place, id string) {
	drive := w.drive(p)
	place, _ := w.World.Place(drive)
	w.item(w.World.Edit(drive, id, place.Owner, w.content()))
}

// Rename implements Tenant.
func (w *World) Rename(p inventory.Place, id, name string) string {
	return w.item(w.World.Rename(w.drive(p), id, name))
}

// Move implements Tenant.
func (w *World) Move(p inventory.Place, id, parent string) string {
	return w.item(w.World.Move(w.drive(p), id, parent))
}

// Delete implements Tenant. Every other time things go to the bin only, which
// is what people do and looks different to a scanner.
func (w *World) Delete(p inventory.Place, id string) {
	remove := w.World.Delete
	if w.edits++; w.edits%2 == 0 {
		remove = w.World.Trash
	}
	if err := remove(w.drive(p), id); err != nil {
		w.Fatal(err)
	}
}

// Expire is a Fixture's Expire.
func (w *World) Expire(p inventory.Place) {
	if err := w.World.ExpireTokens(w.drive(p)); err != nil {
		w.Fatal(err)
	}
}

func (w *World) drive(p inventory.Place) string {
	if w.Drive != nil {
		return w.Drive(p)
	}
	if p.Kind != inventory.PlaceMyDrive {
		return p.ID
	}
	owner, _ := w.World.Person(p.Owner)
	drive, ok := w.World.PersonalPlace(emulator.Google, owner.ID)
	if !ok {
		w.Fatalf("the world has no My Drive of %q", p.Owner)
	}
	return drive.ID
}

func (w *World) content() emulator.Content {
	w.edits++
	return emulator.BytesContent(fmt.Appendf(nil, "edit %d", w.edits))
}

func (w *World) item(it emulator.Item, err error) string {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	return it.ID
}
