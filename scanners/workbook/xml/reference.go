package xml

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// unescapeXML replaces the five named references and the numeric ones.
func unescapeXML(b []byte) []byte {
	i := bytes.IndexByte(b, '&')
	if i < 0 {
		return b
	}
	return AppendUnescaped(make([]byte, 0, len(b)), b)
}

// AppendUnescaped appends a text with its entities resolved: the five of XML and
// those that are numbers.
func AppendUnescaped(out, b []byte) []byte {
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
