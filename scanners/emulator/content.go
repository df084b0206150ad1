package emulator

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"sync"
)

// Content is what a file holds. It may be made when it is first asked for, and must be the same every time.
type Content interface {
	Bytes() ([]byte, error)
	Size() int64
	Digests() (Digests, error)
}

// openContent reads a content from wherever it begins to, without holding all of it when it is on disk.
func openContent(c Content) (io.ReadSeekCloser, error) {
	if c, ok := c.(interface {
		Open() (io.ReadSeekCloser, error)
	}); ok {
		return c.Open()
	}
	b, err := c.Bytes()
	return inMemory{bytes.NewReader(b)}, err
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

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
	d, _ := digestsFrom(bytes.NewReader(b)) // reading memory does not fail
	return d
}

func digestsFrom(r io.Reader) (Digests, error) {
	m, s, l, q := md5.New(), sha1.New(), sha256.New(), new(quickXor)
	if _, err := io.Copy(io.MultiWriter(m, s, l, q), r); err != nil {
		return Digests{}, err
	}
	return Digests{
		MD5:      hex.EncodeToString(m.Sum(nil)),
		SHA1:     hex.EncodeToString(s.Sum(nil)),
		SHA256:   hex.EncodeToString(l.Sum(nil)),
		QuickXor: q.String(),
	}, nil
}

// quickXor is the only hash OneDrive for Business reports: every byte is XORed into a ring of 160 bits, 11 bits further than the one
// before, and the length into the last 64 bits.
// https://learn.microsoft.com/en-us/onedrive/developer/code-snippets/quickxorhash
type quickXor struct {
	ring [20]byte
	n    int
}

func (q *quickXor) Write(b []byte) (int, error) {
	for _, c := range b {
		bit := q.n * 11 % (8 * len(q.ring))
		wide := uint16(c) << (bit % 8)
		q.ring[bit/8] ^= byte(wide)
		q.ring[(bit/8+1)%len(q.ring)] ^= byte(wide >> 8)
		q.n++
	}
	return len(b), nil
}

func (q *quickXor) String() string {
	sum := q.ring
	tail := sum[len(sum)-8:]
	binary.LittleEndian.PutUint64(tail, binary.LittleEndian.Uint64(tail)^uint64(q.n))
	return base64.StdEncoding.EncodeToString(sum[:])
}
