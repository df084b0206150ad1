package alderbay

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed workspace.yaml
var outside embed.FS

// A Workspace is what people of Google's side made or let in outside of Drive.
type Workspace struct {
	Reports []Report `yaml:"reports"`
	Apps    []App    `yaml:"apps"`
}

// A Report is one in Looker Studio, or a source of data for reports.
type Report struct {
	Title   string    `yaml:"title"`
	Data    bool      `yaml:"data"`
	By      string    `yaml:"by"`
	Readers []string  `yaml:"readers"`
	Made    time.Time `yaml:"made"`
	Saved   time.Time `yaml:"saved"`
}

// An App is one that people let at their data.
type App struct {
	Name   string    `yaml:"name"`
	Since  time.Time `yaml:"since"`
	Scopes []string  `yaml:"scopes"`
	People []string  `yaml:"people"`
	Left   []string  `yaml:"left"` // those of them who took it back
	About  string    `yaml:"about"`
}

// Workspace reads it and checks that everybody in it has an account there.
func (s *Story) Workspace() (Workspace, error) {
	var w Workspace
	data, err := outside.ReadFile("workspace.yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(data, &w, yaml.Strict())
	}
	if err != nil {
		return w, fmt.Errorf("workspace.yaml: %w", err)
	}
	var who []string
	for i := range w.Reports {
		r := &w.Reports[i]
		r.Made, r.Saved = hour(r.Made, 8, r.Title), hour(r.Saved, 12, r.Title)
		who = append(append(who, r.By), r.Readers...)
	}
	for i := range w.Apps {
		a := &w.Apps[i]
		a.Since = hour(a.Since, 9, a.Name)
		who = append(append(who, a.People...), a.Left...)
	}
	for _, id := range who {
		if p, ok := s.people[id]; !ok || !p.Google {
			return w, fmt.Errorf("workspace.yaml: %q has no account there", id)
		}
	}
	return w, nil
}

// A Question is one item of a form.
type Question struct {
	Title   string
	Type    string   // text, choice, checks, scale, rating, date, time, file, grid, section or note
	Choices []string // of a choice, several choices or a grid
	Rows    []string // of a grid
}

// Questions are what a form asks, one a line: "Size | choice S/M/L", "How was it? | grid Food, Room by Good/Bad", "About you | section".
func (a *Asset) Questions() []Question {
	var out []Question
	for line := range strings.Lines(a.Asks) {
		title, rest, _ := strings.Cut(strings.TrimSpace(line), " | ")
		kind, more, _ := strings.Cut(rest, " ")
		q := Question{Title: title, Type: kind}
		if rows, choices, grid := strings.Cut(more, " by "); grid {
			q.Rows, more = strings.Split(rows, ", "), choices
		}
		if more != "" {
			q.Choices = strings.Split(more, "/")
		}
		out = append(out, q)
	}
	return out
}

// checkAsks finds what is wrong with a form, a script or neither.
func (s *Story) checkAsks(a *Asset) error {
	for _, q := range a.Questions() {
		known := []string{"text", "choice", "checks", "scale", "rating", "date", "time", "file", "grid", "section", "note"}
		if q.Title == "" || !slices.Contains(known, q.Type) {
			return fmt.Errorf("question %q: there is no type %q", q.Title, q.Type)
		}
	}
	if _, ok := s.assets[a.Answers]; a.Answers != "" && !ok {
		return fmt.Errorf("answers go to %q, which is not told", a.Answers)
	}
	return nil
}
