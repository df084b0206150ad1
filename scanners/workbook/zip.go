package workbook

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/deflate"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// An archive is the zip file of a workbook, with what reading it may cost.
type archive struct {
	src   *source
	files map[string]*zip.File // by path in lower case, as programs compare them
	left  int64                // bytes that may still be inflated

	idle     []*deflate.Reader // to be used again: each is 50 KB or more
	scanners []*xml.Scanner    // likewise
}

// readZip tells the kinds of workbook that are zip files apart.
func readZip(s *source) (inventory.Structure, error) {
	a, err := openArchive(s)
	if err != nil {
		return inventory.Structure{}, err
	}
	if book := a.officePart(); book != "" {
		return readXLSX(a, book)
	}
	if format := a.odsFormat(); format != "" {
		return readODS(a, format)
	}
	if book := a.binaryPart(); book != "" {
		return readXLSB(a, book)
	}
	return inventory.Structure{}, a.recognise()
}

func openArchive(s *source) (*archive, error) {
	z, err := zip.NewReader(s, s.size)
	if errors.Is(err, zip.ErrFormat) {
		return nil, unreadable("truncated", "a zip file without its end, as an interrupted copy leaves it")
	}
	if err != nil {
		return nil, err
	}
	if len(z.File) > s.Limits.Entries {
		return nil, unreadable("too-large", "%d parts; the limit is %d", len(z.File), s.Limits.Entries)
	}
	a := &archive{src: s, files: make(map[string]*zip.File, len(z.File)), left: s.Limits.TotalBytes}
	z.RegisterDecompressor(zip.Deflate, a.inflate)
	for _, f := range z.File {
		name := partName(f.Name)
		if a.files[name] == nil {
			a.files[name] = f
		}
	}
	return a, nil
}

// partName is how a part is looked up: slashes forward, no case, no root.
func partName(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// recognise names a zip file that is no workbook of Excel's.
func (a *archive) recognise() error {
	if a.has("mimetype") {
		return unreadable("not-a-workbook", "it is a document of another kind")
	}
	for name := range a.files {
		switch {
		case strings.HasPrefix(name, "index/") && strings.HasSuffix(name, ".iwa"), name == "index.zip":
			return notYet("a Numbers spreadsheet")
		case strings.HasPrefix(name, "word/"), strings.HasPrefix(name, "ppt/"), strings.HasPrefix(name, "visio/"):
			return unreadable("not-a-workbook", "it is an Office document of another kind")
		}
	}
	return unreadable("not-a-workbook", "it is a zip archive without a workbook in it")
}

func (a *archive) has(name string) bool { return a.files[partName(name)] != nil }

// open reads a part within the limits. The caller closes it.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.files[partName(name)]
	if f == nil {
		return nil, unreadable("damaged", "its part %s is missing", path.Base(name))
	}
	if f.Flags&1 != 0 {
		return nil, unreadable("encrypted", "its zip file has a password")
	}
	rc, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &part{ReadCloser: rc, archive: a, left: a.src.Limits.PartBytes}, nil
}

// scan hands a part's tokens to f, which is called until there are no more
// or it returns false. A part that is missing is no error, and no tokens.
func (a *archive) scan(name string, f func(x *xml.Scanner, token xml.Token) bool) error {
	if !a.has(name) {
		return nil
	}
	x, done, err := a.openScanner(name)
	if err != nil {
		return err
	}
	defer done()
	for {
		token := x.Next()
		if token == xml.Done {
			return x.Err
		}
		if !f(x, token) {
			return nil
		}
	}
}

// openScanner opens a part to be scanned; done closes it.
func (a *archive) openScanner(name string) (x *xml.Scanner, done func(), err error) {
	rc, err := a.open(name)
	if err != nil {
		return nil, nil, err
	}
	x = a.scanner(rc)
	return x, func() {
		a.release(x)
		rc.Close()
	}, nil
}

// size is how large a part says it is, inflated.
func (a *archive) size(name string) int64 {
	f := a.files[partName(name)]
	return int64(min(f.UncompressedSize64, 1<<40))
}

// scanner gives a scanner of a part; release takes it back.
func (a *archive) scanner(r io.Reader) *xml.Scanner {
	var x *xml.Scanner
	if n := len(a.scanners); n > 0 {
		x, a.scanners = a.scanners[n-1], a.scanners[:n-1]
	} else if a.src.Depth == inventory.DepthHeads {
		x = xml.NewScannerSize(smallScanner)
	} else {
		x = xml.NewScannerSize(largeScanner)
	}
	x.Reset(r)
	return x
}

func (a *archive) release(x *xml.Scanner) {
	if x.Size() <= largeScanner { // one that met a huge tag is not kept
		x.Release()
		a.scanners = append(a.scanners, x)
	}
}

// How many bytes a scanner has at a time, at heads and at full depth.
const (
	smallScanner = 8 << 10
	largeScanner = 64 << 10
)

// An inflating is a reader at work on a part. It goes back to its archive
// when closed.
type inflating struct {
	*deflate.Reader
	archive *archive
}

func (a *archive) inflate(r io.Reader) io.ReadCloser {
	var f *deflate.Reader
	switch n := len(a.idle); {
	case n > 0:
		f, a.idle = a.idle[n-1], a.idle[:n-1]
	case a.src.Depth == inventory.DepthHeads:
		f = deflate.NewReader(4<<10, 8<<10)
	default:
		f = deflate.NewReader(16<<10, 64<<10)
	}
	f.Reset(r)
	return &inflating{f, a}
}

// Close gives the inflater back, once.
func (f *inflating) Close() error {
	if f.Reader != nil {
		f.archive.idle = append(f.archive.idle, f.Reader)
		f.Reader = nil
	}
	return nil
}

// bytes reads a part of at most limit bytes whole; nil when it is missing.
func (a *archive) bytes(name string, limit int64) ([]byte, error) {
	if !a.has(name) {
		return nil, nil
	}
	rc, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	b, err := io.ReadAll(io.LimitReader(rc, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, unreadable("too-large", "its part %s has more than %d bytes", path.Base(name), limit)
	}
	return b, err
}

// beginning reads up to n bytes of a part, as far as it is readable.
func (a *archive) beginning(name string, n int64) []byte {
	rc, err := a.open(name)
	if err != nil {
		return nil
	}
	defer rc.Close()
	b, _ := io.ReadAll(io.LimitReader(rc, n))
	return b
}

// A part counts what is inflated against the limits of part and archive.
type part struct {
	io.ReadCloser
	archive *archive
	left    int64
}

func (p *part) Read(b []byte) (int, error) {
	if err := p.archive.src.stopped(); err != nil {
		return 0, err
	}
	n, err := p.ReadCloser.Read(b)
	p.left -= int64(n)
	p.archive.left -= int64(n)
	if p.left < 0 || p.archive.left < 0 {
		return 0, unreadable("too-large", "inflated, it goes past the limit")
	}
	return n, err
}

// isDamage reports whether an error means that the file's bytes are wrong,
// rather than that they could not be fetched.
func isDamage(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrChecksum) ||
		errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, xml.ErrSyntax)
}

func (a *archive) anyPart(is func(name string) bool) bool {
	for name := range a.files {
		if is(name) {
			return true
		}
	}
	return false
}
