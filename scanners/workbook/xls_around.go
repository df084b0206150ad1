package workbook

import "strings"

// other takes what stands around the cells.
func (r *xlsSheetReader) other(rec biffRecord, d *biffData) error {
	b := r.book
	switch rec.kind {
	case biffDimension2, biffDimension3:
		r.dimension(d)
	case biffIndex:
		r.index = r.lastBlock(d)
	case biffMerged:
		r.merged(d)
	case biffWindow2:
		r.frozen = d.u16()&8 != 0
	case biffPane:
		if d.u16(); r.frozen {
			r.tail.Frozen = d.u16()
		}
	case biffValidation:
		r.tail.Validations++
		if len(r.tail.ListEntries) < 1000 {
			r.tail.ListEntries = append(r.tail.ListEntries, listEntries(d)...)
		}
	case biffNote:
		r.tail.Notes++
	case biffProtect:
		r.tail.Protected += d.u16() & 1
	case biffFormatRule, biffFormatRule2:
		r.tail.Formats++
	case biffPivot:
		r.pivot(d)
		b.found.record(b, r.stream, rec)
	case biffFeature11, biffFeature12:
		r.table(d)
	default:
		if b.version < 5 {
			return b.global(r.stream, rec)
		}
		b.found.record(b, r.stream, rec)
	}
	return nil
}

// dimension is the extent that the writer claims.
func (r *xlsSheetReader) dimension(d *biffData) {
	if r.book.version == 8 {
		d.u32()
		r.tail.Rows = int(min(d.u32(), maxRows-1))
	} else {
		d.u16()
		r.tail.Rows = d.u16()
	}
	d.u16()
	r.tail.Columns = min(d.u16(), maxColumns-1)
}

// lastBlock is where the last block of rows ends, from an index record.
func (r *xlsSheetReader) lastBlock(d *biffData) int64 {
	if r.book.version == 8 {
		d.skip(16)
	} else {
		d.skip(12)
	}
	last := int64(0)
	for len(d.b) >= 4 {
		last = int64(d.u32())
	}
	return last
}

// pivot learns where a pivot table lies, and how many fields stand across it
// (SxView of MS-XLS): the list of what is summed up is one of them where it has
// more than one entry.
func (r *xlsSheetReader) pivot(d *biffData) {
	const acrossColumns = 2
	at := PivotTable{Range: Range{Top: d.u16(), Bottom: d.u16(), Left: d.u16(), Right: d.u16()}}
	d.skip(4) // the first rows of headings and of data
	at.Values = d.u16()
	d.skip(4)
	listed := d.u16() == acrossColumns
	d.skip(6)
	across := d.u16()
	filters := d.u16()
	if summed := d.u16(); listed && summed > 1 {
		across--
	}
	if across <= 0 {
		at.Values = at.Right + 1
	}
	if !d.short && at.Top <= at.Bottom && at.Left <= at.Right {
		r.tail.addPivot(at, filters, 1)
	}
}

func (r *xlsSheetReader) merged(d *biffData) {
	d.u16()
	for len(d.b) >= 8 && len(r.tail.Merged) < maxMerged {
		m := Range{Top: d.u16(), Bottom: d.u16(), Left: d.u16(), Right: d.u16()}
		if m.Top <= m.Bottom && m.Left <= m.Right {
			r.tail.Merged = append(r.tail.Merged, m)
		}
	}
}

// table learns of a list that somebody made of a range (MS-XLS 2.4.115); its
// first row has headings unless it says that it has none.
func (r *xlsSheetReader) table(d *biffData) {
	d.skip(12)
	kind := d.u16()
	d.skip(5)
	n := d.u16()
	d.skip(6)
	if kind != 5 || n == 0 || n > 100 {
		return
	}
	r.book.found.tables++
	area := Range{Top: d.u16(), Bottom: d.u16(), Left: d.u16(), Right: d.u16()}
	d.skip(8*(n-1) + 8)
	if headings := d.u32(); headings == 1 && area.Top <= area.Bottom && area.Left <= area.Right {
		r.tail.Headed = append(r.tail.Headed, area)
	}
}

// listEntries are the words of a validation list that is written out: its
// formula is one text, with zeros between the entries (MS-XLS 2.4.92).
func listEntries(d *biffData) []string {
	const list, writtenOut = 3, 0x80
	if flags := d.u32(); flags&0xf != list || flags&writtenOut == 0 {
		return nil
	}
	for range 4 { // what the user is told, and asked
		d.unicode(nil, d.u16())
	}
	size := d.u16()
	d.u16()
	tokens := &biffData{b: d.take(size)}
	if tokens.u8() != ptgStr {
		return nil
	}
	var out []string
	for entry := range strings.SplitSeq(string(tokens.unicode(nil, tokens.u8())), "\x00") {
		out = append(out, strings.TrimSpace(entry))
	}
	return out
}
