package alderbay

import (
	"cmp"
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed people.csv places.yaml systems.yaml words.yaml assets/*.yaml
var told embed.FS

// Systems is the file of the systems the university provides, each with its IT partner: a list of maps in YAML.
func Systems() ([]byte, error) { return told.ReadFile("systems.yaml") }

// Load reads the story and checks that it hangs together.
func Load() (*Story, error) {
	s := &Story{people: map[string]*Person{}, places: map[string]*Place{}, assets: map[string]*Asset{}}
	for _, step := range []func() error{s.loadWords, s.loadPeople, s.loadPlaces, s.loadAssets} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("alder bay: %w", err)
		}
	}
	return s, nil
}

func (s *Story) loadWords() error { return decode("words.yaml", &s.words) }

func (s *Story) loadPeople() error {
	f, err := told.Open("people.csv")
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("people.csv: %w", err)
	}
	s.People = make([]Person, 0, len(rows))
	for _, row := range rows[1:] {
		p, err := person(row)
		if err != nil {
			return fmt.Errorf("people.csv, %s: %w", row[0], err)
		}
		s.People = append(s.People, p)
	}
	for i := range s.People {
		s.people[s.People[i].ID] = &s.People[i]
	}
	return nil
}

func person(row []string) (Person, error) {
	p := Person{ID: row[0], Name: row[1], Title: row[2], Team: row[3]}
	p.Given, p.Family, _ = strings.Cut(p.Name, " ")
	p.Microsoft = row[4] == "microsoft" || row[4] == "both"
	p.Google = row[4] == "google" || row[4] == "both"
	switch status := row[5]; status {
	case "":
	case "guest":
		p.Guest = true
	default:
		left, err := time.Parse(time.DateOnly, status)
		if err != nil {
			return p, err
		}
		p.Left = left
	}
	return p, nil
}

type placeFile struct {
	Sites  []placeLine `yaml:"sites"`
	Drives []placeLine `yaml:"shared_drives"`
}

type placeLine struct {
	ID        string   `yaml:"id"`
	Name      string   `yaml:"name"`
	Libraries []string `yaml:"libraries"`
	Members   string   `yaml:"members"` // a team and the teams under it
	Also      []string `yaml:"also"`
	Private   bool     `yaml:"private"`
	About     string   `yaml:"about"`
}

func (s *Story) loadPlaces() error {
	var f placeFile
	if err := decode("places.yaml", &f); err != nil {
		return err
	}
	for _, l := range f.Sites {
		s.Places = append(s.Places, s.common(l, Site))
	}
	for _, l := range f.Drives {
		s.Places = append(s.Places, s.common(l, SharedDrive))
	}
	for _, p := range s.People {
		if p.Microsoft && !p.Guest {
			s.Places = append(s.Places, Place{ID: OneDrive + ":" + p.ID, Kind: OneDrive, Name: p.Name, Owner: p.ID})
		}
		if p.Google {
			s.Places = append(s.Places, Place{ID: MyDrive + ":" + p.ID, Kind: MyDrive, Name: p.Name, Owner: p.ID})
		}
	}
	for i := range s.Places {
		s.places[s.Places[i].ID] = &s.Places[i]
	}
	return nil
}

// common makes a place of many people: those of a team who use the suite.
func (s *Story) common(l placeLine, kind string) Place {
	p := Place{ID: l.ID, Kind: kind, Name: l.Name, Libraries: l.Libraries, Private: l.Private, About: l.About}
	for _, who := range s.People {
		in := who.Team == l.Members || strings.HasPrefix(who.Team, l.Members+"/")
		suite := kind == Site && who.Microsoft || kind == SharedDrive && who.Google
		if suite && (in || slices.Contains(l.Also, who.ID)) {
			p.Members = append(p.Members, who.ID)
		}
	}
	return p
}

func (s *Story) loadAssets() error {
	files, err := fs.Glob(told, "assets/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range files {
		var some []Asset
		if err := decode(name, &some); err != nil {
			return err
		}
		s.Assets = append(s.Assets, some...)
	}
	for i := range s.Assets {
		a := &s.Assets[i]
		if _, twice := s.assets[a.ID]; twice {
			return fmt.Errorf("asset %s: told twice", a.ID)
		}
		s.assets[a.ID] = a
	}
	for i := range s.Assets {
		if err := s.finish(&s.Assets[i]); err != nil {
			return fmt.Errorf("asset %s: %w", s.Assets[i].ID, err)
		}
	}
	return nil
}

// finish fills in what a copy has from its original and resolves the place.
func (s *Story) finish(a *Asset) error {
	if a.story != nil {
		return nil
	}
	a.story, a.seed = s, a.ID
	if a.CopyOf != "" {
		if err := s.inherit(a); err != nil {
			return err
		}
	}
	if err := s.settle(a); err != nil {
		return err
	}
	for _, who := range append(append([]string{a.By}, a.Editors...), a.Shared...) {
		if _, ok := s.people[who]; !ok && who != "organisation" {
			return fmt.Errorf("nobody is called %q", who)
		}
	}
	if _, ok := s.assets[a.To]; a.To != "" && !ok {
		return fmt.Errorf("leads to %q, which is not told", a.To)
	}
	if err := s.checkAsks(a); err != nil {
		return err
	}
	a.Made, a.Saved = hour(a.Made, 8, a.ID), hour(a.Saved, 12, a.ID)
	if a.Made.IsZero() || a.Saved.Before(a.Made) {
		return fmt.Errorf("saved %s, made %s", a.Saved, a.Made)
	}
	return nil
}

func (s *Story) settle(a *Asset) error {
	id, library, _ := strings.Cut(a.In, "/")
	if id == OneDrive || id == MyDrive {
		id += ":" + a.By
	}
	p, ok := s.places[id]
	if !ok {
		return fmt.Errorf("no place is called %q", id)
	}
	a.PlaceID, a.Library = id, library
	if p.Kind != Site {
		return nil
	}
	if library == "" {
		a.Library = p.Libraries[0]
	}
	if !slices.Contains(p.Libraries, a.Library) {
		return fmt.Errorf("site %s has no library %q", id, a.Library)
	}
	return nil
}

// inherit gives a copy what it does not say of itself.
func (s *Story) inherit(a *Asset) error {
	from, ok := s.assets[a.CopyOf]
	if !ok {
		return fmt.Errorf("copy of %q, which is not told", a.CopyOf)
	}
	if err := s.finish(from); err != nil {
		return err
	}
	if a.Exact {
		a.seed = from.seed
	}
	a.File, a.In = cmp.Or(a.File, from.File), cmp.Or(a.In, from.In)
	a.Path, a.By = cmp.Or(a.Path, from.Path), cmp.Or(a.By, from.By)
	a.Shadows, a.Lists = cmp.Or(a.Shadows, from.Shadows), cmp.Or(a.Lists, from.Lists)
	if a.Editors == nil {
		a.Editors = from.Editors
	}
	if a.Shared == nil {
		a.Shared = from.Shared
	}
	a.Connections = append(a.Connections, from.Connections...)
	a.Queries = append(a.Queries, from.Queries...)
	a.Links = append(a.Links, from.Links...)
	a.Names = orMap(a.Names, maps.Clone(from.Names))
	a.Sheets = append(slices.Clone(from.Sheets), a.Sheets...)
	if len(from.Sheets) > 0 {
		a.Sheets[0] = a.changed(from.Sheets[0])
	}
	return nil
}

// changed is the original's first sheet with what the copy does differently.
func (a *Asset) changed(sh Sheet) Sheet {
	if a.Titles != nil {
		sh.Titles = a.Titles
	}
	if a.Rows > 0 {
		sh.Main.Rows = a.Rows
	}
	for from, to := range a.Rename { // in formulas
		sh.Main.Columns = strings.NewReplacer("{"+from+"}", "{"+to+"}", "{"+from+":}", "{"+to+":}").Replace(sh.Main.Columns)
	}
	var kept []string
	for line := range strings.Lines(sh.Main.Columns) {
		heading, values, _ := strings.Cut(strings.TrimRight(line, "\n"), "|")
		heading = strings.TrimSpace(heading)
		if heading == "" && values == "" || slices.Contains(a.Drop, heading) {
			continue
		}
		if to, ok := a.Rename[heading]; ok {
			heading, line = to, to+" | "+values
		}
		kept = append(kept, strings.TrimRight(line, "\n"))
	}
	sh.Main.Columns = strings.Join(kept, "\n") + "\n" + a.Add
	return sh
}

func decode(name string, into any) error {
	data, err := told.ReadFile(name)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %w", path.Base(name), err)
	}
	return nil
}

// hour gives a day a time at work, in the five hours from one on, so that not everything happens at midnight.
func hour(day time.Time, from int, name string) time.Time {
	if day.IsZero() {
		return day
	}
	return day.Add(time.Duration(from*3600+seed(name)%(5*3600)) * time.Second)
}

func orMap(a, b map[string]string) map[string]string {
	if a != nil {
		return a
	}
	return b
}
