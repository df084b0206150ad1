// Package openid is a small OpenID provider for tests: over HTTP, with its own
// page, RS256 and PKCE. It shares no code with the side that it tests.
package openid

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// The client that the provider knows.
const (
	ClientID = "desirepath"
	Secret   = "a secret of the test" // nobody else's
)

// A Provider vouches for its people.
type Provider struct {
	*httptest.Server
	People map[string]map[string]any // what is said of each, by the name on the provider's page
	// Bend alters what a token claims before it is signed.
	Bend func(claims map[string]any)
	// Forge signs with a key that the provider does not publish.
	Forge bool

	key, other *rsa.PrivateKey
	mu         sync.Mutex
	codes      map[string]grant
}

// A grant is what a code stands for, once.
type grant struct{ person, redirect, challenge, nonce string }

// New starts a provider that ends with the test.
func New(t testing.TB, people map[string]map[string]any) *Provider {
	t.Helper()
	p := &Provider{People: people, codes: map[string]grant{}}
	for _, key := range []**rsa.PrivateKey{&p.key, &p.other} {
		var err error
		if *key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.page)
	mux.HandleFunc("POST /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /leave", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("You have left.")) })
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"end_session_endpoint": p.URL + "/leave", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	public := p.key.PublicKey
	answer(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one",
		"n": code(public.N.Bytes()), "e": code(big.NewInt(int64(public.E)).Bytes()),
	}}})
}

// page asks who somebody is. A real one would also ask for a proof.
func (p *Provider) page(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("state") == "" {
		http.Error(w, "this is no request of the client", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, map[string]any{"Action": template.URL("/authorize?" + q.Encode()), "People": p.People})
}

var page = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><head><title>Who are you?</title></head>
<body style="font: 1.2rem system-ui; max-width: 30rem; margin: 3rem auto"><h1>Who are you?</h1>
{{$action := .Action}}{{range $name, $claims := .People}}<form method="post" action="{{$action}}"><button name="person" value="{{$name}}">{{$name}}</button></form><br>{{end}}</body></html>`))

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	if person := r.FormValue("person"); person == "" {
		answer.Set("error", "access_denied")
	} else {
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = grant{person, q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce")}
		p.mu.Unlock()
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// token changes a code for a token: for the client alone, for whoever began,
// and once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	} else if plain, err := url.QueryUnescape(secret); err == nil {
		secret = plain
	}
	p.mu.Lock()
	g, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	p.mu.Unlock()
	proof := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	switch {
	case id != ClientID || secret != Secret:
		w.WriteHeader(http.StatusUnauthorized)
		answer(w, map[string]any{"error": "invalid_client"})
		return
	case !known || g.redirect != r.FormValue("redirect_uri") || g.challenge != code(proof[:]):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error": "invalid_grant"})
		return
	}
	now := time.Now()
	claims := map[string]any{"iss": p.URL, "aud": ClientID, "sub": g.person, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	for name, value := range p.People[g.person] {
		claims[name] = value
	}
	if p.Bend != nil {
		p.Bend(claims)
	}
	answer(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300, "id_token": p.sign(claims)})
}

func (p *Provider) sign(claims map[string]any) string {
	key := p.key
	if p.Forge {
		key = p.other
	}
	text := code(encode(map[string]any{"alg": "RS256", "kid": "one", "typ": "JWT"})) + "." + code(encode(claims))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return err.Error() // no token: the client will say so
	}
	return text + "." + code(signature)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(encode(v))
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte(err.Error())
	}
	return b
}

func code(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
