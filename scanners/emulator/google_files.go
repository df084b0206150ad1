package emulator

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

// fileToken is the page token of a listing of files.
type fileToken struct {
	Query string `json:"q"` // a digest of who asked for what: a token is good for no other question
	Place string `json:"p"` // where to go on, "" for the first
	From  int    `json:"f"`
	Epoch int    `json:"e,omitempty"`
	Try   int    `json:"t,omitempty"`
}

// files answers drive.files.list.
func (g *google) files(c *call) (any, error) {
	size, err := c.size("pageSize", 100, c.mostFiles("files"))
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(c.query.Get("q"))
	if err != nil {
		return nil, invalid("q", err.Error())
	}
	places, err := g.corpus(c, q.mine)
	if err != nil {
		return nil, err
	}
	at, places, err := g.fileToken(c, places)
	if err != nil {
		return nil, err
	}
	return g.filePage(c, q, places, at, size), nil
}

// mostFiles is how many files a page has at most. Where parents are asked for, clients have never seen more than 460.
// https://github.com/googleapis/google-api-dotnet-client/issues/808
func (c *call) mostFiles(field string) int {
	if m := c.mask.sub(field); m != nil && m.has("parents") {
		return 460
	}
	return 1000
}

// corpus are the places that a listing searches. Each file is in one of them.
func (g *google) corpus(c *call, mine bool) ([]Place, error) {
	corpora := c.query.Get("corpora")
	driveID := c.query.Get("driveId")
	all := c.is("includeItemsFromAllDrives") && c.is("supportsAllDrives")
	switch {
	case driveID != "" && corpora != "drive":
		return nil, invalid("corpora", "The driveId parameter must be specified if and only if corpora is set to drive.")
	case corpora == "drive" && !all:
		return nil, invalid("includeItemsFromAllDrives", "The includeItemsFromAllDrives parameter must be set to true when driveId is specified or corpora contains drive or allDrives.")
	case corpora == "drive":
		p, err := g.sharedDrive(c, driveID)
		return []Place{p}, err
	case corpora == "" || corpora == "user" || corpora == "allDrives":
		return g.mine(c, mine, corpora == "allDrives" && all), nil
	}
	return nil, invalid("corpora", "Invalid Value")
}

// sharedDrive finds a shared drive that the caller is a member of; of others nobody learns whether they exist.
func (g *google) sharedDrive(c *call, id string) (Place, error) {
	p, ok := g.World.Place(id)
	if !ok || p.Kind != KindSharedDrive || !g.viewer(c.who).includesAny(p.Members) {
		return Place{}, notThere("Shared drive", id)
	}
	return p, nil
}

// mine are the caller's My Drive, first, and the places where there may be something that others share.
func (g *google) mine(c *call, only, shared bool) []Place {
	var own, others []Place
	if p, ok := g.World.PersonalPlace(Google, c.who.ID); ok {
		own = append(own, p)
	}
	if only {
		return own
	}
	v := g.viewer(c.who)
	for _, p := range g.World.Places() {
		switch {
		case p.Kind == KindMyDrive && p.Owner != c.who.ID:
			others = append(others, p)
		case p.Kind == KindSharedDrive && shared && v.includesAny(p.Members):
			others = append(others, p)
		}
	}
	return append(own, others...)
}

// fileToken reads the token of a call, and leaves out the places that were done before.
func (g *google) fileToken(c *call, places []Place) (fileToken, []Place, error) {
	question := guid(c.who.ID, c.query.Get("q"), c.query.Get("corpora"), c.query.Get("driveId"))[:8]
	at := fileToken{Query: question}
	token := c.query.Get("pageToken")
	if token == "" {
		return at, places, nil
	}
	if err := g.open(token, &at); err != nil || at.Query != question || at.Epoch != g.World.Epoch(at.Place) {
		return at, nil, invalid("pageToken", "Invalid Value")
	}
	for i, p := range places {
		if p.ID == at.Place {
			return at, places[i:], nil
		}
	}
	return at, nil, invalid("pageToken", "Invalid Value")
}

