package emulator

import (
	"cmp"
	"maps"
	"slices"
)

// googleIndex finds what concerns somebody in Drive without a walk through all drives: an organisation has as many of them as people.
// It names too much at times, so that whoever asks it still looks at the grants, and never too little. It is behind the world's lock.
type googleIndex struct {
	order   map[string]int             // Google's places, by when they were added
	shared  []string                   // the shared drives among them
	granted map[string]map[string]bool // by person or group, the places in which they were ever given anything
	groups  map[string][]string        // by person, the groups they were ever in
	homes   map[string]string          // by item that was touched or added, its place
	prefix  map[string]string          // by the beginning of procedural ids, their place
	others  []string                   // places whose items are found by asking
	labels  []DriveLabel
	admins  int
	edition int // counts changes of the directory
}

func newGoogleIndex() *googleIndex {
	return &googleIndex{
		order: map[string]int{}, granted: map[string]map[string]bool{}, groups: map[string][]string{},
		homes: map[string]string{}, prefix: map[string]string{},
	}
}

// addPlace takes a place in, or what took its place.
func (x *googleIndex) addPlace(p Place, base Source) {
	if _, known := x.order[p.ID]; !known {
		x.order[p.ID] = len(x.order)
		if p.Kind == KindSharedDrive {
			x.shared = append(x.shared, p.ID)
		}
	}
	if b, ok := base.(*blocks); ok {
		x.prefix[b.id(1)[:20]] = p.ID
	} else if base != nil {
		x.others = append(x.others, p.ID)
	}
	x.homes[p.Root()] = p.ID
	x.grant(p.ID, p.Members)
}

// put takes an item's new state in. What is above it counts too, because it passes its grants on.
func (x *googleIndex) put(d *drive, it Item) {
	if !it.Deleted || x.homes[it.ID] == "" {
		x.homes[it.ID] = d.place.ID
	}
	x.grant(d.place.ID, it.Grants)
	for _, folder := range d.ancestors(it) {
		x.grant(d.place.ID, folder.Grants)
	}
}

func (x *googleIndex) grant(place string, grants []Grant) {
	for _, g := range grants {
		for _, who := range append(slices.Clone(g.People), g.Person, g.Group) {
			if who == "" {
				continue
			}
			if x.granted[who] == nil {
				x.granted[who] = map[string]bool{}
			}
			x.granted[who][place] = true
		}
	}
}

func (x *googleIndex) addGroup(g Group) {
	for _, person := range g.Members {
		if !slices.Contains(x.groups[person], g.ID) {
			x.groups[person] = append(x.groups[person], g.ID)
		}
	}
}

// addPerson notes that the directory changed, and who is an administrator now instead of before.
func (x *googleIndex) addPerson(was *Person, is *Person) {
	x.edition++
	if was != nil && was.Admin {
		x.admins--
	}
	if is != nil && is.Admin {
		x.admins++
	}
}

// concerning are the places in which somebody may have been given something, in the order they were added.
func (x *googleIndex) concerning(person string) []string {
	places := maps.Clone(x.granted[person])
	if places == nil {
		places = map[string]bool{}
	}
	for _, group := range x.groups[person] {
		maps.Copy(places, x.granted[group])
	}
	return slices.SortedFunc(maps.Keys(places), func(a, b string) int { return cmp.Compare(x.order[a], x.order[b]) })
}

// home is where an item of Google's may be.
func (x *googleIndex) home(id string) []string {
	if place, ok := x.homes[id]; ok {
		return []string{place}
	}
	if len(id) > 20 && x.prefix[id[:20]] != "" {
		return []string{x.prefix[id[:20]]}
	}
	return x.others
}

// changedMyDrives are somebody's My Drive, when they have one, and the My Drives of others in which something they were given may have
// changed.
func (w *World) changedMyDrives(person string) []Place {
	own, has := w.PersonalPlace(Google, person)
	var out []Place
	if has {
		out = append(out, own)
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, id := range w.google.concerning(person) {
		if d, ok := w.drives[id]; ok && d.place.Kind == KindMyDrive && d.place.Owner != person && d.seq > 0 {
			out = append(out, d.place)
		}
	}
	return out
}

// sharedDrives are those that somebody may be a member of, or all of them for nobody in particular.
func (w *World) sharedDrives(person string) []Place {
	w.mu.RLock()
	defer w.mu.RUnlock()
	ids := w.google.shared
	if person != "" {
		ids = w.google.concerning(person)
	}
	var out []Place
	for _, id := range ids {
		if d, ok := w.drives[id]; ok && d.place.Kind == KindSharedDrive {
			out = append(out, d.place)
		}
	}
	return out
}

// findGoogleItem finds an item of Drive by its id alone.
func (w *World) findGoogleItem(id string) (Item, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, place := range w.google.home(id) {
		if d, ok := w.drives[place]; ok {
			if it, ok := d.item(id); ok {
				return it, !it.Deleted
			}
		}
	}
	return Item{}, false
}

// hasAdministrators says that not everybody may ask about everybody.
func (w *World) hasAdministrators() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.google.admins > 0
}
