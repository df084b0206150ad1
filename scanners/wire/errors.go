package wire

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"github.com/go-faster/jx"
)

// ErrRefused is wrapped by the error for a request that the guard did not let
// leave.
var ErrRefused = errors.New("refused before it left: desirepath only reads")

// ErrCut is wrapped when an answer ended before it was whole.
var ErrCut = errors.New("the answer was cut short")

// ErrPaused is wrapped when the tenant asked for a longer pause than
// Pace.MaxWait: try again later.
var ErrPaused = errors.New("the tenant asked to be left alone for a while; run again later")

// ErrInterposed is wrapped when something else than the vendor's API answered.
var ErrInterposed = errors.New("a web page came back instead of data, probably from a proxy or a sign-in page in between: " +
	"let this machine reach the host directly or through HTTPS_PROXY, and name your proxy's certificate authority as ca_file")

var errSlow = errors.New("no whole answer in time")

// CheckJSON is an Options.Check for APIs that answer in JSON: it tells a web
// page of a proxy from an answer, and a cut document from a whole one. It
// looks only at answers that say they are JSON or HTML.
func CheckJSON(resp *http.Response, body []byte) error {
	if err := CheckPage(resp); err != nil {
		return err
	}
	if mediaType(resp) == "application/json" && len(body) > 0 && !jx.Valid(body) {
		return fmt.Errorf("%w: %d bytes are no whole JSON document", ErrCut, len(body))
	}
	return nil
}

// CheckPage returns an error that wraps ErrInterposed and names the host when
// an answer is a web page.
func CheckPage(resp *http.Response) error {
	if mediaType(resp) != "text/html" {
		return nil
	}
	return fmt.Errorf("%s: %w", resp.Request.URL.Host, ErrInterposed)
}

func mediaType(resp *http.Response) string {
	t, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return t
}

// Clean takes the address out of an error of an http.Client: a link may hold
// a token in its query. What is left names the method and the host.
func Clean(err error) error {
	var u *url.Error
	if !errors.As(err, &u) {
		return err
	}
	host := "the tenant"
	if at, parseErr := url.Parse(u.URL); parseErr == nil && at.Host != "" {
		host = at.Host
	}
	return fmt.Errorf("%s %s: %w", u.Op, host, Clean(u.Err))
}

// cause names our own time limit where a context error hides it, and the
// remedy for a certificate that nobody here knows.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); errors.Is(c, errSlow) {
		return fmt.Errorf("%w: %w", c, err)
	}
	if unknown := (x509.UnknownAuthorityError{}); errors.As(err, &unknown) {
		return fmt.Errorf("%w: if a proxy of yours inspects traffic, name its certificate authority as ca_file", err)
	}
	return err
}
