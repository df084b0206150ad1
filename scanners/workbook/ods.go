package workbook

import (
	"io"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// An odsBook is a spreadsheet of OpenDocument being read, packed (ods, ots)
// or flat (fods). Chapters in comments are those of OASIS ODF 1.3, part 3.
//
// One part holds all sheets, one after the other. It is gone through twice:
// first for what stands around the cells, some of it behind the last sheet,
// then for the cells.
type odsBook struct {
	src     *source
	content func() (io.ReadCloser, error)
	meta    Meta

	sheets      int
	cellStyles  map[string]odsStyle
	tableStyles map[string]bool        // those that hide their sheet
	settled     map[string]*odsSetting // by name of the sheet
	spare       int                    // cells that repetition may still add
	err         error                  // the first that a sheet met
}

// An odsStyle is what matters of a cell's style; bold is inherited unless
// weighed tells that the style says it itself.
type odsStyle struct {
	bold, weighed bool
	parent        string
}

// An odsSetting is what is known of a sheet from elsewhere.
type odsSetting struct {
	headed       []Range
	frozen       int
	frozenMode   bool
	validations  int
	pivots       []PivotTable
	listElements []string
}

// Repeated cells are written once and stand for up to a whole sheet. So many
// copies are handed on for a file; of the others the first and the last.
const maxRepeated = 200_000

func newODSBook(s *source, format string) *odsBook {
	return &odsBook{
		src: s, meta: s.meta(format), spare: maxRepeated,
		cellStyles: map[string]odsStyle{}, tableStyles: map[string]bool{}, settled: map[string]*odsSetting{},
	}
}

// odsFormat tells by the media type that a zip file is an OpenDocument
// spreadsheet; "" when it is not.
func (a *archive) odsFormat() string {
	kind := string(a.beginning("mimetype", 128))
	if kind == "" {
		_ = a.scan("META-INF/manifest.xml", func(x *xml.Scanner, token xml.Token) bool {
			if token == xml.Start && string(x.Attr("full-path")) == "/" {
				kind = string(x.Attr("media-type"))
			}
			return kind == ""
		}) // what cannot be read says nothing
	}
	return odsFormatOf(kind)
}

func odsFormatOf(kind string) string {
	switch {
	case strings.Contains(kind, "opendocument.spreadsheet-template"):
		return "ots"
	case strings.Contains(kind, "opendocument.spreadsheet"):
		return "ods"
	}
	return ""
}

func readODS(a *archive, format string) (inventory.Structure, error) {
	b, err := openODS(a, format)
	if err != nil {
		return inventory.Structure{}, err
	}
	s := Build(b.grid(), b.meta)
	return s, b.err
}

// readFODS reads a flat OpenDocument spreadsheet: one XML file with all of
// it (3.1.2).
func readFODS(s *source) (inventory.Structure, error) {
	b, err := openFODS(s)
	if err != nil {
		return inventory.Structure{}, err
	}
	out := Build(b.grid(), b.meta)
	return out, b.err
}

func openODS(a *archive, format string) (*odsBook, error) {
	if err := a.odsEncrypted(); err != nil {
		return nil, err
	}
	b := newODSBook(a.src, format)
	b.content = func() (io.ReadCloser, error) { return a.open("content.xml") }
	b.readModules(a)
	for _, part := range []string{"styles.xml", "settings.xml"} {
		if a.has(part) {
			if err := b.survey(func() (io.ReadCloser, error) { return a.open(part) }); err != nil {
				return nil, err
			}
		}
	}
	if err := b.readLabel(a); err != nil {
		return nil, err
	}
	return b, b.survey(b.content)
}

func openFODS(s *source) (*odsBook, error) {
	b := newODSBook(s, "fods")
	b.content = s.openXML
	return b, b.survey(b.content)
}

// odsEncrypted looks into the manifest, which says which parts are encrypted
// (ODF 1.3 part 2, 4.4 and 5).
func (a *archive) odsEncrypted() error {
	path, encrypted := "", false
	err := a.scan("META-INF/manifest.xml", func(x *xml.Scanner, token xml.Token) bool {
		if token != xml.Start {
			return true
		}
		switch string(x.Name) {
		case "file-entry":
			path = string(x.Attr("full-path"))
		case "encryption-data":
			encrypted = path == "content.xml" || path == "encrypted-package"
		}
		return !encrypted
	})
	if encrypted {
		return unreadable("encrypted", "it is protected with a password")
	}
	return err
}

// readModules learns what the modules of Basic and of other scripts are
// called: each is a part of its own.
func (b *odsBook) readModules(a *archive) {
	for name, f := range a.files {
		folder, rest, _ := strings.Cut(name, "/")
		base := f.Name[strings.LastIndexAny(f.Name, `/\`)+1:]
		switch {
		case base == "" || base == "script-lc.xml" || base == "script-lb.xml" || base == "dialog-lc.xml" || base == "dialog-lb.xml":
		case folder == "basic" && strings.HasSuffix(base, ".xml"):
			b.addModule(strings.TrimSuffix(base, ".xml"))
		case folder == "scripts" && strings.Contains(rest, "/"):
			b.addModule(base)
		}
	}
	slices.Sort(b.meta.Macros.Modules)
}

func (b *odsBook) addModule(name string) {
	b.meta.Macros.Present = true
	if len(b.meta.Macros.Modules) < maxNames {
		b.meta.Macros.Modules = append(b.meta.Macros.Modules, name)
	}
}

// setting is what is known of the sheet so far.
func (b *odsBook) setting(sheet string) *odsSetting {
	s := b.settled[sheet]
	if s == nil {
		s = &odsSetting{}
		if len(b.settled) < b.src.Limits.Sheets {
			b.settled[sheet] = s
		}
	}
	return s
}

// isLinkedCopy: the name of what a spreadsheet remembers of another file,
// which is a table too: 'file:///rates.ods'#Sheet1.
func isLinkedCopy(table string) bool {
	return strings.HasPrefix(table, "'") && strings.Contains(table, "'#")
}

// isBold follows the styles that a cell's style is derived from.
func (b *odsBook) isBold(style string) bool {
	for range 16 {
		s, known := b.cellStyles[style]
		if !known || s.weighed {
			return s.bold
		}
		style = s.parent
	}
	return false
}
