package emulator

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
)

type driveItem struct {
	ID          string         `json:"id"`
	Name        string         `json:"name,omitempty"`
	Size        *int64         `json:"size,omitempty"`
	ETag        string         `json:"eTag,omitempty"`
	CTag        string         `json:"cTag,omitempty"`
	WebURL      string         `json:"webUrl,omitempty"`
	Created     string         `json:"createdDateTime,omitempty"`
	Modified    string         `json:"lastModifiedDateTime,omitempty"`
	CreatedBy   *identities    `json:"createdBy,omitempty"`
	ModifiedBy  *identities    `json:"lastModifiedBy,omitempty"`
	Parent      *itemReference `json:"parentReference,omitempty"`
	FileSystem  *fileSystem    `json:"fileSystemInfo,omitempty"`
	File        *fileFacet     `json:"file,omitempty"`
	Folder      *folderFacet   `json:"folder,omitempty"`
	Package     *packageFacet  `json:"package,omitempty"`
	Root        *facet         `json:"root,omitempty"`
	Deleted     *deletedFacet  `json:"deleted,omitempty"`
	Malware     *malwareFacet  `json:"malware,omitempty"`
	Shared      *sharedFacet   `json:"shared,omitempty"`
	DownloadURL string         `json:"@microsoft.graph.downloadUrl,omitempty"`
}

type itemReference struct {
	DriveID   string `json:"driveId,omitempty"`
	DriveType string `json:"driveType,omitempty"`
	ID        string `json:"id,omitempty"`
	Name      string `json:"name,omitempty"`
	Path      string `json:"path,omitempty"`
	SiteID    string `json:"siteId,omitempty"`
}

type identities struct {
	User *identity `json:"user,omitempty"`
}

