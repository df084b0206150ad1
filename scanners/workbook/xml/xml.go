// Package xml reads the XML that parts of workbooks are, token by token and
// without allocating for them: sheets have millions.
package xml

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"golang.org/x/text/encoding/unicode"
)

// A Scanner reads XML as the parts of workbooks use it, token by token,
// from a buffer that stays small whatever the part's size. It knows no
// namespaces: names and attributes are told by their local part. It refuses
// document types, so that there are no entities to expand, and it does not
// check that end tags match.
type Scanner struct {
	Name  []byte // of the element, after Start and End; good until the next token, as are the others
	Attrs []byte // raw, after Start
	Text  []byte // after Text: decoded, perhaps only a part of the text
	Depth int    // of the elements that are open
	Err   error  // after Done

	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	opened   bool  // an element
	closing  bool  // the end of an empty element is still to be told
	late     error // why there is no more to read, told after what there is
}

// A Token is what comes next.
type Token uint8

// The tokens.
const (
	Start Token = iota
	End
	Text
	Done // the end of the part, or an error
)

// What is wrong with XML that a Scanner cannot read, or will not.
var (
	ErrDoctype   = errors.New("a document type in XML")
	ErrTruncated = errors.New("XML ends in the middle")
	ErrSyntax    = errors.New("not well-formed XML")
)

const (
	bufferSize = 32 << 10
	tagMax     = 1 << 20
)

// NewScanner makes a scanner of a part.
func NewScanner(r io.Reader) *Scanner {
	x := NewScannerSize(bufferSize)
	x.Reset(r)
	return x
}

// NewScannerSize makes one that holds so many bytes at a time. It reads
// nothing until it is reset.
func NewScannerSize(size int) *Scanner { return &Scanner{buf: make([]byte, size)} }

// Size is how many bytes the scanner holds: more than at first once it met a
// tag that was larger.
func (x *Scanner) Size() int { return len(x.buf) }

// Release forgets the part, and keeps the buffer for another.
func (x *Scanner) Release() { x.r = nil }

// Ahead is what was read and not yet told, for those who know what they look
// for; it is good until the next token. Once they have seen to the first
// bytes of it, they pass them.
func (x *Scanner) Ahead() []byte { return x.buf[x.pos:x.end] }

// Pass moves past so many bytes of what is ahead, which lead deeper by so many
// elements, or out of them.
func (x *Scanner) Pass(n, deeper int) {
	x.pos += n
	x.Depth += deeper
	x.opened = x.opened || n > 0
}

// Skip passes over the element that was just started.
func (x *Scanner) Skip() {
	for depth := x.Depth; x.Depth >= depth && x.Next() != Done; {
	}
}

// Reset begins another part, in the same buffer.
func (x *Scanner) Reset(r io.Reader) {
	*x = Scanner{r: r, buf: x.buf}
	for x.end < 3 && x.fill() { // a mark of the encoding may come in pieces
	}
	head := x.buf[x.pos:x.end]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		x.pos += 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		rest := io.MultiReader(bytes.NewReader(bytes.Clone(head)), r)
		u16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		x.r, x.pos, x.end, x.eof, x.late = u16.Reader(rest), 0, 0, false, nil
	}
}

// Next tells the next token. After Done, Err says whether anything is wrong.
func (x *Scanner) Next() Token {
	if x.closing {
		x.closing = false
		x.Depth--
		return End
	}
	for x.Err == nil {
		if x.pos == x.end && !x.fill() {
			return x.finish()
		}
		if x.buf[x.pos] != '<' {
			x.scanText()
			return Text
		}
		if token, ok := x.scanTag(); ok {
			return token
		}
	}
	return Done
}

func (x *Scanner) finish() Token {
	if x.Err == nil && (x.Depth > 0 || !x.opened) {
		x.Err = ErrTruncated
	}
	return Done
}

// fill reads more behind what is buffered; false when there is no more.
func (x *Scanner) fill() bool {
	if x.eof {
		x.Err = x.late
		return false
	}
	if x.pos > 0 {
		x.end = copy(x.buf, x.buf[x.pos:x.end])
		x.pos = 0
	}
	if x.end == len(x.buf) {
		x.buf = append(x.buf, make([]byte, len(x.buf))...)
	}
	for tries := 0; tries < 100; tries++ {
		n, err := x.r.Read(x.buf[x.end:])
		x.end += n
		if err != nil {
			x.eof = true
			if err != io.EOF {
				x.late = err
			}
		}
		if n > 0 {
			return true
		}
		if x.eof {
			x.Err = x.late
			return false
		}
	}
	x.Err = io.ErrNoProgress
	return false
}

