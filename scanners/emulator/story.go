package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/scanners/emulator/alderbay"
)

// AlderBay makes the demo organisation: Alder Bay University with its people, places and some 340 files, as told in the package alderbay.
// It is the same on every run. The clock stamps later changes; time.Now when nil. What is in a workbook is made when it is first asked for.
func AlderBay(now func() time.Time) (*World, error) {
	told, err := alderbay.Load()
	if err != nil {
		return nil, err
	}
	t := &telling{
		story:  told,
		world:  NewWorld(Options{Org: "Alder Bay University", Domain: "alderbay.example", Seed: 1862, Now: now}),
		people: map[string]string{},
		places: map[string]string{},
		sites:  map[string]string{},
		folder: map[string]string{},
		assets: map[string]string{},
	}
	t.everybody()
	t.everywhere()
	for _, shortcuts := range []bool{false, true} { // which need to know what they lead to
		for i := range told.Assets {
			a := &told.Assets[i]
			if (a.To != "") != shortcuts {
				continue
			}
			if err := t.asset(a); err != nil {
				return nil, fmt.Errorf("alder bay: asset %s: %w", a.ID, err)
			}
		}
	}
	for _, more := range []func() error{t.built, t.workspace} {
		if err := more(); err != nil {
			return nil, fmt.Errorf("alder bay: %w", err)
		}
	}
	return t.world, nil
}

// AlderBayAdmin is the account of Alder Bay that may read the directory of Google and list all shared drives.
const AlderBayAdmin = "it-admin@alderbay.example"

// AlderBaySystems is the list of the systems the demo organisation provides, in YAML: id, name, capability, purpose, owner, partner (name and
// address), hosts, connection targets, and what each is known not to do.
func AlderBaySystems() ([]byte, error) { return alderbay.Systems() }

// A telling turns the story into a world. Its maps lead from the story's names to the world's ids.
type telling struct {
	story  *alderbay.Story
	world  *World
	people map[string]string
	sites  map[string]string
	places map[string]string // "science/Teaching" for a library, else the story's id
	folder map[string]string // by place id and path
	assets map[string]string
}

func (t *telling) everybody() {
	teams := map[string][]string{}
	for n, p := range t.story.People {
		added := t.world.AddPerson(Person{
			Name: p.Name, Given: p.Given, Family: p.Family, Address: p.Address(),
			EmployeeID: fmt.Sprintf("4%04d", n+17), Department: p.Team, Title: p.Title,
			Microsoft: p.Microsoft, Google: p.Google, Guest: p.Guest, Left: !p.Left.IsZero(),
			Admin: strings.HasPrefix(p.Title, "Workspace Administrator"),
		})
		t.people[p.ID] = added.ID
		faculty, _, _ := strings.Cut(p.Team, "/")
		if !p.Guest && p.Left.IsZero() {
			teams[faculty] = append(teams[faculty], added.ID)
		}
	}
	for _, team := range slices.Sorted(maps.Keys(teams)) {
		address := strings.ToLower(strings.ReplaceAll(team, " ", "-")) + "@" + t.world.Domain
		t.world.AddGroup(Group{Name: team, Address: address, Suite: Microsoft, Members: teams[team]})
	}
}

func (t *telling) everywhere() {
	for _, p := range t.story.Places {
		switch p.Kind {
		case alderbay.Site:
			t.site(p)
		case alderbay.OneDrive:
			t.oneDrive(p)
		case alderbay.MyDrive:
			t.places[p.ID] = t.world.AddPlace(Place{Suite: Google, Kind: KindMyDrive, Name: "My Drive", Owner: t.people[p.Owner]}).ID
		case alderbay.SharedDrive:
			t.places[p.ID] = t.world.AddPlace(Place{Suite: Google, Kind: KindSharedDrive, Name: p.Name, Members: t.members(p)}).ID
		}
	}
}

func (t *telling) site(p alderbay.Place) {
	s := t.world.AddSite(Site{Name: p.Name, Path: "sites/" + p.ID})
	t.sites[p.ID] = s.ID
	for _, library := range p.Libraries {
		t.places[p.ID+"/"+library] = t.world.AddPlace(Place{Suite: Microsoft, Kind: KindLibrary, Name: library, Site: s.ID, Members: t.members(p)}).ID
	}
}

