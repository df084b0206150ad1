package workbook

import (
	"path"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/target"
)

// bookRecord reads what the workbook part says.
func (b *xlsbBook) bookRecord(kind int, d *biffData) bool {
	switch kind {
	case xlsbSheet:
		b.addSheet(d.b)
	case xlsbBookLocked:
		d.take(4)
		b.meta.Protected += d.u16() & 1
	case xlsbName:
		b.addName(d)
	case xlsbLink, xlsbLinkSelf, xlsbLinkSame, xlsbLinkTabs, xlsbLinkAddIn:
		b.links = append(b.links, kind == xlsbLink)
	case xlsbExterns:
		for n := d.u32(); n > 0 && len(d.b) >= 12; n-- {
			b.externs = append(b.externs, int(d.u32()))
			d.take(8)
		}
	}
	return len(b.sheets) <= b.src.Limits.Sheets && len(b.allNames) < 1<<17 && len(b.links) < 1<<17
}

// addSheet reads a sheet's state, number, relation and name (2.4.307). Before
// Excel 2007 was finished there was one more number.
func (b *xlsbBook) addSheet(record []byte) {
	var s xlsxSheet
	for _, numbers := range []int{1, 2} {
		d := biffData{b: record}
		state := d.u32()
		d.take(4 * numbers)
		rel := d.wide()
		s = xlsxSheet{d.wide(), state == 1 || state == 2, rel}
		if !d.short && len(d.b) == 0 {
			break
		}
	}
	b.sheets = append(b.sheets, s)
}

// addName keeps a name somebody defined (2.4.711).
func (b *xlsbBook) addName(d *biffData) {
	const hidden, function, builtIn = 1, 2, 0x20
	flags := d.u32()
	d.take(5)
	name := d.wide()
	b.allNames = append(b.allNames, name)
	stands := d.u32() > 0 // for anything still
	if stands && flags&(hidden|function|builtIn) == 0 && !strings.HasPrefix(strings.ToLower(name), "_xl") {
		b.meta.DefinedNames = append(b.meta.DefinedNames, name)
	}
}

// readStyles reads which cell formats are dates and which are bold.
func (b *xlsbBook) readStyles(part string) error {
	formats := map[int]bool{}
	var bold []bool
	inXFs := false
	return b.records(part, func(kind int, d *biffData) bool {
		switch kind {
		case xlsbXFs, xlsbXFsEnd:
			inXFs = kind == xlsbXFs
		case xlsbFormat:
			id := d.u16()
			formats[id] = isDateFormat(d.wide())
		case xlsbFont:
			d.take(4)
			bold = append(bold, d.u16() >= 600)
		case xlsbXF:
			d.u16()
			format, font := d.u16(), d.u16()
			if inXFs {
				date, own := formats[format]
				if !own {
					date = isDateFormatID(format)
				}
				b.styles = append(b.styles, cellStyle{font < len(bold) && bold[font], date})
			}
		}
		return len(b.styles) < 1<<17 && len(bold) < 1<<17 && len(formats) < 1<<17
	})
}

// readStrings reads the shared strings.
func (b *xlsbBook) readStrings(part string) error {
	t, limit := &stringTable{}, b.src.Limits.Strings
	var text strings.Builder
	err := b.records(part, func(kind int, d *biffData) bool {
		if kind == xlsbString {
			d.u8() // of rich text and pronunciation, which follow
			text.WriteString(d.wide())
			t.ends = append(t.ends, uint32(text.Len()))
		}
		return len(t.ends) <= limit
	})
	t.text = text.String()
	b.strings = t
	if len(t.ends) > limit {
		return unreadable("too-large", "more than %d strings", limit)
	}
	return err
}

// readMeta collects what is known of the workbook besides its cells.
func (b *xlsbBook) readMeta() error {
	m := &b.meta
	for name := range b.files {
		switch dir, base := path.Split(name); {
		case !strings.HasSuffix(base, ".bin"):
		case strings.HasSuffix(dir, "pivottables/"):
			m.Pivots++
		case strings.HasSuffix(dir, "tables/"):
			m.Tables++
		case strings.HasSuffix(dir, "macrosheets/") && strings.HasPrefix(base, "sheet"):
			m.Macros.Present = true
		}
	}
	macroSheets := m.Macros.Present
	for _, read := range []func(*Meta) error{b.readLinks, b.readMacros, b.readQueries, b.readPivotSources, b.readLabel, b.readNotes} {
		if err := read(m); err != nil {
			return err
		}
	}
	m.Macros.Present = m.Macros.Present || macroSheets
	if err := b.records(b.rels.ofType("connections"), b.connectionRecord); err != nil {
		return err
	}
	if b.has("xl/model/item.data") {
		b.addConnection(inventory.Connection{Kind: "model"})
	}
	return nil
}

func (b *xlsbBook) addConnection(c inventory.Connection) {
	if m := &b.meta; !slices.Contains(m.Connections, c) && len(m.Connections) < maxNames {
		m.Connections = append(m.Connections, c)
	}
}

// connectionRecord reads where a connection leads to, and never as whom or
// what is asked (2.1.7.24).
func (b *xlsbBook) connectionRecord(kind int, d *biffData) bool {
	const command = 2
	c := &b.connected
	switch kind {
	case xlsbConnection:
		*c = newBinaryConnection(d)
	case xlsbConnectionEnd:
		b.addConnection(*c)
	case xlsbDatabase:
		type_, flags := d.u32(), d.u8()
		if c.Kind == "model" {
			break
		}
		c.Target = target.Connection(&c.Kind, d.long())
		if flags&command != 0 && (type_ == 1 || type_ == 3) { // a cube, a table; 2 is SQL
			c.Target = target.Join(c.Target, target.Object(d.wide()))
		}
	case xlsbWeb:
		d.take(4)
		c.Kind, c.Target = "web", target.Web(d.long())
	}
	return true
}

// long takes a string without clipping it.
func (d *biffData) long() string {
	n := d.u32()
	if n == 0xffffffff {
		return ""
	}
	return string(appendCharacters(nil, d.take(int(min(n, maxRecord))*2), true))
}

// newBinaryConnection reads of what kind a connection is (2.4.80).
func newBinaryConnection(d *biffData) inventory.Connection {
	d.take(8)
	has, kind := d.u16(), int(d.u32())
	d.take(9)
	for bit := range 3 { // files and a description, where there are any
		if has&(1<<bit) != 0 {
			d.wide()
		}
	}
	switch {
	case d.wide() == "ThisWorkbookDataModel":
		return inventory.Connection{Kind: "model"}
	case kind == 100:
		return inventory.Connection{Kind: "powerquery"}
	case kind > 0 && kind < len(connectionKinds):
		return inventory.Connection{Kind: connectionKinds[kind]}
	}
	return inventory.Connection{Kind: connectionKinds[0]}
}
