package workbook

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf16"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
)

// A biffWriter writes the records of a workbook stream.
type biffWriter struct{ bytes.Buffer }

// record writes one record of parts: bytes and strings as they are, numbers
// in two, four or eight bytes by their type.
func (w *biffWriter) record(kind int, parts ...any) {
	data := packed(parts...)
	w.Write(packed(uint16(kind), uint16(len(data))))
	w.Write(data)
}

func packed(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = binary.LittleEndian.AppendUint16(b, uint16(p))
		case byte:
			b = append(b, p)
		case uint16:
			b = binary.LittleEndian.AppendUint16(b, p)
		case uint32:
			b = binary.LittleEndian.AppendUint32(b, p)
		case float64:
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p))
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

// short and long are strings of BIFF8, with their length in one byte or two.
func short(s string) []byte { return packed(byte(len(utf16.Encode([]rune(s)))), wide(s)) }
func long(s string) []byte  { return packed(len(utf16.Encode([]rune(s))), wide(s)) }

func wide(s string) []byte {
	b := []byte{1}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// biff8 puts sheets behind the records of the workbook: what is given for
// each is written between its beginning and its end.
func biff8(globals func(*biffWriter), names []string, sheets ...func(*biffWriter)) []byte {
	build := func(places []uint32) ([]byte, []uint32) {
		var w biffWriter
		w.record(biffBOF5, 0x600, biffGlobals, uint32(0), uint32(0), uint32(0))
		for i, name := range names {
			w.record(biffBoundSheet, places[i], byte(i%2), byte(0), short(name))
		}
		if globals != nil {
			globals(&w)
		}
		w.record(biffEOF)
		for i, sheet := range sheets {
			places[i] = uint32(w.Len())
			w.record(biffBOF5, 0x600, biffWorksheet, uint32(0), uint32(0), uint32(0))
			sheet(&w)
			w.record(biffEOF)
		}
		return w.Bytes(), places
	}
	_, places := build(make([]uint32, len(names)))
	stream, _ := build(places)
	return stream
}

// compoundWith makes an OLE2 file of streams, which lie in its root or, with
// a slash in their name, in a folder of it.
func compoundWith(names []string, streams map[string][]byte) []byte {
	const sector = 512
	type entry struct {
		name        string
		kind        byte
		right, down uint32
		content     []byte
	}
	none := uint32(0xffffffff)
	entries := []entry{{"Root Entry", 5, none, none, nil}}
	last := map[string]int{} // of a folder
	place := func(folder string, parent int, e entry) int {
		entries = append(entries, e)
		at := len(entries) - 1
		if l, ok := last[folder]; ok {
			entries[l].right = uint32(at)
		} else {
			entries[parent].down = uint32(at)
		}
		last[folder] = at
		return at
	}
	folders := map[string]int{"": 0}
	for _, name := range names {
		folder, base, ok := cutLast(name, "/")
		if !ok {
			folder, base = "", name
		} else if _, known := folders[folder]; !known {
			folders[folder] = place("", 0, entry{folder, 1, none, none, nil})
		}
		place(folder, folders[folder], entry{base, 2, none, none, streams[name]})
	}
	directory := make([]byte, (len(entries)*128+sector-1)/sector*sector)
	var fat, body []byte
	next := uint32(0)
	chain := func(content []byte) uint32 {
		start, n := next, (len(content)+sector-1)/sector
		for i := range n {
			next++
			if i == n-1 {
				fat = binary.LittleEndian.AppendUint32(fat, endOfChain)
			} else {
				fat = binary.LittleEndian.AppendUint32(fat, next)
			}
		}
		body = append(body, content...)
		body = append(body, make([]byte, n*sector-len(content))...)
		return start
	}
	for i, e := range entries {
		d := directory[128*i:]
		for j, u := range utf16.Encode([]rune(e.name)) {
			binary.LittleEndian.PutUint16(d[2*j:], u)
		}
		binary.LittleEndian.PutUint16(d[64:], uint16(2*len(e.name)+2))
		d[66] = e.kind
		binary.LittleEndian.PutUint32(d[68:], none)
		binary.LittleEndian.PutUint32(d[72:], e.right)
		binary.LittleEndian.PutUint32(d[76:], e.down)
		binary.LittleEndian.PutUint32(d[116:], chain(e.content))
		binary.LittleEndian.PutUint32(d[120:], uint32(len(e.content)))
	}
	directoryAt := chain(directory)
	sectors := (len(fat)/4+128)/127 + 1
	fatAt := next
	header := make([]byte, sector)
	copy(header, ole.Signature)
	binary.LittleEndian.PutUint16(header[30:], 9)
	binary.LittleEndian.PutUint16(header[32:], 6)
	binary.LittleEndian.PutUint32(header[48:], directoryAt)
	binary.LittleEndian.PutUint32(header[60:], endOfChain)
	binary.LittleEndian.PutUint32(header[68:], endOfChain)
	for i := range 109 {
		at := none
		if i < sectors {
			at = fatAt + uint32(i)
			fat = binary.LittleEndian.AppendUint32(fat, 0xfffffffd)
		}
		binary.LittleEndian.PutUint32(header[76+4*i:], at)
	}
	table := bytes.Repeat([]byte{0xff}, sectors*sector)
	copy(table, fat)
	return bytes.Join([][]byte{header, body, table}, nil)
}

func xlsOf(stream []byte) []byte {
	return compoundWith([]string{"Workbook"}, map[string][]byte{"Workbook": stream})
}

// sourceOf is a file in memory, read without limits of time.
func sourceOf(b []byte, depth inventory.Depth) *source {
	s := &source{r: bytes.NewReader(b), size: int64(len(b)), Options: Options{Depth: depth, Limits: Limits{}.orDefaults()}}
	s.stopped = func() error { return nil }
	return s
}

// xlsBookOf opens an old workbook for its cells.
func xlsBookOf(b []byte) (*xlsBook, error) {
	s := sourceOf(b, inventory.DepthFull)
	book := &xlsBook{src: s, stream: s, size: s.size}
	if bytes.HasPrefix(b, []byte(ole.Signature)) {
		c, err := ole.Open(s, s.size)
		if err != nil {
			return nil, err
		}
		e := bookOf(c)
		if e == nil {
			return nil, ole.ErrDamaged
		}
		if book.stream, book.size, err = c.Content(e); err != nil {
			return nil, err
		}
		book.box = c
	}
	return book, book.load()
}
