package workbook

import (
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// meta collects what is known of the workbook besides its cells.
func (b *xlsxBook) meta(book string) (Meta, error) {
	m := b.src.meta(b.format(book))
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
	return m, nil
}

// format tells the members of the family apart by the type of the main part.
func (b *xlsxBook) format(book string) string {
	kind := "xlsx"
	err := b.scan("[Content_Types].xml", func(x *xmlScanner, token xmlToken) bool {
		if token != xmlStart || partName(string(x.attr("PartName"))) != partName(book) {
			return true
		}
		switch t := strings.ToLower(string(x.attr("ContentType"))); {
		case strings.Contains(t, "template.macroenabled"):
			kind = "xltm"
		case strings.Contains(t, "sheet.macroenabled"):
			kind = "xlsm"
		case strings.Contains(t, "template"):
			kind = "xltx"
		}
		return false
	})
	_ = err // an unreadable list of types leaves the most common one
	return kind
}

var _ = inventory.Connection{}
