package workbook

import (
	"bytes"
	"encoding/base64"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// FuzzXML: what the scanner tells does not hang on how its bytes arrive, and
// it ends. Texts may be told in other pieces.
func FuzzXML(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><a x="1" y='&lt;"'><!-- > --><b/>t&amp;&#x41;&bad;<![CDATA[<c>]]></a>`))
	f.Add([]byte("\xef\xbb\xbf<x:a><x:b x:n = 'v'/></x:a>"))
	f.Add([]byte(utf16LE("<a>\u00e4</a>")))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`))
	f.Add([]byte(`<a>&#x41`))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, end := tokensOf(t, newXMLScanner(bytes.NewReader(b)), len(b))
		pieces, end2 := tokensOf(t, newXMLScanner(iotest.OneByteReader(bytes.NewReader(b))), len(b))
		if end != end2 {
			t.Fatalf("%v at once, %v byte by byte", end, end2)
		}
		if !bytes.Equal(whole, pieces) {
			t.Fatalf("%q at once, %q byte by byte", whole, pieces)
		}
	})
}

// tokensOf writes down what a scanner tells of so many bytes.
func tokensOf(t *testing.T, x *xmlScanner, size int) (out []byte, end error) {
	for range 2*size + 2 {
		switch x.next() {
		case xmlStart:
			out = append(append(append(out, '<'), x.name...), '>')
			out = append(out, x.attr("x")...)
			x.number("y", 0)
		case xmlEnd:
			out = append(append(append(out, '<', '/'), x.name...), '>')
		case xmlText:
			out = append(out, x.text...)
		case xmlDone:
			return out, x.err
		}
	}
	t.Fatalf("it does not end")
	return nil, nil
}

// FuzzMashup fuzzes what a workbook keeps of Power Query, base64 taken off.
func FuzzMashup(f *testing.F) {
	text := mashupOf(f, `section Section1; shared A = Sql.Database("s", "d");`)
	packed := text[len(`<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">`) : len(text)-len(`</DataMashup>`)]
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, q := range mashupQueries([]byte(base64.StdEncoding.EncodeToString(b))) {
			if len(q.Sources) > 100 || utf8.ValidString(string(b)) && !utf8.ValidString(q.Name) {
				t.Fatalf("%q", q)
			}
		}
	})
}
