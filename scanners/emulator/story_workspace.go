package emulator

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/scanners/emulator/alderbay"
)

// formOf is a told form.
func (t *telling) formOf(a *alderbay.Asset) Form {
	f := Form{Sheet: t.assets[a.Answers], Addresses: a.Addresses}
	for _, q := range a.Questions() {
		f.Questions = append(f.Questions, Question{Title: q.Title, Type: q.Type, Choices: q.Choices, Rows: q.Rows})
	}
	return f
}

// scriptOf is a told script, with the ids of what it works on.
func (t *telling) scriptOf(a *alderbay.Asset) []ScriptFile {
	var out []ScriptFile
	for _, name := range slices.Sorted(maps.Keys(a.Code)) {
		code := regexp.MustCompile(`\{[a-z0-9-]+\}`).ReplaceAllStringFunc(a.Code[name], func(id string) string {
			if made := t.assets[strings.Trim(id, "{}")]; made != "" {
				return made
			}
			return id
		})
		out = append(out, ScriptFile{Name: name, Source: code})
	}
	return out
}

// workspace tells what people of Google's side made or let in outside of Drive.
func (t *telling) workspace() error {
	told, err := t.story.Workspace()
	if err != nil {
		return err
	}
	for _, r := range told.Reports {
		a := StudioAsset{Title: r.Title, DataSource: r.Data, Owner: t.people[r.By], Created: r.Made, Updated: r.Saved}
		for _, who := range r.Readers {
			a.Readers = append(a.Readers, t.people[who])
		}
		t.world.AddStudioAsset(a)
	}
	for _, a := range told.Apps {
		t.letIn(a)
	}
	return nil
}

// letIn gives an app access to its people's data, one after the other.
func (t *telling) letIn(a alderbay.App) {
	for i, who := range a.People {
		g := OAuthGrant{Client: clientID(a.Name), App: a.Name, Person: t.people[who], Given: a.Since.AddDate(0, 0, 3*i)}
		for _, scope := range a.Scopes {
			g.Scopes = append(g.Scopes, scopePrefix+scope)
		}
		if slices.Contains(a.Left, who) {
			g.Taken = g.Given.Add(30 * 24 * time.Hour)
		}
		t.world.AddOAuthGrant(g)
	}
}
