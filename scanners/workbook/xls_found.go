package workbook

import (
	"slices"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/target"
)

// xlsFound is what is met among the cells of the sheets and is not about
// them: all of it is known when they have been read.
type xlsFound struct {
	pivots, tables int
	connections    []inventory.Connection
	declared       []string // kinds of the connections in the list of them

	// A query's texts follow it in pieces.
	pieces     []queryText
	parameters int // queries of one value each, that follow it
	text       []byte
	oledb      int // pieces of a connection string still to come
}

// A queryText is a text of a query: how many pieces, and who understands it.
type queryText struct {
	pieces int
	read   func(c *inventory.Connection, text string) // nil for what is none of ours
}

func (f *xlsFound) record(b *xlsBook, st *biffStream, rec biffRecord) {
	d := &biffData{b: rec.data, more: st.continued}
	switch rec.kind {
	case biffPivot:
		f.pivots++
	case biffQuery:
		f.addQuery(d)
	case biffQueryString:
		f.addText(d, b)
	case biffOLEDB:
		d.skip(6)
		f.oledb, f.text = d.u16(), nil
	case biffExtString:
		f.addOLEDB(d, b)
	case biffConnection:
		d.skip(4)
		f.declared = append(f.declared, connectionKind(d.u16()))
	}
}

// connectionKind is the kind by its number, which xlsx shares: MS-XLS 2.4.80.
func connectionKind(number int) string {
	if number > 0 && number < len(connectionKinds) {
		return connectionKinds[number]
	}
	return connectionKinds[0]
}

// addQuery takes a query of a database or a page (MS-XLS 2.4.80). What it
// asks is passed by; where it asks is kept.
func (f *xlsFound) addQuery(d *biffData) {
	if f.parameters > 0 { // one of these has the same number
		f.parameters--
		return
	}
	const isODBC, isSQL, isWeb = 0x08, 0x10, 0x40
	flags := d.u16()
	f.parameters = d.u16()
	question, post, _, odbc := d.u16(), d.u16(), d.u16(), d.u16()
	f.pieces, f.text = nil, nil
	if flags&isSQL != 0 {
		f.pieces = append(f.pieces, queryText{question, nil})
	}
	if flags&isODBC != 0 {
		f.pieces = append(f.pieces, queryText{odbc, readConnectionString})
	}
	if flags&isWeb != 0 {
		f.pieces = append(f.pieces, queryText{question, func(c *inventory.Connection, s string) { c.Target = target.Web(s) }}, queryText{post, nil})
	}
	if len(f.connections) < maxNames {
		f.connections = append(f.connections, inventory.Connection{Kind: connectionKind(flags & 7)})
	}
}

func readConnectionString(c *inventory.Connection, s string) {
	c.Target = target.Connection(&c.Kind, s)
}

// addText takes a piece of a query's texts.
func (f *xlsFound) addText(d *biffData, b *xlsBook) {
	for len(f.pieces) > 0 && f.pieces[0].pieces == 0 {
		f.pieces = f.pieces[1:]
	}
	if len(f.pieces) == 0 || len(f.connections) == 0 {
		return
	}
	t := &f.pieces[0]
	if t.read != nil {
		f.text = append(f.text, b.text(d, 2)...)
	}
	if t.pieces--; t.pieces == 0 && t.read != nil {
		t.read(&f.connections[len(f.connections)-1], string(f.text))
		f.text = nil
	}
}

// addOLEDB takes a piece of the connection string of the last query.
func (f *xlsFound) addOLEDB(d *biffData, b *xlsBook) {
	if f.oledb == 0 || len(f.connections) == 0 {
		return
	}
	d.skip(4)
	f.text = append(f.text, b.text(d, 2)...)
	if f.oledb--; f.oledb == 0 {
		readConnectionString(&f.connections[len(f.connections)-1], string(f.text))
		f.text = nil
	}
}

// addTo completes a structure. A connection that no sheet's query told more
// about is known by its kind alone.
func (f *xlsFound) addTo(s *inventory.Structure) {
	s.Pivots, s.Tables = f.pivots, f.tables
	for _, kind := range f.declared {
		ofKind := func(c inventory.Connection) bool { return c.Kind == kind }
		if !slices.ContainsFunc(f.connections, ofKind) {
			f.connections = append(f.connections, inventory.Connection{Kind: kind})
		}
	}
	for _, c := range f.connections {
		if !slices.Contains(s.Connections, c) {
			s.Connections = append(s.Connections, c)
		}
	}
}
