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
	// Erased knows the addresses and assets that were erased on request and
	// stay out. It is the store's word and no setting; nil knows of none.
	Erased func(kind ErasedKind, name string) bool `yaml:"-" json:"-"`
}

// An ErasedKind says what sort of thing was erased on request.
type ErasedKind string

// The kinds of what can be erased: a person, by each address, and an asset, by its id.
const (
	ErasedPerson ErasedKind = "person"
	ErasedAsset  ErasedKind = "asset"
	// Uninvited is a person who asked not to be invited: nothing of theirs is
	// erased, and no letter goes to them.
	Uninvited ErasedKind = "uninvited"
)

// Rules match places and assets, without regard to case. In a pattern "*"
// stands for any characters and "?" for one; in a path pattern they stay within
// one folder's name, and "**" stands for any number of folders.
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
			if strings.Trim(p, " /") == "" {
				return fmt.Errorf("scope pattern %q is empty: write a name, with * and ? for wildcards", p)
			}
		}
	}
	return nil
}

// ExcludesPlace reports whether a place is left out as a whole, so that not
// even its listing is asked for.
func (s Scope) ExcludesPlace(p Place) bool {
	if s.Exclude.place(p) || s.erased(ErasedPerson, p.Owner) {
		return true
	}
	limited := len(s.Pilot.Places)+len(s.Pilot.People)+len(s.Pilot.Units) > 0
	return limited && !s.Pilot.place(p)
}

// ExcludesAsset reports whether an asset of a place that is not itself
// excluded is left out. Path and Label of the asset must be known.
func (s Scope) ExcludesAsset(a Asset) bool {
	if s.Exclude.asset(a) || s.erased(ErasedPerson, a.Owner) || s.erased(ErasedAsset, string(a.ID)) {
		return true
	}
	limited := len(s.Pilot.Paths)+len(s.Pilot.Labels) > 0
	return limited && !s.Pilot.asset(a)
}

func (s Scope) erased(kind ErasedKind, name string) bool {
	return s.Erased != nil && name != "" && s.Erased(kind, name)
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
			if v != "" && wild(strings.ToLower(p), strings.ToLower(v)) {
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
	return wild(want[0], have[0]) && matchSegments(want[1:], have[1:])
}

// wild matches text against a pattern of "*" and "?". It goes back to the last
// "*" alone, which is enough and keeps it quick on any pattern.
func wild(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	i, j, star, resume := 0, 0, -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, resume = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}
