package emulator

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

type facet struct{}

type graphSite struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Display    string          `json:"displayName"`
	WebURL     string          `json:"webUrl"`
	Created    string          `json:"createdDateTime"`
	Modified   string          `json:"lastModifiedDateTime"`
	Personal   bool            `json:"isPersonalSite"`
	Root       *facet          `json:"root,omitempty"`
	Collection *siteCollection `json:"siteCollection,omitempty"`
	Parent     *itemReference  `json:"parentReference,omitempty"`
}

type siteCollection struct {
	Hostname string `json:"hostname"`
	Root     *facet `json:"root,omitempty"`
	Location string `json:"dataLocationCode,omitempty"`
}

func (g *graph) renderSite(s *Site) any {
	out := graphSite{
		ID: s.ID, Name: s.Path[strings.LastIndex(s.Path, "/")+1:], Display: s.Name, WebURL: g.siteURL(*s),
		Created: stamp(s.Created), Modified: stamp(s.Created), Personal: s.Personal,
	}
	if s.Parent == "" {
		out.Root = &facet{}
		out.Collection = &siteCollection{Hostname: g.World.SharePointHost(s.Personal), Location: cmp.Or(s.Geo, "EUR")}
	} else {
		out.Parent = &itemReference{SiteID: s.Parent}
	}
	return out
}

func (g *graph) siteURL(s Site) string {
	return (&url.URL{Scheme: "https", Host: g.World.SharePointHost(s.Personal), Path: s.Path}).String()
}

// allSites lists every site; whether the service lists subsites here is contested, so this one does if it is told to.
func (g *graph) allSites(w http.ResponseWriter, r *http.Request) {
	if g.flatSites {
		page(g, w, r, stored(g.World, &g.World.siteOrder, g.World.sites), g.renderSite, top(r, 200, 999), "/v1.0/sites/oneDrive.getAllSites")
		return
	}
	g.listSites(w, r, "", "/v1.0/sites/oneDrive.getAllSites")
}

func (g *graph) subsites(w http.ResponseWriter, r *http.Request) {
	if s, ok := g.siteOf(w, r); ok {
		g.listSites(w, r, s.ID, "")
	}
}

func (g *graph) listSites(w http.ResponseWriter, r *http.Request, parent, nextPath string) {
	page(g, w, r, g.World.sitesBelow(parent), g.renderSite, top(r, 200, 999), nextPath)
}

func (g *graph) site(w http.ResponseWriter, r *http.Request) {
	if s, ok := g.siteOf(w, r); ok {
		g.answer(w, r, g.renderSite(&s))
	}
}

func (g *graph) siteOf(w http.ResponseWriter, r *http.Request) (Site, bool) {
	s, ok := g.World.Site(r.PathValue("site"))
	if !ok {
		g.notFound(w, r)
	}
	return s, ok
}

// siteDrives lists a site's libraries; system libraries only when the system facet is selected.
func (g *graph) siteDrives(w http.ResponseWriter, r *http.Request) {
	s, ok := g.siteOf(w, r)
	if !ok {
		return
	}
	all, sel := g.libraries(s.ID, selected(r).asked("system")), selected(r)
	page(g, w, r, all, func(p Place) any { return g.renderDrive(p, sel) }, top(r, 200, 999), "")
}

func (g *graph) libraries(site string, system bool) []Place {
	return slices.DeleteFunc(g.World.libraries(site), func(p Place) bool { return p.Suite != Microsoft || p.System && !system })
}

func (g *graph) siteDrive(w http.ResponseWriter, r *http.Request) {
	if p, ok := g.mainLibrary(w, r); ok {
		g.answer(w, r, g.renderDrive(p, selected(r)))
	}
}

func (g *graph) siteDelta(w http.ResponseWriter, r *http.Request) {
	if p, ok := g.mainLibrary(w, r); ok {
		g.deltaOf(w, r, p)
	}
}

func (g *graph) mainLibrary(w http.ResponseWriter, r *http.Request) (Place, bool) {
	s, ok := g.siteOf(w, r)
	if !ok {
		return Place{}, false
	}
	all := g.libraries(s.ID, false)
	if len(all) == 0 {
		g.notFound(w, r)
		return Place{}, false
	}
	return all[0], true
}

func (g *graph) userDrive(w http.ResponseWriter, r *http.Request) {
	if p, ok := g.driveOfUser(w, r); ok {
		g.answer(w, r, g.renderDrive(p, selected(r)))
	}
}

func (g *graph) userDelta(w http.ResponseWriter, r *http.Request) {
	if p, ok := g.driveOfUser(w, r); ok {
		g.deltaOf(w, r, p)
	}
}

// driveOfUser finds somebody's OneDrive. Who has never opened theirs has none.
func (g *graph) driveOfUser(w http.ResponseWriter, r *http.Request) (Place, bool) {
	p, ok := g.World.Person(r.PathValue("user"))
	if !ok || !p.Microsoft {
		g.fail(w, r, http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+r.PathValue("user")+"' does not exist.")
		return Place{}, false
	}
	place, ok := g.World.PersonalPlace(Microsoft, p.ID)
	if !ok {
		g.fail(w, r, http.StatusNotFound, "itemNotFound", "User's mysite not found.")
	}
	return place, ok
}

func (g *graph) drive(w http.ResponseWriter, r *http.Request) {
	if p, ok := g.place(w, r); ok {
		g.answer(w, r, g.renderDrive(p, selected(r)))
	}
}

func (g *graph) place(w http.ResponseWriter, r *http.Request) (Place, bool) {
	p, ok := g.World.Place(r.PathValue("drive"))
	if !ok || p.Suite != Microsoft {
		g.notFound(w, r)
		return Place{}, false
	}
	return p, true
}

type graphDrive struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Type     string      `json:"driveType"`
	WebURL   string      `json:"webUrl"`
	Created  string      `json:"createdDateTime"`
	Modified string      `json:"lastModifiedDateTime"`
	Owner    *identities `json:"owner,omitempty"`
	Quota    quota       `json:"quota"`
	System   *facet      `json:"system,omitempty"`
}

type quota struct {
	Total int64  `json:"total"`
	Used  int64  `json:"used"`
	State string `json:"state"`
}

func (g *graph) renderDrive(p Place, sel selection) graphDrive {
	out := graphDrive{
		ID: p.ID, Name: p.Name, Type: driveType(p), WebURL: g.placeURL(p), Created: stamp(p.Created), Modified: stamp(p.Created),
		Quota: quota{Total: 1 << 40, State: "normal"},
	}
	if p.Owner != "" {
		out.Owner = g.identity(p.Owner)
	} else if s, ok := g.World.Site(p.Site); ok {
		out.Owner = &identities{User: &identity{Name: s.Name + " owners"}}
	}
	if p.System && sel.asked("system") {
		out.System = &facet{}
	}
	return out
}

func driveType(p Place) string {
	if p.Kind == KindPersonal {
		return "business"
	}
	return "documentLibrary"
}

// placeURL is the address of a library: below its site, under a name that is not always the one it shows.
func (g *graph) placeURL(p Place) string {
	s, _ := g.World.Site(p.Site)
	name := p.Name
	switch {
	case p.Kind == KindPersonal:
		name = "Documents"
	case name == "Documents":
		name = "Shared Documents"
	}
	return (&url.URL{Scheme: "https", Host: g.World.SharePointHost(s.Personal), Path: s.Path + "/" + name}).String()
}
