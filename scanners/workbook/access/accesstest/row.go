package accesstest

import (
	"encoding/binary"
)

// row makes the bytes of a row.
func (w *writer) row(columns []Column, values []any) []byte {
	mask := make([]byte, (len(columns)+7)/8)
	var fixed, varies []byte
	var ends []int
	for i, c := range columns {
		v := values[i]
		if v != nil {
			mask[i/8] |= 1 << (i % 8)
		}
		if n := size(c.Type); n >= 0 {
			number, _ := v.(int)
			fixed = append(fixed, binary.LittleEndian.AppendUint64(nil, uint64(number))[:n]...)
			continue
		}
		if s, ok := v.(string); ok {
			varies = append(varies, w.text(c.Type, s)...)
		}
		ends = append(ends, len(varies))
	}
	if w.jet3() {
		return narrowRow(append([]byte{byte(len(columns))}, fixed...), varies, ends, mask)
	}
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(columns)))
	b = append(b, fixed...)
	before := len(b)
	b = append(b, varies...)
	for i := len(ends) - 1; i >= 0; i-- {
		b = binary.LittleEndian.AppendUint16(b, uint16(before+ends[i]))
	}
	if len(ends) > 0 {
		b = binary.LittleEndian.AppendUint16(b, uint16(before)) // where the first begins
		b = binary.LittleEndian.AppendUint16(b, uint16(len(ends)))
	}
	return append(b, mask...)
}

// narrowRow ends a row of Jet 3, whose places have one byte each. A list tells
// at which of them each further 256 bytes begin.
func narrowRow(b, varies []byte, ends []int, mask []byte) []byte {
	before := len(b)
	places := make([]int, len(ends)+1) // where each begins, and where the last ends
	for i := range places {
		if places[i] = before; i > 0 {
			places[i] += ends[i-1]
		}
	}
	b = append(b, varies...)
	if len(ends) > 0 {
		for i := len(places) - 1; i >= 0; i-- {
			b = append(b, byte(places[i]))
		}
		jumps := 0
		for (len(b)+jumps+1+len(mask)-1)/256 > jumps {
			jumps++
		}
		for j := jumps; j > 0; j-- {
			at := 0xff
			for i := len(places) - 1; i >= 0 && places[i] >= 256*j; i-- {
				at = i
			}
			b = append(b, byte(at))
		}
		b = append(b, byte(len(ends)))
	}
	return append(b, mask...)
}

// text is a text as it stands in a row. A long one stands beside its header, or
// in a row elsewhere, or in several, by its length.
func (w *writer) text(kind byte, s string) []byte {
	b := w.encode(s)
	if kind != Memo {
		return b
	}
	header := make([]byte, 12)
	switch {
	case len(b) < 60:
		binary.LittleEndian.PutUint32(header, uint32(len(b))|0x80000000)
		return append(header, b...)
	case len(b) < 200:
		binary.LittleEndian.PutUint32(header, uint32(len(b))|0x40000000)
		binary.LittleEndian.PutUint32(header[4:], uint32(w.add(w.longPage(b))<<8))
		return header
	}
	binary.LittleEndian.PutUint32(header, uint32(len(b)))
	next := 0
	for rest := b; len(rest) > 0; {
		cut := max(0, len(rest)-150)
		next = w.add(w.longPage(append(binary.LittleEndian.AppendUint32(nil, uint32(next)), rest[cut:]...))) << 8
		rest = rest[:cut]
	}
	binary.LittleEndian.PutUint32(header[4:], uint32(next))
	return header
}

func (w *writer) longPage(b []byte) []byte {
	p := w.dataPage(0, [][]byte{b}, []uint16{0})
	copy(p[4:], "LVAL")
	return p
}

// encode is text as bytes: those of Jet 3 as they come, later ones compressed
// where that can be done and is shorter.
func (w *writer) encode(s string) []byte {
	if w.jet3() {
		return []byte(s)
	}
	narrow := []byte("\xff\xfe")
	for _, r := range s {
		switch {
		case r > 0xffff || r&0xff == 0:
			return wide(s)
		case r < 0x100:
			narrow = append(narrow, byte(r))
		default:
			narrow = append(narrow, 0, byte(r), byte(r>>8), 0)
		}
	}
	if u := wide(s); len(u) <= len(narrow) {
		return u
	}
	return narrow
}
