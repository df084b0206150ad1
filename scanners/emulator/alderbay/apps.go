package alderbay

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed apps.yaml
var toldApps []byte

// Apps are the applications of the story: those of the directory, and those in Teams.
type Apps struct {
	Entra []EntraApp `yaml:"entra"`
	Teams []TeamsApp `yaml:"teams"`
}

// An EntraApp is one that somebody registered or let in. Shadows is the story's own opinion, as it is of an Asset.
type EntraApp struct {
	ID        string              `yaml:"id"`
	Name      string              `yaml:"name"`
	Publisher string              `yaml:"publisher"` // "" for this university
	Verified  bool                `yaml:"verified"`
	Kind      string              `yaml:"kind"` // as Entra calls it; "" for one that people sign in to
	Owners    []string            `yaml:"owners"`
	Made      time.Time           `yaml:"made"`
	Unused    bool                `yaml:"unused"`
	Redirects []string            `yaml:"redirects"`
	Asks      []string            `yaml:"asks"`     // permissions in the name of who signs in
	Itself    []string            `yaml:"itself"`   // permissions of its own
	Everyone  string              `yaml:"everyone"` // what an administrator agreed to for everybody
	Consents  map[string][]string `yaml:"consents"` // who agreed to what
	UsedBy    []string            `yaml:"used-by"`
	Secrets   int                 `yaml:"secrets"`
	Shadows   string              `yaml:"is"`
	About     string              `yaml:"about"`
}

// A TeamsApp is one that somebody put into the catalogue of Teams.
type TeamsApp struct {
	ID          string         `yaml:"id"`
	Name        string         `yaml:"name"`
	Permissions []string       `yaml:"permissions"`
	Versions    []TeamsVersion `yaml:"versions"`
	Shadows     string         `yaml:"is"`
	About       string         `yaml:"about"`
}

// A TeamsVersion is one that somebody handed in.
type TeamsVersion struct {
	Version string    `yaml:"version"`
	By      string    `yaml:"by"`
	At      time.Time `yaml:"at"`
	State   string    `yaml:"state"` // "" once it is published
}

// Apps are told once all people are.
func (s *Story) Apps() (Apps, error) {
	var out Apps
	if err := yaml.UnmarshalWithOptions(toldApps, &out, yaml.Strict()); err != nil {
		return out, fmt.Errorf("apps.yaml: %w", err)
	}
	for i := range out.Entra {
		a := &out.Entra[i]
		a.Made = hour(a.Made, 8, a.ID)
		who := slices.Concat(a.Owners, a.UsedBy)
		for _, people := range a.Consents {
			who = append(who, people...)
		}
		if err := s.known(a.ID, a.Made, who); err != nil {
			return out, err
		}
	}
	for i := range out.Teams {
		for v := range out.Teams[i].Versions {
			version := &out.Teams[i].Versions[v]
			version.At = hour(version.At, 12, out.Teams[i].ID+version.Version)
			if err := s.known(out.Teams[i].ID, version.At, []string{version.By}); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// known checks that all who have to do with an app are people of the story.
func (s *Story) known(app string, at time.Time, people []string) error {
	if at.IsZero() {
		return fmt.Errorf("app %s: it is not told when it was made", app)
	}
	for _, id := range people {
		if _, ok := s.people[id]; !ok {
			return fmt.Errorf("app %s: nobody is called %q", app, id)
		}
	}
	return nil
}
