package xml

import (
	"bytes"
	"testing"
	"testing/iotest"
)

// FuzzXML: what the scanner tells does not hang on how its bytes arrive, and
// it ends. Texts may be told in other pieces.
func FuzzXML(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><a x="1" y='&lt;"'><!-- > --><b/>t&amp;&#x41;&bad;<![CDATA[<c>]]></a>`))
	f.Add([]byte("\xef\xbb\xbf<x:a><x:b x:n = 'v'/></x:a>"))
	f.Add([]byte("\xff\xfe<\x00a\x00>\x00\xe4\x00<\x00/\x00a\x00>\x00"))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`))
	f.Add([]byte(`<a>&#x41`))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, end := tokensOf(t, NewScanner(bytes.NewReader(b)), len(b))
		pieces, end2 := tokensOf(t, NewScanner(iotest.OneByteReader(bytes.NewReader(b))), len(b))
		if end != end2 {
			t.Fatalf("%v at once, %v byte by byte", end, end2)
		}
		if !bytes.Equal(whole, pieces) {
			t.Fatalf("%q at once, %q byte by byte", whole, pieces)
		}
	})
}

// tokensOf writes down what a scanner tells of so many bytes.
func tokensOf(t *testing.T, x *Scanner, size int) (out []byte, end error) {
	for range 2*size + 2 {
		switch x.Next() {
		case Start:
			out = append(append(append(out, '<'), x.Name...), '>')
			out = append(out, x.Attr("x")...)
			x.Number("y", 0)
		case End:
			out = append(append(append(out, '<', '/'), x.Name...), '>')
		case Text:
			out = append(out, x.Text...)
		case Done:
			return out, x.Err
		}
	}
	t.Fatalf("it does not end")
	return nil, nil
}
