package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

type graphList struct {
	Tag        string        `json:"@odata.etag"`
	Created    string        `json:"createdDateTime"`
	ETag       string        `json:"eTag"`
	ID         string        `json:"id"`
	Modified   string        `json:"lastModifiedDateTime"`
	Name       string        `json:"name"`
	WebURL     string        `json:"webUrl"`
	Display    string        `json:"displayName"`
	CreatedBy  *identities   `json:"createdBy,omitempty"`
	ModifiedBy *identities   `json:"lastModifiedBy,omitempty"`
	Parent     itemReference `json:"parentReference"`
	Info       listInfo      `json:"list"`
	System     *facet        `json:"system,omitempty"`
}

type listInfo struct {
	ContentTypes bool   `json:"contentTypesEnabled"`
	Hidden       bool   `json:"hidden"`
	Template     string `json:"template"`
}

// lists lists what a site keeps as lists, libraries included; those of the system only when the system facet is selected.
func (g *graph) lists(w http.ResponseWriter, r *http.Request) {
	s, ok := g.siteOf(w, r)
	if !ok {
		return
	}
	var all []SiteList
	for _, l := range g.listsIn(s) {
		if !l.System || selected(r).asked("system") {
			all = append(all, l)
		}
	}
	page(g, w, r, all, func(l SiteList) any { return g.renderList(s, l) }, top(r, 200, 999), "")
}

// listsIn are the lists of a site with its libraries, which are lists too, and the one that every site has.
func (g *graph) listsIn(s Site) []SiteList {
	users := SiteList{ID: guid("users", s.ID), Name: "User Information List", Template: "userInformation", Hidden: true, System: true}
	out := []SiteList{users}
	for _, p := range g.libraries(s.ID, true) {
		template := "documentLibrary"
		if p.Kind == KindPersonal {
			template = "mySiteDocumentLibrary"
		}
		out = append(out, SiteList{ID: guid("library", p.ID), Name: p.Name, Template: template, System: p.System, CreatedBy: p.Owner})
	}
	for i := range out {
		out[i].Created, out[i].Modified, out[i].Version = s.Created, s.Created, 1
	}
	return append(out, g.World.Lists(s.ID)...)
}

func (g *graph) renderList(s Site, l SiteList) graphList {
	tag := fmt.Sprintf(`"%s,%d"`, l.ID, l.Version)
	out := graphList{
		Tag: tag, ETag: tag, ID: l.ID, Name: strings.ReplaceAll(l.Name, "/", ""), Display: l.Name, WebURL: g.listURL(s, l),
		Created: stamp(l.Created), Modified: stamp(l.Modified), CreatedBy: g.identity(l.CreatedBy),
		Parent: itemReference{SiteID: s.ID}, Info: listInfo{Hidden: l.Hidden, Template: l.Template},
	}
	if l.ModifiedBy != "" {
		out.ModifiedBy = g.identity(l.ModifiedBy)
	}
	if l.System {
		out.System = &facet{}
	}
	return out
}

func (g *graph) listURL(s Site, l SiteList) string {
	at := "/Lists/"
	if strings.HasSuffix(l.Template, "Library") {
		at = "/"
	}
	return g.siteURL(s) + at + url.PathEscape(l.Name)
}

func (g *graph) list(w http.ResponseWriter, r *http.Request) {
	if s, l, ok := g.listOf(w, r); ok {
		g.answer(w, r, g.renderList(s, l))
	}
}

func (g *graph) listOf(w http.ResponseWriter, r *http.Request) (Site, SiteList, bool) {
	s, ok := g.siteOf(w, r)
	if !ok {
		return s, SiteList{}, false
	}
	for _, l := range g.listsIn(s) {
		if l.ID == r.PathValue("list") {
			return s, l, true
		}
	}
	g.notFound(w, r)
	return s, SiteList{}, false
}

func (g *graph) columns(w http.ResponseWriter, r *http.Request) {
	_, l, ok := g.listOf(w, r)
	if !ok {
		return
	}
	page(g, w, r, renderColumns(l), func(c graphColumn) any { return c }, top(r, 200, 999), "")
}

// graphColumn is a column's definition. Which facet there is says what its type is.
type graphColumn struct {
	Group       string `json:"columnGroup"`
	Description string `json:"description"`
	Display     string `json:"displayName"`
	Unique      bool   `json:"enforceUniqueValues"`
	Hidden      bool   `json:"hidden"`
	ID          string `json:"id"`
	Indexed     bool   `json:"indexed"`
	Name        string `json:"name"`
	ReadOnly    bool   `json:"readOnly"`
	Required    bool   `json:"required"`

	Text       *textFacet       `json:"text,omitempty"`
	Number     *numberFacet     `json:"number,omitempty"`
	Currency   *currencyFacet   `json:"currency,omitempty"`
	DateTime   *dateFacet       `json:"dateTime,omitempty"`
	Boolean    *facet           `json:"boolean,omitempty"`
	Choice     *choiceFacet     `json:"choice,omitempty"`
	Person     *personFacet     `json:"personOrGroup,omitempty"`
	Lookup     *lookupFacet     `json:"lookup,omitempty"`
	Calculated *calculatedFacet `json:"calculated,omitempty"`
	Link       *linkFacet       `json:"hyperlinkOrPicture,omitempty"`
	Default    *defaultFacet    `json:"defaultValue,omitempty"`
}

