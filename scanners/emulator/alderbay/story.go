// Package alderbay tells the story of the demo organisation: the people of Alder Bay University, the places where they keep
// their files, and what they built. Everything is told in the data files beside this one; the code turns a told workbook into
// rows and bytes, the same on every run. Nobody and nothing in it exists.
//
// To add somebody, add a line to people.csv; to add something that somebody built, add an entry to a file in assets:
//
//   - id: reef-loans
//     file: Reef Room keys.xlsx       # .gsheet makes it a native spreadsheet of Google's
//     in: science/Documents           # a place of places.yaml with its library, or "onedrive" or "mydrive" for the maker's own
//     by: tom.whitlock
//     editors: [wenqi.luo]
//     made: 2025-02-03
//     saved: 2026-11-02
//     is: asset                       # what it stands in for, or none; only the tests look at it
//     sheets:
//   - name: keys
//     rows: 20
//     columns: |                    # a heading and what is under it, see column
//     Key | id K###
//     Has it | name
//     Since | dates 2025-02-03..2026-11-01
//     Days | =TODAY()-{Since} ~ int 1..600
//
// A copy says copy-of and what is different. Headings should look as people write them, not as a classifier would like them.
package alderbay

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// A Story is the whole organisation as plain data. It is read only after Load.
type Story struct {
	People []Person
	Places []Place
	Assets []Asset

	words  map[string][]string // by the kind of column that they fill
	people map[string]*Person
	places map[string]*Place
	assets map[string]*Asset
}

// A Person works, or worked, at Alder Bay.
type Person struct {
	ID        string // also the local part of the address
	Name      string
	Given     string
	Family    string
	Title     string
	Team      string    // "Faculty/School", as the directory's unit
	Microsoft bool      // has a Microsoft 365 account
	Google    bool      // has a Google Workspace account; with both, the verified address is the same
	Left      time.Time // zero while the person works here
	Guest     bool      // from another organisation, with an account as a guest
}

// Address is the person's verified address in either suite.
func (p Person) Address() string {
	if p.Guest {
		return p.ID + "@harbouraudit.example"
	}
	return p.ID + "@alderbay.example"
}

// Kinds of places.
const (
	Site        = "site"
	OneDrive    = "onedrive"
	MyDrive     = "mydrive"
	SharedDrive = "shareddrive"
)

// A Place is where files are kept: a site with libraries, somebody's OneDrive or My Drive, or a shared drive.
type Place struct {
	ID        string // "science", "onedrive:priya.raman", "mydrive:daria.sokol", "sd-arts"
	Kind      string
	Name      string
	Libraries []string // of a site; the first is the default one
	Owner     string   // person of a OneDrive or My Drive
	Members   []string // people who can edit everything in a site or shared drive
	Private   bool     // to be left out of scans, as the counselling service is
	About     string
}

// An Asset is one file somebody made. Shadows is the story's own opinion of what it stands in for; no scanner sees it.
type Asset struct {
	ID      string    `yaml:"id"`
	File    string    `yaml:"file"` // name with extension; .gsheet, .gdoc, .gform, .gscript, .gsite and .gshortcut are native Google types
	In      string    `yaml:"in"`   // a place, with "/Library" for a site's; "onedrive" and "mydrive" are the builder's own
	Path    string    `yaml:"path"` // folders, "/"-separated
	By      string    `yaml:"by"`   // who built it
	Editors []string  `yaml:"editors"`
	Shared  []string  `yaml:"shared"` // people it is shared with, or "organisation"
	Made    time.Time `yaml:"made"`
	Saved   time.Time `yaml:"saved"`
	Shadows string    `yaml:"is"` // capability, or "none"
	About   string    `yaml:"about"`
	CopyOf  string    `yaml:"copy-of"`
	To      string    `yaml:"to"`    // the asset that a .gshortcut leads to
	Exact   bool      `yaml:"exact"` // a copy with the same rows, not a new year's

	Sheets      []Sheet           `yaml:"sheets"`
	Names       map[string]string `yaml:"names"` // defined names and what they refer to
	Connections []Connection      `yaml:"connections"`
	Queries     []Query           `yaml:"queries"`
	Links       []string          `yaml:"links"`     // other workbooks that formulas read, [1] the first
	Lists       string            `yaml:"lists"`     // name of the hidden sheet of pick@ lists; "Lists" when empty
	Text        []string          `yaml:"text"`      // lines of a document
	Asks        string            `yaml:"asks"`      // of a form, see Questions
	Answers     string            `yaml:"answers"`   // the asset behind a form
	Addresses   bool              `yaml:"addresses"` // a form asks for everybody's
	Marks       []string          `yaml:"marks"`     // what scripts and add-ons left in a .gsheet
	Code        map[string]string `yaml:"code"`      // the files of a script; {id} stands for where the asset lies
	Broken      string            `yaml:"broken"`    // encrypted, truncated, empty or wide
	Size        int               `yaml:"size"`      // roughly, in bytes, of a photo or a scan; 0 is small

	// How a copy differs from what it is a copy of, in its first table.
	Rows   int               `yaml:"rows"`
	Titles []string          `yaml:"titles"`
	Add    string            `yaml:"add"`
	Drop   []string          `yaml:"drop"`
	Rename map[string]string `yaml:"rename"`

	PlaceID string `yaml:"-"` // resolved from In
	Library string `yaml:"-"` // of a site
	seed    string
	story   *Story
}

