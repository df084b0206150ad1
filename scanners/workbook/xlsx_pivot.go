package workbook

import (
	"path"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/target"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// readPivot learns where a pivot table lies, and whether the values of a field
// stand across it. ECMA-376 part 1, 18.10.1.49: columns are counted from the
// table's first; a field below zero stands for the list of what is summed up.
func (r *xlsxSheetReader) readPivot(part string) {
	var at PivotTable
	found, values, inColumns := false, 0, false
	filterRows, filterColumns := 0, 0
	r.book.fail(r.book.scan(part, func(x *xml.Scanner, token xml.Token) bool {
		name := string(x.Name)
		switch {
		case token == xml.End:
			return name != "colFields"
		case token != xml.Start:
		case name == "location":
			area, err := ParseRange(string(x.Attr("ref")))
			at.Range, found = area, err == nil
			values = area.Left + max(0, x.Number("firstDataCol", 1))
			at.Values = area.Right + 1
			filterRows, filterColumns = x.Number("rowPageCount", 0), x.Number("colPageCount", 0)
		case name == "colFields":
			inColumns = true
		case name == "field" && inColumns && x.Number("x", -1) >= 0:
			at.Values = values
		}
		return name != "colItems" && name != "dataFields"
	}))
	if found {
		r.tail.addPivot(at, filterRows, filterColumns)
	}
}

// readPivotSources learns what the pivot tables sum up. A cache begins with
// its source; the values it keeps come later and are not read.
func (b *xlsxBook) readPivotSources(m *Meta) error {
	for name := range b.files {
		dir, base := path.Split(name)
		if !strings.HasSuffix(dir, "pivotcache/") || !strings.HasPrefix(base, "pivotcachedefinition") || !strings.HasSuffix(base, ".xml") {
			continue
		}
		rels, err := b.relations(name)
		if err != nil {
			return err
		}
		err = b.scan(name, func(x *xml.Scanner, token xml.Token) bool {
			if token == xml.Start {
				m.addPivotSource(pivotSource(x, rels))
			}
			return (token != xml.End || string(x.Name) != "cacheSource") && string(x.Name) != "cacheFields" && len(m.PivotSources) < maxNames
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(m.PivotSources)
	return nil
}

// pivotSource reads an element of a cache's source: a range of another
// workbook, of a sheet, or one that has a name; "" for other elements.
func pivotSource(x *xml.Scanner, rels relations) string {
	switch string(x.Name) {
	case "cacheSource":
		if string(x.Attr("type")) == "external" {
			return "connection"
		}
	case "worksheetSource", "rangeSet":
		if book := target.Link(rels.target(string(x.Attr("id")))); book != "" {
			return book
		}
		if name := string(x.Attr("name")); name != "" {
			return name
		}
		return string(x.Attr("sheet"))
	}
	return ""
}

func (m *Meta) addPivotSource(source string) {
	if source != "" && !slices.Contains(m.PivotSources, source) {
		m.PivotSources = append(m.PivotSources, source)
	}
}
