package deflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

func inflated(b []byte, wrap func(io.Reader) io.Reader) ([]byte, error) {
	f := NewReader(64, 100)
	f.Reset(strings.NewReader("what was before"))
	io.ReadAll(f)
	f.Reset(wrap(bytes.NewReader(b)))
	return io.ReadAll(f)
}

// checkInflated: the same bytes as compress/flate, and an error when it has one.
func checkInflated(t *testing.T, b []byte) {
	t.Helper()
	want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), 4<<20))
	for _, wrap := range []func(io.Reader) io.Reader{iotest.DataErrReader, iotest.OneByteReader} {
		got, err := inflated(b, func(r io.Reader) io.Reader { return wrap(r) })
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, %v; compress/flate: %d, %v", len(got), err, len(want), wantErr)
		}
		var corrupt flate.CorruptInputError
		if err != nil && !errors.As(err, &corrupt) && err != io.ErrUnexpectedEOF {
			t.Fatalf("error %v; compress/flate: %v", err, wantErr)
		}
	}
}

// TestInflate inflates every sort of content at every level, whole, cut and
// with bits that were changed.
func TestInflate(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	var text strings.Builder
	for i := range 9000 {
		text.WriteString([]string{"amber ", "basin", "cedar, ", "delta; ", "ember"}[rnd.IntN(5)] + strconv.Itoa(i*7919%63_001))
	}
	skewed := make([]byte, 100_000) // codes of every length
	for i := range skewed {
		skewed[i] = byte(rnd.ExpFloat64() * 9)
	}
	for name, content := range map[string][]byte{
		"empty": nil, "one": {7}, "zeros": make([]byte, 100_000), "noise": noise, "text": []byte(text.String()), "skewed": skewed,
		"far": bytes.Repeat(noise[:32<<10], 3),
	} {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 6, 9} {
			var b bytes.Buffer
			w, _ := flate.NewWriter(&b, level)
			w.Write(content[:len(content)/2])
			w.Flush()
			w.Write(content[len(content)/2:])
			w.Close()
			got, err := inflated(b.Bytes(), func(r io.Reader) io.Reader { return r })
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s, level %d: %d bytes of %d, %v", name, level, len(got), len(content), err)
			}
			for range 20 {
				bad := bytes.Clone(b.Bytes()[:rnd.IntN(b.Len())])
				checkInflated(t, bad)
				if len(bad) > 0 {
					bad[rnd.IntN(min(len(bad), 400))] ^= 1 << rnd.IntN(8)
					checkInflated(t, bad)
				}
			}
		}
	}
}

// TestInflateTellsTrouble: an error of the source comes through.
func TestInflateTellsTrouble(t *testing.T) {
	lost := errors.New("connection lost")
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 6)
	w.Write([]byte(strings.Repeat("some words ", 1000)))
	w.Close()
	got, err := inflated(b.Bytes(), func(r io.Reader) io.Reader {
		return io.MultiReader(io.LimitReader(r, int64(b.Len()/2)), iotest.ErrReader(lost))
	})
	if !errors.Is(err, lost) || len(got) == 0 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func FuzzInflate(f *testing.F) {
	for _, level := range []int{0, 1, 6, 9, flate.HuffmanOnly} {
		var b bytes.Buffer
		w, _ := flate.NewWriter(&b, level)
		w.Write([]byte(strings.Repeat("<c r=\"A1\"><v>17</v></c>", 40)))
		w.Close()
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkInflated(t, b) })
}
