// Package ole reads OLE2 compound files (MS-CFB), which old workbooks, VBA projects
// and encrypted documents lie in.
package ole

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
)

// Signature is what every file begins with.
const Signature = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// A File is a small file system.
type File struct {
	r          io.ReaderAt
	sector     int64 // bytes in a sector
	mini       int64 // bytes in a sector of small streams
	miniCutoff uint64
	fat        []uint32
	miniFAT    []uint32
	entries    []Entry
	miniStream []byte
}

// An Entry is a folder or a stream of a File.
type Entry struct {
	name  string
	kind  byte // 0 none, 1 a folder, 2 a stream, 5 the root
	start uint32
	size  uint64
	// Those beside it in its folder's tree, and a folder's first.
	left, right, child uint32
}

// What is wrong with a container that cannot be read.
var (
	ErrDamaged   = errors.New("the OLE2 container is damaged")
	ErrTruncated = errors.New("the OLE2 container ends in the middle")
)

// IsStream reports whether an entry is no folder.
func (e *Entry) IsStream() bool { return e.kind == 2 }

// What is read of a container's directory and tables.
const (
	maxOLETable   = 16 << 20
	maxRegularFAT = 0xfffffffa
)

// Open reads the tables and the directory of a file of the given size. Its errors
// wrap ErrDamaged, ErrTruncated or what r had to say.
func Open(r io.ReaderAt, size int64) (*File, error) {
	h := make([]byte, 512)
	if _, err := r.ReadAt(h, 0); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	u16 := func(at int) uint { return uint(binary.LittleEndian.Uint16(h[at:])) }
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(h[at:]) }
	if !bytes.HasPrefix(h, []byte(Signature)) || u16(30) != 9 && u16(30) != 12 || u16(32) < 4 || u16(32) > 9 {
		return nil, ErrDamaged
	}
	c := &File{r: r, sector: 1 << u16(30), mini: 1 << u16(32), miniCutoff: uint64(u32(56))}
	if err := c.readFAT(h, size); err != nil {
		return nil, err
	}
	directory, err := c.chain(u32(48), maxOLETable)
	if err != nil {
		return nil, err
	}
	c.readDirectory(directory)
	if len(c.entries) == 0 {
		return nil, fmt.Errorf("%w: it has no directory", ErrTruncated)
	}
	if table, err := c.chain(u32(60), maxOLETable); err == nil {
		c.miniFAT = words32(table)
	}
	return c, nil
}

// readFAT reads which sector follows which. The list of the sectors that
// hold this begins in the header and goes on in sectors of its own.
func (c *File) readFAT(header []byte, size int64) error {
	list := words32(header[76:512])
	next := binary.LittleEndian.Uint32(header[68:])
	for seen := 0; next <= maxRegularFAT && int64(seen)*c.sector < min(size, maxOLETable); seen++ {
		s, err := c.sectorAt(next)
		if err != nil {
			break
		}
		words := words32(s)
		list = append(list, words[:len(words)-1]...)
		next = words[len(words)-1]
	}
	for _, at := range list {
		if at > maxRegularFAT {
			continue
		}
		s, err := c.sectorAt(at)
		if err != nil {
			return ErrTruncated
		}
		c.fat = append(c.fat, words32(s)...)
		if int64(len(c.fat))*c.sector > size+c.sector*c.sector {
			break // more sectors than the file can have
		}
	}
	return nil
}

func (c *File) sectorAt(n uint32) ([]byte, error) {
	b := make([]byte, c.sector)
	read, err := c.r.ReadAt(b, (int64(n)+1)*c.sector)
	if read > 0 && err == io.EOF {
		return b, nil // the last sector may be short
	}
	return b, err
}

// chain reads the sectors that follow one another, up to limit bytes.
func (c *File) chain(start uint32, limit int64) ([]byte, error) {
	var out []byte
	for n := start; n <= maxRegularFAT; n = c.fat[n] {
		if int(n) >= len(c.fat) || int64(len(out)) > int64(len(c.fat))*c.sector {
			return nil, ErrDamaged
		}
		s, err := c.sectorAt(n)
		if err != nil {
			return nil, ErrTruncated
		}
		if out = append(out, s...); int64(len(out)) >= limit {
			break
		}
	}
	return out, nil
}

func (c *File) readDirectory(b []byte) {
	for ; len(b) >= 128; b = b[128:] {
		length := int(binary.LittleEndian.Uint16(b[64:]))
		if b[66] == 0 || length < 2 || length > 64 {
			c.entries = append(c.entries, Entry{}) // its place counts
			continue
		}
		units := make([]uint16, length/2-1)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		c.entries = append(c.entries, Entry{
			name: string(utf16.Decode(units)), kind: b[66],
			start: binary.LittleEndian.Uint32(b[116:]), size: uint64(binary.LittleEndian.Uint32(b[120:])),
			left: binary.LittleEndian.Uint32(b[68:]), right: binary.LittleEndian.Uint32(b[72:]), child: binary.LittleEndian.Uint32(b[76:]),
		})
	}
}

// Find looks for a stream in any of the folders.
func (c *File) Find(name string) *Entry {
	i := slices.IndexFunc(c.entries, func(e Entry) bool {
		return strings.EqualFold(e.name, name) && e.kind != 5 && e.kind != 0
	})
	if i < 0 {
		return nil
	}
	return &c.entries[i]
}

// Stream reads the beginning of a stream, up to limit bytes.
func (c *File) Stream(e *Entry, limit int64) ([]byte, error) {
	limit = min(limit, int64(e.size))
	if e.size >= c.miniCutoff {
		b, err := c.chain(e.start, limit)
		return b[:min(int64(len(b)), limit)], err
	}
	if c.miniStream == nil {
		root := slices.IndexFunc(c.entries, func(e Entry) bool { return e.kind == 5 })
		if root < 0 {
			return nil, ErrDamaged
		}
		b, err := c.chain(c.entries[root].start, maxOLETable)
		if err != nil {
			return nil, err
		}
		c.miniStream = b
	}
	var out []byte
	for n := e.start; n <= maxRegularFAT && int64(len(out)) < limit; n = c.miniFAT[n] {
		from := int64(n) * c.mini
		if int(n) >= len(c.miniFAT) || from+c.mini > int64(len(c.miniStream)) {
			return nil, ErrDamaged
		}
		out = append(out, c.miniStream[from:from+c.mini]...)
	}
	return out[:min(int64(len(out)), limit)], nil
}

func words32(b []byte) []uint32 {
	out := make([]uint32, len(b)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return out
}