func (t *telling) oneDrive(p alderbay.Place) {
	who, _ := t.story.Person(p.Owner)
	s := t.world.AddSite(Site{Name: who.Name, Path: "personal/" + strings.NewReplacer("@", "_", ".", "_").Replace(who.Address()), Personal: true})
	t.places[p.ID] = t.world.AddPlace(Place{Suite: Microsoft, Kind: KindPersonal, Name: "OneDrive", Owner: t.people[p.Owner], Site: s.ID}).ID
}

// members are the people of a place; who has left is none any more, and the first one looks after it.
func (t *telling) members(p alderbay.Place) []Grant {
	var out []Grant
	for _, id := range p.Members {
		who, _ := t.story.Person(id)
		if !who.Left.IsZero() {
			continue
		}
		role := RoleWrite
		if len(out) == 0 && p.Kind == alderbay.SharedDrive {
			role = RoleOrganizer
		}
		out = append(out, Grant{ID: guid(p.ID, id), Person: t.people[id], Role: role})
	}
	return out
}

func (t *telling) asset(a *alderbay.Asset) error {
	at := a.PlaceID
	if a.Library != "" {
		at += "/" + a.Library
	}
	place := t.places[at]
	parent, err := t.folderFor(place, a)
	if err != nil {
		return err
	}
	it := Item{
		Parent: parent, Name: a.Name(), MIME: nativeMIME(a.Ext()), Target: t.assets[a.To],
		Created: a.Made, CreatedBy: t.people[a.By], Modified: a.Saved, ModifiedBy: t.people[a.By],
		Grants: t.grants(a),
	}
	it.Versions = t.versions(a)
	it.ModifiedBy = it.Versions[len(it.Versions)-1].By
	switch {
	case a.Ext() == ".gsheet":
		it.Sheet = func() Sheet { return sheetOf(a) }
	case a.Ext() == ".gform":
		it.Form = func() Form { return t.formOf(a) }
	case a.Ext() == ".gscript":
		it.Script = func() []ScriptFile { return t.scriptOf(a) }
	case !a.Native():
		it.Content = LazyContent(a.Content)
	}
	made, err := t.world.Load(place, it)
	if err != nil {
		return err
	}
	t.assets[a.ID] = made[0].ID
	return nil
}

// folderFor is the folder an asset is in; the folders on the way there are made when they are first needed.
func (t *telling) folderFor(place string, a *alderbay.Asset) (string, error) {
	parent, path := "", place
	for name := range strings.SplitSeq(a.Path, "/") {
		if name == "" {
			continue
		}
		path += "/" + name
		if t.folder[path] == "" {
			made, err := t.world.Load(place, Item{Parent: parent, Name: name, Folder: true, Created: a.Made, CreatedBy: t.people[a.By]})
			if err != nil {
				return "", err
			}
			t.folder[path] = made[0].ID
		}
		parent = t.folder[path]
	}
	return parent, nil
}

// grants are what a file's people were given on the file itself. Members of a site or shared drive need none.
func (t *telling) grants(a *alderbay.Asset) []Grant {
	p, _ := t.story.Place(a.PlaceID)
	var out []Grant
	give := func(who, role string) {
		person, _ := t.story.Person(who)
		suite := person.Microsoft
		if p.Kind == alderbay.MyDrive || p.Kind == alderbay.SharedDrive {
			suite = person.Google
		}
		again := slices.ContainsFunc(out, func(g Grant) bool { return g.Person == t.people[who] })
		if suite && !again && !slices.Contains(p.Members, who) {
			out = append(out, Grant{Person: t.people[who], Role: role})
		}
	}
	for _, who := range a.Editors {
		give(who, RoleWrite)
	}
	for _, who := range a.Shared {
		switch {
		case who != "organisation":
			give(who, RoleRead)
		case p.Kind == alderbay.MyDrive || p.Kind == alderbay.SharedDrive:
			out = append(out, Grant{Domain: t.world.Domain, Role: RoleRead})
		default:
			out = append(out, Grant{Link: LinkOrganisation, Role: RoleRead})
		}
	}
	return out
}

