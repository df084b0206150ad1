// Package wire is what every request to a tenant passes through: a [Guard]
// that lets nothing but reads leave, a tenant-wide [Pacer] that stays within
// our share of the quota and never undercuts a Retry-After, and a [Ledger]
// that counts what was asked. It knows HTTP and no vendor: the scanners bring
// their rules, units and limits.
package wire

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Options say how a Transport treats one tenant.
type Options struct {
	Tenant string
	Guard  Guard
	Pace   Pace
	// Limits are further limits on some of the requests, such as those of
	// one API among several. They count requests, not units.
	Limits []Limit
	// Units tells what a request costs of Pace.PerMinute; nil: every request 1.
	Units func(*http.Request) int
	// Words are path segments that the ledger may show besides the common
	// ones; every other segment is shown as {id}.
	Words []string
	// Ledger counts the requests; nil: one of its own.
	Ledger *Ledger
	// RetryStatus tells answers that mean "later" apart from those that mean
	// "no" where the status alone does not. A wait above zero pauses the
	// whole tenant; zero backs this request off. The answer's body may be
	// read; it is put back. Answers with 408, 429 and 5xx need no help.
	RetryStatus func(*http.Response) (retry bool, wait time.Duration)
	// Check judges the body of a 2xx answer before the caller sees it. An
	// error that wraps ErrCut is tried again, every other is returned.
	Check func(resp *http.Response, body []byte) error
	// Reauthorize puts a fresh Authorization on a request that was answered
	// with 401; it is then tried once more. Nil: a 401 is the caller's.
	Reauthorize func(*http.Request) error
	Base        http.RoundTripper // nil: NewBase(CAFile)
	CAFile      string            // PEM file of a company's own authorities, besides the system's
	UserAgent   string            // "" leaves the caller's
	Attempts    int               // per request, the first included; 0: 10
	Timeout     time.Duration     // for one attempt, without the waiting before it; 0: two minutes
	// Whole is up to how many bytes an answer is read here, so that one that
	// is cut short can be asked for again. Longer ones are streamed, and
	// their cut is the caller's to see. 0: 16 MiB.
	Whole int64
	Log   *slog.Logger
}

// A Transport sends the requests to one tenant. It is safe for concurrent
// use. Give it to an http.Client without a Timeout: one would run during the
// pauses that the tenant asks for.
type Transport struct {
	o     Options
	pacer *Pacer
	words wordSet
}

