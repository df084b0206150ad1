package wire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/desirepath/desirepath/inventory"
)

// ErrBudget is wrapped when a file wants more requests or bytes than it may
// cost. It is inventory.ErrBudget.
var ErrBudget = inventory.ErrBudget

// What looking at the heads of a file may cost: a RangedOptions.Requests and a
// RangedOptions.Budget. Below Whole, a file is not worth several requests.
const (
	HeadsRequests = 8
	HeadsBytes    = 1 << 20
	Whole         = 512 << 10
)

// RangedOptions say how a file is read in parts.
type RangedOptions struct {
	// Request makes a request for the file's content. It is asked again, once,
	// when the one it made is refused, since such addresses go stale.
	Request   func(context.Context) (*http.Request, error)
	Transport http.RoundTripper
	Size      int64 // of the file, as its listing told
	Block     int64 // bytes that are asked for at least; 0: 32 KiB
	Budget    int64 // bytes that may be read in all; 0: 64 MiB
	Requests  int   // that may be sent in all; 0: any number
	Whole     int64 // a file up to so many bytes is asked for in one plain request; 0: none is
}

// For bounds the options to what a look of that depth may cost.
func (o RangedOptions) For(depth inventory.Depth) RangedOptions {
	if depth == inventory.DepthHeads {
		o.Requests, o.Budget = HeadsRequests, min(cmp.Or(o.Budget, HeadsBytes), HeadsBytes)
	}
	return o
}

// Ranged reads parts of a remote file by absolute ranges and keeps what it has
// read. A reader that goes through a file in order gets ever larger parts, up
// to 1 MiB, so that the requests stay few. It is safe for concurrent use.
type Ranged struct {
	o RangedOptions

	mu     sync.Mutex
	req    *http.Request
	blocks map[int64][]byte
	whole  []byte // the file, when it came at once
	read   int64
	sent   int // requests
	etag   string
	ahead  int64 // where the next part would begin if reading goes on in order
	step   int64 // bytes that are asked for then
}

const maxStep = 1 << 20

// NewRanged makes a reader of one file. It sends no request.
func NewRanged(o RangedOptions) *Ranged {
	o.Block = cmp.Or(o.Block, 32<<10)
	o.Budget = cmp.Or(o.Budget, 64<<20)
	return &Ranged{o: o, blocks: map[int64][]byte{}, step: o.Block}
}

// BytesRead is how many bytes of the file came over the wire.
func (r *Ranged) BytesRead() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.read
}

// Requests is how many requests were sent.
func (r *Ranged) Requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent
}

// Allow lets so many bytes in all be read, in any number of requests. What was
// read before is kept.
func (r *Ranged) Allow(bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.o.Budget, r.o.Requests = max(r.o.Budget, bytes), 0
}

// At is an io.ReaderAt whose requests end with ctx. Its errors wrap ErrBudget,
// or inventory.ErrStale when the file changed while it was read.
func (r *Ranged) At(ctx context.Context) io.ReaderAt {
	return readerAt(func(p []byte, off int64) (int, error) { return r.readAt(ctx, p, off) })
}

type readerAt func(p []byte, off int64) (int, error)

func (f readerAt) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

