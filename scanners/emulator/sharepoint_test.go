package emulator

import (
	"net/http"
	"strings"
	"testing"
)

// Where pre-authenticated addresses are off, content is given for a token of that very host, signed in for by certificate, and for nothing else.
func TestDownloadsWithoutPreAuth(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{PreAuthOff: true})
	it := named(t, w, place.ID, "outer.xlsx")
	res := c.do(http.MethodGet, "/v1.0/drives/"+place.ID+"/items/"+it.ID+"/content")
	c.body(http.StatusFound, res)
	at := res.Header.Get("Location")
	if strings.Contains(at, "tempauth") {
		t.Fatalf("the address carries its own right: %s", at)
	}
	elsewhere := strings.Replace(c.base, "127.0.0.1", "localhost", 1)
	good := c.s.ContentToken(c.base)
	for name, tc := range map[string]struct {
		token  string
		status int
	}{
		"good":              {good, http.StatusOK},
		"none":              {"", http.StatusUnauthorized},
		"Graph's":           {c.s.token, http.StatusUnauthorized},
		"for another host":  {c.s.ContentToken(elsewhere), http.StatusUnauthorized},
		"by a secret":       {c.s.tokenFor(c.base, bySecret, []string{"Sites.Read.All"}), http.StatusUnauthorized},
		"without the right": {c.s.tokenFor(c.base, byCertificate, []string{"User.Read.All"}), http.StatusUnauthorized},
		"forged":            {good[:len(good)-2], http.StatusUnauthorized},
	} {
		res := c.do(http.MethodGet, at, "Authorization", map[bool]string{true: "Bearer " + tc.token}[tc.token != ""])
		if res.StatusCode != tc.status {
			t.Errorf("with a token that is %s: status %d, want %d", name, res.StatusCode, tc.status)
		}
		res.Body.Close()
	}
	// Nor does an address of before, when they were on.
	before := serve(t, w, ServerOptions{})
	old := before.do(http.MethodGet, "/v1.0/drives/"+place.ID+"/items/"+it.ID+"/content")
	before.body(http.StatusFound, old)
	_, path, _ := strings.Cut(old.Header.Get("Location"), before.base)
	c.body(http.StatusUnauthorized, c.do(http.MethodGet, path, "Authorization", ""))
}
