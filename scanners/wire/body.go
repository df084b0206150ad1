package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// whole reads the body of an answer into memory when it is not too long, so
// that a cut is noticed here, and lets Check judge it.
func (t *Transport) whole(resp *http.Response, cancel context.CancelFunc) (int64, error) {
	if resp.ContentLength > t.o.Whole {
		resp.Body = &streamed{ReadCloser: resp.Body, rest: resp.Body, cancel: cancel}
		return resp.ContentLength, nil
	}
	buf := t.buffers.Get().(*bytes.Buffer)
	buf.Reset()
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, t.o.Whole+1))
	if n > t.o.Whole { // the buffer is not taken back: its reader has no end that we would see
		resp.Body = &streamed{ReadCloser: resp.Body, rest: io.MultiReader(buf, resp.Body), cancel: cancel}
		return n, nil
	}
	resp.Body.Close()
	cancel()
	if err != nil {
		t.buffers.Put(buf)
		return n, fmt.Errorf("%w after %d bytes: %w", ErrCut, n, err)
	}
	if t.o.Check != nil && resp.StatusCode/100 == 2 {
		if err := t.o.Check(resp, buf.Bytes()); err != nil {
			t.buffers.Put(buf)
			return n, err
		}
	}
	resp.Body = &buffered{buf: buf, back: t.buffers}
	return n, nil
}

// A buffered body gives its buffer back when it is closed.
type buffered struct {
	buf  *bytes.Buffer
	back *sync.Pool
}

func (b *buffered) Read(p []byte) (int, error) {
	if b.buf == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.buf.Read(p)
}

func (b *buffered) Close() error {
	if b.buf != nil {
		b.back.Put(b.buf)
		b.buf = nil
	}
	return nil
}

// A streamed body ends its attempt's context when it is closed.
type streamed struct {
	io.ReadCloser
	rest   io.Reader
	cancel context.CancelFunc
}

func (s *streamed) Read(p []byte) (int, error) { return s.rest.Read(p) }

func (s *streamed) Close() error {
	defer s.cancel()
	return s.ReadCloser.Close()
}