// versions are the times a file was saved: by its maker first and, in turn, by all who edit it, the last time when it was last saved.
func (t *telling) versions(a *alderbay.Asset) []Version {
	hands := []string{a.By}
	for _, who := range a.Editors {
		if p, _ := t.story.Person(who); p.Left.IsZero() {
			hands = append(hands, who)
		}
	}
	n := min(12, 1+3*(len(hands)-1)+int(a.Saved.Sub(a.Made).Hours()/24/30))
	out := make([]Version, 0, n+1)
	for i := range n {
		at := a.Made.Add(a.Saved.Sub(a.Made) / time.Duration(n) * time.Duration(i))
		out = append(out, t.version(i, hands, at))
	}
	return append(out, t.version(n, hands, a.Saved))
}

// version is one save; a maker who had left by then did not do it.
func (t *telling) version(i int, hands []string, at time.Time) Version {
	by := hands[i%len(hands)]
	if p, _ := t.story.Person(by); !p.Left.IsZero() && at.After(p.Left) && len(hands) > 1 {
		by = hands[1+i%(len(hands)-1)]
	}
	return Version{ID: fmt.Sprintf("%d.0", i+1), By: t.people[by], At: at, Size: -1}
}

func nativeMIME(ext string) string {
	switch ext {
	case ".gsheet":
		return MIMEGoogleSheet
	case ".gform":
		return MIMEGoogleForm
	case ".gscript":
		return MIMEGoogleScript
	case ".gsite":
		return MIMEGoogleSite
	case ".gshortcut":
		return MIMEGoogleShortcut
	case ".gdoc":
		return "application/vnd.google-apps.document"
	}
	return ""
}

// sheetOf is a told spreadsheet as Google keeps it. A story that loads has grids that can be made.
func sheetOf(a *alderbay.Asset) Sheet {
	out := Sheet{Locale: "en_AU", TimeZone: "Australia/Hobart", Marks: a.Marks}
	g, err := a.Grid()
	if err != nil {
		return out
	}
	for _, sh := range g.Sheets {
		tab := Tab{Title: sh.Name, Hidden: sh.Hidden, FrozenRows: sh.Freeze, RowCount: max(1000, len(sh.Rows)), ColumnCount: 26, Merges: sh.Merges, Protected: sh.Protected}
		for _, row := range sh.Rows {
			cells := make([]Cell, len(row))
			for x, c := range row {
				cells[x] = cellOf(c)
			}
			tab.ColumnCount = max(tab.ColumnCount, len(cells))
			tab.Rows = append(tab.Rows, cells)
		}
		for _, l := range sh.Lists {
			tab.choose(l)
		}
		for _, t := range sh.Tables {
			tab.Tables = append(tab.Tables, t.Cells)
		}
		out.Tabs = append(out.Tabs, tab)
	}
	for _, name := range slices.Sorted(maps.Keys(g.Names)) {
		tab, cells, _ := strings.Cut(strings.ReplaceAll(g.Names[name], "$", ""), "!")
		out.Names = append(out.Names, NamedRange{Name: name, Tab: strings.Trim(tab, "'"), Range: cells})
	}
	return out
}

func cellOf(c alderbay.Cell) Cell {
	out := Cell{Formula: c.Formula, Bold: c.Heading, Link: c.Link}
	switch c.Kind {
	case alderbay.Text:
		out.Value = c.Text
	case alderbay.Number:
		out.Value = c.Number
		out.Format = map[string]string{"date": "DATE", "time": "TIME", "money": "CURRENCY", "percent": "PERCENT"}[c.Format]
	case alderbay.Bool:
		out.Value = c.Number == 1
	}
	return out
}

// choose puts a list validation on the cells it is over.
func (t *Tab) choose(l alderbay.List) {
	r, err := parseA1(l.Range)
	if err != nil {
		return
	}
	for y := r.top; y < min(r.bottom, len(t.Rows)); y++ {
		for x := r.left; x < min(r.right, len(t.Rows[y])); x++ {
			t.Rows[y][x].List, t.Rows[y][x].Source = l.Values, l.Source
		}
	}
}
