package google

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"github.com/desirepath/desirepath/inventory"
)

// maxSources bounds how many other places a spreadsheet is said to read from.
const maxSources = 200

// imports notes what the import functions of a formula read, as far as the formula says so itself. Of another spreadsheet its
// address is kept, of anything else the host alone: the rest of an address can hold a key.
// https://support.google.com/docs/answer/3093340
func (f *sources) imports(formula string) {
	if !strings.Contains(strings.ToUpper(formula), "IMPORT") {
		return
	}
	call := regexp.MustCompile(`(?i)\b(IMPORTRANGE|IMPORTDATA|IMPORTXML|IMPORTHTML|IMPORTFEED)\s*\(\s*"([^"]*)"`)
	for _, m := range call.FindAllStringSubmatch(formula, -1) {
		if strings.EqualFold(m[1], "IMPORTRANGE") {
			f.link(spreadsheetAddress(m[2]))
			continue
		}
		if u, err := url.Parse(m[2]); err == nil && u.Hostname() != "" {
			f.connect(inventory.Connection{Kind: "web", Target: strings.ToLower(u.Hostname())})
		}
	}
}

// spreadsheetAddress is where a spreadsheet lies that IMPORTRANGE names by its address or by its id; "" for neither.
func spreadsheetAddress(s string) string { return documentAddress("spreadsheets", s) }

// documentAddress is where a document of a kind lies.
func documentAddress(kind, s string) string {
	id := s
	if _, rest, ok := strings.Cut(s, "/d/"); ok {
		id, _, _ = strings.Cut(rest, "/")
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`).MatchString(id) {
		return ""
	}
	return "docs.google.com/" + kind + "/d/" + id
}

// Sources are the other places that something reads from or works on, each once.
type sources struct {
	links       []string
	connections []inventory.Connection
}

func (f *sources) link(target string) {
	if target != "" && len(f.links) < maxSources && !slices.Contains(f.links, target) {
		f.links = append(f.links, target)
	}
}

func (f *sources) connect(c inventory.Connection) {
	if c.Target != "" && len(f.connections) < maxSources && !slices.Contains(f.connections, c) {
		f.connections = append(f.connections, c)
	}
}

// connected are the databases behind a data source of a spreadsheet, without its query.
func connected(spec *sheets.DataSourceSpec) []inventory.Connection {
	switch {
	case spec == nil:
		return nil
	case spec.Looker != nil:
		host := spec.Looker.InstanceUri
		if u, err := url.Parse(host); err == nil && u.Hostname() != "" {
			host = u.Hostname()
		}
		return []inventory.Connection{{Kind: "looker", Target: joined("/", host, spec.Looker.Model, spec.Looker.Explore)}}
	case spec.BigQuery != nil && spec.BigQuery.TableSpec != nil:
		t := spec.BigQuery.TableSpec
		return []inventory.Connection{{Kind: "bigquery", Target: joined(".", t.TableProjectId, t.DatasetId, t.TableId)}}
	case spec.BigQuery != nil:
		return []inventory.Connection{{Kind: "bigquery", Target: spec.BigQuery.ProjectId}}
	}
	return nil
}

func joined(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), by)
}
