package emulator

import (
	"net/http"
	"slices"
	"strings"
)

type permission struct {
	ID         string                 `json:"id"`
	Roles      []string               `json:"roles"`
	Granted    *sharePointIdentities  `json:"grantedToV2,omitempty"`
	People     []sharePointIdentities `json:"grantedToIdentitiesV2,omitempty"`
	Link       *sharingLink           `json:"link,omitempty"`
	Invitation *invitation            `json:"invitation,omitempty"`
	Inherited  *itemReference         `json:"inheritedFrom,omitempty"`
	Expires    string                 `json:"expirationDateTime,omitempty"`
	Password   bool                   `json:"hasPassword,omitempty"`
}

type sharePointIdentities struct {
	User     *identity           `json:"user,omitempty"`
	Group    *identity           `json:"group,omitempty"`
	SiteUser *sharePointIdentity `json:"siteUser,omitempty"`
}

type sharePointIdentity struct {
	identity
	Login string `json:"loginName,omitempty"`
}

// sharingLink has no webUrl: only who could make the link is told its address.
type sharingLink struct {
	Scope string `json:"scope"`
	Type  string `json:"type"`
}

type invitation struct {
	Email  string `json:"email"`
	SignIn bool   `json:"signInRequired"`
}

// permissions lists what was given on an item, on the folders it is in, and on the place.
func (g *graph) permissions(w http.ResponseWriter, r *http.Request) {
	p, it, ok := g.requested(w, r)
	if !ok {
		return
	}
	var all []any
	add := func(from *Item, grants []Grant) {
		for _, grant := range grants {
			all = append(all, g.permission(p, grant, from))
		}
	}
	add(nil, it.Grants)
	for _, f := range inherited(it, g.World.Ancestors(it)) {
		add(&f, f.Grants)
	}
	root, _ := g.World.Item(p.ID, p.Root())
	add(&root, withIDs(p.ID, p.Members))
	if p.Owner != "" {
		add(nil, withIDs(it.ID, []Grant{{Person: p.Owner, Role: RoleOwner}}))
	}
	page(g, w, r, all, itself, top(r, 200, 999), "")
}

func (g *graph) permission(p Place, grant Grant, from *Item) permission {
	out := permission{ID: grant.ID, Roles: []string{graphRole(grant.Role)}}
	if from != nil {
		out.Inherited = &itemReference{DriveID: p.ID, ID: from.ID}
	}
	if !grant.Expires.IsZero() {
		out.Expires = stamp(grant.Expires)
	}
	switch {
	case grant.Link != "":
		out.Link = &sharingLink{Scope: grant.Link, Type: "view"}
		if grant.Role == RoleWrite {
			out.Link.Type = "edit"
		}
		for _, person := range grant.People {
			out.People = append(out.People, *g.granted(person))
		}
	case grant.Group != "":
		group, _ := g.World.Group(grant.Group)
		out.Granted = &sharePointIdentities{Group: &identity{group.ID, group.Name}}
	case grant.Domain != "":
		out.Granted = &sharePointIdentities{SiteUser: &sharePointIdentity{identity{Name: "Everyone except external users"}, "c:0-.f|rolemanager|spo-grid-all-users/" + g.World.tenantID()}}
	case grant.External != "":
		out.Granted = &sharePointIdentities{SiteUser: &sharePointIdentity{identity{Name: grant.External}, "i:0#.f|membership|" + grant.External}}
		out.Invitation = &invitation{Email: grant.External, SignIn: true}
	default:
		out.Granted = g.granted(grant.Person)
	}
	return out
}

func (g *graph) granted(person string) *sharePointIdentities {
	p, _ := g.World.Person(person)
	return &sharePointIdentities{
		User:     &identity{person, p.Name},
		SiteUser: &sharePointIdentity{identity{Name: p.Name}, "i:0#.f|membership|" + strings.ToLower(p.Address)},
	}
}

// graphRole is the nearest role that SharePoint has.
func graphRole(role string) string {
	switch role {
	case RoleOwner, RoleOrganizer:
		return "owner"
	case RoleWrite:
		return "write"
	}
	return "read"
}

type itemVersion struct {
	ID         string      `json:"id"`
	Modified   string      `json:"lastModifiedDateTime"`
	ModifiedBy *identities `json:"lastModifiedBy,omitempty"`
	Size       int64       `json:"size"`
}

// versions lists the saved states of a file, the current one first.
func (g *graph) versions(w http.ResponseWriter, r *http.Request) {
	if _, it, ok := g.requested(w, r); ok {
		all := slices.Clone(it.Versions)
		slices.Reverse(all)
		page(g, w, r, all, func(v Version) any { return g.renderVersion(it, v) }, top(r, 200, 999), "")
	}
}

func (g *graph) version(w http.ResponseWriter, r *http.Request) {
	_, it, ok := g.requested(w, r)
	if !ok {
		return
	}
	i := slices.IndexFunc(it.Versions, func(v Version) bool { return v.ID == r.PathValue("no") })
	if i < 0 {
		g.notFound(w, r)
		return
	}
	g.answer(w, r, g.renderVersion(it, it.Versions[i]))
}

// renderVersion takes the size of the item for versions that have none of their own.
func (g *graph) renderVersion(it Item, v Version) itemVersion {
	size := v.Size
	if size < 0 {
		size = it.Size()
	}
	return itemVersion{ID: v.ID, Modified: stamp(v.At), ModifiedBy: g.identity(v.By), Size: size}
}
