package emulator

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"sync"
)

// Content is what a file holds. It may be made when it is first asked for, and must be the same every time.
type Content interface {
	Bytes() ([]byte, error)
	Size() int64
	Digests() (Digests, error)
}

// Digests are the checksums the suites report: hexadecimal for Google, base-64 quickXor for Microsoft.
type Digests struct {
	MD5, SHA1, SHA256, QuickXor string
}

// BytesContent is a content that is there already.
func BytesContent(b []byte) Content {
	return &lazyContent{make: func() ([]byte, error) { return b, nil }}
}

// LazyContent is a content that is made when it is first asked for, once.
func LazyContent(make func() ([]byte, error)) Content {
	return &lazyContent{make: make}
}

type lazyContent struct {
	make func() ([]byte, error)

	once    sync.Once
	bytes   []byte
	digests Digests
	err     error
}

func (c *lazyContent) load() {
	c.once.Do(func() {
		if c.bytes, c.err = c.make(); c.err == nil {
			c.digests = digestsOf(c.bytes)
		}
	})
}

func (c *lazyContent) Bytes() ([]byte, error) {
	c.load()
	return c.bytes, c.err
}

func (c *lazyContent) Size() int64 {
	c.load()
	return int64(len(c.bytes))
}

func (c *lazyContent) Digests() (Digests, error) {
	c.load()
	return c.digests, c.err
}

func digestsOf(b []byte) Digests {
	m, s, l := md5.Sum(b), sha1.Sum(b), sha256.Sum256(b)
	return Digests{
		MD5:      hex.EncodeToString(m[:]),
		SHA1:     hex.EncodeToString(s[:]),
		SHA256:   hex.EncodeToString(l[:]),
		QuickXor: quickXor(b),
	}
}

// quickXor is the only hash OneDrive for Business reports: every byte is XORed into a ring of 160 bits, 11 bits further than the one
// before, and the length into the last 64 bits.
// https://learn.microsoft.com/en-us/onedrive/developer/code-snippets/quickxorhash
func quickXor(b []byte) string {
	const ring = 160
	var sum [ring / 8]byte
	for i, c := range b {
		bit := i * 11 % ring
		wide := uint16(c) << (bit % 8)
		sum[bit/8] ^= byte(wide)
		sum[(bit/8+1)%len(sum)] ^= byte(wide >> 8)
	}
	tail := sum[len(sum)-8:]
	binary.LittleEndian.PutUint64(tail, binary.LittleEndian.Uint64(tail)^uint64(len(b)))
	return base64.StdEncoding.EncodeToString(sum[:])
}
