package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A TeamsApp is an app in the organisation's Teams catalogue: one of its own, or one of the store.
type TeamsApp struct {
	ID       string // made from the name when empty
	Name     string
	External string // the id in the app's manifest; made from the name when empty
	Store    bool   // of the store, not the organisation's own
	Versions []TeamsVersion
}

// A TeamsVersion is one that somebody handed in.
type TeamsVersion struct {
	Name        string // of the app, where this version has another
	Version     string
	State       string // "published" when empty; submitted or rejected
	By          string // a person's id
	At          time.Time
	Description string
	Short       string
	Permissions []string // of single teams and chats, such as "ChannelMessage.Read.Group"
	Client      string   // the Entra application it signs in as, if any
}

// AddTeamsApp adds an app to the catalogue, or replaces the one with the same id.
func (w *World) AddTeamsApp(a TeamsApp) TeamsApp {
	a.ID = cmp.Or(a.ID, guid(fmt.Sprint(w.Seed), "teams app", a.Name))
	a.External = cmp.Or(a.External, guid(fmt.Sprint(w.Seed), "manifest", a.Name))
	if len(a.Versions) == 0 {
		a.Versions = []TeamsVersion{{Version: "1.0.0", At: dawn()}}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.teamsApps = replaced(w.teamsApps, a, func(o TeamsApp) bool { return o.ID == a.ID })
	return a
}

// TeamsApps is the catalogue in the order it was filled.
func (w *World) TeamsApps() []TeamsApp {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.teamsApps
}

// ChangeTeamsApp alters an app. What change is given is a copy; slices in it must be replaced, not written to.
func (w *World) ChangeTeamsApp(id string, change func(*TeamsApp)) error {
	a, ok := findIn(w.TeamsApps(), func(a TeamsApp) bool { return a.ID == id })
	if !ok {
		return fmt.Errorf("teams app %s: %w", id, ErrNotFound)
	}
	change(&a)
	w.AddTeamsApp(a)
	return nil
}

// RemoveTeamsApp takes an app out of the catalogue.
func (w *World) RemoveTeamsApp(id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(w.teamsApps), func(a TeamsApp) bool { return a.ID == id })
	if len(kept) == len(w.teamsApps) {
		return fmt.Errorf("teams app %s: %w", id, ErrNotFound)
	}
	w.teamsApps = kept
	return nil
}