type identity struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"displayName,omitempty"`
}

type fileSystem struct {
	Created  string `json:"createdDateTime"`
	Modified string `json:"lastModifiedDateTime"`
}

type fileFacet struct {
	MIME   string      `json:"mimeType,omitempty"`
	Hashes *fileHashes `json:"hashes,omitempty"`
}

type fileHashes struct {
	QuickXor string `json:"quickXorHash"`
}

type folderFacet struct {
	Children int `json:"childCount"`
}

type packageFacet struct {
	Type string `json:"type"`
}

type deletedFacet struct {
	State string `json:"state"`
}

type malwareFacet struct {
	Description string `json:"description"`
}

type sharedFacet struct {
	Scope string `json:"scope,omitempty"`
}

// shower renders the items of one answer. It remembers folders, which most items of a page have in common.
type shower struct {
	*graph
	place   Place
	sel     selection
	base    string // of links to this server
	feed    bool   // a change feed leaves some things out
	roots   bool   // sharing is told at the folders it was given on only
	folders map[string][]Item
	people  map[string]*identities
}

func (g *graph) shower(p Place, sel selection, base string) *shower {
	return &shower{graph: g, place: p, sel: sel, base: base, folders: map[string][]Item{}, people: map[string]*identities{}}
}

// show renders an item as it is now.
func (s *shower) show(it Item) *driveItem {
	if it.Gone() {
		return s.showGone(it)
	}
	out := &driveItem{ID: it.ID}
	s.showNames(it, out)
	s.showTimes(it, out)
	s.showFacets(it, out)
	if s.sel.has("shared") {
		out.Shared = s.shared(it)
	}
	if it.Content != nil && (s.sel == nil && !s.feed || s.sel.asked("content.downloadUrl") || s.sel.asked("@microsoft.graph.downloadUrl")) {
		out.DownloadURL = s.downloadURL(s.base, it)
	}
	return out
}

// showGone is all that a feed tells of an item that is no more: not even its name.
func (s *shower) showGone(it Item) *driveItem {
	out := &driveItem{ID: it.ID, Deleted: &deletedFacet{State: "deleted"}}
	if s.sel.has("parentReference") {
		out.Parent = &itemReference{DriveID: s.place.ID, DriveType: driveType(s.place)}
	}
	return out
}

func (s *shower) showNames(it Item, out *driveItem) {
	if s.sel.has("name") {
		out.Name = it.Name
	}
	if s.sel.has("size") {
		size := it.Size()
		out.Size = &size
	}
	if s.sel.has("eTag") {
		out.ETag = fmt.Sprintf(`"{%s},%d"`, itemGUID(it), it.Revision)
	}
	if s.sel.has("cTag") && !s.feed {
		out.CTag = fmt.Sprintf(`"c:{%s},%d"`, itemGUID(it), it.Edition)
	}
	if s.sel.has("webUrl") {
		out.WebURL = s.webURL(it)
	}
	if s.sel.has("parentReference") {
		out.Parent = s.parent(it)
	}
}

func (s *shower) parent(it Item) *itemReference {
	ref := &itemReference{DriveID: s.place.ID, DriveType: driveType(s.place), ID: it.Parent, SiteID: s.place.Site}
	if it.Parent != "" && !s.feed {
		names := s.path(it)
		ref.Path = strings.Join(append([]string{"/drives/" + s.place.ID + "/root:"}, names[:len(names)-1]...), "/")
	}
	return ref
}

func (s *shower) showTimes(it Item, out *driveItem) {
	created, modified := stamp(it.Created), stamp(it.Modified)
	if s.sel.has("createdDateTime") {
		out.Created = created
	}
	if s.sel.has("lastModifiedDateTime") {
		out.Modified = modified
	}
	if s.sel.has("fileSystemInfo") {
		out.FileSystem = &fileSystem{created, modified}
	}
	if s.sel.has("createdBy") {
		out.CreatedBy = s.who(it.CreatedBy)
	}
	if s.sel.has("lastModifiedBy") {
		out.ModifiedBy = s.who(it.ModifiedBy)
	}
}

func (s *shower) showFacets(it Item, out *driveItem) {
	if it.Parent == "" && s.sel.has("root") {
		out.Root = &facet{}
	}
	switch {
	case it.Package != "":
		if s.sel.has("package") {
			out.Package = &packageFacet{it.Package}
		}
	case it.Folder:
		if s.sel.has("folder") {
			out.Folder = &folderFacet{s.childCount(it)}
		}
	case s.sel.has("file"):
		out.File = fileOf(it)
	}
	if it.Malware && s.sel.has("malware") {
		out.Malware = &malwareFacet{"Malware was found in this file."}
	}
}

func fileOf(it Item) *fileFacet {
	f := &fileFacet{MIME: it.MIME}
	if it.Content != nil {
		if d, err := it.Content.Digests(); err == nil {
			f.Hashes = &fileHashes{d.QuickXor}
		}
	}
	return f
}

func (s *shower) childCount(it Item) int {
	n := 0
	for _, c := range s.World.Children(it.Place, it.ID) {
		if !c.Gone() {
			n++
		}
	}
	return n
}

// shared is the facet of an item that somebody was let at, or that is in a folder somebody was let at. With hierarchical sharing only
// the place where it was given tells; one whose sharing was taken back, or that does not inherit, says so by an empty facet, and so does the
// root, to establish where the hierarchy begins.
func (s *shower) shared(it Item) *sharedFacet {
	if scope := widest(it.Grants); scope != "" {
		return &sharedFacet{scope}
	}
	if s.roots {
		if it.unshared || it.Parent == "" {
			return &sharedFacet{}
		}
		return nil
	}
	for _, f := range inherited(it, s.ancestors(it)) {
		if scope := widest(f.Grants); scope != "" {
			return &sharedFacet{scope}
		}
	}
	return nil
}

// inherited are the folders above an item whose grants hold for it, nearest first: up to where inheritance was broken.
func inherited(it Item, above []Item) []Item {
	var out []Item
	for _, f := range slices.Backward(above) {
		if it.secluded {
			break
		}
		out = append(out, f)
		it = f
	}
	return out
}

// widest is the audience of the widest of some grants.
func widest(grants []Grant) string {
	scope := ""
	for _, g := range grants {
		switch {
		case g.Link == LinkAnyone:
			return LinkAnyone
		case g.Link == LinkOrganisation || g.Domain != "":
			scope = LinkOrganisation
		default:
			scope = cmp.Or(scope, LinkPeople)
		}
	}
	return scope
}

// ancestors are an item's folders, the root first.
func (s *shower) ancestors(it Item) []Item {
	up, ok := s.folders[it.Parent]
	if !ok {
		up = s.World.Ancestors(it)
		s.folders[it.Parent] = up
	}
	return up
}

func (s *shower) who(person string) *identities {
	if _, ok := s.people[person]; !ok {
		s.people[person] = s.identity(person)
	}
	return s.people[person]
}

// identity names a person. Of an account that was deleted only the id is left.
func (g *graph) identity(person string) *identities {
	if person == "" {
		return &identities{User: &identity{Name: "System Account"}}
	}
	p, _ := g.World.Person(person)
	return &identities{User: &identity{ID: person, Name: p.Name}}
}

// webURL opens Office documents in the browser, and leads to everything else by its path.
func (s *shower) webURL(it Item) string {
	site, _ := s.World.Site(s.place.Site)
	switch strings.ToLower(path.Ext(it.Name)) {
	case ".xlsx", ".xlsm", ".xls", ".xlsb", ".docx", ".pptx":
		query := url.Values{"sourcedoc": {"{" + itemGUID(it) + "}"}, "file": {it.Name}, "action": {"default"}, "mobileredirect": {"true"}}
		return s.siteURL(site) + "/_layouts/15/Doc.aspx?" + query.Encode()
	}
	at := s.placeURL(s.place)
	for _, name := range s.path(it) {
		at += "/" + url.PathEscape(name)
	}
	return at
}

// path is the names on the way from the root, which has none, to an item.
func (s *shower) path(it Item) []string {
	var names []string
	for _, f := range append(slices.Clone(s.ancestors(it)), it) {
		if f.Parent != "" {
			names = append(names, f.Name)
		}
	}
	return names
}

// itemGUID is SharePoint's own id of an item, as it stands in its eTag.
func itemGUID(it Item) string { return strings.ToUpper(guid("item", it.ID)) }
