package workbook

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// textEncoding tells how text is encoded: by its byte order mark, by the
// zeros of UTF-16, or as UTF-8 unless that does not fit; then it is Windows'
// western code page, in which every byte is a character. Nil is UTF-8. ok is
// false for what is no text at all.
func textEncoding(sample []byte) (e encoding.Encoding, ok bool) {
	switch {
	case bytes.HasPrefix(sample, []byte("\xef\xbb\xbf")):
		return unicode.UTF8BOM, true
	case bytes.HasPrefix(sample, []byte("\xff\xfe")), bytes.HasPrefix(sample, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), true
	}
	if zeros := bytes.Count(sample, []byte{0}); zeros > 0 {
		return utf16Without(sample, zeros)
	}
	if controls(sample) > len(sample)/100 {
		return nil, false
	}
	if !validUTF8Start(sample) {
		return charmap.Windows1252, true
	}
	return nil, true
}

// utf16Without recognises UTF-16 without a byte order mark: nearly every
// other byte is zero, always on the same side.
func utf16Without(sample []byte, zeros int) (encoding.Encoding, bool) {
	odd := 0
	for i := 1; i < len(sample); i += 2 {
		if sample[i] == 0 {
			odd++
		}
	}
	switch half := len(sample) / 2; {
	case half == 0 || 5*zeros < 4*half:
		return nil, false
	case odd == zeros:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true
	case odd == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true
	}
	return nil, false
}

// controls counts the bytes that text does not have.
func controls(b []byte) int {
	n := 0
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			n++
		}
	}
	return n
}

// validUTF8Start allows for a character that the sample's end cut.
func validUTF8Start(b []byte) bool {
	for i := 0; i < 4 && len(b) > 0; i++ {
		if utf8.Valid(b) {
			return true
		}
		b = b[:len(b)-1]
	}
	return utf8.Valid(b)
}

// decodeSample is the beginning of a text; false when it is none.
func decodeSample(sample []byte) (string, bool) {
	e, ok := textEncoding(sample)
	if !ok {
		return "", false
	}
	if e == nil {
		return string(sample), true
	}
	b, _ := io.ReadAll(decoded(bytes.NewReader(sample), e))
	return string(b), true
}

// decoded reads text as UTF-8.
func decoded(r io.Reader, e encoding.Encoding) io.Reader {
	if e == nil {
		return r
	}
	return e.NewDecoder().Reader(r)
}
