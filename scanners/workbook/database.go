package workbook

import (
	"cmp"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/access"
	"github.com/desirepath/desirepath/scanners/workbook/target"
)

// readAccess reads an Access database: each of its tables is a sheet under the
// headings that its columns are. Of what is in them nothing is read.
func readAccess(s *source) (inventory.Structure, error) {
	d, err := access.Read(s, s.size, access.Options{Tables: s.Limits.Sheets, Full: s.Depth == inventory.DepthFull})
	if err != nil {
		return inventory.Structure{}, err
	}
	db := database{meta: s.meta(d.Format)}
	tables := make([]DeclaredTable, len(d.Tables))
	for i, t := range d.Tables {
		tables[i] = declaredTable(t)
		db.link(t.Link)
	}
	for _, q := range d.Queries {
		db.query(q)
	}
	db.meta.Macros = inventory.Macros{Present: len(d.Modules) > 0, Modules: d.Modules}
	db.meta.Objects = inventory.Objects{Forms: d.Forms, Reports: d.Reports, Macros: d.Macros, Relationships: d.Relationships}
	st := DeclaredTables(tables, db.meta)
	st.Tables, st.Partial = len(tables), d.Partial
	return st, nil
}

func declaredTable(t access.Table) DeclaredTable {
	out := DeclaredTable{Name: t.Name, Hidden: t.Hidden, Unread: t.Unread}
	if t.Link == (access.Link{}) && !t.Unread {
		out.Rows = t.Rows + 1
	}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, Column{Heading: c.Name, Type: c.Type})
	}
	return out
}

// A database gathers what one is connected to.
type database struct{ meta Meta }

// maxLinks is how many connections and links of a database are kept.
const maxLinks = 500

// link notes where a table's rows are: in another file, or in a service.
func (db *database) link(l access.Link) {
	if l == (access.Link{}) {
		return
	}
	c, file := linkOf(l)
	switch {
	case file != "":
		if !slices.Contains(db.meta.ExternalLinks, file) && len(db.meta.ExternalLinks) < maxLinks {
			db.meta.ExternalLinks = append(db.meta.ExternalLinks, file)
		}
	case !slices.Contains(db.meta.Connections, c) && len(db.meta.Connections) < maxLinks:
		db.meta.Connections = append(db.meta.Connections, c)
	}
}

// query notes a query, and where it goes if another database answers it.
func (db *database) query(q access.Query) {
	out := inventory.Query{Name: q.Name, Kind: q.Kind}
	if c, file := linkOf(q.Link); q.Link != (access.Link{}) {
		out.Sources = []string{strings.TrimSpace(cmp.Or(c.Kind, "access") + " " + cmp.Or(file, c.Target))}
	}
	db.meta.Queries = append(db.meta.Queries, out)
}

// linkOf tells where a link leads: the name of a file, or a connection. Its
// Connect begins with the kind of source, which is blank for Access itself:
// "ODBC;DSN=x;PWD=y", "Excel 12.0;HDR=YES", ";PWD=y".
func linkOf(l access.Link) (c inventory.Connection, file string) {
	kind, _, _ := strings.Cut(l.Connect, ";")
	kind, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(kind)), " ")
	keys := target.Keys(l.Connect)
	switch kind {
	case "odbc":
		c.Kind = kind
		c.Target = target.Connection(&c.Kind, l.Connect)
		c.Target = target.Join(c.Target, target.Object(l.Object))
		return c, ""
	case "wss": // a list of SharePoint
		return inventory.Connection{Kind: "sharepoint", Target: target.Join(target.Web(keys["database"]), target.Object(cmp.Or(keys["table"], l.Object)))}, ""
	case "outlook", "exchange": // the rest names somebody's mailbox
		return inventory.Connection{Kind: kind, Target: target.Object(l.Object)}, ""
	}
	path := cmp.Or(l.Database, keys["database"])
	if file = target.File(path); kind == "text" || kind == "dbase" || kind == "html" { // there a folder is the database
		file = target.File(strings.ReplaceAll(l.Object, "#", "."))
	}
	return inventory.Connection{Kind: kind}, file
}
