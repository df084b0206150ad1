package microsoft

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// A scanResult is what a scan found, in the parts that are read of it
// (https://learn.microsoft.com/rest/api/power-bi/admin/workspace-info-get-scan-result).
// Expressions, descriptions and the credentials' owners are not among them.
type scanResult struct {
	Workspaces []scannedWorkspace `json:"workspaces"`
	Sources    []biSource         `json:"datasourceInstances"`
}

type scannedWorkspace struct {
	ID        string       `json:"id"`
	Reports   []biReport   `json:"reports"`
	Models    []biModel    `json:"datasets"`
	Dataflows []biDataflow `json:"dataflows"`
}

type biReport struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	AppID      string   `json:"appId"` // of a copy that is shown in an app
	Model      string   `json:"datasetId"`
	Created    string   `json:"createdDateTime"`
	Modified   string   `json:"modifiedDateTime"`
	CreatedBy  string   `json:"createdBy"` // addresses
	ModifiedBy string   `json:"modifiedBy"`
	Users      []biUser `json:"users"`
}

type biModel struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Created      string    `json:"createdDate"`
	ConfiguredBy string    `json:"configuredBy"`
	Usages       []biUsage `json:"datasourceUsages"`
	Tables       []biTable `json:"tables"`
	Users        []biUser  `json:"users"`
}

type biDataflow struct {
	ID           string    `json:"objectId"`
	Name         string    `json:"name"`
	ConfiguredBy string    `json:"configuredBy"`
	ModifiedBy   string    `json:"modifiedBy"`
	Modified     string    `json:"modifiedDateTime"`
	Usages       []biUsage `json:"datasourceUsages"`
	Users        []biUser  `json:"users"`
}

type biUsage struct {
	Source string `json:"datasourceInstanceId"`
}

type biUser struct {
	Identifier string `json:"identifier"`
	Type       string `json:"principalType"` // User, Group, App or None
}

type biTable struct {
	Name     string     `json:"name"`
	Hidden   bool       `json:"isHidden"`
	Columns  []biColumn `json:"columns"`
	Measures []biColumn `json:"measures"`
}

type biColumn struct {
	Name   string `json:"name"`
	Type   string `json:"dataType"`
	Hidden bool   `json:"isHidden"`
}

// A biSource is where a model takes its data from. Of its details only those
// are read that say where; a connection string may hold a password.
type biSource struct {
	ID      string `json:"datasourceId"`
	Type    string `json:"datasourceType"`
	Details struct {
		Server   string `json:"server"`
		Database string `json:"database"`
		URL      string `json:"url"`
		Site     string `json:"sharePointSiteUrl"`
		Path     string `json:"path"`
	} `json:"connectionDetails"`
}

// A foundWorkspace is a workspace with the sources of all its scan.
type foundWorkspace struct {
	scannedWorkspace
	sources map[string]biSource
}

func (r scanResult) of(id string) (foundWorkspace, error) {
	i := slices.IndexFunc(r.Workspaces, func(w scannedWorkspace) bool { return strings.EqualFold(w.ID, id) })
	if i < 0 {
		return foundWorkspace{}, fmt.Errorf("the scan tells nothing of the workspace: %w", errGone)
	}
	out := foundWorkspace{r.Workspaces[i], map[string]biSource{}}
	for _, s := range r.Sources {
		out.sources[s.ID] = s
	}
	return out, nil
}

// reports turns what was found into changes: the reports, each with the inside
// of its model; the models that no report here shows; and the dataflows.
func (s *Scanner) reports(p inventory.Place, found foundWorkspace) []inventory.Change {
	var out []inventory.Change
	models, shown := map[string]biModel{}, map[string]bool{}
	for _, m := range found.Models {
		models[m.ID] = m
	}
	for _, r := range found.Reports {
		if r.AppID != "" {
			continue
		}
		m := models[r.Model]
		shown[r.Model] = true
		a := biAsset(p, r.ID, r.Name, inventory.KindReport, "reports")
		a.CreatedBy, a.ModifiedBy, a.Owner = r.CreatedBy, r.ModifiedBy, cmp.Or(r.CreatedBy, m.ConfiguredBy)
		a.Created, a.Modified, a.Revision = instant(r.Created), instant(r.Modified), r.Modified+" "+r.Model
		out = append(out, s.biChange(a, "report", s.model(m, found.sources), r.Users))
	}
	for _, m := range found.Models {
		if shown[m.ID] {
			continue
		}
		a := biAsset(p, m.ID, m.Name, inventory.KindReport, "datasets")
		a.Owner, a.Created, a.Modified, a.Revision = m.ConfiguredBy, instant(m.Created), instant(m.Created), m.Created+" model"
		out = append(out, s.biChange(a, "semantic model", s.model(m, found.sources), m.Users))
	}
	for _, f := range found.Dataflows {
		a := biAsset(p, f.ID, f.Name, inventory.KindFlow, "dataflows")
		a.Owner, a.ModifiedBy, a.Modified, a.Revision = f.ConfiguredBy, f.ModifiedBy, instant(f.Modified), f.Modified+" dataflow"
		out = append(out, s.biChange(a, "dataflow", s.model(biModel{Usages: f.Usages}, found.sources), f.Users))
	}
	return out
}

