package emulator

import (
	"errors"
	"fmt"
	"slices"
)

// Transfer makes a file of somebody's My Drive another person's, who then has it in theirs under the same id; who had it may still edit
// it, as Drive has it. https://developers.google.com/workspace/drive/api/guides/transfer-file
func (w *World) Transfer(place, id, to string) (Item, error) {
	target, ok := w.PersonalPlace(Google, to)
	if !ok {
		return Item{}, fmt.Errorf("person %s has no My Drive: %w", to, ErrNotFound)
	}
	from, _ := w.Place(place)
	return w.rehome(place, id, target.ID, func(grants []Grant) []Grant {
		grants = slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return g.Person == to })
		return append(grants, Grant{Person: from.Owner, Role: RoleWrite})
	})
}

// MoveToDrive puts a file into another of Google's drives, under the same id.
func (w *World) MoveToDrive(place, id, to string) (Item, error) {
	return w.rehome(place, id, to, slices.Clone)
}

func (w *World) rehome(place, id, to string, grants func([]Grant) []Grant) (Item, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	from, err := w.drive(place)
	if err != nil {
		return Item{}, err
	}
	target, err := w.drive(to)
	if err != nil {
		return Item{}, err
	}
	it, ok := from.item(id)
	switch {
	case !ok || it.Deleted || it.Parent == "":
		return Item{}, fmt.Errorf("place %s: item %s: %w", place, id, ErrNotFound)
	case it.Folder || from.index == nil || target.index == nil || from == target:
		return Item{}, errors.New("only a file goes from one of Google's drives to another")
	}
	moved := it
	moved.Grants = withIDs(id, grants(it.Grants))
	it.Deleted, it.moved = true, true
	from.record(it)
	return target.receive(moved), nil
}

// receive takes in an item that another drive gave away.
func (d *drive) receive(it Item) Item {
	it.Parent, it.Place = d.place.Root(), d.place.ID
	if _, back := d.at[it.ID]; !back {
		it = d.add(it)
	}
	return d.record(it)
}
