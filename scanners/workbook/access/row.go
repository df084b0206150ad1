package access

import (
	"encoding/binary"
	"unicode/utf16"
)

// A row is one taken apart: values that take the same room in every row, then
// the others, the places of those, and a mask of what is there at all.
type row struct {
	f      *file
	b      []byte
	fixed  int    // where the first ones begin
	varies []int  // where each of the others begins, and where the last one ends
	mask   []byte // a bit for each column
}

// crack takes a row apart. What contradicts itself is a row without values.
func (f *file) crack(b []byte) row {
	c := cursor{b: b}
	r := row{f: f, b: b}
	if f.wide {
		r.mask = lastBytes(b, (int(c.u16())+7)/8)
	} else {
		r.mask = lastBytes(b, (int(c.u8())+7)/8)
	}
	r.fixed = c.at
	end := len(b) - len(r.mask)
	if r.mask == nil || end < r.fixed {
		return row{f: f}
	}
	if f.wide {
		r.varies = wideOffsets(b[r.fixed:end], r.fixed)
	} else {
		r.varies = narrowOffsets(b, end)
	}
	return r
}

func lastBytes(b []byte, n int) []byte {
	if n > len(b) {
		return nil
	}
	return b[len(b)-n:]
}

// wideOffsets reads the places of the values that vary in length. They stand
// backwards before their number: the end of the last one, ..., the first.
func wideOffsets(b []byte, before int) []int {
	if len(b) < 2 {
		return nil
	}
	at := len(b) - 2
	count := int(binary.LittleEndian.Uint16(b[at:]))
	if at-2*(count+1) < 0 {
		return nil
	}
	out := make([]int, count+1)
	for i := range out {
		at -= 2
		if out[i] = int(binary.LittleEndian.Uint16(b[at:])); out[i] > before+at {
			return nil
		}
	}
	return out
}

// narrowOffsets does the same for Jet 3, where each place has one byte. In rows
// of 256 bytes and more a list beside them says at which value the next 256
// begin.
func narrowOffsets(b []byte, end int) []int {
	jumps := (len(b) - 1) / 256
	count := int(b[end-1])
	at := end - 1 - jumps // the places end before the list
	if at-(count+1) < 0 {
		return nil
	}
	if (at-1-count)/256 < jumps {
		jumps-- // the last entry of the list is a dummy
	}
	out := make([]int, count+1)
	past := 0
	for i := range out {
		for past < jumps && int(b[end-2-past]) == i {
			past++
		}
		if out[i] = int(b[at-1-i]) + 256*past; out[i] > len(b) {
			return nil
		}
	}
	return out
}

// value is the bytes of a column in the row; nil when there are none.
func (r row) value(c column, size int) []byte {
	if c.number/8 >= len(r.mask) || r.mask[c.number/8]>>(c.number%8)&1 == 0 {
		return nil
	}
	from, to := r.fixed+c.offset, r.fixed+c.offset+size
	if !c.fixed {
		if c.ordinal+1 >= len(r.varies) {
			return nil
		}
		from, to = r.varies[c.ordinal], r.varies[c.ordinal+1]
	}
	if from < 0 || from > to || to > len(r.b) {
		return nil
	}
	return r.b[from:to]
}

// integer reads a whole number; 0 when there is none.
func (r row) integer(c column) int32 {
	size := map[byte]int{typeByte: 1, typeInt: 2, typeLong: 4}[c.code]
	switch b := r.value(c, size); {
	case len(b) < size:
		return 0
	case size == 1:
		return int32(b[0])
	case size == 2:
		return int32(int16(binary.LittleEndian.Uint16(b)))
	case size == 4:
		return int32(binary.LittleEndian.Uint32(b))
	}
	return 0
}

// string reads a text, of a long one the beginning.
func (r row) string(c column) string {
	b := r.value(c, 0)
	if c.code == typeMemo {
		b = r.f.long(b)
	}
	return r.f.decode(b)
}

// Where a long value stands, by the two highest bits of its length.
const (
	longHere    = 0x80000000 // behind the header
	longOneRow  = 0x40000000 // in a row of its own
	longLength  = 0x3fffffff
	longHeader  = 12
	maxLong     = 64 << 10 // bytes that are read of one
	maxLongRows = 64
)

// long reads a value that may stand elsewhere: beside the header, in one row,
// or in rows each of which tells the next.
func (f *file) long(b []byte) []byte {
	if len(b) < longHeader {
		return nil
	}
	length, at := binary.LittleEndian.Uint32(b), pointer(binary.LittleEndian.Uint32(b[4:]))
	want := min(int(length&longLength), maxLong)
	switch {
	case length&longHere != 0:
		b = b[longHeader:]
	case length&longOneRow != 0:
		b = f.follow(at)
	default:
		b = nil
		for range maxLongRows {
			part := f.follow(at)
			if len(part) < 4 || len(b) >= want {
				break
			}
			at, b = pointer(binary.LittleEndian.Uint32(part)), append(b, part[4:]...)
		}
	}
	return b[:min(len(b), want)]
}

// decode reads text: in a code page, in UTF-16, or compressed, which FF FE
// begins.
func (f *file) decode(b []byte) string {
	switch {
	case !f.wide:
		return f.text(b)
	case len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe:
		return expand(b[2:])
	}
	return utf16Text(b)
}

// expand reads compressed text: characters of one byte, and after a zero byte
// those of two, up to the next zero byte.
func expand(b []byte) string {
	units := make([]uint16, 0, len(b))
	for narrow := true; len(b) > 0; {
		switch {
		case b[0] == 0:
			narrow, b = !narrow, b[1:]
		case narrow:
			units, b = append(units, uint16(b[0])), b[1:]
		case len(b) == 1:
			b = nil
		default:
			units, b = append(units, binary.LittleEndian.Uint16(b)), b[2:]
		}
	}
	return string(utf16.Decode(units))
}

// utf16Text reads UTF-16; half a character at the end is none.
func utf16Text(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}
