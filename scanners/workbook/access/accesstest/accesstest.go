// Package accesstest makes small Access databases for tests: of Jet 3, Jet 4 and
// ACE, with pages, catalogue and rows as the real ones have them, and without
// indexes. MDB Tools reads them.
package accesstest

import (
	"bytes"
	"crypto/rc4"
	"encoding/binary"
	"math"
)

// A Database is what to make. The zero Version is Jet 3, Access 97.
type Database struct {
	Version    byte   // 0 Jet 3, 1 Jet 4, 2 and more ACE
	CodePage   uint16 // of Jet 3's text
	Password   string
	Key        uint32 // that its pages are encoded with, as far as the header tells: they are not
	Encryption string // an EncryptionInfo, of ACE
	Scattered  bool   // tables tell where their rows are in pages of their own, as those of large databases do
	Moved      bool   // rows have moved to other pages, as those that grow do
	Tables     []Table
	Objects    []Object   // besides the tables
	Queries    []QueryRow // of MSysQueries
}

// A Table is one with rows: int, string or nil for each of the columns.
type Table struct {
	Name    string
	Flags   int
	Columns []Column
	Rows    [][]any
	page    int
}

// A Column has one of the Types.
type Column struct {
	Name string
	Type byte
}

// The types of column, as in the format.
const (
	Bool  = 1
	Byte  = 2
	Int   = 3
	Long  = 4
	Money = 5
	Date  = 8
	Text  = 10
	OLE   = 11
	Memo  = 12
)

// An Object is an entry of the catalogue that is no table of the database's own.
type Object struct {
	ID, Type, Flags                int
	Name                           string
	Connect, Database, ForeignName string
}

// A QueryRow is one of the rows of MSysQueries.
type QueryRow struct {
	ObjectID, Attribute int
	Name1, Expression   string
}

// Bytes makes the file.
func (d Database) Bytes() []byte {
	w := &writer{Database: d, page: 4096}
	if d.Version == 0 {
		w.page = 2048
	}
	w.pages = [][]byte{w.header(), make([]byte, w.page), nil} // the third is the catalogue's definition
	w.pages[1][0] = 5
	if len(d.Queries) > 0 {
		w.Tables = append(w.Tables, queriesTable(d.Queries))
	}
	for i := range w.Tables {
		w.Tables[i].page = w.add(nil)
		w.write(w.Tables[i])
	}
	w.write(w.catalogue())
	return bytes.Join(w.pages, nil)
}

func queriesTable(rows []QueryRow) Table {
	t := Table{Name: "MSysQueries", Flags: -0x80000000, Columns: []Column{
		{"Attribute", Byte}, {"Expression", Memo}, {"Flag", Int}, {"LvExtra", OLE}, {"Name1", Text}, {"Name2", Text}, {"ObjectId", Long}, {"Order", OLE},
	}}
	for _, r := range rows {
		t.Rows = append(t.Rows, []any{r.Attribute, text(r.Expression), nil, nil, text(r.Name1), nil, r.ObjectID, nil})
	}
	return t
}

func (w *writer) catalogue() Table {
	t := Table{Name: "MSysObjects", page: 2, Columns: []Column{
		{"Id", Long}, {"ParentId", Long}, {"Name", Text}, {"Type", Int}, {"DateCreate", Date}, {"DateUpdate", Date}, {"Owner", Text}, {"Flags", Long},
		{"Database", Memo}, {"Connect", Memo}, {"ForeignName", Text}, {"RmtInfoShort", Text}, {"RmtInfoLong", OLE}, {"Lv", OLE}, {"LvProp", OLE},
		{"LvModule", OLE}, {"LvExtra", OLE},
	}}
	object := func(o Object) {
		row := make([]any, len(t.Columns))
		row[0], row[1], row[2], row[3], row[7] = o.ID, 0xf000001, o.Name, o.Type, o.Flags
		row[8], row[9], row[10] = text(o.Database), text(o.Connect), text(o.ForeignName)
		t.Rows = append(t.Rows, row)
	}
	object(Object{ID: 0xf000001, Type: 3, Flags: -0x80000000, Name: "Tables"})
	object(Object{ID: 2, Type: 1, Flags: -0x80000000, Name: "MSysObjects"})
	for _, own := range w.Tables {
		object(Object{ID: own.page, Type: 1, Flags: own.Flags, Name: own.Name})
	}
	for _, o := range w.Objects {
		object(o)
	}
	return t
}

// text is a string, or nil for none.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// header is the first page.
func (w *writer) header() []byte {
	const created = 38000 // days
	h := make([]byte, w.page)
	name := "Standard Jet DB"
	if w.Version > 1 {
		name = "Standard ACE DB"
	}
	copy(h, "\x00\x01\x00\x00"+name+"\x00")
	h[0x14] = w.Version
	binary.LittleEndian.PutUint16(h[0x3c:], w.CodePage)
	binary.LittleEndian.PutUint32(h[0x3e:], w.Key)
	binary.LittleEndian.PutUint64(h[0x72:], math.Float64bits(created))
	masked := 128
	if w.Version == 0 {
		masked = 126
		copy(h[0x42:0x42+20], w.Password)
	} else {
		copy(h[0x42:0x42+40], wide(w.Password))
		for i := 0; i < 40; i += 4 {
			binary.LittleEndian.PutUint32(h[0x42+i:], binary.LittleEndian.Uint32(h[0x42+i:])^uint32(created))
		}
	}
	if w.Encryption != "" {
		binary.LittleEndian.PutUint16(h[0x299:], uint16(len(w.Encryption)))
		copy(h[0x29b:], w.Encryption)
	}
	mask, err := rc4.NewCipher([]byte{0xc7, 0xda, 0x39, 0x6b})
	if err == nil {
		mask.XORKeyStream(h[0x18:0x18+masked], h[0x18:0x18+masked])
	}
	return h
}

// Changed is a file with some bytes changed: each change is a place of three
// bytes, a length of one, and so many bytes.
func Changed(file, changes []byte) []byte {
	file = bytes.Clone(file)
	for len(changes) > 4 {
		at, n := int(binary.LittleEndian.Uint32(changes)&0xffffff)%len(file), int(changes[3])
		changes = changes[4:]
		n = copy(file[at:], changes[:min(n, len(changes))])
		changes = changes[min(max(n, 1), len(changes)):]
	}
	return file
}
