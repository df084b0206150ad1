package workbook

import (
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/codepage"
)

// xlsGlobals is what the records before the cells tell. Before BIFF5 each
// sheet has its own.
type xlsGlobals struct {
	decode  func([]byte) string // text of versions before BIFF8
	bold    []bool              // by font
	dates   map[int]bool        // number formats of the workbook: whether they are dates
	xfs     []xlsXF
	strings *stringTable
	defined []string  // names by their number, for the functions among them
	links   []xlsLink // by SUPBOOK or, before BIFF8, EXTERNSHEET
	sheetIn []int     // BIFF8: which of links a reference leads to
}

// An xlsXF is a cell format: its number format and its font.
type xlsXF struct{ format, font int }

// global takes a record that is about the workbook, or about the sheet in
// versions that have no workbooks.
func (b *xlsBook) global(st *biffStream, rec biffRecord) error {
	d := &biffData{b: rec.data}
	switch rec.kind {
	case biffFilePass:
		return b.encrypted(d)
	case biffCodePage:
		b.decode = codepage.Decoder(d.u16())
	case biffBoundSheet:
		b.addSheet(d)
	case biffSST:
		d.more = st.continued
		return b.readStrings(d)
	case biffFont, biffFont3:
		b.addFont(d)
	case biffFormat2, biffFormat4:
		b.addFormat(rec.kind, d)
	case biffXF2, biffXF3, biffXF4, biffXF5:
		b.addXF(rec.kind, d)
	case biffName, biffName3:
		b.addName(d)
	case biffSupBook, biffExternSheet, biffExternName2, biffExternName3:
		b.addLink(rec.kind, d)
	case biffProject:
		b.macros = true
	case biffProtect:
		b.locked = b.locked || d.u16()&1 != 0
	default:
		b.found.record(b, st, rec)
	}
	return nil
}

// encrypted tells how the workbook is encrypted (MS-XLS 2.4.117). Some are
// with a password that every copy of Excel knows; these too are left alone.
func (b *xlsBook) encrypted(d *biffData) error {
	kind := "xor"
	if b.version == 8 && d.u16() == 1 {
		kind = "cryptoapi"
		if d.u16() == 1 {
			kind = "rc4"
		}
	}
	return unreadable("encrypted", "it is protected with a password (%s)", kind)
}

// text reads a string whose length takes one byte or two.
func (b *xlsBook) text(d *biffData, lengthBytes int) string {
	n := d.u8()
	if lengthBytes == 2 {
		n |= d.u8() << 8
	}
	return b.characters(d, n)
}

func (b *xlsBook) characters(d *biffData, n int) string {
	if b.version == 8 {
		if n == 0 && len(d.b) == 0 {
			return ""
		}
		return string(d.unicode(nil, n))
	}
	return b.decode(d.take(n))
}

// addSheet takes a sheet of the list. Modules of BIFF5 are sheets too, and
// nobody sees them among the others.
func (b *xlsBook) addSheet(d *biffData) {
	s := xlsSheet{begin: int64(d.u32())}
	s.hidden = d.u8()&3 != 0
	kind := d.u8()
	s.name = b.text(d, 1)
	switch kind {
	case biffVBModule:
		b.modules = append(b.modules, s.name)
		return
	case 1:
		b.macros = true
	}
	b.sheets = append(b.sheets, s)
}

// readStrings reads the shared strings.
func (b *xlsBook) readStrings(d *biffData) error {
	d.u32() // how often they are used
	count, limit := int(d.u32()), b.src.Limits.Strings
	t := &stringTable{}
	var text []byte
	for len(t.ends) < count && d.refill() {
		if len(t.ends) >= limit {
			return unreadable("too-large", "more than %d strings", limit)
		}
		text = d.unicode(text, d.u16())
		t.ends = append(t.ends, uint32(len(text)))
	}
	t.text = string(text)
	b.strings = t
	return nil
}

// addFont learns whether a font is bold. There is no font with the number 4
// (MS-XLS 2.5.129).
func (b *xlsBook) addFont(d *biffData) {
	d.u16()
	flags := d.u16()
	bold := flags&1 != 0
	if b.version >= 5 {
		d.u16()
		bold = d.u16() >= 600
	}
	if len(b.bold) == 4 {
		b.bold = append(b.bold, false)
	}
	if len(b.bold) < maxStyles {
		b.bold = append(b.bold, bold)
	}
}

