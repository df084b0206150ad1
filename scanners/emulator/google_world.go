package emulator

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Form is a Google form. What people answered is not kept: nobody may read it here.
type Form struct {
	Questions []Question
	Sheet     string // the id of the spreadsheet that answers go to; "" for none
	Addresses bool   // everybody's address is asked for
}

// The types of a question.
const (
	QuestionText    = "text"
	QuestionChoice  = "choice"
	QuestionChecks  = "checks" // several of the choices
	QuestionScale   = "scale"
	QuestionRating  = "rating"
	QuestionDate    = "date"
	QuestionTime    = "time"
	QuestionFile    = "file"
	QuestionGrid    = "grid"    // one choice for each of the rows
	QuestionSection = "section" // no question: what follows is on another page
	QuestionNote    = "note"    // no question either: a text to read
)

// A Question is one item of a form.
type Question struct {
	Title   string
	Type    string
	Choices []string
	Rows    []string // of a grid
}

// A ScriptFile is a file of a standalone Apps Script project.
type ScriptFile struct {
	Name   string
	Type   string // "server_js", "html" or "json"; by the name's ending when empty
	Source string
}

// An OAuthGrant says that somebody let an app at their data, and when they took that back, if they did.
type OAuthGrant struct {
	Client string // the app's client id
	App    string // its name
	Person string // a person's id
	Scopes []string
	Given  time.Time
	Taken  time.Time
}

// A StudioAsset is a report or a data source in Looker Studio.
type StudioAsset struct {
	ID         string // made from owner, kind and title when empty
	Title      string
	DataSource bool
	Owner      string   // a person's id
	Readers    []string // people it is shared with
	Created    time.Time
	Updated    time.Time
	Trashed    bool
}

// A workspaceExtra is what people of Google's side make outside of Drive. Its lists are replaced when they change, never written to.
type workspaceExtra struct {
	grants []OAuthGrant
	studio []StudioAsset
}

// AddOAuthGrant adds an app's access to somebody's data, or replaces it.
func (w *World) AddOAuthGrant(g OAuthGrant) {
	g.Given = cmp.Or(g.Given, dawn())
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(w.extra.grants), func(o OAuthGrant) bool { return o.Client == g.Client && o.Person == g.Person })
	w.extra.grants = append(kept, g)
}

// OAuthGrants are those that were ever given, in the order they were added in.
func (w *World) OAuthGrants() []OAuthGrant {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.extra.grants
}

// RemoveOAuthApp forgets an app as if nobody had ever used it.
func (w *World) RemoveOAuthApp(client string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.extra.grants = slices.DeleteFunc(slices.Clone(w.extra.grants), func(g OAuthGrant) bool { return g.Client == client })
}

// AddStudioAsset adds a report or a data source, or replaces the one with the same id.
func (w *World) AddStudioAsset(a StudioAsset) StudioAsset {
	a.ID = cmp.Or(a.ID, guid("studio", a.Owner, a.Title, kindOfStudio(a)))
	a.Created = cmp.Or(a.Created, dawn())
	a.Updated = cmp.Or(a.Updated, a.Created)
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(w.extra.studio), func(o StudioAsset) bool { return o.ID == a.ID })
	w.extra.studio = append(kept, a)
	return a
}

// StudioAssets are all reports and data sources.
func (w *World) StudioAssets() []StudioAsset {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.extra.studio
}

// RemoveStudioAsset deletes a report or a data source.
func (w *World) RemoveStudioAsset(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.extra.studio = slices.DeleteFunc(slices.Clone(w.extra.studio), func(a StudioAsset) bool { return a.ID == id })
}

func kindOfStudio(a StudioAsset) string {
	if a.DataSource {
		return "DATA_SOURCE"
	}
	return "REPORT"
}

// clientID is a stable client id for an app that was given none, in Google's form.
func clientID(app string) string {
	return digits("client", app)[:12] + "-" + strings.ReplaceAll(guid("client", app), "-", "") + ".apps.googleusercontent.example"
}