// New builds the transport for one tenant. It reads the CAFile.
func New(o Options) (*Transport, error) {
	if o.Base == nil {
		base, err := NewBase(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", o.Tenant, err)
		}
		o.Base = base
	}
	if o.Ledger == nil {
		o.Ledger = &Ledger{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Units == nil {
		o.Units = func(*http.Request) int { return 1 }
	}
	o.Attempts = orInt(o.Attempts, 10)
	o.Timeout = orInt(o.Timeout, 2*time.Minute)
	o.Whole = orInt(o.Whole, 16<<20)
	return &Transport{o: o, pacer: NewPacer(o.Pace, o.Limits...), words: newWords(o.Words)}, nil
}

// Client is an http.Client over t that hands redirects to its caller.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// Ledger is what has been asked so far.
func (t *Transport) Ledger() *Ledger { return t.o.Ledger }

// Pace is how fast the tenant may be asked.
func (t *Transport) Pace() Pace { return t.o.Pace }

// RoundTrip sends one request: past the guard, at the tenant's pace, into the
// ledger, and again when the answer was "later" or was cut short. When all
// attempts are used up it returns the last answer as it came.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := t.o.Guard.admit(req, t.words)
	if err != nil {
		t.o.Ledger.refuse()
		return nil, err
	}
	tr := &trip{t: t, req: req, body: body, units: t.o.Units(req), backoff: newBackoff(t.o.Pace)}
	for {
		resp, err := tr.attempt()
		wait, again := tr.again(resp, err)
		if !again {
			return resp, err
		}
		discard(resp)
		if err := sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// A trip is one request on its way, through all its attempts.
type trip struct {
	t       *Transport
	req     *http.Request
	body    []byte
	units   int
	tries   int
	fresh   bool   // it was reauthorized
	auth    string // the fresh Authorization
	backoff interface{ NextBackOff() time.Duration }
}

// attempt sends the request once and reads the answer as far as Whole goes.
func (tr *trip) attempt() (*http.Response, error) {
	tr.tries++
	t := tr.t
	waited, err := t.pacer.Wait(tr.req.Context(), tr.req, tr.units)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(tr.req.Context(), t.o.Timeout, errSlow)
	resp, err := t.o.Base.RoundTrip(tr.clone(ctx))
	if err != nil {
		defer cancel()
		t.o.Ledger.add(t.line(tr.req, 0, tr.units, 0, waited))
		return nil, cause(ctx, err)
	}
	if resp.Request = tr.req; resp.Body == nil {
		resp.Body = http.NoBody
	}
	n, err := t.whole(resp, cancel)
	t.o.Ledger.add(t.line(tr.req, resp.StatusCode, tr.units, n, waited))
	if err != nil {
		return nil, cause(ctx, err)
	}
	return resp, nil
}

func (tr *trip) clone(ctx context.Context) *http.Request {
	req := tr.req.Clone(ctx)
	if tr.auth != "" {
		req.Header.Set("Authorization", tr.auth)
	}
	if tr.t.o.UserAgent != "" {
		req.Header.Set("User-Agent", tr.t.o.UserAgent)
	}
	if tr.body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(tr.body)), int64(len(tr.body))
		req.GetBody = nil
	}
	return req
}

// whole reads the body of an answer into memory when it is not too long, so
// that a cut is noticed here, and lets Check judge it.
func (t *Transport) whole(resp *http.Response, cancel context.CancelFunc) (int64, error) {
	if resp.ContentLength > t.o.Whole {
		resp.Body = &streamed{ReadCloser: resp.Body, rest: resp.Body, cancel: cancel}
		return resp.ContentLength, nil
	}
	buf, err := readWhole(resp, t.o.Whole+1)
	if err != nil {
		resp.Body.Close()
		cancel()
		return int64(len(buf)), fmt.Errorf("%w after %d bytes: %w", ErrCut, len(buf), err)
	}
	if int64(len(buf)) > t.o.Whole {
		resp.Body = &streamed{ReadCloser: resp.Body, rest: io.MultiReader(bytes.NewReader(buf), resp.Body), cancel: cancel}
		return int64(len(buf)), nil
	}
	resp.Body.Close()
	cancel()
	resp.Body = io.NopCloser(bytes.NewReader(buf))
	if t.o.Check != nil && resp.StatusCode/100 == 2 {
		return int64(len(buf)), t.o.Check(resp, buf)
	}
	return int64(len(buf)), nil
}

// readWhole reads at most limit bytes, growing once when the length is known.
func readWhole(resp *http.Response, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if resp.ContentLength > 0 {
		buf.Grow(int(resp.ContentLength) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(resp.Body, limit))
	return buf.Bytes(), err
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

// again decides whether an attempt is followed by another, and how long from
// now. It tells the pacer of a pause that concerns the whole tenant.
func (tr *trip) again(resp *http.Response, err error) (time.Duration, bool) {
	wait, pause, retry := tr.judge(resp, err)
	if pause > 0 {
		tr.t.pacer.Pause(pause)
	}
	if !retry || tr.tries >= tr.limit(err) || tr.req.Context().Err() != nil {
		return 0, false
	}
	tr.t.o.Log.Debug("asking again", "tenant", tr.t.o.Tenant, "method", tr.req.Method, "host", tr.req.URL.Host,
		"path", tr.t.words.template(tr.req.URL), "status", status(resp), "try", tr.tries, "pause", pause, "wait", wait)
	return wait, true
}

// judge tells how long this request and the whole tenant have to wait, and
// whether the request is worth repeating.
func (tr *trip) judge(resp *http.Response, err error) (wait, pause time.Duration, retry bool) {
	if err != nil {
		return tr.backoff.NextBackOff(), 0, transient(err)
	}
	asked, found := retryAfter(resp, time.Now())
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized && tr.t.o.Reauthorize != nil && !tr.fresh:
		return 0, 0, tr.reauthorize()
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && found:
		return 0, tr.atLeast(asked), true
	case code == http.StatusRequestTimeout, code/100 == 5 && code != http.StatusNotImplemented && code != http.StatusHTTPVersionNotSupported:
		return tr.backoff.NextBackOff(), asked, true
	case code/100 == 4 && tr.t.o.RetryStatus != nil:
		return tr.byStatus(resp, asked)
	default:
		return 0, exhausted(resp), false
	}
}

// atLeast is what was asked for, or a backoff of our own when nothing was.
func (tr *trip) atLeast(asked time.Duration) time.Duration {
	if asked > 0 {
		return asked
	}
	return tr.backoff.NextBackOff()
}

func (tr *trip) byStatus(resp *http.Response, asked time.Duration) (wait, pause time.Duration, retry bool) {
	saved, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(saved))
	retry, pause = tr.t.o.RetryStatus(resp)
	resp.Body = io.NopCloser(bytes.NewReader(saved))
	if pause = max(pause, asked); retry && pause == 0 {
		wait = tr.backoff.NextBackOff()
	}
	return wait, pause, retry
}

func (tr *trip) reauthorize() bool {
	tr.fresh = true
	req := tr.req.Clone(tr.req.Context())
	if err := tr.t.o.Reauthorize(req); err != nil {
		return false
	}
	tr.auth = req.Header.Get("Authorization")
	return tr.auth != ""
}

// limit is how often a request is tried. A host that cannot be reached at all
// is given up sooner than one that answers "later".
func (tr *trip) limit(err error) int {
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
		return min(tr.t.o.Attempts, 4)
	}
	return tr.t.o.Attempts
}

// transient reports whether an error of an attempt may go away by itself.
func transient(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, ErrCut), errors.Is(err, errSlow):
		return true
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrPaused), errors.Is(err, ErrInterposed):
		return false
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return false
	}
	return true
}

func discard(resp *http.Response) {
	if resp != nil {
		io.CopyN(io.Discard, resp.Body, 64<<10)
		resp.Body.Close()
	}
}

func status(resp *http.Response) int {
	if resp == nil {
		return 0
	}
	return resp.StatusCode
}

func orInt[T ~int | ~int64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}
