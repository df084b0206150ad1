package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A Request is how often one kind of request arrived.
type Request struct {
	Method string
	Path   string // a template such as /v1.0/drives/{drive}/root/delta; what nothing serves is listed as it came
	Count  int
}

// ledger counts what arrives, before any fault.
type ledger struct {
	mu        sync.Mutex
	counts    map[Request]int // Count is 0 in the keys
	mutations int
}

// Requests lists what has arrived since the start or the last ResetRequests, by path and method.
func (s *Server) Requests() []Request {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	var out []Request
	for r, n := range s.ledger.counts {
		r.Count = n
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Request) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	return out
}

// Count is the number of requests whose path template contains a text.
func (s *Server) Count(path string) int {
	n := 0
	for _, r := range s.Requests() {
		if strings.Contains(r.Path, path) {
			n += r.Count
		}
	}
	return n
}

// Mutations is the number of requests that asked to change something. All were refused.
func (s *Server) Mutations() int {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	return s.ledger.mutations
}

// ResetRequests forgets all counts.
func (s *Server) ResetRequests() {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	clear(s.ledger.counts)
	s.ledger.mutations = 0
}

// A router can say which template a request falls under, as http.ServeMux does.
type router interface {
	Handler(*http.Request) (http.Handler, string)
}

// noted counts a request under its template and passes it on.
func (s *Server) noted(templates, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ledger.note(r, templateOf(templates, r))
		next.ServeHTTP(w, r)
	})
}

func templateOf(h http.Handler, r *http.Request) string {
	path := r.URL.Path
	if h, ok := h.(router); ok {
		if _, pattern := h.Handler(r); pattern != "" {
			path = pattern
		}
	}
	if _, rest, ok := strings.Cut(path, " "); ok {
		path = rest
	}
	return path
}

func (l *ledger) note(r *http.Request, path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[Request]int{}
	}
	l.counts[Request{Method: r.Method, Path: path}]++
	if !reads(r) {
		l.mutations++
	}
}

// reads says that a request cannot change anything: it gets, it asks for a token, or it asks what is too long for an address.
func reads(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodPost && r.URL.Path == "/token" || question(r) || asksBigQuery(r)
}