func (x *Scanner) scanText() {
	chunk := x.buf[x.pos:x.end]
	if i := bytes.IndexByte(chunk, '<'); i >= 0 {
		chunk = chunk[:i]
	} else if i := bytes.LastIndexByte(chunk, '&'); i > 0 && len(chunk)-i < 12 {
		chunk = chunk[:i] // a reference that the buffer's end cut
	} else if i == 0 && len(chunk) < 12 {
		if x.fill() {
			x.scanText()
			return
		}
		chunk = x.buf[x.pos:x.end] // looking for more has moved it
	}
	x.pos += len(chunk)
	x.Text = unescapeXML(chunk)
}

// scanTag reads what begins with "<"; false when it was of no interest.
func (x *Scanner) scanTag() (Token, bool) {
	for x.end-x.pos < 9 && x.fill() {
	}
	b := x.buf[x.pos:x.end]
	switch {
	case len(b) < 3:
		x.fail(ErrTruncated)
	case bytes.HasPrefix(b, []byte("<!--")):
		x.skipPast(4, "-->")
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		if x.skipPast(9, "]]>") {
			return Text, true
		}
	case b[1] == '?':
		x.skipPast(2, "?>")
	case b[1] == '!':
		x.Err = ErrDoctype
	case b[1] == '/':
		return x.scanEnd()
	default:
		return x.scanStart()
	}
	return 0, false
}

// skipPast moves behind the end mark and leaves what was between in text.
func (x *Scanner) skipPast(from int, mark string) bool {
	for {
		if i := bytes.Index(x.buf[x.pos+from:x.end], []byte(mark)); i >= 0 {
			x.Text = x.buf[x.pos+from : x.pos+from+i]
			x.pos += from + i + len(mark)
			return true
		}
		if x.end-x.pos > tagMax || !x.fill() {
			x.fail(ErrTruncated)
			return false
		}
	}
}

// fail notes what is wrong, unless more could not be read.
func (x *Scanner) fail(err error) {
	if x.Err == nil {
		x.Err = err
	}
}

func (x *Scanner) scanEnd() (Token, bool) {
	if !x.skipPast(2, ">") {
		return 0, false
	}
	x.Name = localName(bytes.TrimSpace(x.Text))
	if x.Depth--; x.Depth < 0 {
		x.Err = ErrSyntax
		return 0, false
	}
	return End, true
}

func (x *Scanner) scanStart() (Token, bool) {
	n := x.tagEnd()
	if n < 0 {
		return 0, false
	}
	tag := x.buf[x.pos+1 : x.pos+n]
	x.pos += n + 1
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		tag = tag[:len(tag)-1]
		x.closing = true
	}
	i := 0
	for i < len(tag) && !IsSpace(tag[i]) {
		i++
	}
	x.Name, x.Attrs = localName(tag[:i]), tag[i:]
	x.Depth++
	x.opened = true
	return Start, true
}

// tagEnd finds the ">" that ends the tag at pos, past quoted values.
func (x *Scanner) tagEnd() int {
	quote := byte(0)
	for i := 1; ; i++ {
		if x.pos+i >= x.end {
			if i > tagMax || !x.fill() {
				x.fail(ErrTruncated)
				return -1
			}
		}
		switch c := x.buf[x.pos+i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
}

// Attr finds an attribute of the element just started by its local name.
func (x *Scanner) Attr(name string) []byte {
	b := x.Attrs
	for {
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return nil
		}
		key := trimXMLSpace(b[:eq])
		for b = b[eq+1:]; len(b) > 0 && IsSpace(b[0]); b = b[1:] {
		}
		if len(b) < 2 || b[0] != '"' && b[0] != '\'' {
			return nil
		}
		end := bytes.IndexByte(b[1:], b[0])
		if end < 0 {
			return nil
		}
		if string(localName(key)) == name && !bytes.HasPrefix(key, []byte("xmlns")) {
			return unescapeXML(b[1 : 1+end])
		}
		b = b[end+2:]
	}
}

func trimXMLSpace(b []byte) []byte {
	for len(b) > 0 && IsSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && IsSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// IsTrue reads an attribute that is a boolean.
func (x *Scanner) IsTrue(name string) bool {
	v := string(x.Attr(name))
	return v == "1" || v == "true"
}

// Number reads an attribute that is a whole number.
func (x *Scanner) Number(name string, otherwise int) int {
	v := x.Attr(name)
	if len(v) == 0 {
		return otherwise // what Atoi says of it would have to be allocated
	}
	n, err := strconv.Atoi(string(v))
	if err != nil {
		return otherwise
	}
	return n
}

func localName(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// IsSpace reports whether a byte is one that XML takes for space.
func IsSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
