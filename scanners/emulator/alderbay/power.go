package alderbay

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed power.yaml
var poweredText []byte

// Powered is what people built in Power Platform and Power BI.
type Powered struct {
	Environments []PowerPlace  `yaml:"environments"`
	Things       []PowerThing  `yaml:"things"`
	Workspaces   []PowerPlace  `yaml:"workspaces"`
	Reports      []PowerReport `yaml:"reports"`
}

// A PowerPlace is an environment or a workspace.
type PowerPlace struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	Sort string `yaml:"sort"` // of an environment
	By   string `yaml:"by"`
}

// A PowerThing is an app, a flow or an agent. Shadows is the story's own opinion, as it is of an Asset.
type PowerThing struct {
	ID         string           `yaml:"id"`
	Name       string           `yaml:"name"`
	Sort       string           `yaml:"sort"` // such as "canvas app"
	In         string           `yaml:"in"`
	By         string           `yaml:"by"`
	Made       time.Time        `yaml:"made"`
	Saved      time.Time        `yaml:"saved"`
	Users      int              `yaml:"users"`
	Groups     int              `yaml:"groups"`
	Channels   []string         `yaml:"channels"`
	Model      string           `yaml:"model"`
	Connectors []PowerConnector `yaml:"connectors"`
	Shadows    string           `yaml:"is"`
	About      string           `yaml:"about"`
}

// A PowerConnector is a connector, and what is read through it.
type PowerConnector struct {
	Name    string   `yaml:"name"`
	Sources []string `yaml:"sources"`
	Sets    []string `yaml:"sets"`
}

// A PowerReport is a report with the model behind it.
type PowerReport struct {
	ID      string             `yaml:"id"`
	Name    string             `yaml:"name"`
	In      string             `yaml:"in"`
	By      string             `yaml:"by"`
	Made    time.Time          `yaml:"made"`
	Saved   time.Time          `yaml:"saved"`
	Readers []string           `yaml:"readers"`
	Groups  int                `yaml:"groups"`
	Tables  map[string]string  `yaml:"tables"` // columns, one a line: name | type
	Sources []PowerReportInput `yaml:"sources"`
	Shadows string             `yaml:"is"`
	About   string             `yaml:"about"`
}

// A PowerReportInput is where a report takes data from.
type PowerReportInput struct {
	Type    string            `yaml:"type"`
	Details map[string]string `yaml:"at"`
}

// Powered is what the story tells of Power Platform and Power BI, each by somebody of it and in a place of it.
func (s *Story) Powered() (Powered, error) {
	var out Powered
	if err := yaml.UnmarshalWithOptions(poweredText, &out, yaml.Strict()); err != nil {
		return out, fmt.Errorf("power.yaml: %w", err)
	}
	places := map[string]bool{}
	for _, p := range append(append([]PowerPlace{}, out.Environments...), out.Workspaces...) {
		places[p.ID] = true
		if s.people[p.By] == nil {
			return out, fmt.Errorf("%s: nobody is called %q", p.ID, p.By)
		}
	}
	check := func(id, in, by string, made, saved *time.Time) error {
		if !places[in] || s.people[by] == nil {
			return fmt.Errorf("%s: no place %q, or nobody is called %q", id, in, by)
		}
		*made, *saved = hour(*made, 8, id), hour(*saved, 12, id)
		if made.IsZero() || saved.Before(*made) {
			return fmt.Errorf("%s: saved %s, made %s", id, saved, made)
		}
		return nil
	}
	for i := range out.Things {
		t := &out.Things[i]
		if err := check(t.ID, t.In, t.By, &t.Made, &t.Saved); err != nil {
			return out, err
		}
	}
	for i := range out.Reports {
		r := &out.Reports[i]
		if err := check(r.ID, r.In, r.By, &r.Made, &r.Saved); err != nil {
			return out, err
		}
	}
	return out, nil
}