type textFacet struct {
	Multiple bool   `json:"allowMultipleLines"`
	Append   bool   `json:"appendChangesToExistingText"`
	Lines    int    `json:"linesForEditing"`
	Max      int    `json:"maxLength,omitempty"`
	Type     string `json:"textType,omitempty"`
}

type numberFacet struct {
	Decimals string `json:"decimalPlaces"`
	As       string `json:"displayAs"`
}

type currencyFacet struct {
	Locale string `json:"locale"`
}

type dateFacet struct {
	As     string `json:"displayAs"`
	Format string `json:"format"`
}

type choiceFacet struct {
	FreeText bool     `json:"allowTextEntry"`
	Choices  []string `json:"choices"`
	As       string   `json:"displayAs"`
}

type personFacet struct {
	Multiple bool   `json:"allowMultipleSelection"`
	From     string `json:"chooseFromType"`
	As       string `json:"displayAs"`
}

type lookupFacet struct {
	Multiple  bool   `json:"allowMultipleValues"`
	Unlimited bool   `json:"allowUnlimitedLength"`
	Column    string `json:"columnName"`
	List      string `json:"listId"`
}

type calculatedFacet struct {
	Format  string `json:"format,omitempty"`
	Formula string `json:"formula"`
	Output  string `json:"outputType"`
}

type linkFacet struct {
	Picture bool `json:"isPicture"`
}

type defaultFacet struct {
	Value string `json:"value"`
}

// renderColumns are a list's own columns between those that every list has.
func renderColumns(l SiteList) []graphColumn {
	title := graphColumn{Group: "Custom Columns", Display: "Title", Name: "Title", Required: true, Text: &textFacet{Max: 255}}
	var added []graphColumn
	for _, c := range l.Columns {
		if c.Name == "Title" {
			title.Display = c.Heading
			continue
		}
		added = append(added, renderColumn(c))
	}
	system := func(name, display string, c graphColumn) graphColumn {
		c.Group, c.Name, c.Display, c.ReadOnly = "_Hidden", name, display, true
		return c
	}
	shown := func(c graphColumn) graphColumn { c.Group = "Custom Columns"; return c }
	out := append([]graphColumn{title}, added...)
	out = append(out,
		system("ComplianceAssetId", "Compliance Asset Id", graphColumn{Text: &textFacet{}}),
		system("ID", "ID", graphColumn{Number: &numberFacet{"none", "number"}}),
		graphColumn{Group: "Custom Columns", Name: "ContentType", Display: "Content Type", Text: &textFacet{}},
		shown(system("Modified", "Modified", graphColumn{DateTime: &dateFacet{"default", "dateTime"}})),
		shown(system("Created", "Created", graphColumn{DateTime: &dateFacet{"default", "dateTime"}})),
		shown(system("Author", "Created By", graphColumn{Person: &personFacet{From: "peopleAndGroups", As: "nameWithPresence"}})),
		shown(system("Editor", "Modified By", graphColumn{Person: &personFacet{From: "peopleAndGroups", As: "nameWithPresence"}})),
		system("_UIVersionString", "Version", graphColumn{Text: &textFacet{}}),
		graphColumn{Group: "Custom Columns", Name: "Attachments", Display: "Attachments"},
		system("Edit", "Edit", graphColumn{}),
		system("LinkTitle", title.Display, graphColumn{}),
		system("DocIcon", "Type", graphColumn{}),
		system("ItemChildCount", "Item Child Count", graphColumn{Lookup: &lookupFacet{Column: "ItemChildCount"}}),
		system("_ComplianceFlags", "Label setting", graphColumn{Lookup: &lookupFacet{Column: "ComplianceFlags"}}),
		system("AppEditor", "App Modified By", graphColumn{Lookup: &lookupFacet{Column: "AppEditor"}}),
	)
	for i := range out {
		out[i].ID = guid("column", l.ID, out[i].Name)
	}
	return out
}

func renderColumn(c ListColumn) graphColumn {
	out := graphColumn{Group: "Custom Columns", Display: c.Heading, Name: c.Name, Hidden: c.Hidden}
	if out.Name == "" {
		out.Name = internalName(c.Heading)
	}
	switch c.Type {
	case ColumnNumber:
		out.Number = &numberFacet{"automatic", "number"}
	case ColumnCurrency:
		out.Currency = &currencyFacet{"en-AU"}
	case ColumnDate:
		out.DateTime = &dateFacet{"default", "dateOnly"}
	case ColumnBoolean:
		out.Boolean, out.Default = &facet{}, &defaultFacet{"0"}
	case ColumnChoice:
		out.Choice = &choiceFacet{Choices: append([]string{}, c.Choices...), As: "dropDownMenu"}
	case ColumnPerson:
		out.Person = &personFacet{From: "peopleOnly", As: "nameWithPresence"}
	case ColumnLookup:
		out.Lookup = &lookupFacet{Column: "Title", List: c.Lookup}
	case ColumnCalculated:
		out.ReadOnly, out.Calculated = true, &calculatedFacet{Formula: c.Formula, Output: "number"}
	case ColumnLink:
		out.Link = &linkFacet{}
	default:
		out.Text = &textFacet{Max: 255}
	}
	return out
}

// internalName is the name SharePoint makes of a heading: at most 32 letters, with codes for what is no letter.
func internalName(heading string) string {
	var b strings.Builder
	for _, c := range heading {
		if c == '_' || c >= '0' && c <= '9' && b.Len() > 0 || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b.WriteRune(c)
		} else {
			fmt.Fprintf(&b, "_x%04x_", c)
		}
	}
	return b.String()[:min(b.Len(), 32)]
}
