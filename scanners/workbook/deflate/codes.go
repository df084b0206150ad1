package deflate

import "math/bits"

// A codeTable finds symbols by the bits that come: those of short codes by the
// lowest ones at once, the others in a second table.
type codeTable struct {
	primary int // bits that are looked at first
	entries []codeEntry
}

// A codeEntry is a symbol: a value above 16 bits, the number of extra bits
// that follow its code, in 4, its kind, in 4, and the size of its code. Or it
// is where the second table lies, and, as its extra bits, how many more bits
// that is asked with.
type codeEntry uint32

const (
	entryNone = iota // no code
	entryLiteral
	entryBase // of a length or a distance
	entryEnd  // of the block
	entryTable
)

func newEntry(value, extra, kind int) codeEntry {
	return codeEntry(value<<16 | extra<<12 | kind<<8)
}

func (e codeEntry) value() int { return int(e >> 16) }
func (e codeEntry) extra() int { return int(e >> 12 & 15) }
func (e codeEntry) kind() int  { return int(e >> 8 & 15) }
func (e codeEntry) size() int  { return int(e & 0xff) }

func (t *codeTable) find(acc uint64) codeEntry {
	e := t.entries[acc&(1<<t.primary-1)]
	if e.kind() == entryTable {
		e = t.entries[e.value()+int(acc>>t.primary&(1<<e.extra()-1))]
	}
	return e
}

// set makes the table of a code from the lengths of its codes (3.2.2). It is
// false when these are too many or too few; a code of one symbol may have one
// too few, and one of none is good as long as nobody uses it.
func (t *codeTable) set(lengths []uint8, entry func(symbol int) codeEntry) bool {
	var count, next [17]int
	longest := 0
	for _, n := range lengths {
		count[n]++
		longest = max(longest, int(n))
	}
	count[0] = 0
	code := 0
	for n := 1; n <= longest; n++ {
		code = (code + count[n-1]) << 1
		next[n] = code
	}
	code += count[longest]
	t.entries = append(t.entries[:0], make([]codeEntry, 1<<t.primary)...)
	if longest == 0 {
		return true
	}
	if code != 1<<longest && !(code == 1 && longest == 1) {
		return false
	}
	for symbol, n := range lengths {
		if n > 0 {
			t.add(int(bits.Reverse16(uint16(next[n]))>>(16-n)), int(n), longest, entry(symbol)|codeEntry(n))
			next[n]++
		}
	}
	return true
}

// add enters a code wherever its bits are the lowest.
func (t *codeTable) add(code, size, longest int, e codeEntry) {
	if size <= t.primary {
		for i := code; i < 1<<t.primary; i += 1 << size {
			t.entries[i] = e
		}
		return
	}
	first := code & (1<<t.primary - 1)
	more := longest - t.primary
	if t.entries[first] == 0 {
		t.entries[first] = newEntry(len(t.entries), more, entryTable)
		t.entries = append(t.entries, make([]codeEntry, 1<<more)...)
	}
	second := t.entries[first].value()
	for i := code >> t.primary; i < 1<<more; i += 1 << (size - t.primary) {
		t.entries[second+i] = e
	}
}

func plainEntry(symbol int) codeEntry { return newEntry(symbol, 0, entryLiteral) }

// literalEntry is a byte, the end of the block, or a length (3.2.5).
func literalEntry(symbol int) codeEntry {
	switch i := symbol - 257; {
	case symbol < 256:
		return newEntry(symbol, 0, entryLiteral)
	case symbol == 256:
		return newEntry(0, 0, entryEnd)
	case i < 8:
		return newEntry(3+i, 0, entryBase)
	case i < 28:
		extra := i/4 - 1
		return newEntry(3+(4+i%4)<<extra, extra, entryBase)
	case i == 28:
		return newEntry(maxMatch, 0, entryBase)
	}
	return newEntry(0, 0, entryNone)
}

// distanceEntry is how far back a match lies (3.2.5).
func distanceEntry(symbol int) codeEntry {
	switch {
	case symbol < 4:
		return newEntry(1+symbol, 0, entryBase)
	case symbol < maxDistances:
		extra := symbol/2 - 1
		return newEntry(1+(2+symbol%2)<<extra, extra, entryBase)
	}
	return newEntry(0, 0, entryNone)
}