func (r *Ranged) readAt(ctx context.Context, p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("a negative offset")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	end := min(off+int64(len(p)), r.o.Size)
	if off >= r.o.Size {
		return 0, io.EOF
	}
	err := r.fill(ctx, off, end)
	n := r.copy(p[:end-off], off)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// fill fetches the blocks of [off, end) that are missing, as far as the budget
// goes. What is known is not asked for again.
func (r *Ranged) fill(ctx context.Context, off, end int64) error {
	if r.whole == nil && r.o.Size <= r.o.Whole {
		return r.fetch(ctx, 0, r.o.Size)
	}
	for at := off / r.o.Block; at*r.o.Block < end && r.whole == nil; at++ {
		if r.blocks[at] != nil {
			continue
		}
		last := at + 1
		for last*r.o.Block < end && r.blocks[last] == nil {
			last++
		}
		from, to := at*r.o.Block, min(last*r.o.Block, r.o.Size)
		if whole := r.left() - r.left()%r.o.Block; to-from > r.left() && whole > 0 {
			to = from + whole // and the next round has no budget
		}
		from, to = r.extent(from, to)
		if err := r.fetch(ctx, from, to); err != nil {
			return err
		}
	}
	return nil
}

// extent is what to ask for when [from, to) is missing: more of it, the longer
// reading went on in order, and with the last bytes of a file those before
// them, which is where a zip file's directory lies.
func (r *Ranged) extent(from, to int64) (int64, int64) {
	before := from/r.o.Block - 1
	switch {
	case from == r.ahead && from > 0:
		r.step = min(2*r.step, maxStep)
		to = r.stopBefore(from, min(from+max(r.step, to-from), r.o.Size, max(to, from+r.left())))
	case to == r.o.Size && to-from < r.o.Block && before >= 0 && r.blocks[before] == nil && to-from+r.o.Block <= r.left():
		from -= r.o.Block
		fallthrough
	default:
		r.step = r.o.Block
	}
	r.ahead = to
	return from, to
}

// left is how many bytes may still be read.
func (r *Ranged) left() int64 { return r.o.Budget - r.read }

// stopBefore shortens what is read ahead to what is not known yet, and to
// whole blocks.
func (r *Ranged) stopBefore(from, to int64) int64 {
	for at := from + r.o.Block; at < to; at += r.o.Block {
		if r.blocks[at/r.o.Block] != nil {
			return at
		}
	}
	if to < r.o.Size && to-from > r.o.Block {
		to -= to % r.o.Block
	}
	return to
}

func (r *Ranged) copy(p []byte, off int64) int {
	if r.whole != nil {
		return copy(p, r.whole[off:])
	}
	n := 0
	for n < len(p) {
		at := off + int64(n)
		block := r.blocks[at/r.o.Block]
		if block == nil {
			break
		}
		n += copy(p[n:], block[at%r.o.Block:])
	}
	return n
}

// fetch reads [from, to) and keeps it by blocks.
func (r *Ranged) fetch(ctx context.Context, from, to int64) error {
	if to-from > r.left() {
		return fmt.Errorf("%w: %d of %d bytes were read", ErrBudget, r.read, r.o.Budget)
	}
	resp, err := r.ask(ctx, from, to)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusPartialContent:
		return r.keep(resp, from, to)
	case http.StatusOK:
		return r.keepWhole(resp)
	case http.StatusRequestedRangeNotSatisfiable:
		return fmt.Errorf("it is shorter than it was: %w", inventory.ErrStale)
	default:
		return fmt.Errorf("%s answered %d to a request for a part of the file", resp.Request.URL.Host, resp.StatusCode)
	}
}

// ask sends a request for a range, or for the whole file, with a fresh address
// if the one at hand is no longer accepted.
func (r *Ranged) ask(ctx context.Context, from, to int64) (*http.Response, error) {
	for try := 1; ; try++ {
		if r.o.Requests > 0 && r.sent >= r.o.Requests {
			return nil, fmt.Errorf("%w: %d requests were sent", ErrBudget, r.sent)
		}
		if r.req == nil {
			req, err := r.o.Request(ctx)
			if err != nil {
				return nil, err
			}
			r.req = req
		}
		req := r.req.Clone(ctx)
		if to-from < r.o.Size {
			req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
		}
		r.sent++
		resp, err := r.o.Transport.RoundTrip(req)
		if err != nil {
			return nil, Clean(err)
		}
		if try > 1 || !stale(resp.StatusCode) {
			return resp, nil
		}
		discard(resp)
		r.req = nil
	}
}

func stale(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusGone
}

func (r *Ranged) keep(resp *http.Response, from, to int64) error {
	start, size, ok := contentRange(resp.Header.Get("Content-Range"))
	if !ok || start != from {
		return fmt.Errorf("%s sent another part of the file than was asked for", resp.Request.URL.Host)
	}
	if size != r.o.Size || !r.same(resp) {
		return fmt.Errorf("it changed while it was read: %w", inventory.ErrStale)
	}
	buf := make([]byte, to-from)
	n, err := io.ReadFull(resp.Body, buf)
	r.read += int64(n)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCut, err)
	}
	for at := int64(0); at < int64(len(buf)); at += r.o.Block {
		r.blocks[(from+at)/r.o.Block] = buf[at:min(at+r.o.Block, int64(len(buf)))]
	}
	return nil
}

// keepWhole takes the file from a server that ignores ranges, if it is within
// the budget.
func (r *Ranged) keepWhole(resp *http.Response) error {
	if r.read+r.o.Size > r.o.Budget {
		return fmt.Errorf("%s sends the whole file only: %w", resp.Request.URL.Host, ErrBudget)
	}
	whole, err := io.ReadAll(io.LimitReader(resp.Body, r.o.Size+1))
	r.read += int64(len(whole))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCut, err)
	}
	if int64(len(whole)) != r.o.Size || !r.same(resp) {
		return fmt.Errorf("it has another size than it had: %w", inventory.ErrStale)
	}
	r.whole, r.blocks = whole, nil
	return nil
}

// same reports whether an answer is of the same state of the file as those
// before it.
func (r *Ranged) same(resp *http.Response) bool {
	tag := resp.Header.Get("ETag")
	if r.etag == "" {
		r.etag = tag
	}
	return tag == "" || tag == r.etag
}

// contentRange reads "bytes 0-99/1234".
func contentRange(s string) (start, size int64, ok bool) {
	span, total, found := strings.Cut(strings.TrimPrefix(s, "bytes "), "/")
	from, _, dash := strings.Cut(span, "-")
	start, err1 := strconv.ParseInt(from, 10, 64)
	size, err2 := strconv.ParseInt(total, 10, 64)
	return start, size, found && dash && err1 == nil && err2 == nil
}
