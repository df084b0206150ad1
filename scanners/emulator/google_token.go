package emulator

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const scopePrefix = "https://www.googleapis.com/auth/"

// A serviceAccount may act for everybody in the organisation with the scopes that were delegated to it, and for itself.
type serviceAccount struct {
	name   string
	scopes []string
	key    *rsa.PrivateKey
}

// accounts are the service accounts by their address.
type accounts struct {
	mu sync.Mutex
	by map[string]*serviceAccount
}

func (a *accounts) of(address string) *serviceAccount {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.by[address]
}

// add makes an account, or gives the one of that name other scopes.
func (a *accounts) add(name string, scopes []string) (*serviceAccount, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.by[accountAddress(name)]; known != nil {
		known.scopes = scopes
		return known, nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("emulator: service account: %w", err)
	}
	if a.by == nil {
		a.by = map[string]*serviceAccount{}
	}
	made := &serviceAccount{name, scopes, key}
	a.by[made.address()] = made
	return made, nil
}

func (a *serviceAccount) address() string { return accountAddress(a.name) }

func accountAddress(name string) string {
	return name + "@desirepath-emulator.iam.gserviceaccount.example"
}

// GoogleCredentials is the JSON key of a service account with domain-wide delegation over the organisation, for the scopes that the
// server was made with. tokenURI is the TokenURI of the server's Endpoints. The key is made when it is first asked for and is good for
// as long as this server runs.
func (s *Server) GoogleCredentials(tokenURI string) ([]byte, error) {
	return s.GoogleAccount("scanner", tokenURI, s.scopes...)
}

// GoogleAccount is the JSON key of a further service account, and the scopes that are delegated to it.
func (s *Server) GoogleAccount(name, tokenURI string, scopes ...string) ([]byte, error) {
	account, err := s.accounts.add(name, scopes)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(account.key)
	if err != nil {
		return nil, fmt.Errorf("emulator: service account: %w", err)
	}
	return json.MarshalIndent(map[string]string{
		"type":           "service_account",
		"project_id":     "desirepath-emulator",
		"private_key_id": strings.ReplaceAll(guid("key", s.World.Org, name), "-", ""),
		"private_key":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email":   account.address(),
		"client_id":      digits("client", s.World.Org, name),
		"token_uri":      tokenURI,
	}, "", "  ")
}

// assertion is what a service account signs to get a token.
// https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
type assertion struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Scope    string `json:"scope"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// grant is what an access token holds. It is for a person or for a service account itself.
type grant struct {
	Person  string   `json:"p"`
	Scopes  []string `json:"s"`
	Expires int64    `json:"e"`
	Account string   `json:"a,omitempty"`
}

const tokenLife = time.Hour

// exchange gives a token for a signed assertion.
func (g *google) exchange(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+r.FormValue("grant_type"))
		return
	}
	a, account, err := g.verify(r.FormValue("assertion"), baseURL(r)+"/token")
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_grant", err.Error())
		return
	}
	scopes := strings.Fields(a.Scope)
	for i, scope := range scopes {
		scopes[i] = strings.TrimPrefix(scope, scopePrefix)
	}
	if len(scopes) == 0 {
		refuse(w, http.StatusBadRequest, "invalid_scope", "Empty or missing scope not allowed.")
		return
	}
	held := grant{Scopes: scopes, Expires: time.Now().Add(tokenLife).Unix()}
	if a.Subject == "" { // for itself it needs no delegation: what it may do is a matter of its roles
		held.Account = account.name
	} else if held.Person, err = g.delegated(account, a.Subject, scopes); err != nil {
		var no *tokenError
		if errors.As(err, &no) {
			refuse(w, no.status, no.code, no.words)
		}
		return
	}
	writeGoogleJSON(w, http.StatusOK, object{"access_token": "ya29." + g.seal(held), "expires_in": int(tokenLife.Seconds()) - 1, "token_type": "Bearer"})
}

// A tokenError is why there is no token.
type tokenError struct {
	status      int
	code, words string
}

func (e *tokenError) Error() string { return e.words }

// delegated is the person that an account may act for.
func (g *google) delegated(account *serviceAccount, subject string, scopes []string) (string, error) {
	if slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(account.scopes, scope) }) {
		return "", &tokenError{http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."}
	}
	who, ok := g.World.Person(subject)
	switch {
	case !ok || !who.Google || who.Guest:
		return "", &tokenError{http.StatusBadRequest, "invalid_grant", "Invalid email or User ID"}
	case who.Left:
		return "", &tokenError{http.StatusBadRequest, "invalid_grant", "Account has been disabled"}
	}
	return who.ID, nil
}

// verify reads an assertion and checks that a service account made it, for this server, lately.
func (g *google) verify(text, audience string) (a assertion, account *serviceAccount, err error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return a, nil, fmt.Errorf("Invalid JWT: not three parts")
	}
	var header struct{ Alg, Kid string }
	if err := decodePart(parts[0], &header); err != nil || header.Alg != "RS256" {
		return a, nil, fmt.Errorf("Invalid JWT: algorithm %q", header.Alg)
	}
	if err := decodePart(parts[1], &a); err != nil {
		return a, nil, fmt.Errorf("Invalid JWT: claims")
	}
	if account = g.accounts.of(a.Issuer); account == nil {
		return a, nil, fmt.Errorf("Invalid grant: account not found")
	}
	if err := account.signed(parts); err != nil {
		return a, nil, fmt.Errorf("Invalid JWT Signature.")
	}
	now := time.Now().Unix()
	switch skew := int64(300); {
	case a.Audience != audience:
		return a, nil, fmt.Errorf("Invalid JWT: Failed audience check")
	case a.Issued > now+skew || a.Expires < now-skew || a.Expires > a.Issued+3600+skew:
		return a, nil, fmt.Errorf("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.")
	}
	return a, account, nil
}

func (a *serviceAccount) signed(parts []string) error {
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return rsa.VerifyPKCS1v15(&a.key.PublicKey, crypto.SHA256, sum[:], signature)
}

func decodePart(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// refuse is how a token endpoint says no. https://www.rfc-editor.org/rfc/rfc6749#section-5.2
func refuse(w http.ResponseWriter, status int, code, description string) {
	writeGoogleJSON(w, status, object{"error": code, "error_description": description})
}

// caller is who a request's token lets it act for.
func (g *google) caller(r *http.Request) (Person, []string, error) {
	held, err := g.held(r)
	if err != nil {
		return Person{}, nil, err
	}
	who, ok := g.World.Person(held.Person)
	if !ok || who.Left {
		return Person{}, nil, errNoToken()
	}
	return who, held.Scopes, nil
}

// held is what a request's token holds.
func (g *google) held(r *http.Request) (grant, error) {
	var held grant
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ya29.")
	if !ok || g.open(token, &held) != nil || held.Expires < time.Now().Unix() {
		return grant{}, errNoToken()
	}
	return held, nil
}

func errNoToken() error {
	return &googleError{http.StatusUnauthorized, "authError", "Invalid Credentials", "Authorization"}
}

func anyOf(have, want []string) bool {
	return slices.ContainsFunc(have, func(s string) bool { return slices.Contains(want, s) })
}

// administrator says that somebody may ask about everybody. In an organisation without administrators all may.
func (g *google) administrator(p Person) bool {
	return p.Admin || !g.World.hasAdministrators()
}

// digits is a stable number of 21 digits, as Google's ids of people and clients are.
func digits(parts ...string) string {
	b := digest(parts...)
	out := []byte("1")
	for _, c := range b[:20] {
		out = append(out, '0'+c%10)
	}
	return string(out)
}
