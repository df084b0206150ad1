package emulator

import (
	"net/http"
	"slices"
	"strings"
)

const memberKnown = "delivery_settings,email,etag,id,kind,role,status,type"

// members answers directory.members.list of a group of Google's. Only administrators may ask.
func (g *google) members(c *call) (any, error) {
	if !g.administrator(c.who) {
		return nil, forbidden()
	}
	size, err := c.size("maxResults", 200, 200)
	if err != nil {
		return nil, err
	}
	groups := g.World.Groups()
	i := slices.IndexFunc(groups, func(group Group) bool {
		return group.Suite == Google && (strings.EqualFold(group.Address, c.PathValue("group")) || digits("group", group.ID) == c.PathValue("group"))
	})
	if i < 0 {
		return nil, &googleError{http.StatusNotFound, "notFound", "Resource Not Found: groupKey", ""}
	}
	all := groups[i].Members
	return g.pageFrom(c, "admin#directory#members", "members", len(all), size, func(i int) object {
		o := object{"kind": "admin#directory#member", "id": googleID(all[i]), "role": "MEMBER", "type": "USER", "status": "ACTIVE"}
		if p, ok := g.World.byID(all[i]); ok {
			o["email"] = p.Address
			if p.Left {
				o["status"] = "SUSPENDED"
			}
		}
		return o
	})
}
