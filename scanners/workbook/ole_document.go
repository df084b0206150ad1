package workbook

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
	"golang.org/x/text/encoding/charmap"
)

// readOLE reads an old workbook, or says what else an OLE2 file is: an
// encrypted workbook, or another program's document.
func readOLE(s *source) (inventory.Structure, error) {
	c, err := ole.Open(s, s.size)
	if err != nil {
		return inventory.Structure{}, err
	}
	e := bookOf(c)
	switch {
	case c.Find("EncryptedPackage") != nil:
		err = unreadable("encrypted", "it is protected %s", protection(c))
	case c.Find("\x09DRMContent") != nil:
		err = unreadable("encrypted", "it is protected by rights management")
	case e == nil:
		err = unreadable("not-a-workbook", "it is a document of another program")
	default:
		return readXLS(s, c, e)
	}
	return inventory.Structure{}, err
}

// protection tells how an encrypted package is protected: by rights management,
// which has a transform of its own, or with a password, of which the first two
// numbers of EncryptionInfo are the kind (MS-OFFCRYPTO 2.2.6, 2.3.4).
func protection(c *ole.File) string {
	if c.Find("DRMEncryptedTransform") != nil || c.Find("DRMEncryptedDataSpace") != nil {
		return "by rights management"
	}
	var d biffData
	if e := c.Find("EncryptionInfo"); e != nil {
		d.b, _ = c.Stream(e, 1<<20) // one that cannot be read tells no kind
	}
	major, minor := d.u16(), d.u16()
	switch {
	case major == 4 && minor == 4:
		return "with a password (agile)"
	case minor == 2:
		return "with a password (standard)"
	case minor == 3:
		return "with a password (extensible)"
	}
	return "with a password"
}

// readProject reads what the modules of a VBA project are called and what
// they do. What cannot be read tells nothing.
func readProject(r io.ReaderAt, size int64, m *Meta) {
	c, err := ole.Open(r, size)
	if err != nil {
		return
	}
	if e := c.Find("PROJECT"); e != nil {
		m.Macros.Modules = moduleNames(c, e)
	}
	readVBA(c).add(m)
}

// moduleNames are in the PROJECT stream (MS-OVBA 2.3.1).
func moduleNames(c *ole.File, project *ole.Entry) []string {
	text, err := c.Stream(project, 1<<20)
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		key, name, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "Module", "Class", "BaseClass", "Document":
			name, _, _ = strings.Cut(name, "/&H")
			if !utf8.ValidString(name) {
				name, _ = charmap.Windows1252.NewDecoder().String(name)
			}
			out = append(out, name)
		}
	}
	return out
}

// bookOf finds the stream of an old workbook: BIFF8's before that of BIFF5,
// which some files have beside it. In a document of another program lie
// workbooks of its own, in folders; those are not meant.
func bookOf(c *ole.File) *ole.Entry {
	for _, name := range []string{"Workbook", "Book"} {
		e := c.Child(c.Root(), name)
		if c.Root() == nil {
			e = c.Find(name)
		}
		if e != nil && e.IsStream() {
			return e
		}
	}
	return nil
}
