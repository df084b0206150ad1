package workbook

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/target"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// meta collects what is known of the workbook besides its cells.
func (b *xlsxBook) meta(book string) Meta {
	m := b.src.meta("xlsx")
	m.DefinedNames = b.names
	for name := range b.files {
		switch dir, base := path.Split(name); {
		case !strings.HasSuffix(base, ".xml"):
		case strings.HasSuffix(dir, "pivottables/"):
			m.Pivots++
		case strings.HasSuffix(dir, "tables/"):
			m.Tables++
		}
	}
	for _, read := range []func(*Meta) error{
		func(m *Meta) error { return b.readFormat(book, m) },
		b.readConnections, b.readLinks, b.readMacros, b.readQueries, b.readLabel, b.readPivotSources, b.readCounts,
		func(m *Meta) error { return b.readProtection(book, m) },
	} {
		b.fail(read(&m))
	}
	return m
}

// readFormat tells the members of the family apart by the main part's type.
func (b *xlsxBook) readFormat(book string, m *Meta) error {
	return b.scan("[Content_Types].xml", func(x *xml.Scanner, token xml.Token) bool {
		if token != xml.Start || partName(string(x.Attr("PartName"))) != partName(book) {
			return true
		}
		switch t := strings.ToLower(string(x.Attr("ContentType"))); {
		case strings.Contains(t, "template.macroenabled"):
			m.Format = "xltm"
		case strings.Contains(t, "macroenabled"):
			m.Format = "xlsm"
		case strings.Contains(t, "template"):
			m.Format = "xltx"
		}
		return false
	})
}

// The kinds of connection, by the number that connections.xml gives them:
// ECMA-376 part 1, 18.13.1.
var connectionKinds = []string{"unknown", "odbc", "dao", "file", "web", "oledb", "text", "ado", "dsp"}

// readConnections reads connections.xml: where to, and never as whom or what
// is asked.
func (b *xlsxBook) readConnections(m *Meta) error {
	var c inventory.Connection
	depth := 0 // an extension of a connection is a connection within it
	err := b.scan(b.rels.ofType("connections"), func(x *xml.Scanner, token xml.Token) bool {
		isConnection := string(x.Name) == "connection"
		switch {
		case token == xml.Start && isConnection && depth == 0:
			depth, c = 1, newConnection(x)
		case token == xml.Start && isConnection:
			depth++
			if x.IsTrue("model") {
				c = inventory.Connection{Kind: "model"}
			}
		case token == xml.Start && depth > 0:
			readConnection(x, &c)
		case token == xml.End && isConnection:
			if depth--; depth == 0 && !slices.Contains(m.Connections, c) {
				m.Connections = append(m.Connections, c)
			}
		}
		return len(m.Connections) < maxNames
	})
	isModel := func(c inventory.Connection) bool { return c.Kind == "model" }
	if b.has("xl/model/item.data") && !slices.ContainsFunc(m.Connections, isModel) {
		m.Connections = append(m.Connections, inventory.Connection{Kind: "model"})
	}
	return err
}

func newConnection(x *xml.Scanner) inventory.Connection {
	kind := x.Number("type", 0)
	switch {
	case string(x.Attr("name")) == "ThisWorkbookDataModel":
		return inventory.Connection{Kind: "model"}
	case kind == 100: // one of a data model's; what it is stands in its extension
		return inventory.Connection{Kind: "powerquery"}
	case kind > 0 && kind < len(connectionKinds):
		return inventory.Connection{Kind: connectionKinds[kind]}
	}
	return inventory.Connection{Kind: connectionKinds[0]}
}

// readConnection reads what a connection leads to.
func readConnection(x *xml.Scanner, c *inventory.Connection) {
	switch string(x.Name) {
	case "dbPr", "oledbPr", "dataFeedPr":
		c.Target = target.Connection(&c.Kind, string(x.Attr("connection")))
		if kind := x.Number("commandType", 2); kind == 1 || kind == 3 { // a cube, a table; 2 is SQL
			c.Target = target.Join(c.Target, target.Object(string(x.Attr("command"))))
		}
	case "webPr":
		c.Kind, c.Target = "web", target.Web(string(x.Attr("url")))
	case "textPr":
		c.Kind, c.Target = "text", target.File(string(x.Attr("sourceFile")))
	case "rangePr":
		c.Kind = "range"
	}
}

// readLinks reads which other files the workbook's formulas refer to.
func (b *xlsxBook) readLinks(m *Meta) error {
	for part := range b.rels.all("externalLink") {
		rels, err := b.relations(strings.TrimPrefix(part, "/"))
		if err != nil {
			return err
		}
		for _, rel := range rels {
			if t := target.Link(rel.target); t != "" && !slices.Contains(m.ExternalLinks, t) && len(m.ExternalLinks) < maxNames {
				m.ExternalLinks = append(m.ExternalLinks, t)
			}
		}
	}
	slices.Sort(m.ExternalLinks)
	return nil
}

// What the containers inside of a workbook may weigh.
const (
	maxMacros = 64 << 20
	maxMashup = 32 << 20
)

// readMacros learns whether there is code, and what its modules are called.
// A project that cannot be read is present all the same.
func (b *xlsxBook) readMacros(m *Meta) error {
	part := b.rels.ofType("vbaProject")
	if part == "" || !b.has(part) {
		m.Macros.Present = b.anyPart(func(name string) bool {
			return strings.HasPrefix(name, "xl/macrosheets/") && strings.HasSuffix(name, ".xml")
		})
		return nil
	}
	m.Macros.Present = true
	project, err := b.bytes(part, maxMacros)
	if err != nil {
		return err
	}
	readProject(bytes.NewReader(project), int64(len(project)), m)
	return nil
}

// readQueries reads the Power Queries, which lie in an item of custom XML.
// One that cannot be read hides the queries, not the workbook.
func (b *xlsxBook) readQueries(m *Meta) error {
	for part := range b.rels.all("customXml") {
		text, err := b.mashupText(part)
		if err != nil {
			return err
		}
		if len(text) > 0 {
			m.Queries = append(m.Queries, mashupQueries(text)...)
		}
	}
	return nil
}

// mashupText collects the text of a DataMashup element; nil for other items.
func (b *xlsxBook) mashupText(part string) ([]byte, error) {
	var text []byte
	inside := false
	err := b.scan(part, func(x *xml.Scanner, token xml.Token) bool {
		switch token {
		case xml.Start:
			inside = string(x.Name) == "DataMashup"
			return inside
		case xml.Text:
			if inside {
				text = append(text, bytes.TrimSpace(x.Text)...)
			}
		}
		return len(text) < maxMashup
	})
	if !inside || len(text) >= maxMashup {
		return nil, nil // also for XML of somebody else's that is not well-formed
	}
	return text, err
}
