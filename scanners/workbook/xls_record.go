package workbook

import (
	"encoding/binary"
	"io"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

// A biffStream reads the records of a workbook stream one after the other:
// two bytes say what a record is, two how long, and its data follow (MS-XLS
// 2.1.4).
type biffStream struct {
	r     io.ReaderAt
	size  int64
	pos   int64 // of the next record
	block []byte
	begin int64 // of the block, in the stream
}

// A biffRecord is one record. Its data are good until the next one is read.
type biffRecord struct {
	kind uint16
	data []byte
}

// next is the next record; io.EOF where there is none.
func (b *biffStream) next() (biffRecord, error) {
	head, err := b.at(b.pos, 4)
	if err != nil {
		if err == io.ErrUnexpectedEOF {
			err = io.EOF // fewer bytes than a record has
		}
		return biffRecord{}, err
	}
	rec := biffRecord{kind: binary.LittleEndian.Uint16(head)}
	size := int(binary.LittleEndian.Uint16(head[2:]))
	if rec.data, err = b.at(b.pos+4, size); err != nil {
		return biffRecord{}, err
	}
	b.pos += 4 + int64(size)
	return rec, nil
}

// continued is the data of the next record if that continues the last one.
func (b *biffStream) continued() []byte {
	head, err := b.at(b.pos, 4)
	if err != nil || binary.LittleEndian.Uint16(head) != biffContinue {
		return nil
	}
	rec, err := b.next()
	if err != nil {
		return nil
	}
	return rec.data
}

// at is n bytes at a position. Small reads become one of a block.
func (b *biffStream) at(pos int64, n int) ([]byte, error) {
	switch {
	case n == 0:
		return nil, nil
	case pos < 0 || pos >= b.size:
		return nil, io.EOF
	case pos+int64(n) > b.size:
		return nil, io.ErrUnexpectedEOF
	case pos < b.begin || pos+int64(n) > b.begin+int64(len(b.block)):
		if err := b.load(pos, n); err != nil {
			return nil, err
		}
	}
	return b.block[pos-b.begin:][:n], nil
}

func (b *biffStream) load(pos int64, n int) error {
	if b.block == nil {
		b.block = make([]byte, 0, biffBlock+1<<16)
	}
	want := int(min(int64(max(n, biffBlock)), b.size-pos))
	b.block, b.begin = b.block[:want], pos
	got, err := b.r.ReadAt(b.block, pos)
	if b.block = b.block[:got]; got >= n {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

const biffBlock = 16 << 10

// A biffData takes the data of a record apart, and where it ends goes on in
// those that continue it. Behind the end everything is zero.
type biffData struct {
	b     []byte
	more  func() []byte // nil where nothing may continue
	short bool          // there was less than asked for
}

// refill reports whether there is a byte to take.
func (d *biffData) refill() bool {
	for len(d.b) == 0 {
		if d.more != nil {
			d.b = d.more()
		}
		if d.more == nil || len(d.b) == 0 {
			d.short = true
			return false
		}
	}
	return true
}

func (d *biffData) u8() int {
	if !d.refill() {
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return int(v)
}

func (d *biffData) u16() int {
	if len(d.b) >= 2 {
		v := binary.LittleEndian.Uint16(d.b)
		d.b = d.b[2:]
		return int(v)
	}
	return d.u8() | d.u8()<<8
}

func (d *biffData) u32() uint32 { return uint32(d.u16()) | uint32(d.u16())<<16 }

func (d *biffData) f64() float64 {
	low := uint64(d.u32())
	return math.Float64frombits(low | uint64(d.u32())<<32)
}

// take is the next n bytes of this record, or what is left of them.
func (d *biffData) take(n int) []byte {
	if n > len(d.b) {
		d.short, n = true, len(d.b)
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *biffData) skip(n int) {
	for n > 0 && d.refill() {
		step := min(n, len(d.b))
		d.b = d.b[step:]
		n -= step
	}
}

// unicode appends a string of n characters as BIFF8 has it: flags, the
// characters in one or two bytes each, and what is known of their looks and
// their pronunciation, which is left out (MS-XLS 2.5.293). Of the characters
// those past maxText bytes are left out.
func (d *biffData) unicode(to []byte, n int) []byte {
	flags := d.u8()
	behind := 0
	if flags&8 != 0 {
		behind = 4 * d.u16()
	}
	if flags&4 != 0 {
		behind += int(min(d.u32(), math.MaxInt32))
	}
	to = d.characters(to, n, flags&1 != 0)
	d.skip(behind)
	return to
}

// characters appends n characters, wide ones of two bytes. Where a record
// ends within them, the one that continues it begins by saying how wide the
// rest are.
func (d *biffData) characters(to []byte, n int, wide bool) []byte {
	limit := len(to) + maxText
	for {
		width := 1
		if wide {
			width = 2
		}
		part := d.b[:min(len(d.b), n*width)]
		d.b = d.b[len(part):]
		n -= len(part) / width
		if len(to) < limit {
			to = appendCharacters(to, part[:min(len(part), (limit-len(to))*width)], wide)
		}
		if n <= 0 || len(d.b) > 0 || !d.refill() {
			return to
		}
		wide = d.u8()&1 != 0
	}
}

// appendCharacters writes Latin-1 or UTF-16 as UTF-8.
func appendCharacters(to, from []byte, wide bool) []byte {
	if !wide {
		for _, c := range from {
			to = utf8.AppendRune(to, rune(c))
		}
		return to
	}
	for ; len(from) >= 2; from = from[2:] {
		r := rune(binary.LittleEndian.Uint16(from))
		if utf16.IsSurrogate(r) && len(from) >= 4 {
			if pair := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(from[2:]))); pair != utf8.RuneError {
				r, from = pair, from[2:]
			}
		}
		to = utf8.AppendRune(to, r)
	}
	return to
}

// The records that are read, and the versions that have them: MS-XLS 2.3 for
// BIFF8, OpenOffice's documentation of the Excel file format, chapter 5, for
// those before it.
const (
	biffBOF2        = 0x009
	biffBOF3        = 0x209
	biffBOF4        = 0x409
	biffBOF5        = 0x809
	biffEOF         = 0x00a
	biffContinue    = 0x03c
	biffFilePass    = 0x02f
	biffCodePage    = 0x042
	biffBoundSheet  = 0x085
	biffSheetHeader = 0x08f // 4, of a workspace
	biffSST         = 0x0fc
	biffFont        = 0x031 // 2, 5, 8
	biffFont3       = 0x231
	biffFormat2     = 0x01e
	biffFormat4     = 0x41e
	biffXF2         = 0x043
	biffXF3         = 0x243
	biffXF4         = 0x443
	biffXF5         = 0x0e0
	biffName        = 0x018 // 2, 5, 8
	biffName3       = 0x218
	biffExternSheet = 0x017
	biffExternName2 = 0x023 // 2, 5, 8
	biffExternName3 = 0x223
	biffSupBook     = 0x1ae
	biffProject     = 0x0d3

	biffDimension2  = 0x000
	biffDimension3  = 0x200
	biffInteger     = 0x002
	biffNumber2     = 0x003
	biffNumber3     = 0x203
	biffLabel2      = 0x004
	biffLabel3      = 0x204
	biffBoolErr2    = 0x005
	biffBoolErr3    = 0x205
	biffFormula2    = 0x006 // 2, 5, 8
	biffFormula3    = 0x206
	biffFormula4    = 0x406
	biffString2     = 0x007
	biffString3     = 0x207
	biffArray2      = 0x021
	biffArray3      = 0x221
	biffTable2      = 0x036
	biffTable3      = 0x236
	biffTable2Two   = 0x037
	biffShared      = 0x4bc
	biffShared5     = 0x0bc
	biffRK          = 0x27e
	biffRK5         = 0x07e
	biffMulRK       = 0x0bd
	biffRString     = 0x0d6
	biffLabelSST    = 0x0fd
	biffIXFE        = 0x044
	biffIndex       = 0x20b
	biffDBCell      = 0x0d7
	biffMerged      = 0x0e5
	biffWindow2     = 0x23e
	biffPane        = 0x041
	biffValidation  = 0x1be
	biffPivot       = 0x0b0
	biffNote        = 0x01c
	biffProtect     = 0x012
	biffFormatRule  = 0x1b1
	biffFormatRule2 = 0x87a
	biffFeature11   = 0x872
	biffFeature12   = 0x878
	biffQuery       = 0x0dc
	biffQueryString = 0x0cd
	biffOLEDB       = 0x80a
	biffExtString   = 0x804
	biffConnection  = 0x876
)

func isBOF(kind uint16) bool {
	return kind == biffBOF2 || kind == biffBOF3 || kind == biffBOF4 || kind == biffBOF5
}
