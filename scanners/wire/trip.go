package wire

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// A trip is one request on its way, through all its attempts.
type trip struct {
	t       *Transport
	req     *http.Request
	body    []byte
	units   int
	tries   int
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
	defer t.pacer.Done(tr.units)
	if err := t.o.Budget.spend(time.Now(), tr.units); err != nil {
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
	if tr.t.o.UserAgent != "" {
		req.Header.Set("User-Agent", tr.t.o.UserAgent)
	}
	if tr.body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(tr.body)), int64(len(tr.body))
		req.GetBody = nil
	}
	return req
}

// again decides whether an attempt is followed by another, and how long from
// now. It tells the pacer of a pause that concerns the whole tenant.
func (tr *trip) again(resp *http.Response, err error) (time.Duration, bool) {
	wait, pause, retry := tr.judge(resp, err)
	if pause > 0 {
		tr.t.pause(tr.req.Context(), pause)
	}
	if resp != nil {
		tr.heed(resp.Header)
	}
	if !retry || tr.tries >= tr.limit(err) || tr.req.Context().Err() != nil {
		return 0, false
	}
	tr.t.o.Log.Debug("asking again", "scanner", tr.t.o.Tenant, "method", tr.req.Method, "host", tr.req.URL.Host,
		"path", tr.t.words.template(tr.req.URL), "status", status(resp), "try", tr.tries, "pause", pause, "wait", wait)
	return wait, true
}

// heed slows all requests down when an answer says that the quota runs out.
func (tr *trip) heed(h http.Header) {
	if units, until, said := remaining(h); said {
		tr.t.pacer.Slow(units, until)
		tr.t.pacer.tellSlow(tr.req.Context(), tr.t.o.Pace, units, until)
	}
}

// judge tells how long this request and the whole tenant have to wait, and
// whether the request is worth repeating.
func (tr *trip) judge(resp *http.Response, err error) (wait, pause time.Duration, retry bool) {
	if err != nil {
		return tr.backoff.NextBackOff(), 0, transient(err)
	}
	asked, found := retryAfter(resp, time.Now())
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && found:
		return 0, tr.atLeast(asked), true
	case code == http.StatusRequestTimeout, code/100 == 5 && code != http.StatusNotImplemented && code != http.StatusHTTPVersionNotSupported:
		return tr.backoff.NextBackOff(), asked, true
	case code/100 == 4 && tr.t.o.RetryStatus != nil:
		return tr.byStatus(resp, asked)
	default:
		return 0, 0, false
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
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrPaused), errors.Is(err, ErrSpent), errors.Is(err, ErrInterposed):
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
