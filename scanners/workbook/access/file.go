package access

import (
	"cmp"
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/desirepath/desirepath/scanners/workbook/codepage"
)

// A file is a database as pages of one size.
type file struct {
	layout
	name string // mdb or accdb
	r    io.ReaderAt
	size int64
	left int                 // pages that may still be read
	text func([]byte) string // decodes text of Jet 3
	err  error               // the first that the source met
}

// A layout is where things stand in pages: the same things in all versions, at
// other places in Jet 3.
type layout struct {
	wide                                            bool // counts and offsets take two bytes, and text is UTF-16; Jet 4 and later
	page                                            int  // bytes
	rowsAt                                          int  // of a data page: how many rows it has
	rowCountAt, columnsAt, indexesAt, usageAt, body int  // of a definition
	index, column                                   int  // bytes that each takes in a definition
}

var (
	jet3 = layout{page: 2048, rowsAt: 8, rowCountAt: 12, columnsAt: 25, indexesAt: 31, usageAt: 35, body: 43, index: 8, column: 18}
	jet4 = layout{wide: true, page: 4096, rowsAt: 12, rowCountAt: 16, columnsAt: 45, indexesAt: 51, usageAt: 55, body: 63, index: 12, column: 25}
)

// What the first page holds, and where.
const (
	jetSignature = "\x00\x01\x00\x00Standard Jet DB\x00"
	aceSignature = "\x00\x01\x00\x00Standard ACE DB\x00"
	signatureEnd = len(jetSignature)

	versionAt    = 0x14
	maskedAt     = 0x18 // what follows is masked with a key that all files share
	codePageAt   = 0x3c
	keyAt        = 0x3e // of the pages; 0 when they are in the clear
	passwordAt   = 0x42
	createdAt    = 0x72
	encryptionAt = 0x299 // of ACE: a length, and an EncryptionInfo (MS-OFFCRYPTO 2.3.4)
)

// maxPages is how many pages of a file are read: 32 MiB. A catalogue of
// thousands of objects has some hundred.
const maxPages = 8 << 10

// open reads the first page.
func open(r io.ReaderAt, size int64) (*file, error) {
	h := make([]byte, jet3.page)
	if n, err := r.ReadAt(h, 0); n < len(h) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if !Signature(h) {
		return nil, ErrVersion
	}
	f := &file{layout: jet4, name: "mdb", r: r, size: size, left: maxPages}
	masked := 128
	switch version := h[versionAt]; {
	case version == 0:
		f.layout, masked = jet3, 126
	case version > 1 && version < 16: // 2 is Access 2007; each few years brought another
		f.name = "accdb"
	case version != 1:
		return nil, fmt.Errorf("%w (%d)", ErrVersion, version)
	}
	unmask(h[maskedAt : maskedAt+masked])
	if kind := f.protection(h); kind != "" {
		return nil, &ProtectedError{kind}
	}
	f.text = codepage.Decoder(int(binary.LittleEndian.Uint16(h[codePageAt:])))
	return f, nil
}

// unmask makes part of the first page readable. The key is no secret: it is the
// same in every file.
func unmask(b []byte) {
	c, err := rc4.NewCipher([]byte{0xc7, 0xda, 0x39, 0x6b})
	if err == nil { // as it is for every key of this length
		c.XORKeyStream(b, b)
	}
}

// protection tells how a database is protected; "" when it is not.
func (f *file) protection(h []byte) string {
	switch keyed := binary.LittleEndian.Uint32(h[keyAt:]) != 0; {
	case keyed && f.name == "accdb":
		return "with a password" + encryption(h[encryptionAt:])
	case f.name == "mdb" && f.hasPassword(h):
		return "with a password (Jet)"
	case keyed:
		return "by encoding (Jet)"
	}
	return ""
}

// encryption tells which kind an EncryptionInfo is of, by its version.
func encryption(info []byte) string {
	length, major, minor := binary.LittleEndian.Uint16(info), binary.LittleEndian.Uint16(info[2:]), binary.LittleEndian.Uint16(info[4:])
	switch {
	case length < 4:
		return ""
	case major == 4 && minor == 4:
		return " (agile)"
	case minor == 2:
		return " (standard)"
	case minor == 3:
		return " (extensible)"
	}
	return ""
}

// hasPassword reports whether a password is asked for. Jet 4 mixes it with the
// day on which the database was made.
func (f *file) hasPassword(h []byte) bool {
	password, mask := h[passwordAt:passwordAt+20], uint32(0)
	if f.wide {
		password = h[passwordAt : passwordAt+40]
		mask = uint32(int32(math.Float64frombits(binary.LittleEndian.Uint64(h[createdAt:]))))
	}
	for ; len(password) >= 4; password = password[4:] {
		if binary.LittleEndian.Uint32(password) != mask {
			return true
		}
	}
	return false
}

// pageAt reads a page. What it returns is the caller's.
func (f *file) pageAt(n uint32) ([]byte, error) {
	at := int64(n) * int64(f.page)
	switch {
	case n == 0 || at >= f.size:
		return nil, fmt.Errorf("%w: it points to a page that it does not have", ErrDamaged)
	case f.left == 0:
		return nil, fmt.Errorf("%w: reading its catalogue takes more than %d pages", ErrDamaged, maxPages)
	}
	f.left--
	b := make([]byte, f.page)
	read, err := f.r.ReadAt(b, at)
	if read < len(b) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		f.err = cmp.Or(f.err, err)
		return nil, err
	}
	return b, nil
}

// What a page is, by its first byte.
const (
	pageOfRows       = 1
	pageOfDefinition = 2
	pageOfUsage      = 5
)
