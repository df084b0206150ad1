package workbook

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// An xmlScanner reads XML as the parts of workbooks use it, token by token,
// from a buffer that stays small whatever the part's size. It knows no
// namespaces: names and attributes are told by their local part. It refuses
// document types, so that there are no entities to expand, and it does not
// check that end tags match.
//
// encoding/xml allocates for every token; sheets have millions.
type xmlScanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	depth    int
	opened   bool
	closing  bool // the end of an empty element is still to be told

	name  []byte // of the element, after xmlStart and xmlEnd
	attrs []byte // raw, after xmlStart
	text  []byte // after xmlText: decoded, perhaps only a part of the text
	late  error  // why there is no more to read, told after what there is
	err   error
}

type xmlToken uint8

const (
	xmlStart xmlToken = iota
	xmlEnd
	xmlText
	xmlDone // the end of the part, or an error
)

var (
	errXMLDoctype   = errors.New("a document type in XML")
	errXMLTruncated = errors.New("XML ends in the middle")
	errXMLSyntax    = errors.New("not well-formed XML")
)

const (
	xmlBuffer = 32 << 10
	xmlTagMax = 1 << 20
)

func newXMLScanner(r io.Reader) *xmlScanner {
	x := &xmlScanner{buf: make([]byte, xmlBuffer)}
	x.reset(r)
	return x
}

// reset begins another part, in the same buffer.
func (x *xmlScanner) reset(r io.Reader) {
	*x = xmlScanner{r: r, buf: x.buf}
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

// next tells the next token. After xmlDone, err says whether anything is wrong.
func (x *xmlScanner) next() xmlToken {
	if x.closing {
		x.closing = false
		x.depth--
		return xmlEnd
	}
	for x.err == nil {
		if x.pos == x.end && !x.fill() {
			return x.finish()
		}
		if x.buf[x.pos] != '<' {
			x.scanText()
			return xmlText
		}
		if token, ok := x.scanTag(); ok {
			return token
		}
	}
	return xmlDone
}

func (x *xmlScanner) finish() xmlToken {
	if x.err == nil && (x.depth > 0 || !x.opened) {
		x.err = errXMLTruncated
	}
	return xmlDone
}

// fill reads more behind what is buffered; false when there is no more.
func (x *xmlScanner) fill() bool {
	if x.eof {
		x.err = x.late
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
			x.err = x.late
			return false
		}
	}
	x.err = io.ErrNoProgress
	return false
}

func (x *xmlScanner) scanText() {
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
	x.text = unescapeXML(chunk)
}

// scanTag reads what begins with "<"; false when it was of no interest.
func (x *xmlScanner) scanTag() (xmlToken, bool) {
	for x.end-x.pos < 9 && x.fill() {
	}
	b := x.buf[x.pos:x.end]
	switch {
	case len(b) < 3:
		x.fail(errXMLTruncated)
	case bytes.HasPrefix(b, []byte("<!--")):
		x.skipPast(4, "-->")
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		if x.skipPast(9, "]]>") {
			return xmlText, true
		}
	case b[1] == '?':
		x.skipPast(2, "?>")
	case b[1] == '!':
		x.err = errXMLDoctype
	case b[1] == '/':
		return x.scanEnd()
	default:
		return x.scanStart()
	}
	return 0, false
}

// skipPast moves behind the end mark and leaves what was between in text.
func (x *xmlScanner) skipPast(from int, mark string) bool {
	for {
		if i := bytes.Index(x.buf[x.pos+from:x.end], []byte(mark)); i >= 0 {
			x.text = x.buf[x.pos+from : x.pos+from+i]
			x.pos += from + i + len(mark)
			return true
		}
		if x.end-x.pos > xmlTagMax || !x.fill() {
			x.fail(errXMLTruncated)
			return false
		}
	}
}

// fail notes what is wrong, unless more could not be read.
func (x *xmlScanner) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *xmlScanner) scanEnd() (xmlToken, bool) {
	if !x.skipPast(2, ">") {
		return 0, false
	}
	x.name = localName(bytes.TrimSpace(x.text))
	if x.depth--; x.depth < 0 {
		x.err = errXMLSyntax
		return 0, false
	}
	return xmlEnd, true
}

func (x *xmlScanner) scanStart() (xmlToken, bool) {
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
	for i < len(tag) && !isXMLSpace(tag[i]) {
		i++
	}
	x.name, x.attrs = localName(tag[:i]), tag[i:]
	x.depth++
	x.opened = true
	return xmlStart, true
}

// tagEnd finds the ">" that ends the tag at pos, past quoted values.
func (x *xmlScanner) tagEnd() int {
	quote := byte(0)
	for i := 1; ; i++ {
		if x.pos+i >= x.end {
			if i > xmlTagMax || !x.fill() {
				x.fail(errXMLTruncated)
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

// attr finds an attribute of the element just started by its local name.
func (x *xmlScanner) attr(name string) []byte {
	b := x.attrs
	for {
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return nil
		}
		key := trimXMLSpace(b[:eq])
		for b = b[eq+1:]; len(b) > 0 && isXMLSpace(b[0]); b = b[1:] {
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
	for len(b) > 0 && isXMLSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isXMLSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// isTrue reads an attribute that is a boolean.
func (x *xmlScanner) isTrue(name string) bool {
	v := string(x.attr(name))
	return v == "1" || v == "true"
}

func (x *xmlScanner) number(name string, otherwise int) int {
	v := x.attr(name)
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

func isXMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// unescapeXML replaces the five named references and the numeric ones.
func unescapeXML(b []byte) []byte {
	i := bytes.IndexByte(b, '&')
	if i < 0 {
		return b
	}
	return appendUnescaped(make([]byte, 0, len(b)), b)
}

// appendUnescaped is unescapeXML into memory of the caller's.
func appendUnescaped(out, b []byte) []byte {
	for i := bytes.IndexByte(b, '&'); i >= 0; i = bytes.IndexByte(b, '&') {
		out = append(out, b[:i]...)
		b = b[i:]
		semi := bytes.IndexByte(b[:min(len(b), 12)], ';')
		r, ok := rune(0), false
		if semi > 0 {
			r, ok = xmlReference(string(b[1:semi]))
		}
		if !ok {
			out, b = append(out, '&'), b[1:]
			continue
		}
		out, b = utf8.AppendRune(out, r), b[semi+1:]
	}
	return append(out, b...)
}

func xmlReference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := 10, name[1:]
	if digits[0] == 'x' || digits[0] == 'X' {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseInt(digits, base, 32)
	return rune(n), err == nil
}
