package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrNotFound is returned when a place or an item does not exist (or is gone for good).
var ErrNotFound = errors.New("not found")

// The suites a place can belong to.
const (
	Microsoft = "microsoft"
	Google    = "google"
)

// The kinds of places.
const (
	KindLibrary     = "site-library" // a document library of a SharePoint site
	KindPersonal    = "onedrive"     // somebody's OneDrive
	KindMyDrive     = "my-drive"     // somebody's My Drive
	KindSharedDrive = "shared-drive" // a Google shared drive
)

// Options describe the organisation that [NewWorld] and [New] make. The zero value is an empty one.
type Options struct {
	Org    string           // display name; "Example Organisation" when empty
	Domain string           // mail domain; "example.edu" when empty
	Seed   int64            // same seed, same identifiers, same procedural items
	Now    func() time.Time // the clock for changes; time.Now when nil
	People int              // procedural people, each with a personal drive
	Assets int              // procedural items, spread over the procedural drives; they cost no memory until touched

	// What follows is for New only.
	Files  string // a folder whose files are served too
	Faults string // what goes wrong, see ParseFaults
}

// A World is the state of an organisation: who is there, where they keep things, what those things are. All methods are safe for
// concurrent use. Values that go in and come out are copies; slices in them must not be written to.
type World struct {
	Org    string
	Domain string
	Seed   int64

	now func() time.Time

	mu     sync.RWMutex
	people map[string]*Person
	groups map[string]*Group
	sites  map[string]*Site
	drives map[string]*drive
	owned  map[[2]string]string  // personal places by suite and owner
	logins map[string]string     // people by address in lower case
	held   map[string][]string   // libraries by site; some may be gone
	lists  map[string][]SiteList // by site; replaced when they change, never written to
	below  map[string][]string   // sites by the site above them, "" for those at the top
	google *googleIndex
	gone   []Person // whose accounts were deleted

	apps      []App // replaced when they change, never written to, as is the next
	teamsApps []TeamsApp
	extra     workspaceExtra
	power     power

	// The order things were added in is the order they are listed in.
	peopleOrder, groupOrder, siteOrder, driveOrder []string
}

// NewWorld makes an organisation. With People or Assets it has procedural inhabitants, see procedural.go.
func NewWorld(o Options) *World {
	w := &World{
		Org:    cmp.Or(o.Org, "Example Organisation"),
		Domain: cmp.Or(o.Domain, "example.edu"),
		Seed:   o.Seed,
		now:    o.Now,
		people: map[string]*Person{},
		groups: map[string]*Group{},
		sites:  map[string]*Site{},
		drives: map[string]*drive{},
		owned:  map[[2]string]string{},
		logins: map[string]string{},
		held:   map[string][]string{},
		lists:  map[string][]SiteList{},
		below:  map[string][]string{},
		google: newGoogleIndex(),
	}
	if w.now == nil {
		w.now = time.Now
	}
	w.populate(o)
	return w
}

// A Person is a login or, when both Microsoft and Google are set, one in each suite with the same address.
type Person struct {
	ID         string // the directory's id; made from the address when empty
	Name       string
	Given      string
	Family     string
	Address    string // user principal name and mail address
	EmployeeID string
	Department string
	Title      string
	Manager    string // a person's id
	Microsoft  bool
	Google     bool
	Guest      bool
	Left       bool // the account is still there but switched off
	Admin      bool // may read the directory of Google; in an organisation where nobody may, everybody does
}

// A Group is a team of the directory.
type Group struct {
	ID      string
	Name    string
	Address string
	Suite   string
	Members []string // people's ids
}

// A Site is a SharePoint site; personal ones carry somebody's OneDrive.
type Site struct {
	ID       string // "host,guid,guid"; made from the path when empty
	Name     string
	Path     string // such as "sites/finance"
	Parent   string // the site it is a subsite of
	Personal bool
	Geo      string // of a tenant of several geographies; "EUR" when empty
	Created  time.Time
}

// A Place is a drive: a library of a site, a OneDrive, a My Drive or a shared drive.
type Place struct {
	ID      string // in the suite's own style; made from the rest when empty
	Suite   string // Microsoft or Google
	Kind    string // one of the kinds above
	Name    string
	Owner   string // the person whose personal place it is
	Site    string // of a library or a OneDrive
	System  bool   // a library that is only listed when asked for
	Members []Grant
	Created time.Time
}

// Root is the id of the place's root folder.
func (p Place) Root() string {
	if p.Suite == Google && p.Kind == KindSharedDrive {
		return p.ID
	}
	return mint(p.Suite, "root", p.ID)
}

// AddPerson adds somebody, or replaces who has the same id, and returns them with the id filled in.
func (w *World) AddPerson(p Person) Person {
	p.ID = cmp.Or(p.ID, guid(fmt.Sprint(w.Seed), "person", p.Address))
	given, family, _ := strings.Cut(p.Name, " ")
	p.Given, p.Family = cmp.Or(p.Given, given), cmp.Or(p.Family, family)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.people[p.ID] == nil {
		w.peopleOrder = append(w.peopleOrder, p.ID)
	}
	w.google.addPerson(w.people[p.ID], &p)
	w.people[p.ID] = &p
	w.logins[strings.ToLower(p.Address)] = p.ID
	return p
}

// RemovePerson deletes an account; what the person made stays.
func (w *World) RemovePerson(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.people[id]; p != nil {
		w.gone = append(w.gone, *p)
		w.google.addPerson(p, nil)
	}
	delete(w.people, id)
	w.peopleOrder = slices.DeleteFunc(w.peopleOrder, func(s string) bool { return s == id })
}

