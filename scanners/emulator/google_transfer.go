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
	w.mu.Lock()
	defer w.mu.Unlock()
	from, err := w.drive(place)
	if err != nil {
		return Item{}, err
	}
	it, ok := from.item(id)
	switch {
	case !ok || it.Deleted || it.Parent == "":
		return Item{}, fmt.Errorf("place %s: item %s: %w", place, id, ErrNotFound)
	case it.Folder || from.place.Kind != KindMyDrive || target.ID == place:
		return Item{}, errors.New("only a file of somebody else's My Drive can be made somebody's")
	}
	moved := it
	moved.Grants = slices.DeleteFunc(slices.Clone(it.Grants), func(g Grant) bool { return g.Person == to })
	moved.Grants = withIDs(id, append(moved.Grants, Grant{Person: from.place.Owner, Role: RoleWrite}))
	it.Deleted, it.moved = true, true
	from.record(it)
	return w.drives[target.ID].receive(moved), nil
}

// receive takes in an item that another drive gave away.
func (d *drive) receive(it Item) Item {
	it.Parent, it.Place = d.place.Root(), d.place.ID
	if _, back := d.at[it.ID]; !back {
		it = d.add(it)
	}
	return d.record(it)
}
