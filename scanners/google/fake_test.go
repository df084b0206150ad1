package google

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/desirepath/desirepath/scanners/wire"
)

// A scripted is a Google that answers what a test tells it to, for what the emulator does not do: to refuse, to contradict itself, to
// count token exchanges.
type scripted struct {
	*httptest.Server
	// answers are by path; a path without one is a 404.
	answers map[string]func(sub string, q url.Values) (status int, body any)
	token   func(sub string, q url.Values) (status int, body any) // answers exchanges; nil for tokens
	// grant decides about an exchange; nil grants all for an hour.
	grant func(sub, scope string) (status int, body any)

	mu        sync.Mutex
	exchanged []string // "sub scope", in order
	issuers   []string // of the assertions that these were exchanged for
	asked     []string // "sub path?query"
	tokens    map[string]string
}

type answers = map[string]func(sub string, q url.Values) (int, any)

func newScripted(t *testing.T, a answers) *scripted {
	s := &scripted{answers: a, tokens: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := s.answer(r)
	w.Header().Set("Content-Type", "application/json")
	if to, ok := body.(*url.URL); ok {
		http.Redirect(w, r, to.String(), status)
		return
	}
	if text, ok := body.(string); ok {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		fmt.Fprint(w, text)
		return
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func (s *scripted) answer(r *http.Request) (int, any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/token" && s.token != nil {
		return s.token("", nil)
	}
	if r.URL.Path == "/token" {
		return s.exchange(r)
	}
	sub, ok := s.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !ok {
		return refusalBody(401, "authError")
	}
	s.asked = append(s.asked, sub+" "+r.URL.Path+"?"+r.URL.RawQuery)
	if a := s.answers[r.URL.Path]; a != nil {
		return a(sub, r.URL.Query())
	}
	return refusalBody(404, "notFound")
}

func (s *scripted) exchange(r *http.Request) (int, any) {
	var claims struct{ Iss, Sub, Scope string }
	parts := strings.Split(r.PostFormValue("assertion"), ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return 400, map[string]string{"error": "invalid_request"}
	}
	s.exchanged = append(s.exchanged, claims.Sub+" "+claims.Scope[strings.LastIndex(claims.Scope, "/")+1:])
	s.issuers = append(s.issuers, claims.Iss)
	if s.grant != nil {
		if status, body := s.grant(claims.Sub, claims.Scope); status != 200 {
			return status, body
		}
	}
	token := fmt.Sprintf("ya29.canary-%d", len(s.exchanged))
	s.tokens[token] = claims.Sub
	return 200, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600}
}

// refusalBody is an error in Google's shape.
func refusalBody(code int, reason string) (int, any) {
	return code, map[string]any{"error": map[string]any{
		"code": code, "message": "no, person@example.edu",
		"errors": []any{map[string]any{"domain": "global", "reason": reason, "message": "no"}},
	}}
}

// key is a service account key whose tokens come from an address.
func key(t *testing.T, tokenURI string) []byte { return keyOf(t, "scan", tokenURI) }

func keyOf(t *testing.T, name, tokenURI string) []byte {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_id": "1234567890", "client_email": name + "@project.iam.gserviceaccount.com",
		"private_key_id": "k1", "token_uri": tokenURI,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// scanner scans the scripted domain through the real transport.
func (s *scripted) scanner(t *testing.T, change ...func(*Options)) *Scanner {
	t.Helper()
	o := Options{
		Tenant:     "alder",
		Admin:      "admin@example.edu",
		Credential: Credential{Key: key(t, s.URL+"/token")},
		Endpoints:  At(s.URL),
		Private:    true, // what is private has its own test
	}
	for _, c := range change {
		c(&o)
	}
	w, err := Wire(o)
	if err != nil {
		t.Fatal(err)
	}
	w.Pace.Backoff = time.Millisecond
	w.Attempts = 3
	if o.Transport, err = wire.New(w); err != nil {
		t.Fatal(err)
	}
	scanner, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return scanner
}

func always(status int, body any) func(string, url.Values) (int, any) {
	return func(string, url.Values) (int, any) { return status, body }
}

func refuses(code int, reason string) func(string, url.Values) (int, any) {
	return always(refusalBody(code, reason))
}

type object = map[string]any