// AddGroup adds a group, or replaces the one with the same id.
func (w *World) AddGroup(g Group) Group {
	g.ID = cmp.Or(g.ID, guid(fmt.Sprint(w.Seed), "group", g.Suite, g.Name))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.groups[g.ID] == nil {
		w.groupOrder = append(w.groupOrder, g.ID)
	}
	w.groups[g.ID] = &g
	w.google.addGroup(g)
	return g
}

// AddSite adds a SharePoint site, or replaces the one with the same id.
func (w *World) AddSite(s Site) Site {
	seed := fmt.Sprint(w.Seed)
	collection := guid(seed, "site", s.Path)
	if parts := strings.Split(s.Parent, ","); len(parts) == 3 {
		collection = parts[1] // a subsite is of its parent's collection
	}
	s.ID = cmp.Or(s.ID, w.SharePointHost(s.Personal)+","+collection+","+guid(seed, "web", s.Path))
	s.Created = cmp.Or(s.Created, dawn())
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sites[s.ID] == nil {
		w.siteOrder = append(w.siteOrder, s.ID)
		w.below[s.Parent] = append(w.below[s.Parent], s.ID)
	}
	w.sites[s.ID] = &s
	return s
}

// AddPlace adds an empty drive, with its root folder.
func (w *World) AddPlace(p Place) Place { return w.addPlace(p, nil) }

func (w *World) addPlace(p Place, base Source) Place {
	p.ID = cmp.Or(p.ID, placeID(p, fmt.Sprint(w.Seed)))
	p.Created = cmp.Or(p.Created, dawn())
	d := newDrive(p, base)
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.Suite == Google {
		d.index = w.google
		w.google.addPlace(p, base)
	}
	if w.drives[p.ID] == nil {
		w.driveOrder = append(w.driveOrder, p.ID)
		w.held[p.Site] = append(w.held[p.Site], p.ID)
	}
	w.drives[p.ID] = d
	if p.Owner != "" {
		w.owned[[2]string{p.Suite, p.Owner}] = p.ID
	}
	return p
}

// RemovePlace deletes a drive and all that is in it.
func (w *World) RemovePlace(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.drives, id)
	w.driveOrder = slices.DeleteFunc(w.driveOrder, func(s string) bool { return s == id })
}

// SharePointHost is the host in web addresses and site ids. It is below a reserved name, so that nothing in a demo leads to a real tenant.
func (w *World) SharePointHost(personal bool) string {
	label, _, _ := strings.Cut(w.Domain, ".")
	if personal {
		label += "-my"
	}
	return label + ".sharepoint.example"
}

// People lists everybody, in the order they were added.
func (w *World) People() []Person { return listed(w, &w.peopleOrder, w.people) }

// Groups lists all groups.
func (w *World) Groups() []Group { return listed(w, &w.groupOrder, w.groups) }

// Sites lists all SharePoint sites, subsites and personal sites included.
func (w *World) Sites() []Site { return listed(w, &w.siteOrder, w.sites) }

// Places lists all drives of both suites.
func (w *World) Places() []Place {
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := make([]Place, 0, len(w.driveOrder))
	for _, id := range w.driveOrder {
		out = append(out, w.drives[id].place)
	}
	return out
}

// Person finds somebody by id or by address.
func (w *World) Person(key string) (Person, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if p, ok := w.people[key]; ok {
		return *p, true
	}
	p, ok := w.people[w.logins[strings.ToLower(key)]]
	if !ok {
		return Person{}, false
	}
	return *p, true
}

// Group finds a group by id.
func (w *World) Group(id string) (Group, bool) { return found(w, w.groups, id) }

// Site finds a site by id.
func (w *World) Site(id string) (Site, bool) { return found(w, w.sites, id) }

// Place finds a drive by id.
func (w *World) Place(id string) (Place, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[id]
	if !ok {
		return Place{}, false
	}
	return d.place, true
}

// PersonalPlace finds somebody's OneDrive or My Drive.
func (w *World) PersonalPlace(suite, person string) (Place, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	d, ok := w.drives[w.owned[[2]string{suite, person}]]
	if !ok {
		return Place{}, false
	}
	return d.place, true
}

// libraries lists the drives of a site.
func (w *World) libraries(site string) []Place {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var out []Place
	for _, id := range w.held[site] {
		if d, ok := w.drives[id]; ok {
			out = append(out, d.place)
		}
	}
	return out
}

// sitesBelow lists the subsites of a site, or the sites that are none.
func (w *World) sitesBelow(parent string) []*Site {
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := make([]*Site, 0, len(w.below[parent]))
	for _, id := range w.below[parent] {
		out = append(out, w.sites[id])
	}
	return out
}

func listed[T any](w *World, order *[]string, of map[string]*T) []T {
	all := stored(w, order, of)
	out := make([]T, 0, len(all))
	for _, v := range all {
		out = append(out, *v)
	}
	return out
}

// stored lists what is kept without copying it. It is replaced when it changes, never written to.
func stored[T any](w *World, order *[]string, of map[string]*T) []*T {
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := make([]*T, 0, len(*order))
	for _, id := range *order {
		out = append(out, of[id])
	}
	return out
}

func found[T any](w *World, of map[string]*T, id string) (T, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if v, ok := of[id]; ok {
		return *v, true
	}
	var none T
	return none, false
}