// A Sheet is one sheet as told: its main table, and whatever else somebody put beside it.
type Sheet struct {
	Name    string            `yaml:"name"`
	Hidden  bool              `yaml:"hidden"`
	Titles  []string          `yaml:"titles"` // lines above the table; "" leaves a line empty
	Main    Table             `yaml:",inline"`
	Tables  []Table           `yaml:"tables"` // further tables, each with its own place
	Below   []string          `yaml:"below"`  // notes under the main table
	Notes   map[string]string `yaml:"notes"`  // text, links and formulas at a cell
	Grid    string            `yaml:"grid"`   // a free layout instead of a table: lines of cells separated by |
	Freeze  bool              `yaml:"freeze"`
	Protect []string          `yaml:"protect"` // ranges of a .gsheet that only some may change
}

// A Table is a heading row and what is under it.
type Table struct {
	At      string   `yaml:"at"`      // cell of the first heading; under the titles when empty
	Groups  []string `yaml:"groups"`  // merged headings above the headings: "Assessment@3-6" is over columns 3 to 6
	Columns string   `yaml:"columns"` // one "Heading | values" a line, see column
	Rows    int      `yaml:"rows"`
	Gaps    int      `yaml:"gaps"`  // an empty row after every so many
	Total   []string `yaml:"total"` // headings to sum up in a last row
	Table   string   `yaml:"table"` // name of an Excel table over it
}

// A Connection is how a workbook is fed from a database or a web address.
type Connection struct {
	Name    string `yaml:"name"`
	Text    string `yaml:"text"`    // connection string
	Command string `yaml:"command"` // what is asked for
}

// A Query is a Power Query.
type Query struct {
	Name string `yaml:"name"`
	M    string `yaml:"m"`
}

// Person returns the person with the id, and whether there is one.
func (s *Story) Person(id string) (Person, bool) {
	p, ok := s.people[id]
	if !ok {
		return Person{}, false
	}
	return *p, true
}

// Place returns the place with the id, and whether there is one.
func (s *Story) Place(id string) (Place, bool) {
	p, ok := s.places[id]
	if !ok {
		return Place{}, false
	}
	return *p, true
}

// Name is the file's name as people see it: native Google files have no extension.
func (a *Asset) Name() string {
	if a.Native() {
		return strings.TrimSuffix(a.File, path.Ext(a.File))
	}
	return a.File
}

// Ext is the extension in lower case, ".xlsx".
func (a *Asset) Ext() string { return strings.ToLower(path.Ext(a.File)) }

// Native says whether the asset is a Google type without bytes of its own.
func (a *Asset) Native() bool { return strings.HasPrefix(a.Ext(), ".g") && a.Ext() != ".gif" }

// Workbook says whether people would call it a spreadsheet.
func (a *Asset) Workbook() bool {
	switch a.Ext() {
	case ".xlsx", ".csv", ".gsheet":
		return true
	}
	return false
}

func (a *Asset) String() string { return fmt.Sprintf("%s (%s)", a.ID, a.File) }
