// Package deflate undoes the compression that zip files have.
package deflate

import (
	"compress/flate"
	"encoding/binary"
	"io"
)

// A Reader undoes DEFLATE (RFC 1951, whose words the comments use), in half
// the time of compress/flate: it takes eight bytes of input at a time and
// copies in one piece. Reading most workbooks is mostly inflating.
//
// It accepts what compress/flate accepts, and fails with its errors.
type Reader struct {
	in       io.Reader
	buf      []byte // of the input
	pos, end int
	taken    int64 // bytes of the input before buf
	inErr    error // why there is no more input

	acc   uint64 // bits of the input, the next one lowest
	nbits int    // how many; below 0 when the input ended too soon

	out         []byte // the window, and what comes after it
	read, write int

	step      func(*Reader) error // what comes next
	final     bool                // of the blocks
	left      int                 // bytes of a stored block
	err       error
	literals  codeTable
	distances codeTable
	lengths   [maxLiterals + maxDistances]uint8
}

const (
	windowSize   = 32 << 10
	maxMatch     = 258
	maxLiterals  = 286
	maxDistances = 30
)

// NewReader makes a Reader that reads the input, and inflates, so many
// bytes at a time.
func NewReader(input, output int) *Reader {
	f := &Reader{buf: make([]byte, input), out: make([]byte, windowSize+max(output, maxMatch)+maxMatch)}
	f.literals.primary, f.distances.primary = 10, 8
	return f
}

// Reset begins another input.
func (f *Reader) Reset(in io.Reader) {
	f.in, f.pos, f.end, f.taken, f.inErr = in, 0, 0, 0, nil
	f.acc, f.nbits, f.read, f.write = 0, 0, 0, 0
	f.final, f.err, f.step = false, nil, (*Reader).block
}

// Read implements io.Reader.
func (f *Reader) Read(p []byte) (int, error) {
	for f.read == f.write {
		if f.err != nil {
			return 0, f.err
		}
		if f.write > len(f.out)-maxMatch-1 {
			copy(f.out, f.out[f.write-windowSize:f.write])
			f.read, f.write = windowSize, windowSize
		}
		f.err = f.step(f)
	}
	n := copy(p, f.out[f.read:f.write])
	f.read += n
	return n, nil
}

// refill takes as much input as fits.
func (f *Reader) refill() {
	if f.end-f.pos >= 8 {
		f.acc |= binary.LittleEndian.Uint64(f.buf[f.pos:]) << f.nbits
		n := (63 - f.nbits) >> 3
		f.pos += n
		f.nbits += 8 * n
		return
	}
	for f.nbits <= 56 && (f.pos < f.end || f.fill()) {
		f.acc |= uint64(f.buf[f.pos]) << f.nbits
		f.pos++
		f.nbits += 8
	}
}

// fill reads more input; false when there is none.
func (f *Reader) fill() bool {
	for tries := 0; f.inErr == nil && tries < 100; tries++ {
		n, err := f.in.Read(f.buf)
		f.taken += int64(f.end)
		f.pos, f.end, f.inErr = 0, n, err
		if n > 0 {
			return true
		}
	}
	if f.inErr == nil {
		f.inErr = io.ErrNoProgress
	}
	return false
}

// bits takes n bits, at most 32; 0 when there are not so many.
func (f *Reader) bits(n int) int {
	if f.nbits < n {
		f.refill()
	}
	v := f.acc & (1<<n - 1)
	f.drop(n)
	return int(v)
}

func (f *Reader) drop(n int) {
	f.acc >>= n
	f.nbits -= n
}

