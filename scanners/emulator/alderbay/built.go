package alderbay

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed lists.yaml
var built embed.FS

// A SiteList is one somebody made on a site. Shadows is the story's own opinion, as it is of an Asset.
type SiteList struct {
	ID       string    `yaml:"id"`
	Name     string    `yaml:"name"`
	In       string    `yaml:"in"` // a site
	By       string    `yaml:"by"`
	Template string    `yaml:"template"` // "" for a list of one's own
	Hidden   bool      `yaml:"hidden"`
	Made     time.Time `yaml:"made"`
	Saved    time.Time `yaml:"saved"`
	Shadows  string    `yaml:"is"`
	About    string    `yaml:"about"`
	Told     string    `yaml:"columns"`

	Columns []ListColumn `yaml:"-"` // from Told
}

// A ListColumn is a column of a list.
type ListColumn struct {
	Heading string
	Type    string   // text, number, currency, date, yes/no, person, link, lookup, choice or calculated
	Choices []string // of a choice
	Formula string   // of a calculated one
	List    string   // that a lookup leads to
}

// Lists are what people keep in lists, each on a site of the story and by somebody of it.
func (s *Story) Lists() ([]SiteList, error) {
	var out []SiteList
	if err := tell("lists.yaml", &out); err != nil {
		return nil, err
	}
	for i := range out {
		if err := s.finishList(&out[i]); err != nil {
			return nil, fmt.Errorf("list %s: %w", out[i].ID, err)
		}
	}
	return out, nil
}

func (s *Story) finishList(l *SiteList) error {
	if p, ok := s.places[l.In]; !ok || p.Kind != Site {
		return fmt.Errorf("no site is called %q", l.In)
	}
	if _, ok := s.people[l.By]; !ok {
		return fmt.Errorf("nobody is called %q", l.By)
	}
	l.Made, l.Saved = hour(l.Made, 8, l.ID), hour(l.Saved, 12, l.ID)
	if l.Made.IsZero() || l.Saved.Before(l.Made) {
		return fmt.Errorf("saved %s, made %s", l.Saved, l.Made)
	}
	for line := range strings.Lines(l.Told) {
		c, err := listColumn(line)
		if err != nil {
			return err
		}
		l.Columns = append(l.Columns, c)
	}
	return nil
}

// listColumn reads a line such as "Size | choice S/M/L".
func listColumn(line string) (ListColumn, error) {
	heading, rest, _ := strings.Cut(strings.TrimSpace(line), " | ")
	kind, more, _ := strings.Cut(rest, " ")
	c := ListColumn{Heading: strings.Trim(heading, `"`), Type: kind}
	switch kind {
	case "choice":
		c.Choices = strings.Split(more, "/")
	case "calculated":
		c.Formula = more
	case "lookup":
		c.List = more
	default:
		if !slices.Contains([]string{"text", "number", "currency", "date", "yes/no", "person", "link"}, kind) {
			return c, fmt.Errorf("column %q: there is no type %q", heading, kind)
		}
	}
	return c, nil
}

func tell(name string, into any) error {
	data, err := built.ReadFile(name)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
