package inventory

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Scope says where desirepath stays out, and, for a pilot, where alone it
// goes. It holds before anything is fetched, for every source.
type Scope struct {
	Exclude Rules `yaml:"exclude,omitempty" json:"exclude,omitzero"`
	// Pilot, unless empty, limits the scan to what its rules match.
	Pilot Rules `yaml:"pilot,omitempty" json:"pilot,omitzero"`
	// Private allows opening what lies in a personal place and is shared with nobody.
	Private bool `yaml:"open_private,omitempty" json:"open_private,omitempty"`
}

// Rules match places and assets. Patterns are those of path.Match, compared
// without regard to case; "**" in a path pattern stands for any number of folders.
type Rules struct {
	Places []string `yaml:"places,omitempty" json:"places,omitempty"` // names, ids or addresses of sites, drives and shares
	People []string `yaml:"people,omitempty" json:"people,omitempty"` // addresses of owners
	Units  []string `yaml:"units,omitempty" json:"units,omitempty"`   // organisational units such as /Students, with those below them
	Paths  []string `yaml:"paths,omitempty" json:"paths,omitempty"`   // folder and file patterns
	Labels []string `yaml:"labels,omitempty" json:"labels,omitempty"` // sensitivity labels
}

// Validate reports the first pattern that cannot be read.
func (s Scope) Validate() error {
	for _, r := range []Rules{s.Exclude, s.Pilot} {
		for _, p := range slices.Concat(r.Places, r.People, r.Units, r.Paths, r.Labels) {
			if _, err := path.Match(p, ""); err != nil || p == "" {
				return fmt.Errorf("scope pattern %q: write it as a name with * and ? for wildcards", p)
			}
		}
	}
	return nil
}

// ExcludesPlace reports whether a place is left out as a whole, so that not
// even its listing is asked for.
func (s Scope) ExcludesPlace(p Place) bool {
	if s.Exclude.place(p) {
		return true
	}
	limited := len(s.Pilot.Places)+len(s.Pilot.People)+len(s.Pilot.Units) > 0
	return limited && !s.Pilot.place(p)
}

// ExcludesAsset reports whether an asset of a place that is not itself
// excluded is left out. Path and Label of the asset must be known.
func (s Scope) ExcludesAsset(a Asset) bool {
	if s.Exclude.asset(a) {
		return true
	}
	limited := len(s.Pilot.Paths)+len(s.Pilot.Labels) > 0
	return limited && !s.Pilot.asset(a)
}

// OpensContent reports whether the asset may be looked into.
func (s Scope) OpensContent(p Place, a Asset) bool {
	return s.Private || !p.Personal() || a.Shared
}

func (r Rules) place(p Place) bool {
	return matchAny(r.Places, p.Name, p.ID, p.URL, p.Site) || matchAny(r.People, p.Owner) ||
		p.Unit != "" && matchPath(r.Units, p.Unit, "")
}

func (r Rules) asset(a Asset) bool {
	return matchAny(r.People, a.Owner) || matchAny(r.Labels, a.Label) || matchPath(r.Paths, a.Path, a.Name)
}

func matchAny(patterns []string, values ...string) bool {
	for _, p := range patterns {
		for _, v := range values {
			if ok, _ := path.Match(strings.ToLower(p), strings.ToLower(v)); v != "" && ok {
				return true
			}
			if v != "" && strings.EqualFold(p, v) {
				return true
			}
		}
	}
	return false
}

// matchPath matches a pattern against the whole path of a file and against
// every folder above it, so that excluding a folder excludes what lies below.
func matchPath(patterns []string, dir, name string) bool {
	full := strings.Split(strings.ToLower(strings.Trim(path.Join(dir, name), "/")), "/")
	for _, p := range patterns {
		want := strings.Split(strings.ToLower(strings.Trim(p, "/")), "/")
		for n := 1; n <= len(full); n++ {
			if matchSegments(want, full[:n]) {
				return true
			}
		}
	}
	return false
}

func matchSegments(want, have []string) bool {
	if len(want) == 0 {
		return len(have) == 0
	}
	if want[0] == "**" {
		for n := 0; n <= len(have); n++ {
			if matchSegments(want[1:], have[n:]) {
				return true
			}
		}
		return false
	}
	if len(have) == 0 {
		return false
	}
	ok, _ := path.Match(want[0], have[0])
	return ok && matchSegments(want[1:], have[1:])
}
