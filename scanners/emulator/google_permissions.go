package emulator

import (
	"net/http"
	"strconv"
	"time"
)

// The fields of permissions and revisions.
const (
	permissionKnown = "allowFileDiscovery,deleted,displayName,domain,emailAddress,expirationTime,id,inheritedPermissionsDisabled,kind,pendingOwner," +
		"permissionDetails(inherited,inheritedFrom,permissionType,role),photoLink,role,teamDrivePermissionDetails,type,view"
	revisionKnown = "exportLinks,id,keepForever,kind,lastModifyingUser(" + driveUserKnown + "),md5Checksum,mimeType,modifiedTime,originalFilename,publishAuto,published,publishedLink,publishedOutsideDomain,size"
)

// permissions answers drive.permissions.list, of a file or of a shared drive.
func (g *google) permissions(c *call) (any, error) {
	size, err := c.size("pageSize", 100, 100)
	if err != nil {
		return nil, err
	}
	all, err := g.permissionsOf(c)
	if err != nil {
		return nil, err
	}
	return g.pageOf(c, "drive#permissionList", "permissions", all, size)
}

func (g *google) permissionsOf(c *call) ([]object, error) {
	id := c.PathValue("file")
	v := g.viewer(c.who)
	if p, ok := g.World.Place(id); ok && p.Kind == KindSharedDrive {
		allowed := c.is("useDomainAdminAccess") && g.administrator(c.who) || v.includesAny(p.Members)
		if !allowed || !c.is("supportsAllDrives") {
			return nil, notThere("Shared drive", id)
		}
		return v.shown(p.Members, p, false), nil
	}
	it, err := g.item(v, id, c.is("supportsAllDrives"))
	if err != nil {
		return nil, err
	}
	p := v.place(it)
	if role := v.role(it, p); role == RoleRead || role == RoleComment {
		return nil, &googleError{http.StatusForbidden, "insufficientFilePermissions", "The user does not have sufficient permissions for this file.", ""}
	}
	return v.permissions(it, p), nil
}

// permissions are those on a file: its owner, who it is shared with, and in a shared drive the members.
func (v *viewer) permissions(it Item, p Place) []object {
	if p.Kind == KindSharedDrive {
		return append(v.shown(p.Members, p, true), v.shown(v.grants(it), p, false)...)
	}
	owner := Grant{Person: p.Owner, Role: RoleOwner}
	return v.shown(append([]Grant{owner}, v.grants(it)...), p, false)
}

// shown are grants as Drive shows them. Each of them is one permission, except that a link for several people is one for each.
func (v *viewer) shown(grants []Grant, p Place, inherited bool) []object {
	var out []object
	for _, g := range grants {
		o := object{"kind": "drive#permission", "role": googleRole(g.Role), "pendingOwner": false, "deleted": false}
		if !g.Expires.IsZero() {
			o["expirationTime"] = g.Expires.UTC().Format(time.RFC3339)
		}
		if p.Kind == KindSharedDrive {
			o["permissionDetails"] = []object{detail(g, p, inherited)}
		}
		if len(g.People) == 0 {
			v.grantee(o, g)
			out = append(out, o)
		}
		for _, person := range g.People {
			each := object{}
			for name, value := range o {
				each[name] = value
			}
			v.grantee(each, Grant{Person: person})
			out = append(out, each)
		}
	}
	return out
}

func detail(g Grant, p Place, inherited bool) object {
	kind := "file"
	if inherited {
		kind = "member"
	}
	d := object{"permissionType": kind, "role": googleRole(g.Role), "inherited": inherited}
	if inherited {
		d["inheritedFrom"] = p.ID
	}
	return d
}

// grantee says whom a permission is for.
func (v *viewer) grantee(o object, g Grant) {
	switch {
	case g.Person != "":
		o["type"], o["id"] = "user", permissionID(g.Person)
		if p, ok := v.world.byID(g.Person); ok {
			o["emailAddress"], o["displayName"] = p.Address, p.Name
		} else {
			o["deleted"] = true
		}
	case g.Group != "":
		group, _ := v.world.Group(g.Group)
		o["type"], o["id"], o["emailAddress"], o["displayName"] = "group", permissionID(g.Group), group.Address, group.Name
	case g.External != "":
		o["type"], o["id"], o["emailAddress"] = "user", permissionID(g.External), g.External
	case g.Link == LinkAnyone:
		o["type"], o["id"], o["allowFileDiscovery"] = "anyone", "anyoneWithLink", false
	default: // a domain, or a link for the organisation
		domain := g.Domain
		if domain == "" {
			domain = v.world.Domain
		}
		o["type"], o["id"], o["domain"], o["displayName"], o["allowFileDiscovery"] = "domain", permissionID(domain)+"k", domain, domain, g.Link == ""
	}
}

