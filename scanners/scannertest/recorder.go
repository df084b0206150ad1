package scannertest

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync"
)

// A Recorder remembers the requests that leave through it. It goes below the
// guard, in place of the transport that reaches the network:
//
//	rec := &scannertest.Recorder{Base: http.DefaultTransport}
//	... wire.Options{Base: rec} ...
//	Fixture{Requests: rec.Requests}
type Recorder struct {
	Base http.RoundTripper

	mu       sync.Mutex
	requests []string
}

// RoundTrip implements http.RoundTripper.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	text := req.Method + " " + req.URL.String()
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
		text += " " + legible(body)
	}
	r.mu.Lock()
	r.requests = append(r.requests, text)
	r.mu.Unlock()
	return r.Base.RoundTrip(req)
}

// Requests are what left so far, each as "METHOD address body".
func (r *Recorder) Requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// legible adds to a body what signed tokens in it say, such as on whose behalf
// a service account asks.
func legible(body []byte) string {
	text := string(body)
	for _, claims := range regexp.MustCompile(`eyJ[\w-]+\.([\w-]+)\.`).FindAllStringSubmatch(text, -1) {
		if said, err := base64.RawURLEncoding.DecodeString(claims[1]); err == nil {
			text += " " + string(said)
		}
	}
	return text
}
