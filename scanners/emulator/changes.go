package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Load puts items into a place as if they had always been there: the change log does not mention them. Parents must be loaded before
// their children; an item without a parent goes into the root. It returns the items with what was left out filled in.
func (w *World) Load(place string, items ...Item) ([]Item, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, err := w.drive(place)
	if err != nil {
		return nil, err
	}
	out := make([]Item, 0, len(items))
	for _, it := range items {
		if it, err = w.complete(d, it); err != nil {
			return nil, fmt.Errorf("place %s: %w", place, err)
		}
		out = append(out, d.add(it))
	}
	return out, nil
}

// complete fills in what the caller of Load or Create left out.
func (w *World) complete(d *drive, it Item) (Item, error) {
	it.Parent = cmp.Or(it.Parent, d.place.Root())
	if p, ok := d.item(it.Parent); !ok || p.Deleted || !p.Folder {
		return it, fmt.Errorf("item %q: parent %s: %w", it.Name, it.Parent, ErrNotFound)
	}
	it.ID = cmp.Or(it.ID, mint(d.place.Suite, d.place.ID, it.Parent, it.Name, fmt.Sprint(d.size())))
	if _, ok := d.item(it.ID); ok {
		return it, fmt.Errorf("item %q: id %s is taken", it.Name, it.ID)
	}
	it.MIME = cmp.Or(it.MIME, mimeOf(d.place.Suite, it))
	it.CreatedBy = cmp.Or(it.CreatedBy, d.place.Owner)
	it.ModifiedBy = cmp.Or(it.ModifiedBy, it.CreatedBy)
	it.Created = orTime(it.Created, w.now())
	it.Modified = orTime(it.Modified, it.Created)
	it.Grants = withIDs(it.ID, it.Grants)
	return it, nil
}

// Create makes a new item; without a parent it goes into the root.
func (w *World) Create(place string, it Item) (Item, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, err := w.drive(place)
	if err != nil {
		return Item{}, err
	}
	if it, err = w.complete(d, it); err != nil {
		return Item{}, fmt.Errorf("place %s: %w", place, err)
	}
	return d.record(d.add(it)), nil
}

// Edit gives a file a new content, and its history one more version. For a native document c is nil.
func (w *World) Edit(place, id, by string, c Content) (Item, error) {
	return w.change(place, id, func(_ *drive, it *Item) error {
		if it.Folder {
			return errors.New("folders have no content")
		}
		now := w.now()
		it.Content = c
		it.Edition++
		it.Modified, it.ModifiedBy = now, by
		it.Versions = append(slices.Clone(it.Versions), Version{ID: fmt.Sprintf("%d.0", len(it.Versions)+1), By: by, At: now, Size: -1})
		return nil
	})
}

// Rename gives an item another name.
func (w *World) Rename(place, id, name string) (Item, error) {
	return w.change(place, id, func(_ *drive, it *Item) error {
		it.Name, it.Modified = name, w.now()
		return nil
	})
}

// Move puts an item into another folder of the same place.
func (w *World) Move(place, id, parent string) (Item, error) {
	return w.change(place, id, func(d *drive, it *Item) error {
		p, ok := d.item(cmp.Or(parent, d.place.Root()))
		if !ok || p.Gone() || !p.Folder {
			return fmt.Errorf("folder %s: %w", parent, ErrNotFound)
		}
		inside := func(f Item) bool { return f.ID == it.ID }
		if p.ID == it.ID || slices.ContainsFunc(d.ancestors(p), inside) {
			return errors.New("a folder cannot go into itself")
		}
		it.Parent = p.ID
		return nil
	})
}

// Share gives one more grant on an item.
func (w *World) Share(place, id string, g Grant) (Item, error) {
	return w.change(place, id, func(_ *drive, it *Item) error {
		it.Grants = withIDs(it.ID, append(slices.Clone(it.Grants), g))
		return nil
	})
}

// Unshare takes all grants on an item back.
func (w *World) Unshare(place, id string) (Item, error) {
	return w.change(place, id, func(_ *drive, it *Item) error {
		it.Grants, it.unshared = nil, true
		return nil
	})
}

// Seclude has an item, and what is in it, no longer inherit what the folders above were given to.
func (w *World) Seclude(place, id string) (Item, error) {
	return w.change(place, id, func(_ *drive, it *Item) error {
		it.Grants, it.unshared, it.secluded = nil, true, true
		return nil
	})
}

// Touch changes nothing but the times, as a client that saves without an edit does.
func (w *World) Touch(place, id string) (Item, error) {
	return w.change(place, id, func(_ *drive, it *Item) error {
		it.Modified = w.now()
		return nil
	})
}

// Trash puts an item into the bin, and with a folder all that is in it. Microsoft's feeds call that deleted.
func (w *World) Trash(place, id string) error {
	return w.subtree(place, id, func(it *Item, top bool) {
		it.Trashed, it.Explicit = true, it.Explicit || top
	})
}

// Restore takes an item out of the bin again, with what went there together with it.
func (w *World) Restore(place, id string) error {
	return w.subtree(place, id, func(it *Item, top bool) {
		if top || !it.Explicit {
			it.Trashed, it.Explicit = false, false
		}
	})
}

// Delete removes an item for good, and with a folder all that is in it. Only the change feeds remember it.
func (w *World) Delete(place, id string) error {
	return w.subtree(place, id, func(it *Item, _ bool) { it.Deleted = true })
}

// ExpireTokens makes every cursor that was given out for a place so far useless, as a service does with cursors that have grown old.
func (w *World) ExpireTokens(place string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, err := w.drive(place)
	if err != nil {
		return err
	}
	d.epoch++
	return nil
}

// change applies one change to one item that is there, and logs it.
func (w *World) change(place, id string, do func(*drive, *Item) error) (Item, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, err := w.drive(place)
	if err != nil {
		return Item{}, err
	}
	it, ok := d.item(id)
	if !ok || it.Deleted {
		return Item{}, fmt.Errorf("place %s: item %s: %w", place, id, ErrNotFound)
	}
	if err := do(d, &it); err != nil {
		return Item{}, fmt.Errorf("place %s: item %s: %w", place, id, err)
	}
	return d.record(it), nil
}

// subtree applies a change to an item and to all that is below it, parents first.
func (w *World) subtree(place, id string, do func(it *Item, top bool)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, err := w.drive(place)
	if err != nil {
		return err
	}
	top, ok := d.item(id)
	if !ok || top.Deleted || top.Parent == "" {
		return fmt.Errorf("place %s: item %s: %w", place, id, ErrNotFound)
	}
	for queue := []Item{top}; len(queue) > 0; queue = queue[1:] {
		it := queue[0]
		queue = append(queue, d.children(it.ID)...)
		do(&it, it.ID == id)
		d.record(it)
	}
	return nil
}

// withIDs gives grants that have none an id. The slice is a new one.
func withIDs(item string, grants []Grant) []Grant {
	out := slices.Clone(grants)
	for i, g := range out {
		out[i].ID = cmp.Or(g.ID, guid(item, "grant", fmt.Sprintf("%s|%s|%s|%s|%s|%d", g.Person, g.Group, g.External, g.Domain, g.Link, i)))
	}
	return out
}

func orTime(t, or time.Time) time.Time {
	if t.IsZero() {
		return or
	}
	return t
}
