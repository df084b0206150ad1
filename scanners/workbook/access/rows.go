package access

import (
	"fmt"
	"iter"
)

// A pointer leads to a row: its number on a page, and the page.
type pointer uint32

func (p pointer) row() int     { return int(p & 0xff) }
func (p pointer) page() uint32 { return uint32(p >> 8) }

// What the place of a row says besides where it is.
const (
	rowDeleted = 0x8000
	rowMoved   = 0x4000 // here is only a pointer to it
	rowPlace   = 0x1fff
)

// rows yields the rows of a table, page by page. The bytes are the caller's.
func (f *file) rows(d *definition) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		for page, err := range f.owned(d.usage) {
			if err != nil {
				yield(row{}, err)
				return
			}
			b, err := f.pageAt(page)
			if err != nil {
				yield(row{}, err)
				return
			}
			if owner := (&cursor{b: b, at: 4}).u32(); b[0] != pageOfRows || owner != d.page {
				continue // the map knows more pages than the table uses
			}
			if !f.rowsOn(b, func(r []byte) bool { return yield(f.crack(r), nil) }) {
				return
			}
			if f.err != nil { // on the way to a value that stands elsewhere
				yield(row{}, f.err)
				return
			}
		}
	}
}

// rowsOn calls yield for each row on a page. One that was moved and is not
// found is left out.
func (f *file) rowsOn(page []byte, yield func([]byte) bool) bool {
	for i := range f.rowCount(page) {
		b, flags := f.rowAt(page, i)
		switch {
		case flags&rowDeleted != 0 || b == nil:
			continue
		case flags&rowMoved != 0:
			to := cursor{b: b}
			if b = f.follow(pointer(to.u32())); to.bad || b == nil {
				continue
			}
		}
		if !yield(b) {
			return false
		}
	}
	return true
}

// rowCount is how many rows a page has, and no more than fit.
func (f *file) rowCount(page []byte) int {
	c := cursor{b: page, at: f.rowsAt}
	return min(int(c.u16()), (f.page-f.rowsAt-2)/2)
}

// rowAt cuts a row out of a page. Rows stand from the end of the page upwards,
// each before the one before.
func (f *file) rowAt(page []byte, i int) (b []byte, flags uint16) {
	if i >= f.rowCount(page) {
		return nil, 0
	}
	c := cursor{b: page, at: f.rowsAt + 2*i}
	end, flags := int(c.u16()&rowPlace), uint16(0)
	if i == 0 {
		end = f.page
	}
	flags = c.u16()
	start := int(flags & rowPlace)
	if start >= end || end > f.page {
		return nil, flags
	}
	return page[start:end], flags
}

// follow reads the row that a pointer leads to; nil when there is none.
func (f *file) follow(p pointer) []byte {
	page, err := f.pageAt(p.page())
	if err != nil || page[0] != pageOfRows {
		return nil
	}
	b, _ := f.rowAt(page, p.row())
	return b
}

// owned yields the numbers of the pages that a table has, which a map of bits
// tells: in the map's row itself, or in pages that it lists.
func (f *file) owned(p pointer) iter.Seq2[uint32, error] {
	return func(yield func(uint32, error) bool) {
		page, err := f.pageAt(p.page())
		if err != nil {
			yield(0, err)
			return
		}
		b, _ := f.rowAt(page, p.row())
		c := cursor{b: b}
		switch kind := c.u8(); {
		case kind == 0 && len(b) > 5:
			eachBit(b[5:], c.u32(), yield)
		case kind == 1:
			f.eachListed(c, yield)
		default:
			yield(0, fmt.Errorf("%w: a table does not say where its rows are", ErrDamaged))
		}
	}
}

func (f *file) eachListed(c cursor, yield func(uint32, error) bool) {
	each := uint32(f.page-4) * 8
	for first := uint32(0); len(c.b)-c.at >= 4; first += each {
		n := c.u32()
		if n == 0 {
			continue
		}
		page, err := f.pageAt(n)
		if err == nil && page[0] != pageOfUsage {
			err = fmt.Errorf("%w: a list of a table's pages is not where it should be", ErrDamaged)
		}
		if err != nil {
			yield(0, err)
			return
		}
		if !eachBit(page[4:], first, yield) {
			return
		}
	}
}

func eachBit(bits []byte, first uint32, yield func(uint32, error) bool) bool {
	for i, b := range bits {
		for bit := range 8 {
			if b>>bit&1 != 0 && !yield(first+uint32(8*i+bit), nil) {
				return false
			}
		}
	}
	return true
}
