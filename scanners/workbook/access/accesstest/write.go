package accesstest

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
)

// A writer makes the pages of a file.
type writer struct {
	Database
	page  int
	pages [][]byte
}

func (w *writer) jet3() bool { return w.Version == 0 }

func (w *writer) add(b []byte) int {
	w.pages = append(w.pages, b)
	return len(w.pages) - 1
}

// write makes the definition of a table at its page, and its rows on others.
func (w *writer) write(t Table) {
	var rows [][]byte
	for _, r := range t.Rows {
		rows = append(rows, w.row(t.Columns, r))
	}
	owned := w.dataPages(t.page, rows)
	usage := w.dataPages(0, [][]byte{w.usage(owned)})[0]
	for at, rest := t.page, w.definition(t, usage); len(rest) > 0; {
		p, next := make([]byte, w.page), 0
		p[0], p[1] = 2, 1
		if rest = rest[copy(p[8:], rest):]; len(rest) > 0 {
			next = w.add(nil)
			binary.LittleEndian.PutUint32(p[4:], uint32(next))
		}
		w.pages[at], at = p, next
	}
}

// usage is the map of the pages that a table has: in the row itself, or in a
// page that the row lists.
func (w *writer) usage(owned []int) []byte {
	room := 64
	if w.jet3() {
		room = 128
	}
	if !w.Scattered {
		b := make([]byte, 5+room)
		first := 0
		if len(owned) > 0 {
			first = slices.Min(owned)
		}
		binary.LittleEndian.PutUint32(b[1:], uint32(first))
		for _, n := range owned {
			b[5+(n-first)/8] |= 1 << ((n - first) % 8)
		}
		return b
	}
	p := make([]byte, w.page)
	p[0], p[1] = 5, 1
	for _, n := range owned {
		p[4+n/8] |= 1 << (n % 8)
	}
	b := make([]byte, 1+4+room)
	b[0] = 1
	binary.LittleEndian.PutUint32(b[1:], uint32(w.add(p)))
	return b
}

// dataPages puts rows on pages of a table. Each page begins with a row that was
// deleted. If rows move, as they do when they grow, every third one lies on
// another page, marked there as if it was deleted.
func (w *writer) dataPages(table int, rows [][]byte) (owned []int) {
	for len(rows) > 0 || owned == nil {
		on, flags, used := [][]byte{[]byte("\x01gone")}, []uint16{0x8000}, 32
		if table == 0 {
			on, flags = nil, nil
		}
		for len(rows) > 0 && used+len(rows[0])+10 < w.page && len(on) < 200 {
			row, flag := rows[0], uint16(0)
			if table != 0 && w.Moved && len(on)%3 == 2 {
				at := w.add(w.dataPage(table, [][]byte{row}, []uint16{0x8000}))
				row, flag, owned = binary.LittleEndian.AppendUint32(nil, uint32(at<<8)), 0x4000, append(owned, at)
			}
			on, flags, rows = append(on, row), append(flags, flag), rows[1:]
			used += len(row) + 2
		}
		owned = append(owned, w.add(w.dataPage(table, on, flags)))
	}
	return owned
}

func (w *writer) dataPage(table int, rows [][]byte, flags []uint16) []byte {
	p := make([]byte, w.page)
	p[0], p[1] = 1, 1
	binary.LittleEndian.PutUint32(p[4:], uint32(table))
	at := 12
	if w.jet3() {
		at = 8
	}
	binary.LittleEndian.PutUint16(p[at:], uint16(len(rows)))
	end := len(p)
	for i, r := range rows {
		end -= len(r)
		copy(p[end:], r)
		binary.LittleEndian.PutUint16(p[at+2+2*i:], uint16(end)|flags[i])
	}
	return p
}

// definition is what stands behind the eight bytes that each of its pages has.
func (w *writer) definition(t Table, usage int) []byte {
	b := make([]byte, 63-8)
	rowsAt, typeAt, countAt, usageAt := 16, 40, 41, 55
	if w.jet3() {
		b, rowsAt, typeAt, countAt, usageAt = b[:43-8], 12, 20, 21, 35
	}
	binary.LittleEndian.PutUint32(b[rowsAt-8:], uint32(len(t.Rows)))
	b[typeAt-8] = 'N'
	varies := 0
	for _, c := range t.Columns {
		if size(c.Type) < 0 {
			varies++
		}
	}
	binary.LittleEndian.PutUint16(b[countAt-8:], uint16(len(t.Columns)))
	binary.LittleEndian.PutUint16(b[countAt+2-8:], uint16(varies))
	binary.LittleEndian.PutUint16(b[countAt+4-8:], uint16(len(t.Columns)))
	binary.LittleEndian.PutUint32(b[usageAt-8:], uint32(usage<<8))
	binary.LittleEndian.PutUint32(b[usageAt+4-8:], uint32(usage<<8)) // the pages with room: all of them
	fixed, ordinal := 0, 0
	for i, c := range t.Columns {
		b = append(b, w.column(c, i, ordinal, fixed)...)
		if n := size(c.Type); n < 0 {
			ordinal++
		} else {
			fixed += n
		}
	}
	for _, c := range t.Columns {
		b = w.appendName(b, c.Name)
	}
	b = append(b, 0xff, 0xff)
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	return b
}

func (w *writer) column(c Column, number, ordinal, fixed int) []byte {
	b, at := make([]byte, 25), [5]int{5, 7, 15, 21, 23}
	if w.jet3() {
		b, at = b[:18], [5]int{1, 3, 13, 14, 16}
	}
	b[0] = c.Type
	binary.LittleEndian.PutUint16(b[at[0]:], uint16(number))
	binary.LittleEndian.PutUint16(b[at[1]:], uint16(ordinal))
	if b[at[2]] = 2; size(c.Type) >= 0 {
		b[at[2]] |= 1
		binary.LittleEndian.PutUint16(b[at[3]:], uint16(fixed))
		binary.LittleEndian.PutUint16(b[at[4]:], uint16(size(c.Type)))
	} else if c.Type == Text {
		binary.LittleEndian.PutUint16(b[at[4]:], 255)
	}
	return b
}

// size is how many bytes a column takes in every row; -1 when that varies.
func size(kind byte) int {
	switch kind {
	case Bool:
		return 0
	case Byte:
		return 1
	case Int:
		return 2
	case Long:
		return 4
	case Money, Date:
		return 8
	}
	return -1
}

func (w *writer) appendName(b []byte, name string) []byte {
	if w.jet3() {
		return append(append(b, byte(len(name))), name...)
	}
	u := wide(name)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(u))), u...)
}

func wide(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