const maxStyles = 1 << 16

func (b *xlsBook) addFormat(kind uint16, d *biffData) {
	if b.dates == nil {
		b.dates = map[int]bool{}
	}
	id := len(b.dates) // BIFF2 to 4 count them
	if b.version >= 5 {
		id = d.u16()
	} else if kind == biffFormat4 {
		d.u16()
	}
	lengthBytes := 1
	if b.version == 8 {
		lengthBytes = 2
	}
	if len(b.dates) < maxStyles {
		b.dates[id] = isDateFormat(b.text(d, lengthBytes))
	}
}

func (b *xlsBook) addXF(kind uint16, d *biffData) {
	var xf xlsXF
	switch kind {
	case biffXF5:
		xf.font, xf.format = d.u16(), d.u16()
	case biffXF2:
		xf.font = d.u8()
		d.u8()
		xf.format = d.u8() & 0x3f
	default:
		xf.font, xf.format = d.u8(), d.u8()
	}
	if len(b.xfs) < maxStyles {
		b.xfs = append(b.xfs, xf)
	}
}

// style is what matters of a cell format.
func (g *xlsGlobals) style(xf int) cellStyle {
	if xf >= len(g.xfs) {
		return cellStyle{}
	}
	return g.look(g.xfs[xf])
}

func (g *xlsGlobals) look(x xlsXF) cellStyle {
	date, own := g.dates[x.format]
	if !own {
		date = isDateFormatID(x.format)
	}
	return cellStyle{bold: x.font < len(g.bold) && g.bold[x.font], date: date}
}

// Flags of a defined name, and the number of a name that Excel defines:
// MS-XLS 2.4.150.
const (
	nameHidden       = 0x01
	nameProcedure    = 0x0e // of a macro: a function, a command, in what language
	nameBuiltIn      = 0x20
	nameFilterOfList = 0x0d
)

// addName takes a defined name.
func (b *xlsBook) addName(d *biffData) {
	flags, length, size, sheet := b.nameHeader(d)
	if flags&nameBuiltIn != 0 {
		b.defined = append(b.defined, "")
		if b.version == 8 {
			d.u8()
		}
		if id := d.take(length); len(id) == 1 && id[0] == nameFilterOfList && sheet > 0 {
			b.addFilter(sheet-1, d.take(size))
		}
		return
	}
	name := b.characters(d, length)
	if len(b.defined) < maxStyles {
		b.defined = append(b.defined, name)
	}
	if flags&(nameHidden|nameProcedure) == 0 && name != "" && !strings.HasPrefix(strings.ToLower(name), "_xl") && len(b.names) < maxStyles {
		b.names = append(b.names, name)
	}
}

// nameHeader reads what stands before a name: its flags, its length, the
// size of its formula, and the sheet it belongs to, from 1.
func (b *xlsBook) nameHeader(d *biffData) (flags, length, size, sheet int) {
	if b.version == 2 {
		flags = d.u8() & nameHidden
		d.u16()
		length = d.u8()
		return flags, length, d.u8(), 0
	}
	flags = d.u16()
	d.u8()
	length, size = d.u8(), d.u16()
	if b.version >= 5 {
		d.u16()
		sheet = d.u16()
		d.u32()
	}
	return flags, length, size, sheet
}

// addFilter learns which range of a sheet is under a filter: the formula is
// a reference to it.
func (b *xlsBook) addFilter(sheet int, formula []byte) {
	d := &biffData{b: formula}
	var r Range
	if token := d.u8(); token != 0x3b && token != 0x5b && token != 0x7b {
		return
	}
	if b.version == 8 {
		d.u16()
		r.Top, r.Bottom, r.Left, r.Right = d.u16(), d.u16(), d.u16()&0x3fff, d.u16()&0x3fff
	} else {
		d.skip(14)
		r.Top, r.Bottom, r.Left, r.Right = d.u16()&0x3fff, d.u16()&0x3fff, d.u8(), d.u8()
	}
	if !d.short && r.Top <= r.Bottom && r.Left <= r.Right {
		b.filters[sheet] = append(b.filters[sheet], r)
	}
}
