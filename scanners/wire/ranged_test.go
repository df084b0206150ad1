package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A file of a server that counts its requests. mode varies the server.
func rangedFile(t *testing.T, size int, mode string) (*Ranged, []byte, *int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(r.Uint32())
	}
	requests := new(int)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		*requests++
		switch {
		case mode == "whole":
			w.Write(content)
			return
		case mode == "changing" && *requests > 1:
			w.Header().Set("ETag", `"2"`)
		case mode == "expiring" && req.URL.Query().Get("try") == "1" && *requests > 1:
			w.WriteHeader(http.StatusUnauthorized)
			return
		default:
			w.Header().Set("ETag", `"1"`)
		}
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(content))
	}))
	t.Cleanup(srv.Close)
	tr := newTransport(t, Options{Guard: Guard{[]Rule{{Hosts: []string{srv.Listener.Addr().String()}}}}})
	tries := 0
	return NewRanged(RangedOptions{Size: int64(size), Block: 1000, Budget: 2 * int64(size), Transport: tr,
		Request: func(ctx context.Context) (*http.Request, error) {
			tries++
			return http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/f?try="+string(rune('0'+tries)), nil)
		}}), content, requests
}

func TestRangedReadsWhatIsThere(t *testing.T) {
	for _, mode := range []string{"", "whole", "expiring"} {
		r, content, _ := rangedFile(t, 123456, mode)
		at := r.At(t.Context())
		rnd := rand.New(rand.NewPCG(3, 4))
		for range 200 {
			off := rnd.IntN(len(content))
			p := make([]byte, rnd.IntN(5000)+1)
			n, err := at.ReadAt(p, int64(off))
			want := content[off:min(off+len(p), len(content))]
			if !bytes.Equal(p[:n], want) || (err != nil) != (len(want) < len(p)) || err != nil && err != io.EOF {
				t.Fatalf("%q: %d bytes at %d: got %d, %v", mode, len(p), off, n, err)
			}
		}
		if r.BytesRead() > int64(len(content)) {
			t.Errorf("%q: read %d bytes of %d: some twice", mode, r.BytesRead(), len(content))
		}
	}
}

// Reading in order takes few requests, reading at the end takes one.
func TestRangedAsksSeldom(t *testing.T) {
	r, content, requests := rangedFile(t, 500_000, "")
	if _, err := r.At(t.Context()).ReadAt(make([]byte, 22), int64(len(content)-22)); err != nil || *requests != 1 || r.BytesRead() > 1000 {
		t.Errorf("the end took %d requests and %d bytes, %v", *requests, r.BytesRead(), err)
	}
	got, err := io.ReadAll(io.NewSectionReader(r.At(t.Context()), 0, int64(len(content))))
	if err != nil || !bytes.Equal(got, content) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if *requests > 12 {
		t.Errorf("500 blocks in order took %d requests; want at most 12", *requests)
	}
}

func TestRangedErrors(t *testing.T) {
	all := func(r *Ranged, t *testing.T) error {
		_, err := io.Copy(io.Discard, io.NewSectionReader(r.At(t.Context()), 0, r.o.Size))
		return err
	}
	changing, _, _ := rangedFile(t, 50_000, "changing")
	if err := all(changing, t); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("changed while read: %v", err)
	}
	shrunk, _, _ := rangedFile(t, 50_000, "")
	shrunk.o.Size = 60_000
	if err := all(shrunk, t); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("another size: %v", err)
	}
	for _, mode := range []string{"", "whole"} {
		dear, _, _ := rangedFile(t, 50_000, mode)
		dear.o.Budget = 20_000
		if err := all(dear, t); !errors.Is(err, ErrBudget) {
			t.Errorf("%q: over budget: %v", mode, err)
		}
	}
	few, _, sent := rangedFile(t, 50_000, "")
	few.o.Requests = 3
	if err := all(few, t); !errors.Is(err, ErrBudget) || *sent != 3 || few.Requests() != 3 {
		t.Errorf("over the budget of requests: %v after %d, %d told", err, *sent, few.Requests())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, _, requests := rangedFile(t, 5000, "")
	if _, err := r.At(ctx).ReadAt(make([]byte, 1), 0); !errors.Is(err, context.Canceled) || *requests != 0 {
		t.Errorf("cancelled: %v after %d requests", err, *requests)
	}
}

// A small file comes by one plain request, a budget is used to its end, and
// what lies just before a short last block comes along with it.
func TestRangedSparesRequests(t *testing.T) {
	small, content, requests := rangedFile(t, 5_500, "")
	small.o.Whole = 6000
	p := make([]byte, 10)
	for _, off := range []int64{5490, 0, 2000} {
		if _, err := small.At(t.Context()).ReadAt(p, off); err != nil || !bytes.Equal(p, content[off:off+10]) {
			t.Fatalf("at %d: %v", off, err)
		}
	}
	if *requests != 1 || small.BytesRead() != 5_500 {
		t.Errorf("%d requests for %d bytes", *requests, small.BytesRead())
	}
	tail, _, requests := rangedFile(t, 5_100, "")
	for _, off := range []int64{5_080, 4_050} {
		if _, err := tail.At(t.Context()).ReadAt(p, off); err != nil {
			t.Fatal(err)
		}
	}
	if *requests != 1 || tail.BytesRead() != 1_100 {
		t.Errorf("the end: %d requests for %d bytes", *requests, tail.BytesRead())
	}
	dear, _, _ := rangedFile(t, 50_000, "")
	dear.o.Budget = 20_500
	n, err := io.Copy(io.Discard, io.NewSectionReader(dear.At(t.Context()), 0, dear.o.Size))
	if !errors.Is(err, ErrBudget) || n < 20_000 {
		t.Errorf("%d bytes for a budget of %d: %v", n, dear.o.Budget, err)
	}
}