func googleRole(role string) string {
	switch role {
	case RoleOwner, RoleOrganizer:
		return role
	case RoleWrite:
		return "writer"
	case RoleComment:
		return "commenter"
	}
	return "reader"
}

func idsOf(permissions []object) []string {
	var ids []string
	for _, p := range permissions {
		id, _ := p["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func (v *viewer) includesAny(grants []Grant) bool {
	for _, g := range grants {
		if v.includes(g) {
			return true
		}
	}
	return false
}

// revisions answers drive.revisions.list, which knows no supportsAllDrives and answers for shared drives too. Those of a native document
// have no checksum and no size.
func (g *google) revisions(c *call) (any, error) {
	size, err := c.size("pageSize", 200, 1000)
	if err != nil {
		return nil, err
	}
	v := g.viewer(c.who)
	it, err := g.item(v, c.PathValue("file"), true)
	if err != nil {
		return nil, err
	}
	if role := v.role(it, v.place(it)); it.Folder || role == RoleRead || role == RoleComment {
		return nil, &googleError{http.StatusForbidden, "insufficientFilePermissions", "The user does not have sufficient permissions for this file.", ""}
	}
	var all []object
	for i := range it.Versions {
		all = append(all, v.revision(it, i))
	}
	return g.pageOf(c, "drive#revisionList", "revisions", all, size)
}

func (v *viewer) revision(it Item, i int) object {
	version := it.Versions[i]
	o := object{"kind": "drive#revision", "mimeType": it.MIME, "modifiedTime": googleTime(version.At), "published": false, "keepForever": false}
	if by := v.user(version.By); by != nil {
		o["lastModifyingUser"] = by
	}
	if it.Content == nil {
		o["id"] = strconv.Itoa(i + 1)
		return o
	}
	last := len(it.Versions) - 1
	o["id"], o["originalFilename"] = revisionID(it, it.Edition-last+i), it.Name
	if i == last { // older bytes are not kept here
		o["size"] = number(it.Size())
		if d, err := it.Content.Digests(); err == nil {
			o["md5Checksum"] = d.MD5
		}
	} else if version.Size >= 0 {
		o["size"] = number(version.Size)
	}
	return o
}

// listToken is the page token of a listing that fits in memory.
type listToken struct {
	Path string `json:"p"`
	Who  string `json:"w"`
	From int    `json:"f"`
	Try  int    `json:"t,omitempty"`
}

// pageOf answers with one page of a listing that fits in memory.
func (g *google) pageOf(c *call, kind, name string, all []object, size int) (any, error) {
	return g.pageFrom(c, kind, name, len(all), size, func(i int) object { return all[i] })
}

// pageFrom answers with one page of a listing of n things, of which it shows only those on the page.
func (g *google) pageFrom(c *call, kind, name string, n, size int, show func(int) object) (any, error) {
	at := listToken{Path: c.URL.Path, Who: c.who.ID}
	if token := c.query.Get("pageToken"); token != "" {
		var given listToken
		if err := g.open(token, &given); err != nil || given.Path != at.Path || given.Who != at.Who {
			return nil, invalid("pageToken", "Invalid Value")
		}
		at = given
	}
	from := min(at.From, n)
	to := min(from+size, n)
	if pageFaultOf(c.Request).empty && at.Try < patience {
		to, at.Try = from, at.Try+1
	} else {
		at.Try = 0
	}
	shown := []object{}
	for i := from; i < to; i++ {
		shown = append(shown, show(i))
	}
	out := object{"kind": kind, name: shown}
	if to < n || at.Try > 0 {
		at.From = to
		out["nextPageToken"] = g.seal(at)
	}
	return out, nil
}
