package workbook

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// A mark is what is remembered of a cell's content when it is not: what it
// looks like, and a hash by which different contents are counted. The zero
// mark is of a content that is not known.
type mark uint32

const (
	looksEmail mark = 1 << iota
	looksID
	looksDate
	looksBlank
	unread   // nobody knows what it looks like
	markBits = iota
)

// hashes is how many hashes there are.
const hashes = 1 << (32 - markBits)

func (m mark) is(look mark) bool { return m&look != 0 }

func (m mark) hash() uint32 { return uint32(m >> markBits) }

// markValue marks the digits of a number, or what else is no text.
func markValue(b []byte) mark { return hashed(b) << markBits }

// markText marks a text by its looks too.
func markText(b []byte) mark {
	m := hashed(b) << markBits
	digits, letters, others, at := 0, 0, 0, false
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= utf8.RuneSelf:
			letters++
		case c == '-', c == '_', c == '/', c == '.', c == '#':
		default:
			others++
			at = at || c == '@'
		}
	}
	switch {
	case at && holdsEmail(b):
		m |= looksEmail
	case digits == 0 && isBlank(b):
		m |= looksBlank
	case others > 0 && digits < 4:
	case readsLikeDate(b):
		m |= looksDate
	case others == 0 && digits >= 3 && len(b) >= 4 && len(b) <= 40:
		m |= looksID
	}
	return m
}

// isBlank: nothing but white space.
func isBlank(b []byte) bool {
	return len(b) == 0 || (b[0] <= ' ' || b[0] >= utf8.RuneSelf) && len(bytes.TrimSpace(b)) == 0
}

// readsLikeDate: three numbers between two equal signs, as in 2024-05-01 and
// 1/5/24, perhaps with a time behind them.
func readsLikeDate(b []byte) bool {
	var sign byte
	numbers, digits := 0, 0
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits++
			continue
		case digits == 0 || digits > 4 || digits == 3:
			return false
		case numbers == 2:
			return (c == ' ' || c == 'T') && len(b)-i < 14
		case c != '-' && c != '/' && c != '.' || numbers == 1 && c != sign:
			return false
		}
		sign, digits = c, 0
		numbers++
	}
	return numbers == 2 && digits > 0 && digits != 3 && digits <= 4
}

// holdsEmail is personal.IsEmail without its cost.
func holdsEmail(b []byte) bool {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '@')
		if i < 0 {
			return false
		}
		at := from + i
		from = at + 1
		if at > 0 && isAddressByte(b[at-1]) && isHost(b[from:]) {
			return true
		}
	}
}

func isAddressByte(c byte) bool {
	return c != '@' && c != '<' && c != '>' && c != ' ' && c != '\t' && c != '\n' && c != '\f' && c != '\r'
}

// isHost: b begins with something, a point and two letters.
func isHost(b []byte) bool {
	isLetter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	for i, c := range b {
		if !isAddressByte(c) {
			return false
		}
		if c == '.' && i > 0 && i+2 < len(b) && isLetter(b[i+1]) && isLetter(b[i+2]) {
			return true
		}
	}
	return false
}

// hashed is the same for the same bytes, in every run. It never is 0.
func hashed(b []byte) mark {
	h := uint64(len(b)) * hashPrime
	for ; len(b) >= 8; b = b[8:] {
		h = mixed(h ^ binary.LittleEndian.Uint64(b))
	}
	var rest uint64
	for i, c := range b {
		rest |= uint64(c) << (8 * i)
	}
	h = mixed(h ^ rest ^ hashPrime)
	return mark(h>>(32+markBits)) | 1
}

const hashPrime = 0x9e3779b97f4a7c15

func mixed(h uint64) uint64 {
	hi, lo := bits.Mul64(h, 0xd6e8feb86659fd93)
	return hi ^ lo
}

// A sketch estimates how many different hashes there were: it holds those
// below a limit, which is halved whenever they get too many. What it holds
// does not depend on the order they came in. This is adaptive sampling, after
// Flajolet, "On adaptive sampling", Computing 43, 1990.
type sketch struct {
	slots   []uint32 // a hash table; 0 is free
	n       int
	halved  uint8
	limited uint32 // hashes from here on are left out; 0: none is yet
}

// sketchSize bounds a sketch; up to so many it counts exactly.
const sketchSize = 256

func (s *sketch) add(h uint32) {
	if s.limited != 0 && h >= s.limited {
		return
	}
	if 2*s.n >= len(s.slots) {
		s.grow()
	}
	i := s.slot(h)
	if s.slots[i] == h {
		return
	}
	s.slots[i] = h
	if s.n++; s.n > sketchSize {
		s.halve()
	}
}

// slot is where a hash is, or belongs.
func (s *sketch) slot(h uint32) uint32 {
	mask := uint32(len(s.slots) - 1)
	i := (h >> 1) & mask
	for s.slots[i] != 0 && s.slots[i] != h {
		i = (i + 1) & mask
	}
	return i
}

func (s *sketch) grow() {
	had := s.slots
	s.slots = make([]uint32, max(8, 2*len(had)))
	for _, h := range had {
		if h != 0 {
			s.slots[s.slot(h)] = h
		}
	}
}

func (s *sketch) halve() {
	s.halved++
	s.limited = hashes >> s.halved
	s.keep(func(h uint32) bool { return h < s.limited })
}

// keep forgets all hashes but some.
func (s *sketch) keep(which func(uint32) bool) {
	had := s.slots
	s.slots, s.n = make([]uint32, len(had)), 0
	for _, h := range had {
		if h != 0 && which(h) {
			s.slots[s.slot(h)] = h
			s.n++
		}
	}
}

// without is a copy that has forgotten a hash.
func (s sketch) without(h uint32) sketch {
	s.keep(func(have uint32) bool { return have != h })
	return s
}

// plus is a sketch of the hashes of both.
func (s sketch) plus(o sketch) sketch {
	if o.halved > s.halved {
		s, o = o, s
	}
	s.slots = slices.Clone(s.slots)
	for _, h := range o.slots {
		if h != 0 {
			s.add(h)
		}
	}
	return s
}

// distinct is about how many different hashes were added.
func (s sketch) distinct() int { return s.n << s.halved }