// filePage lists at most size files from a position on.
func (g *google) filePage(c *call, q query, places []Place, at fileToken, size int) object {
	f := pageFaultOf(c.Request)
	files := []object{}
	v, m := g.viewer(c.who), c.mask.sub("files")
	v.labels = c.labels()
	rest, from := places, at.From
	if f.empty && at.Try < patience && len(places) > 0 {
		at.Try++
	} else {
		at.Try = 0
		files, rest, from = g.collect(v, q, m, places, from, size)
	}
	if f.repeat && len(files) > 0 && len(files) < size {
		files = append(files, files[0])
	}
	out := object{"kind": "drive#fileList", "incompleteSearch": f.incomplete, "files": pruned(files)}
	if len(rest) > 0 {
		at.Place, at.From, at.Epoch = rest[0].ID, from, g.World.Epoch(rest[0].ID)
		out["nextPageToken"] = g.seal(at)
	}
	return out
}

// collect shows files until there are enough, and says where to go on.
func (g *google) collect(v *viewer, q query, m mask, places []Place, from, size int) ([]object, []Place, int) {
	files := []object{}
	for len(places) > 0 {
		items, next := g.World.List(places[0].ID, from, size-len(files))
		for _, it := range items {
			if it.Parent != "" && v.sees(it) && q.matches(v, it) {
				files = append(files, v.file(it, m))
			}
		}
		if from = next; next < 0 {
			places, from = places[1:], 0
		}
		if len(files) == size {
			break
		}
	}
	return files, places, from
}

// file answers drive.files.get: what is known of a file or, with alt=media, its bytes.
func (g *google) file(c *call) (any, error) {
	v := g.viewer(c.who)
	v.labels = c.labels()
	it, err := g.item(v, c.PathValue("file"), c.is("supportsAllDrives"))
	if err != nil {
		return nil, err
	}
	if c.query.Get("alt") == "media" {
		return nil, g.media(c, it)
	}
	return v.file(it, c.mask), nil
}

// item finds a file that the caller can see. Those in shared drives are only found by those who know that there are such.
func (g *google) item(v *viewer, id string, allDrives bool) (Item, error) {
	if id == "root" {
		id = v.folder(id)
	}
	it, ok := g.World.findGoogleItem(id)
	if ok {
		p := v.place(it)
		ok = p.Suite == Google && (v.sees(it) || v.reached(it)) && (p.Kind != KindSharedDrive || allDrives)
	}
	if !ok {
		return Item{}, notThere("File", id)
	}
	return it, nil
}

// reached says that anybody of the organisation with the link gets at a file, although it is in nobody's listing.
func (v *viewer) reached(it Item) bool {
	for _, g := range v.grants(it) {
		if g.Domain == v.world.Domain || g.Link == LinkAnyone || g.Link == LinkOrganisation {
			return true
		}
	}
	return false
}

// media sends a file's bytes, or the part of them that the Range header asks for. It needs more than leave to see that there is a file.
func (g *google) media(c *call, it Item) error {
	_, scopes, err := g.caller(c.Request)
	switch {
	case err != nil:
		return err
	case !anyOf(scopes, []string{"drive.readonly", "drive"}):
		return &googleError{http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.", ""}
	case strings.HasPrefix(it.MIME, "application/vnd.google-apps.") || it.Content == nil:
		return &googleError{http.StatusForbidden, "fileNotDownloadable", "Only files with binary content can be downloaded. Use Export with Docs Editors files.", "alt"}
	case it.Malware && !c.is("acknowledgeAbuse"):
		return &googleError{http.StatusForbidden, "cannotDownloadAbusiveFile", "This file has been identified as malware or spam and cannot be downloaded.", "alt"}
	}
	data, err := it.Content.Bytes()
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", it.MIME)
	c.w.Header().Set("Content-Disposition", "attachment")
	http.ServeContent(c.w, c.Request, "", time.Time{}, bytes.NewReader(data))
	return nil
}
