package ole

import (
	"bytes"
	"io"
	"sort"
	"strings"
)

// Content gives a stream of the container to read from. Pieces that lie side by
// side are read as one.
func (c *File) Content(e *Entry) (io.ReaderAt, int64, error) {
	if e.size < c.miniCutoff {
		b, err := c.Stream(e, maxOLETable)
		return bytes.NewReader(b), int64(len(b)), err
	}
	r := &chainReader{r: c.r}
	for n, seen := e.start, 0; n <= maxRegularFAT && int(n) < len(c.fat) && seen < len(c.fat) && r.size < int64(e.size); n = c.fat[n] {
		r.add((int64(n)+1)*c.sector, c.sector)
		seen++
	}
	if r.size == 0 {
		return nil, 0, ErrDamaged
	}
	return r, min(r.size, int64(e.size)), nil
}

// A chainReader reads a stream that lies in pieces.
type chainReader struct {
	r      io.ReaderAt
	pieces []chainPiece
	size   int64
}

type chainPiece struct{ begin, at, size int64 } // where in the stream, where in the file

func (c *chainReader) add(at, size int64) {
	if n := len(c.pieces); n > 0 && c.pieces[n-1].at+c.pieces[n-1].size == at {
		c.pieces[n-1].size += size
	} else {
		c.pieces = append(c.pieces, chainPiece{c.size, at, size})
	}
	c.size += size
}

func (c *chainReader) ReadAt(p []byte, off int64) (n int, err error) {
	i := sort.Search(len(c.pieces), func(i int) bool { return c.pieces[i].begin+c.pieces[i].size > off })
	for ; i < len(c.pieces) && n < len(p); i++ {
		piece, at := c.pieces[i], off+int64(n)
		want := min(int64(len(p)-n), piece.begin+piece.size-at)
		got, err := c.r.ReadAt(p[n:n+int(want)], piece.at+at-piece.begin)
		if n += got; int64(got) < want {
			return n, err
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Root is the folder that holds all others; nil where there is none.
func (c *File) Root() *Entry {
	if len(c.entries) == 0 || c.entries[0].kind != 5 {
		return nil
	}
	return &c.entries[0]
}

// Child looks for an entry in one folder, which MS-CFB 2.6.4 keeps as a tree.
func (c *File) Child(folder *Entry, name string) *Entry {
	if folder == nil {
		return nil
	}
	seen := map[uint32]bool{}
	for next := []uint32{folder.child}; len(next) > 0; {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		if uint64(id) >= uint64(len(c.entries)) || seen[id] {
			continue
		}
		seen[id] = true
		e := &c.entries[id]
		if strings.EqualFold(e.name, name) && e.kind != 0 {
			return e
		}
		next = append(next, e.left, e.right)
	}
	return nil
}
