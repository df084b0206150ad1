package emulator

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// claims are what a token of Entra says, as far as anybody here looks at it
// (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
type claims struct {
	Audience string   `json:"aud"`
	Issuer   string   `json:"iss"`
	Tenant   string   `json:"tid"`
	App      string   `json:"app_displayname"`
	Proof    string   `json:"appidacr"` // how the application showed who it is: "1" by a secret, "2" by a certificate
	Roles    []string `json:"roles"`
	Issued   int64    `json:"iat"`
	Expires  int64    `json:"exp"`
}

// The ways in which an application shows who it is.
const (
	bySecret      = "1"
	byCertificate = "2"
)

// ContentToken is a token for the host at a base address, as SharePoint wants it where pre-authenticated addresses are switched off. Only
// one for exactly that host, whose holder signed in by certificate, is good.
func (s *Server) ContentToken(base string) string {
	return s.tokenFor(strings.TrimSuffix(base, "/"), byCertificate, []string{"Sites.Read.All"})
}

// downloadPass lets a request at the content of an item: by the address alone, or where that is switched off by a token for this very host.
func (g *graph) downloadPass(r *http.Request) (pass, error) {
	var ticket pass
	query := r.URL.Query()
	if !query.Has("tempauth") && g.preAuthOff {
		if err := g.checkContentToken(r); err != nil {
			return ticket, err
		}
		return ticket, g.open(query.Get("at"), &ticket)
	}
	err := g.open(query.Get("tempauth"), &ticket)
	if err != nil || g.preAuthOff || r.Header.Get("Authorization") != "" || time.Now().Unix() > ticket.Until {
		return ticket, errors.New("Call the download URL as it was given, within an hour, without an Authorization header.")
	}
	return ticket, nil
}

func (g *graph) checkContentToken(r *http.Request) error {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	c, err := g.readToken(token)
	switch {
	case err != nil:
		return err
	case c.Audience != baseURL(r):
		return errors.New("Invalid audience: the token is for " + c.Audience + ".")
	case c.Proof != byCertificate:
		return errors.New("Unsupported app only token.")
	case !slices.Contains(c.Roles, "Sites.Read.All"):
		return errors.New("The token lacks Sites.Read.All.")
	}
	return nil
}

// readToken reads a token of this server's.
func (s *Server) readToken(token string) (c claims, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(s.signature(parts[0]+"."+parts[1]))) {
		return c, errors.New("Access token validation failure.")
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(body, &c)
}

// passQuery is what a download URL carries besides the file's id.
func (g *graph) passQuery(it Item) url.Values {
	query := url.Values{"UniqueId": {itemGUID(it)}}
	if g.preAuthOff {
		query.Set("at", g.seal(pass{Place: it.Place, Item: it.ID}))
	} else {
		query.Set("tempauth", g.seal(pass{it.Place, it.ID, time.Now().Add(time.Hour).Unix()}))
	}
	return query
}
