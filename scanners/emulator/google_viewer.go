package emulator

import "slices"

// A viewer shows the organisation as one person sees it. It is for one request, and remembers what it looked up.
type viewer struct {
	world  *World
	me     Person
	places map[string]Place
	above  map[string][]Grant // what a folder gets from itself and the folders it is in, by the folder's id
	users  map[string]object
	labels []string // that are asked for
}

func (g *google) viewer(me Person) *viewer {
	return &viewer{world: g.World, me: me, places: map[string]Place{}, above: map[string][]Grant{}, users: map[string]object{}}
}

func (v *viewer) place(it Item) Place {
	p, ok := v.places[it.Place]
	if !ok {
		p, _ = v.world.Place(it.Place)
		v.places[it.Place] = p
	}
	return p
}

// sees says that a file is mine or shared with me, in a way that it turns up in my listings.
func (v *viewer) sees(it Item) bool { return v.role(it, v.place(it)) != "" }

// role is what I may do with a file, "" for nothing.
func (v *viewer) role(it Item, p Place) string {
	if p.Owner == v.me.ID && p.Kind == KindMyDrive {
		return RoleOwner
	}
	best := ""
	for _, g := range append(slices.Clip(v.grants(it)), p.Members...) {
		if v.includes(g) && rank(g.Role) > rank(best) {
			best = g.Role
		}
	}
	return best
}

func rank(role string) int {
	return slices.Index([]string{RoleRead, RoleComment, RoleWrite, RoleOrganizer, RoleOwner}, role)
}

// includes says that a grant is for me.
func (v *viewer) includes(g Grant) bool {
	switch {
	case g.Person != "":
		return g.Person == v.me.ID
	case g.Group != "":
		group, _ := v.world.Group(g.Group)
		return slices.Contains(group.Members, v.me.ID)
	}
	return slices.Contains(g.People, v.me.ID)
}

// grants are those of a file and of the folders it is in.
func (v *viewer) grants(it Item) []Grant {
	if it.Parent == "" {
		return it.Grants
	}
	above, ok := v.above[it.Parent]
	if !ok {
		if folder, found := v.world.Item(it.Place, it.Parent); found {
			above = v.grants(folder)
		}
		v.above[it.Parent] = above
	}
	return append(slices.Clip(above), it.Grants...)
}

// user is a person as Drive shows them; nil for nobody.
func (v *viewer) user(id string) any {
	if u, ok := v.users[id]; ok {
		return u
	}
	p, ok := v.world.byID(id)
	if !ok {
		return nil
	}
	u := object{
		"kind": "drive#user", "displayName": p.Name, "emailAddress": p.Address,
		"me": p.ID == v.me.ID, "permissionId": permissionID(p.ID),
	}
	v.users[id] = u
	return u
}

// permissionID is the number that Drive knows a person by in permissions.
func permissionID(person string) string { return digits("permission", person)[:20] }

// byID finds somebody by id alone, which is quick for an id that nobody has.
func (w *World) byID(id string) (Person, bool) { return found(w, w.people, id) }
