package workbook

import (
	"bytes"
	"io"
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/access"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
)

// A format reads a source whose signature it was recognised by.
type format func(*source) (inventory.Structure, error)

// recognise tells the format from the first bytes, or what else it is.
func (s *source) recognise() (format, error) {
	switch {
	case s.size == 0:
		return nil, unreadable("empty", "the file has no bytes")
	case s.size > s.Limits.FileBytes:
		return nil, unreadable("too-large", "%d bytes; the limit is %d", s.size, s.Limits.FileBytes)
	}
	head := make([]byte, min(s.size, 4096))
	if n, err := s.ReadAt(head, 0); n < len(head) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return readZip, nil
	case bytes.HasPrefix(head, []byte(ole.Signature)):
		return readOLE, nil
	case access.Signature(head):
		return readAccess, nil
	case isBIFF(head):
		return readBareBIFF, nil
	}
	if err := recogniseBytes(head); err != nil {
		return nil, err
	}
	return s.recogniseText(head)
}

// recogniseBytes names the formats that have a signature and no reader.
func recogniseBytes(head []byte) error {
	for _, f := range []struct{ signature, name string }{
		{"\x00\x00\x02\x00\x06\x04\x06\x00", "a Lotus 1-2-3 sheet"},
		{"\x00\x00\x1a\x00", "a Lotus 1-2-3 sheet"},
		{"ID;P", "a SYLK sheet (slk)"},
		{"TABLE\r\n0,1", "a DIF sheet"},
		{"TABLE\n0,1", "a DIF sheet"},
	} {
		if bytes.HasPrefix(head, []byte(f.signature)) {
			return notYet(f.name)
		}
	}
	for _, f := range []struct{ signature, name string }{
		{"%PDF-", "a PDF document"},
		{"{\\rtf", "an RTF document"},
		{"\x89PNG", "a picture"},
		{"\xff\xd8\xff", "a picture"},
		{"GIF8", "a picture"},
		{"\x1f\x8b", "a gzip archive"},
		{"Rar!", "an archive"},
		{"7z\xbc\xaf", "an archive"},
		{"SQLite format 3\x00", "an SQLite database"},
	} {
		if bytes.HasPrefix(head, []byte(f.signature)) {
			return unreadable("not-a-workbook", "it is %s", f.name)
		}
	}
	return nil
}

// recogniseText tells markup from delimited text, and both from bytes.
func (s *source) recogniseText(head []byte) (format, error) {
	text, ok := decodeSample(head)
	if !ok {
		return nil, unreadable("not-a-workbook", "no format that we know begins like this")
	}
	lower := strings.ToLower(strings.TrimSpace(text))
	switch {
	case strings.HasPrefix(lower, "<?xml"), strings.HasPrefix(lower, "<workbook"):
		return recogniseXML(lower)
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"),
		strings.HasPrefix(lower, "<table"), strings.HasPrefix(lower, "<head"), strings.HasPrefix(lower, "<meta"):
		return nil, unreadable("not-a-workbook", "it is a web page (HTML), whatever its name says")
	case strings.HasPrefix(lower, "{") && !s.named(".csv", ".tsv"):
		return nil, unreadable("not-a-workbook", "it is text, and not delimited")
	}
	return readText, nil
}

func recogniseXML(lower string) (format, error) {
	switch {
	case strings.Contains(lower, "urn:schemas-microsoft-com:office:spreadsheet"):
		return readSpreadsheetML, nil
	case strings.Contains(lower, "urn:oasis:names:tc:opendocument"):
		return readFODS, nil
	case strings.Contains(lower, "<html"):
		return nil, unreadable("not-a-workbook", "it is a web page (HTML), whatever its name says")
	}
	return nil, unreadable("not-a-workbook", "it is an XML document of another kind")
}

// named reports whether the name ends with one of the extensions.
func (s *source) named(extensions ...string) bool {
	have := strings.ToLower(path.Ext(s.name))
	for _, e := range extensions {
		if e == have {
			return true
		}
	}
	return false
}

func notYet(what string) error {
	return unreadable("unsupported", "it is %s; this version does not read that format yet", what)
}
