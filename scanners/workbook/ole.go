package workbook

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/desirepath/desirepath/inventory"
)

var oleSignature = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// readOLE reads an old workbook, or says what else an OLE2 file is: an
// encrypted workbook, or another program's document.
func readOLE(s *source) (inventory.Structure, error) {
	c, err := openCompound(s, s.size)
	if err != nil {
		return inventory.Structure{}, err
	}
	e := c.book()
	switch {
	case c.find("EncryptedPackage") != nil:
		err = unreadable("encrypted", "it is protected %s", c.protection())
	case c.find("\x09DRMContent") != nil:
		err = unreadable("encrypted", "it is protected by rights management")
	case e == nil:
		err = unreadable("not-a-workbook", "it is a document of another program")
	default:
		return readXLS(s, c, e)
	}
	return inventory.Structure{}, err
}

// protection tells how an encrypted package is protected: by rights management,
// which has a transform of its own, or with a password, of which the first two
// numbers of EncryptionInfo are the kind (MS-OFFCRYPTO 2.2.6, 2.3.4).
func (c *compound) protection() string {
	if c.find("DRMEncryptedTransform") != nil || c.find("DRMEncryptedDataSpace") != nil {
		return "by rights management"
	}
	var d biffData
	if e := c.find("EncryptionInfo"); e != nil {
		d.b, _ = c.stream(e, 1<<20) // one that cannot be read tells no kind
	}
	major, minor := d.u16(), d.u16()
	switch {
	case major == 4 && minor == 4:
		return "with a password (agile)"
	case minor == 2:
		return "with a password (standard)"
	case minor == 3:
		return "with a password (extensible)"
	}
	return "with a password"
}

// readProject reads what the modules of a VBA project are called and what
// they do. What cannot be read tells nothing.
func readProject(r io.ReaderAt, size int64, m *Meta) {
	c, err := openCompound(r, size)
	if err != nil {
		return
	}
	if e := c.find("PROJECT"); e != nil {
		m.Macros.Modules = c.moduleNames(e)
	}
	c.readVBA().add(m)
}

// moduleNames are in the PROJECT stream (MS-OVBA 2.3.1).
func (c *compound) moduleNames(project *compoundEntry) []string {
	text, err := c.stream(project, 1<<20)
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		key, name, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "Module", "Class", "BaseClass", "Document":
			name, _, _ = strings.Cut(name, "/&H")
			if !utf8.ValidString(name) {
				name, _ = charmap.Windows1252.NewDecoder().String(name)
			}
			out = append(out, name)
		}
	}
	return out
}

// A compound is an OLE2 compound file (MS-CFB): a small file system.
type compound struct {
	r          io.ReaderAt
	sector     int64 // bytes in a sector
	mini       int64 // bytes in a sector of small streams
	miniCutoff uint64
	fat        []uint32
	miniFAT    []uint32
	entries    []compoundEntry
	miniStream []byte
}

type compoundEntry struct {
	name  string
	kind  byte // 0 none, 1 a folder, 2 a stream, 5 the root
	start uint32
	size  uint64
	// Those beside it in its folder's tree, and a folder's first.
	left, right, child uint32
}

var errCompound = unreadable("damaged", "the OLE2 container is damaged")

// What is read of a container's directory and tables.
const (
	maxOLETable   = 16 << 20
	endOfChain    = 0xfffffffe
	maxRegularFAT = 0xfffffffa
)

func openCompound(r io.ReaderAt, size int64) (*compound, error) {
	h := make([]byte, 512)
	if _, err := r.ReadAt(h, 0); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	u16 := func(at int) uint { return uint(binary.LittleEndian.Uint16(h[at:])) }
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(h[at:]) }
	if !bytes.HasPrefix(h, oleSignature) || u16(30) != 9 && u16(30) != 12 || u16(32) < 4 || u16(32) > 9 {
		return nil, errCompound
	}
	c := &compound{r: r, sector: 1 << u16(30), mini: 1 << u16(32), miniCutoff: uint64(u32(56))}
	if err := c.readFAT(h, size); err != nil {
		return nil, err
	}
	directory, err := c.chain(u32(48), maxOLETable)
	if err != nil {
		return nil, err
	}
	c.readDirectory(directory)
	if len(c.entries) == 0 {
		return nil, unreadable("truncated", "the OLE2 container has no directory")
	}
	if table, err := c.chain(u32(60), maxOLETable); err == nil {
		c.miniFAT = words32(table)
	}
	return c, nil
}

// readFAT reads which sector follows which. The list of the sectors that
// hold this begins in the header and goes on in sectors of its own.
func (c *compound) readFAT(header []byte, size int64) error {
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
			return unreadable("truncated", "the OLE2 container ends in the middle")
		}
		c.fat = append(c.fat, words32(s)...)
		if int64(len(c.fat))*c.sector > size+c.sector*c.sector {
			break // more sectors than the file can have
		}
	}
	return nil
}

func (c *compound) sectorAt(n uint32) ([]byte, error) {
	b := make([]byte, c.sector)
	read, err := c.r.ReadAt(b, (int64(n)+1)*c.sector)
	if read > 0 && err == io.EOF {
		return b, nil // the last sector may be short
	}
	return b, err
}

// chain reads the sectors that follow one another, up to limit bytes.
func (c *compound) chain(start uint32, limit int64) ([]byte, error) {
	var out []byte
	for n := start; n <= maxRegularFAT; n = c.fat[n] {
		if int(n) >= len(c.fat) || int64(len(out)) > int64(len(c.fat))*c.sector {
			return nil, errCompound
		}
		s, err := c.sectorAt(n)
		if err != nil {
			return nil, unreadable("truncated", "the OLE2 container ends in the middle")
		}
		if out = append(out, s...); int64(len(out)) >= limit {
			break
		}
	}
	return out, nil
}

func (c *compound) readDirectory(b []byte) {
	for ; len(b) >= 128; b = b[128:] {
		length := int(binary.LittleEndian.Uint16(b[64:]))
		if b[66] == 0 || length < 2 || length > 64 {
			c.entries = append(c.entries, compoundEntry{}) // its place counts
			continue
		}
		units := make([]uint16, length/2-1)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		c.entries = append(c.entries, compoundEntry{
			name: string(utf16.Decode(units)), kind: b[66],
			start: binary.LittleEndian.Uint32(b[116:]), size: uint64(binary.LittleEndian.Uint32(b[120:])),
			left: binary.LittleEndian.Uint32(b[68:]), right: binary.LittleEndian.Uint32(b[72:]), child: binary.LittleEndian.Uint32(b[76:]),
		})
	}
}

// find looks for a stream in any of the folders.
func (c *compound) find(name string) *compoundEntry {
	i := slices.IndexFunc(c.entries, func(e compoundEntry) bool {
		return strings.EqualFold(e.name, name) && e.kind != 5 && e.kind != 0
	})
	if i < 0 {
		return nil
	}
	return &c.entries[i]
}

// stream reads the beginning of a stream, up to limit bytes.
func (c *compound) stream(e *compoundEntry, limit int64) ([]byte, error) {
	limit = min(limit, int64(e.size))
	if e.size >= c.miniCutoff {
		b, err := c.chain(e.start, limit)
		return b[:min(int64(len(b)), limit)], err
	}
	if c.miniStream == nil {
		root := slices.IndexFunc(c.entries, func(e compoundEntry) bool { return e.kind == 5 })
		if root < 0 {
			return nil, errCompound
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
			return nil, errCompound
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
