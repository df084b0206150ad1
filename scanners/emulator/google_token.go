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
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const scopePrefix = "https://www.googleapis.com/auth/"

// serviceAccount may act for everybody in the organisation, as one with domain-wide delegation does.
type serviceAccount struct {
	once sync.Once
	key  *rsa.PrivateKey
	err  error
}

func (a *serviceAccount) private() (*rsa.PrivateKey, error) {
	a.once.Do(func() { a.key, a.err = rsa.GenerateKey(rand.Reader, 2048) })
	return a.key, a.err
}

// GoogleCredentials is the JSON key of a service account with domain-wide delegation over the organisation. tokenURI is the TokenURI of the
// server's Endpoints. The key is made when it is first asked for and is good for as long as this server runs.
func (s *Server) GoogleCredentials(tokenURI string) ([]byte, error) {
	key, err := s.account.private()
	if err != nil {
		return nil, fmt.Errorf("emulator: service account: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("emulator: service account: %w", err)
	}
	return json.MarshalIndent(map[string]string{
		"type":           "service_account",
		"project_id":     "desirepath-emulator",
		"private_key_id": s.keyID(),
		"private_key":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email":   s.accountEmail(),
		"client_id":      digits("client", s.World.Org),
		"token_uri":      tokenURI,
	}, "", "  ")
}

func (s *Server) accountEmail() string {
	return "scanner@desirepath-emulator.iam.gserviceaccount.example"
}
func (s *Server) keyID() string { return strings.ReplaceAll(guid("key", s.World.Org), "-", "") }

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

// grant is what an access token holds.
type grant struct {
	Person  string   `json:"p"`
	Scopes  []string `json:"s"`
	Expires int64    `json:"e"`
}

const tokenLife = time.Hour

// exchange gives a token for a signed assertion.
func (g *google) exchange(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+r.FormValue("grant_type"))
		return
	}
	a, err := g.verify(r.FormValue("assertion"), baseURL(r)+"/token")
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
	if slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(g.scopes, scope) }) {
		refuse(w, http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
		return
	}
	who, ok := g.World.Person(a.Subject)
	switch {
	case !ok || !who.Google || who.Guest:
		refuse(w, http.StatusBadRequest, "invalid_grant", "Invalid email or User ID")
	case who.Left:
		refuse(w, http.StatusBadRequest, "invalid_grant", "Account has been disabled")
	default:
		token := "ya29." + g.seal(grant{who.ID, scopes, time.Now().Add(tokenLife).Unix()})
		writeGoogleJSON(w, http.StatusOK, object{"access_token": token, "expires_in": int(tokenLife.Seconds()) - 1, "token_type": "Bearer"})
	}
}

// verify reads an assertion and checks that the service account made it, for this server, lately.
func (g *google) verify(text, audience string) (assertion, error) {
	var a assertion
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return a, fmt.Errorf("Invalid JWT: not three parts")
	}
	var header struct{ Alg, Kid string }
	if err := decodePart(parts[0], &header); err != nil || header.Alg != "RS256" {
		return a, fmt.Errorf("Invalid JWT: algorithm %q", header.Alg)
	}
	if err := decodePart(parts[1], &a); err != nil {
		return a, fmt.Errorf("Invalid JWT: claims")
	}
	if err := g.signed(parts); err != nil {
		return a, fmt.Errorf("Invalid JWT Signature.")
	}
	now := time.Now().Unix()
	switch skew := int64(300); {
	case a.Issuer != g.accountEmail():
		return a, fmt.Errorf("Invalid grant: account not found")
	case a.Audience != audience:
		return a, fmt.Errorf("Invalid JWT: Failed audience check")
	case a.Issued > now+skew || a.Expires < now-skew || a.Expires > a.Issued+3600+skew:
		return a, fmt.Errorf("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.")
	}
	return a, nil
}

func (g *google) signed(parts []string) error {
	key, err := g.account.private()
	if err != nil {
		return err
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature)
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
	no := &googleError{http.StatusUnauthorized, "authError", "Invalid Credentials", "Authorization"}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ya29.")
	if !ok {
		return Person{}, nil, no
	}
	var held grant
	if err := g.open(token, &held); err != nil || held.Expires < time.Now().Unix() {
		return Person{}, nil, no
	}
	who, ok := g.World.Person(held.Person)
	if !ok || who.Left {
		return Person{}, nil, no
	}
	return who, held.Scopes, nil
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
