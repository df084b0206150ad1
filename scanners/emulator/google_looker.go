package emulator

import (
	"net/http"
	"slices"
	"strings"
)

const studioPath = "/v1/assets:search"

// studioKnown are the fields of a report or a data source. Google's modules do not describe this API.
// https://developers.google.com/looker-studio/integrate/api/reference/types
const studioKnown = "assetType,createTime,creator,description,lastViewByMeTime,name,owner,title,trashed,updateByMeTime,updateTime"

// studioSearch answers Looker Studio's assets:search: what the caller owns or is shown, of one kind.
func (g *google) studioSearch(c *call) (any, error) {
	kinds := c.query["assetTypes"]
	if len(kinds) != 1 || kinds[0] != "REPORT" && kinds[0] != "DATA_SOURCE" {
		return nil, &googleError{http.StatusBadRequest, "invalid", "Exactly one asset type must be specified.", ""}
	}
	size, err := c.size("pageSize", 1000, 1000)
	if err != nil {
		return nil, err
	}
	all := []object{}
	for _, a := range g.World.StudioAssets() {
		owner, _ := g.World.Person(a.Owner)
		sees := a.Owner == c.who.ID || slices.Contains(a.Readers, c.who.ID)
		wanted := c.query.Get("owner") == "" || strings.EqualFold(c.query.Get("owner"), owner.Address)
		if kindOfStudio(a) == kinds[0] && sees && wanted && a.Trashed == c.is("includeTrashed") {
			all = append(all, object{
				"name": a.ID, "title": a.Title, "assetType": kinds[0], "owner": owner.Address, "creator": owner.Address,
				"createTime": googleTime(a.Created), "updateTime": googleTime(a.Updated), "trashed": a.Trashed,
			})
		}
	}
	answer, err := g.pageOf(c, "", "assets", all, size)
	if o, ok := answer.(object); ok {
		delete(o, "kind") // which no API of this age has
	}
	return answer, err
}
