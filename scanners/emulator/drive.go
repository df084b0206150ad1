package emulator

import (
	"fmt"
	"slices"
)

// A Source computes the items of a drive as it was made, by position, so that a large drive needs no memory. Position 0 is the root and
// parents come before their children. Sources are pure: the same position always gives the same item. Items carry ID, Parent, Name,
// times and content; the drive fills in the rest.
type Source interface {
	Len() int
	At(i int) Item
	Find(id string) (i int, ok bool)
	Children(i int) []int
}

// drive is the state of one place: a base that never changes, what was touched or added since, and the log of changes. All methods
// want the world's lock.
type drive struct {
	place Place
	base  Source
	over  map[string]*Item    // touched or added
	added []string            // in order; their positions follow the base's
	at    map[string]int      // positions of the added
	kids  map[string][]string // children among over, by parent
	log   []change            // ascending; an item that changed twice has two entries, of which the later counts
	seq   int64
	epoch int          // cursors of an earlier epoch have expired
	index *googleIndex // of Google's drives
}

type change struct {
	seq int64
	id  string
}

func newDrive(p Place, base Source) *drive {
	d := &drive{place: p, base: base, over: map[string]*Item{}, at: map[string]int{}, kids: map[string][]string{}}
	if base == nil {
		d.add(Item{ID: p.Root(), Name: "root", Folder: true, Created: p.Created, Modified: p.Created, CreatedBy: p.Owner, ModifiedBy: p.Owner})
	}
	return d
}

func (d *drive) baseLen() int {
	if d.base == nil {
		return 0
	}
	return d.base.Len()
}

// size is the number of positions, those of deleted items included.
func (d *drive) size() int { return d.baseLen() + len(d.added) }

// item finds an item, deleted ones included.
func (d *drive) item(id string) (Item, bool) {
	if it, ok := d.over[id]; ok {
		return *it, true
	}
	if d.base == nil {
		return Item{}, false
	}
	i, ok := d.base.Find(id)
	if !ok {
		return Item{}, false
	}
	return d.fromBase(i), true
}

// position is where an item stands in the order of a full listing.
func (d *drive) position(id string) (int, bool) {
	if i, ok := d.at[id]; ok {
		return i, true
	}
	if d.base == nil {
		return 0, false
	}
	return d.base.Find(id)
}

func (d *drive) atPosition(i int) Item {
	if n := d.baseLen(); i >= n {
		return *d.over[d.added[i-n]]
	}
	it := d.fromBase(i)
	if o, ok := d.over[it.ID]; ok {
		return *o
	}
	return it
}

func (d *drive) fromBase(i int) Item {
	it := d.base.At(i)
	it.Place = d.place.ID
	it.Revision, it.Edition = 1, 1
	if it.Content != nil && it.Versions == nil {
		it.Versions = []Version{{ID: "1.0", By: it.ModifiedBy, At: it.Modified, Size: -1}}
	}
	return it
}

// add appends a new item, without a change in the log.
func (d *drive) add(it Item) Item {
	it.Place = d.place.ID
	it.Revision, it.Edition = max(it.Revision, 1), max(it.Edition, 1)
	if it.Content != nil && it.Versions == nil {
		it.Versions = []Version{{ID: "1.0", By: it.ModifiedBy, At: it.Modified, Size: -1}}
	}
	d.at[it.ID] = d.size()
	d.added = append(d.added, it.ID)
	d.put(it)
	return it
}

// put stores the state of an item and keeps the index of children.
func (d *drive) put(it Item) {
	if old, ok := d.over[it.ID]; ok && old.Parent != it.Parent {
		d.kids[old.Parent] = slices.DeleteFunc(d.kids[old.Parent], func(id string) bool { return id == it.ID })
	}
	if old, ok := d.over[it.ID]; !ok || old.Parent != it.Parent {
		d.kids[it.Parent] = append(d.kids[it.Parent], it.ID)
	}
	d.over[it.ID] = &it
	if d.index != nil {
		d.index.put(d, it)
	}
}

// record stores a changed item under the next number of the log.
func (d *drive) record(it Item) Item {
	d.seq++
	it.Seq = d.seq
	it.Revision++
	d.put(it)
	d.log = append(d.log, change{d.seq, it.ID})
	return it
}

// children are the items whose parent this is, those in the bin included, deleted ones not.
func (d *drive) children(id string) []Item {
	var out []Item
	if d.base != nil {
		if i, ok := d.base.Find(id); ok {
			for _, k := range d.base.Children(i) {
				if it := d.fromBase(k); d.over[it.ID] == nil {
					out = append(out, it)
				}
			}
		}
	}
	for _, k := range d.kids[id] {
		if it := d.over[k]; !it.Deleted {
			out = append(out, *it)
		}
	}
	return out
}

// ancestors are the folders an item is in, the root first.
func (d *drive) ancestors(it Item) []Item {
	var up []Item
	for it.Parent != "" && len(up) <= d.size() {
		p, ok := d.item(it.Parent)
		if !ok {
			break
		}
		up = append(up, p)
		it = p
	}
	slices.Reverse(up)
	return up
}

func (w *World) drive(place string) (*drive, error) {
	d, ok := w.drives[place]
	if !ok {
		return nil, fmt.Errorf("place %s: %w", place, ErrNotFound)
	}
	return d, nil
}
