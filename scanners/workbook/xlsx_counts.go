package workbook

import (
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// readCounts counts what lies in parts of their own and is told by number
// alone: remarks, and buttons that run an Office Script (MS-ODRAWXML 2.41).
// To do so these are read to their end; heads go without.
func (b *xlsxBook) readCounts(m *Meta) error {
	if b.src.Depth == inventory.DepthHeads {
		return nil
	}
	for name := range b.files {
		var err error
		switch dir, base := path.Split(name); {
		case !strings.HasSuffix(base, ".xml"):
		case strings.HasPrefix(base, "comment") && !strings.HasSuffix(dir, "threadedcomments/"):
			err = b.count(name, "comment", &m.Notes)
		case strings.HasSuffix(dir, "drawings/") && strings.HasPrefix(base, "drawing"):
			err = b.count(name, "scriptLink", &m.Scripts)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// count counts the elements of a name in a part.
func (a *archive) count(part, element string, n *int) error {
	return a.scan(part, func(x *xml.Scanner, token xml.Token) bool {
		if token == xml.Start && string(x.Name) == element {
			*n++
		}
		return true
	})
}

// readProtection learns whether the list of sheets is locked.
func (b *xlsxBook) readProtection(book string, m *Meta) error {
	return b.scan(book, func(x *xml.Scanner, token xml.Token) bool {
		if token == xml.Start && string(x.Name) == "workbookProtection" && x.IsTrue("lockStructure") {
			m.Protected++
		}
		return token != xml.Start || string(x.Name) != "sheets" // it stands before them
	})
}
