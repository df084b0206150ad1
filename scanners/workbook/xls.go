package workbook

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/codepage"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
)

// An xlsBook is a workbook in one of the Binary Interchange File Formats
// being read: BIFF2 to BIFF4 are Excel 2 to 4, BIFF5 is Excel 5 and 95, BIFF8
// is Excel 97 to 2003. The public descriptions are MS-XLS for BIFF8, and
// OpenOffice's documentation of the Excel file format for all.
type xlsBook struct {
	src     *source
	box     *ole.File // nil for a bare stream
	stream  io.ReaderAt
	size    int64
	version int // 2, 3, 4, 5 or 8
	xlsGlobals
	sheets  []xlsSheet
	names   []string // those that somebody defined
	modules []string // of BIFF5, where they are sheets
	macros  bool
	locked  bool            // the list of sheets
	targets []string        // the workbooks that formulas refer to
	filters map[int][]Range // by index of the sheet
	found   xlsFound
	err     error // the first that a sheet met
}

// An xlsSheet is where a sheet lies in the stream.
type xlsSheet struct {
	name   string
	hidden bool
	begin  int64
}

// readXLS reads the workbook that a stream of a compound file is.
func readXLS(s *source, c *ole.File, e *ole.Entry) (inventory.Structure, error) {
	r, size, err := c.Content(e)
	if err != nil {
		return inventory.Structure{}, err
	}
	return readBIFF(&xlsBook{src: s, box: c, stream: r, size: size})
}

// readBareBIFF reads a stream that is a file of its own.
func readBareBIFF(s *source) (inventory.Structure, error) {
	return readBIFF(&xlsBook{src: s, stream: s, size: s.size})
}

func readBIFF(b *xlsBook) (inventory.Structure, error) {
	if err := b.load(); err != nil {
		return inventory.Structure{}, err
	}
	s := Build(b.grid(), b.meta())
	b.found.addTo(&s)
	return s, b.err
}

// isBIFF reports whether a file begins as a bare stream does: with a record
// that says so, and what kind of stream it begins.
func isBIFF(head []byte) bool {
	if len(head) < 8 || !isBOF(binary.LittleEndian.Uint16(head)) {
		return false
	}
	size, kind := binary.LittleEndian.Uint16(head[2:]), binary.LittleEndian.Uint16(head[6:])
	return size >= 4 && size <= 20 && (kind == 0x05 || kind == 0x10 || kind == 0x20 || kind == 0x40 || kind == 0x100)
}

// biffVersion is the version that a BOF record tells.
func biffVersion(rec biffRecord) int {
	switch {
	case rec.kind == biffBOF2:
		return 2
	case rec.kind == biffBOF3:
		return 3
	case rec.kind == biffBOF4:
		return 4
	case len(rec.data) >= 2 && rec.data[1] == 6:
		return 8
	case len(rec.data) >= 2 && rec.data[1] >= 2 && rec.data[1] <= 4:
		return int(rec.data[1])
	}
	return 5
}

// load reads what stands before the sheets; of the versions that have nothing
// there it finds the sheets.
func (b *xlsBook) load() error {
	st := b.open(0)
	rec, err := st.next()
	if err != nil || !isBOF(rec.kind) || len(rec.data) < 4 {
		return unreadable("damaged", "the workbook stream does not begin as one")
	}
	b.version = biffVersion(rec)
	b.filters = map[int][]Range{}
	b.decode = codepage.Decoder(0)
	if b.version >= 5 && bofKind(rec) == biffGlobals {
		return b.loadGlobals(st)
	}
	return b.findSheets()
}

func (b *xlsBook) open(at int64) *biffStream {
	return &biffStream{r: b.stream, size: b.size, pos: at}
}

// What a stream within the stream holds.
const (
	biffGlobals    = 0x0005
	biffVBModule   = 0x0006
	biffWorksheet  = 0x0010
	biffMacroSheet = 0x0040
	biffWorkspace  = 0x0100
)

func bofKind(rec biffRecord) int {
	d := biffData{b: rec.data}
	d.u16()
	return d.u16()
}

func (b *xlsBook) loadGlobals(st *biffStream) error {
	for depth := 1; depth > 0; {
		rec, err := st.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case isBOF(rec.kind):
			depth++
		case rec.kind == biffEOF:
			depth--
		case depth == 1:
			if err := b.global(st, rec); err != nil {
				return err
			}
		}
		if len(b.sheets) > b.src.Limits.Sheets {
			return unreadable("too-large", "more than %d sheets", b.src.Limits.Sheets)
		}
	}
	return nil
}

// findSheets walks through a stream that has no list of its sheets: one
// sheet alone, or a workspace of Excel 4 with a header before each.
func (b *xlsBook) findSheets() error {
	st := b.open(0)
	name, workspace := "Sheet1", false // where nothing names it
	for depth := 0; ; {
		begin := st.pos
		rec, err := st.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case isBOF(rec.kind) && bofKind(rec) == biffWorkspace:
			workspace = true // it holds the sheets
		case isBOF(rec.kind):
			if depth++; depth == 1 {
				b.sheets = append(b.sheets, xlsSheet{name: name, begin: begin})
				b.macros = b.macros || bofKind(rec) == biffMacroSheet
				b.xlsGlobals = xlsGlobals{decode: b.decode}
				name = fmt.Sprintf("Sheet%d", len(b.sheets)+1)
			}
		case rec.kind == biffEOF:
			if depth--; depth < 0 || depth == 0 && !workspace {
				return nil
			}
		case rec.kind == biffSheetHeader:
			d := biffData{b: rec.data}
			d.skip(4)
			name = b.text(&d, 1)
		case depth <= 1:
			if err := b.global(st, rec); err != nil {
				return err
			}
		}
		if len(b.sheets) > b.src.Limits.Sheets {
			return unreadable("too-large", "more than %d sheets", b.src.Limits.Sheets)
		}
	}
}

// grid yields the sheets; each is read while its cells are taken.
func (b *xlsBook) grid() Grid {
	return func(yield func(Sheet) bool) {
		for i, s := range b.sheets {
			r := &xlsSheetReader{book: b, stream: b.open(s.begin)}
			r.tail.Headed = b.filters[i]
			ok := yield(Sheet{Name: s.name, Hidden: s.hidden, Cells: r.cells(), Tail: func() Tail { return r.tail }})
			if !ok || b.err != nil {
				return
			}
		}
	}
}

// meta is what is known of the workbook before its sheets are read.
func (b *xlsBook) meta() Meta {
	m := b.src.meta("xls")
	m.DefinedNames = b.names
	m.ExternalLinks = slices.Sorted(slices.Values(b.targets))
	m.Macros.Present = b.macros || len(b.modules) > 0
	m.Macros.Modules = b.modules
	if b.locked {
		m.Protected = 1
	}
	if b.box == nil {
		return m
	}
	if vba := b.box.Child(b.box.Root(), "_VBA_PROJECT_CUR"); vba != nil {
		m.Macros.Present = true
		if project := b.box.Child(vba, "PROJECT"); project != nil {
			m.Macros.Modules = append(m.Macros.Modules, moduleNames(b.box, project)...)
		}
		readVBA(b.box).add(&m)
	}
	return m
}
