package emulator

import (
	"maps"
)

const (
	changeKnown = "changeType,drive(" + driveKnown + "),driveId,file(" + fileKnown + "),fileId,kind,removed,teamDrive,teamDriveId,time,type"
	changeUsual = "kind,changeType,type,time,removed,fileId,driveId,file(" + fileUsual + ")"
)

// changeToken says up to where somebody knows the changes: those of one shared drive, or of all that they see.
type changeToken struct {
	Who   string           `json:"w"`
	Drive string           `json:"d,omitempty"`
	Seen  map[string]int64 `json:"s,omitempty"` // by place, the number of the last change; 0 is left out
	Epoch int              `json:"e,omitempty"`
	Try   int              `json:"t,omitempty"`
}

// startPageToken answers drive.changes.getStartPageToken.
func (g *google) startPageToken(c *call) (any, error) {
	places, at, err := g.changeLog(c)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		at.saw(p.ID, g.World.Seq(p.ID))
	}
	return object{"kind": "drive#startPageToken", "startPageToken": g.seal(at)}, nil
}

// changeLog are the places whose changes a call asks about, the one that matters first, and a token that has seen nothing.
func (g *google) changeLog(c *call) ([]Place, changeToken, error) {
	at := changeToken{Who: c.who.ID, Drive: c.query.Get("driveId"), Seen: map[string]int64{}}
	if at.Drive == "" {
		places := g.changingPlaces(c)
		if own, ok := first(places, c.who); ok {
			at.Epoch = g.World.Epoch(own.ID)
		}
		return places, at, nil
	}
	if !c.is("supportsAllDrives") {
		return nil, at, invalid("supportsAllDrives", "The supportsAllDrives parameter must be set to true to use the driveId parameter.")
	}
	p, err := g.sharedDrive(c, at.Drive)
	at.Epoch = g.World.Epoch(p.ID)
	return []Place{p}, at, err
}

// changingPlaces are the caller's own My Drive and, unless they want no other, where something that they see may have changed.
func (g *google) changingPlaces(c *call) []Place {
	places := g.World.changedMyDrives(c.who.ID)
	if c.is("restrictToMyDrive") {
		if own, ok := first(places, c.who); ok {
			return []Place{own}
		}
		return nil
	}
	if !c.is("includeItemsFromAllDrives") || !c.is("supportsAllDrives") {
		return places
	}
	v := g.viewer(c.who)
	for _, p := range g.World.sharedDrives(c.who.ID) {
		if v.includesAny(p.Members) {
			places = append(places, p)
		}
	}
	return places
}

// first is the first of the places, if it is somebody's own.
func first(places []Place, who Person) (Place, bool) {
	if len(places) == 0 || places[0].Owner != who.ID {
		return Place{}, false
	}
	return places[0], true
}

func (t *changeToken) saw(place string, seq int64) {
	if seq > 0 {
		t.Seen[place] = seq
	}
}

// changes answers drive.changes.list. A token never expires by itself; it is refused when it is another person's or another drive's.
func (g *google) changes(c *call) (any, error) {
	size, err := c.size("pageSize", 100, 1000)
	if err != nil {
		return nil, err
	}
	places, at, err := g.changeLog(c)
	if err != nil {
		return nil, err
	}
	if c.query.Get("pageToken") == "" {
		return nil, &googleError{400, "required", "Required parameter: pageToken", "pageToken"}
	}
	var given changeToken
	if err := g.open(c.query.Get("pageToken"), &given); err != nil || given.Who != at.Who || given.Drive != at.Drive || given.Epoch != at.Epoch {
		return nil, invalid("pageToken", "Invalid Value")
	}
	if at.Seen = maps.Clone(given.Seen); at.Seen == nil {
		at.Seen = map[string]int64{}
	}
	at.Try = given.Try
	return g.changePage(c, places, at, size), nil
}

func (g *google) changePage(c *call, places []Place, at changeToken, size int) object {
	f := pageFaultOf(c.Request)
	changes, more := []object{}, true
	if f.empty && at.Try < patience {
		at.Try++
	} else {
		at.Try = 0
		changes, more = g.collectChanges(c, places, &at, size)
	}
	if f.repeat && len(changes) > 0 {
		changes = append(changes, changes[len(changes)-1])
	}
	out := object{"kind": "drive#changeList", "changes": changes}
	if more {
		out["nextPageToken"] = g.seal(at)
	} else {
		out["newStartPageToken"] = g.seal(at)
	}
	return out
}

// collectChanges shows changes until there are enough, notes in the token what was seen, and says whether there are more.
func (g *google) collectChanges(c *call, places []Place, at *changeToken, size int) (changes []object, more bool) {
	changes = []object{}
	v, m := g.viewer(c.who), c.mask.sub("changes")
	v.labels = c.labels()
	for _, p := range places {
		for more := true; more; {
			if len(changes) == size {
				return changes, true
			}
			var items []Item
			items, more = g.World.Changes(p.ID, at.Seen[p.ID], size-len(changes))
			for _, it := range items {
				at.saw(p.ID, it.Seq)
				if o := v.change(it, m, c.query.Get("includeRemoved") != "false", at.Drive == ""); o != nil {
					changes = append(changes, o)
				}
			}
		}
	}
	return changes, false
}

// change shows one change, nil when it does not concern me. Everywhere says that all places are asked about, and not one drive.
func (v *viewer) change(it Item, m mask, removed, everywhere bool) object {
	if it.Parent == "" || !v.sees(it) || it.Deleted && !removed || it.moved && everywhere && v.seesElsewhere(it) {
		return nil
	}
	o := object{"kind": "drive#change", "changeType": "file", "type": "file", "time": googleTime(it.Modified), "removed": it.Deleted, "fileId": it.ID}
	if p := v.place(it); p.Kind == KindSharedDrive {
		o["driveId"] = p.ID
	}
	if !it.Deleted && m.has("file") {
		o["file"] = v.file(it, m.sub("file"))
	}
	return o
}

// seesElsewhere says of a file that became another person's that I still see it: where it is now tells of it.
func (v *viewer) seesElsewhere(it Item) bool {
	now, ok := v.world.findGoogleItem(it.ID)
	return ok && v.sees(now)
}
