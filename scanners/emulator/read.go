package emulator

import "sort"

// Item finds an item of a place. Deleted ones are not found, those in the bin are.
func (w *World) Item(place, id string) (Item, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[place]
	if !ok {
		return Item{}, false
	}
	it, ok := d.item(id)
	return it, ok && !it.Deleted
}

// FindItem finds an item without knowing its place, as a Drive file id is.
func (w *World) FindItem(id string) (Item, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, d := range w.drives {
		if it, ok := d.item(id); ok {
			return it, !it.Deleted
		}
	}
	return Item{}, false
}

// Children lists what is directly in a folder, things in the bin included.
func (w *World) Children(place, id string) []Item {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[place]
	if !ok {
		return nil
	}
	return d.children(id)
}

// Ancestors are the folders an item is in, the root first.
func (w *World) Ancestors(it Item) []Item {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[it.Place]
	if !ok {
		return nil
	}
	return d.ancestors(it)
}

// List returns at most n items of a place from a position on, in the order they were made, and the position to go on at; -1 when there is
// no more. Things in the bin are included, deleted ones are not. Positions never change: new items go to the end.
func (w *World) List(place string, from, n int) (items []Item, next int) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[place]
	if !ok {
		return nil, -1
	}
	for i := max(from, 0); i < d.size(); i++ {
		if len(items) == n {
			return items, i
		}
		if it := d.atPosition(i); !it.Deleted {
			items = append(items, it)
		}
	}
	return items, -1
}

// Position is where an item stands in the order of [World.List].
func (w *World) Position(place, id string) (int, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[place]
	if !ok {
		return 0, false
	}
	return d.position(id)
}

// Seq is the number of the latest change in a place; 0 when nothing has changed since it was made.
func (w *World) Seq(place string) int64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if d, ok := w.drives[place]; ok {
		return d.seq
	}
	return 0
}

// Changes returns at most n items that changed after a number of the log, each once and as it is now, deleted ones included, and whether
// there are more. The Seq of the last one is the number to go on from.
func (w *World) Changes(place string, after int64, n int) (items []Item, more bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[place]
	if !ok {
		return nil, false
	}
	i := sort.Search(len(d.log), func(i int) bool { return d.log[i].seq > after })
	for ; i < len(d.log); i++ {
		it, ok := d.item(d.log[i].id)
		if !ok || it.Seq != d.log[i].seq {
			continue // it changed again later
		}
		if len(items) == n {
			return items, true
		}
		items = append(items, it)
	}
	return items, false
}

// Epoch counts how often the cursors of a place were expired.
func (w *World) Epoch(place string) int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if d, ok := w.drives[place]; ok {
		return d.epoch
	}
	return 0
}
