package emulator

import (
	"bytes"
	"context"
	"math"
	"net/http"
	"strconv"
	"time"
)

// A dialect is how a suite words what goes wrong.
type dialect struct {
	suite     string
	announces bool                                                            // 429 and 503 for being busy say when to come back
	cursor    func(*http.Request) bool                                        // the request carries a cursor that could have expired
	render    func(w http.ResponseWriter, r *http.Request, f fault, n uint64) // for throttle, busy, 5xx and expire; n varies the answer
}

type pageFaultKey struct{}

// pageFaultOf is what should happen to the page that a request asks for.
func pageFaultOf(r *http.Request) pageFault {
	f, _ := r.Context().Value(pageFaultKey{}).(pageFault)
	return f
}

// unreliable lets the fault plan have its way with a suite.
func (s *Server) unreliable(d dialect, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plan := s.faults.Load()
		if plan.idle() {
			next.ServeHTTP(w, r)
			return
		}
		f, page, wait := plan.draw(d, r, time.Now())
		switch f {
		case faultNone:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), pageFaultKey{}, page)))
		case faultCut:
			cut(w)
		case faultTruncate:
			truncate(w, r, next)
		case faultHTML:
			signInPage(w)
		default:
			if f.announced() && d.announces {
				w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			}
			d.render(w, r, f, requestKey(r))
		}
	})
}

// cut closes the connection without a word.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2; the nearest to it is an answer that says nothing
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	conn.Close()
}

// truncate announces the whole answer and sends half of it. net/http closes the connection when a handler writes less than it announced.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	whole := &recorder{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(whole, r)
	for k, v := range whole.header {
		w.Header()[k] = v
	}
	body := whole.body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(whole.status)
	w.Write(body[:len(body)/2])
}

func signInPage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write([]byte("<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body><form method=\"post\"><input name=\"login\"></form></body></html>\n"))
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