func biAsset(p inventory.Place, id, name string, kind inventory.Kind, below string) inventory.Asset {
	return inventory.Asset{ID: inventory.NewAssetID(p, id), Tenant: p.Tenant, Place: p.ID, VendorID: id, Kind: kind, Name: name,
		URL: workspaceURL(p.ID) + "/" + below + "/" + url.PathEscape(id)}
}

func (s *Scanner) biChange(a inventory.Asset, format string, inside inventory.Structure, users []biUser) inventory.Change {
	inside.Format = format
	people, widely := map[string]bool{}, false
	for _, u := range users {
		switch u.Type {
		case "User":
			people[inventory.FoldAddress(u.Identifier)] = true
		case "Group":
			widely = true
		}
	}
	a.Shared = widely || len(people) > 1
	return inventory.Change{ID: a.VendorID, Asset: &a, Inside: &inside,
		Usage: &inventory.Usage{People: len(people), Widely: widely, Facets: inventory.FacetSharing}}
}

// model is the inside of a model: its tables as sheets, with columns and
// measures as headings, and where it takes its data from.
func (s *Scanner) model(m biModel, sources map[string]biSource) inventory.Structure {
	st := s.told("")
	for _, t := range m.Tables {
		if t.made() {
			continue
		}
		sheets := workbook.Declared(t.Name, t.declared(), workbook.Meta{Depth: st.Depth, Personal: s.o.Personal}).Sheets
		sheets[0].Hidden = t.Hidden
		st.Sheets = append(st.Sheets, sheets...)
	}
	st.Tables = len(st.Sheets)
	seen := map[inventory.Connection]bool{}
	for _, u := range m.Usages {
		c, ok := sources[u.Source].connection()
		if ok && !seen[c] {
			seen[c] = true
			st.Connections = append(st.Connections, c)
		}
	}
	slices.SortFunc(st.Connections, func(a, b inventory.Connection) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Target, b.Target))
	})
	return st
}

// made reports whether Power BI made a table, for its calendars.
func (t biTable) made() bool {
	return strings.HasPrefix(t.Name, "LocalDateTable_") || strings.HasPrefix(t.Name, "DateTableTemplate_")
}

func (t biTable) declared() []workbook.Column {
	types := map[string]inventory.ColumnType{"Int64": inventory.ColumnNumber, "Double": inventory.ColumnNumber, "Decimal": inventory.ColumnNumber,
		"DateTime": inventory.ColumnDate, "Boolean": inventory.ColumnBool}
	var out []workbook.Column
	for _, c := range t.Columns {
		if !strings.HasPrefix(c.Name, "RowNumber-") {
			out = append(out, workbook.Column{Heading: c.Name, Type: cmp.Or(types[c.Type], inventory.ColumnText)})
		}
	}
	for _, m := range t.Measures {
		out = append(out, workbook.Column{Heading: m.Name, Type: inventory.ColumnFormula})
	}
	return out
}

// connection says where a source is: host and database, or host and path, or
// the name of a file. What could hold a secret is left out.
func (b biSource) connection() (inventory.Connection, bool) {
	c := inventory.Connection{Kind: strings.ToLower(b.Type)}
	at := b.Details
	switch {
	case at.Server != "":
		c.Target = strings.TrimSuffix(at.Server+"/"+at.Database, "/")
	case cmp.Or(at.URL, at.Site) != "":
		u, err := url.Parse(cmp.Or(at.URL, at.Site))
		if err != nil {
			return c, false
		}
		c.Target = u.Host + strings.TrimSuffix(u.Path, "/")
	default:
		c.Target = at.Path[strings.LastIndexAny(at.Path, `/\`)+1:]
	}
	return c, c.Target != "" && !strings.ContainsAny(c.Target, "=;@?")
}
