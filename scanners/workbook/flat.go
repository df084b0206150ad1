package workbook

import (
	"io"
	"regexp"

	"golang.org/x/net/html/charset"
)

var xmlEncoding = regexp.MustCompile(`^\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._\-]+)["']`)

// openXML reads a file that is XML as a whole, in whatever encoding it
// declares. The caller closes it.
func (s *source) openXML() (io.ReadCloser, error) {
	head := make([]byte, min(s.size, 256))
	if _, err := s.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	whole := io.NewSectionReader(s, 0, s.size)
	if m := xmlEncoding.FindSubmatch(head); m != nil {
		if e, name := charset.Lookup(string(m[1])); e != nil && name != "utf-8" {
			return io.NopCloser(decoded(whole, e)), nil
		}
	}
	e, _ := textEncoding(head)
	return io.NopCloser(decoded(whole, e)), nil
}