// short is why the input is not long enough; nil when it was.
func (f *Reader) short() error {
	switch {
	case f.nbits >= 0:
		return nil
	case f.inErr == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return f.inErr
}

func (f *Reader) corrupt() error {
	if err := f.short(); err != nil {
		return err
	}
	return flate.CorruptInputError(f.taken + int64(f.pos))
}

// block begins a block (3.2.3).
func (f *Reader) block() error {
	if f.final {
		return io.EOF
	}
	f.final = f.bits(1) == 1
	switch kind := f.bits(2); {
	case f.short() != nil:
		return f.short()
	case kind == 0:
		return f.beginStored()
	case kind == 1:
		f.fixed()
		f.step = (*Reader).codes
		return nil
	case kind == 2:
		f.step = (*Reader).codes
		return f.dynamic()
	}
	return f.corrupt()
}

// beginStored begins a block that is not compressed (3.2.4).
func (f *Reader) beginStored() error {
	f.drop(f.nbits & 7)
	n, complement := f.bits(16), f.bits(16)
	if err := f.short(); err != nil {
		return err
	}
	if n^complement != 0xffff {
		return f.corrupt()
	}
	f.left, f.step = n, (*Reader).stored
	return nil
}

func (f *Reader) stored() error {
	for f.left > 0 && f.write < len(f.out)-maxMatch {
		if f.nbits > 0 { // taken ahead
			f.out[f.write] = byte(f.acc)
			f.drop(8)
			f.write++
			f.left--
			continue
		}
		f.acc = 0
		if f.pos == f.end && !f.fill() {
			f.nbits = -1
			return f.short()
		}
		n := copy(f.out[f.write:min(f.write+f.left, len(f.out)-maxMatch)], f.buf[f.pos:f.end])
		f.pos, f.write, f.left = f.pos+n, f.write+n, f.left-n
	}
	if f.left == 0 {
		f.step = (*Reader).block
	}
	return nil
}

// fixed sets the codes that need not be told (3.2.6).
func (f *Reader) fixed() {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	f.literals.set(lengths[:], literalEntry)
	for i := range 32 {
		lengths[i] = 5
	}
	f.distances.set(lengths[:32], distanceEntry)
}

// The order in which the lengths of the codes of code lengths come.
var lengthOrder = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the codes of a block (3.2.7).
func (f *Reader) dynamic() error {
	nLiterals, nDistances, nLengths := f.bits(5)+257, f.bits(5)+1, f.bits(4)+4
	if f.short() != nil || nLiterals > maxLiterals || nDistances > maxDistances {
		return f.corrupt()
	}
	var order [len(lengthOrder)]uint8
	for i := range nLengths {
		order[lengthOrder[i]] = uint8(f.bits(3))
	}
	if !f.literals.set(order[:], plainEntry) {
		return f.corrupt()
	}
	lengths := f.lengths[:nLiterals+nDistances]
	for i := 0; i < len(lengths); {
		symbol, ok := f.symbol(&f.literals)
		if !ok {
			return f.corrupt()
		}
		value, repeat := uint8(symbol), 1
		switch symbol {
		case 16:
			if i == 0 {
				return f.corrupt()
			}
			value, repeat = lengths[i-1], 3+f.bits(2)
		case 17:
			value, repeat = 0, 3+f.bits(3)
		case 18:
			value, repeat = 0, 11+f.bits(7)
		}
		if f.short() != nil || i+repeat > len(lengths) {
			return f.corrupt()
		}
		for ; repeat > 0; repeat-- {
			lengths[i] = value
			i++
		}
	}
	if !f.literals.set(lengths[:nLiterals], literalEntry) || !f.distances.set(lengths[nLiterals:], distanceEntry) {
		return f.corrupt()
	}
	return nil
}

// symbol reads a symbol of a code of plain symbols.
func (f *Reader) symbol(t *codeTable) (int, bool) {
	if f.nbits < 48 {
		f.refill()
	}
	e := t.find(f.acc)
	f.drop(e.size())
	return e.value(), e.kind() != entryNone && f.nbits >= 0
}

// codes inflates until the block ends, or what there is space for.
func (f *Reader) codes() error {
	out, write := f.out, f.write
	limit := len(out) - maxMatch
	acc, nbits := f.acc, f.nbits
	var err error
	for write < limit {
		if nbits < 48 {
			if f.end-f.pos >= 8 {
				acc |= binary.LittleEndian.Uint64(f.buf[f.pos:]) << nbits
				n := (63 - nbits) >> 3
				f.pos += n
				nbits += 8 * n
			} else {
				f.acc, f.nbits = acc, nbits
				f.refill()
				acc, nbits = f.acc, f.nbits
			}
		}
		e := f.literals.find(acc)
		acc >>= e.size()
		nbits -= e.size()
		if e.kind() == entryLiteral && nbits >= 0 {
			out[write] = byte(e.value())
			write++
			continue
		}
		if e.kind() != entryBase || nbits < 0 {
			f.acc, f.nbits, f.write = acc, nbits, write
			if e.kind() == entryEnd && nbits >= 0 {
				f.step = (*Reader).block
				return nil
			}
			return f.corrupt()
		}
		length := e.value() + int(acc&(1<<e.extra()-1))
		acc >>= e.extra()
		nbits -= e.extra()
		e = f.distances.find(acc)
		acc >>= e.size()
		distance := e.value() + int(acc&(1<<e.extra()-1))
		acc >>= e.extra()
		nbits -= e.size() + e.extra()
		if e.kind() != entryBase || nbits < 0 || distance > write {
			f.acc, f.nbits, f.write = acc, nbits, write
			return f.corrupt()
		}
		for n := 0; length > 0; length -= n {
			n = copy(out[write:write+length], out[write-distance:write])
			write += n
		}
	}
	f.acc, f.nbits, f.write = acc, nbits, write
	return err
}
