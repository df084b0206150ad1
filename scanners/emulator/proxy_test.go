package emulator

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// proxied is a client that knows nothing of the emulator but a proxy and an authority to trust.
func proxied(t *testing.T, w *World) (*Server, *http.Client) {
	t.Helper()
	s := NewServer(w, ServerOptions{})
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	address, err := s.StartProxy(t.Context(), "127.0.0.1:0", a)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.PEM()) {
		t.Fatal("the authority's PEM holds no certificate")
	}
	tr := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(tr.CloseIdleConnections)
	return s, &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (s *Server) bearer(t *testing.T, address string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	return req
}

// The proxy is the vendors' hosts, links and all, and no other host.
func TestProxyAnswersForTheVendors(t *testing.T) {
	w := NewWorld(Options{People: 4, Assets: 40, Seed: 3})
	s, hc := proxied(t, w)
	resp, err := hc.Do(s.bearer(t, "https://graph.microsoft.com/v1.0/users?$top=1"))
	if err != nil {
		t.Fatal(err)
	}
	var users struct {
		Next  string `json:"@odata.nextLink"`
		Value []struct{ ID string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&users); err != nil || len(users.Value) != 1 {
		t.Fatalf("%d users, %v", len(users.Value), err)
	}
	if !strings.HasPrefix(users.Next, "https://graph.microsoft.com/v1.0/users?") {
		t.Errorf("the next page is at %s; want it at the vendor's host", users.Next)
	}
	for address, want := range map[string]string{
		"https://www.googleapis.com/drive/v3/files":                                      "authError", // without a token: an error in Google's shape
		"https://sheets.googleapis.com/v4/spreadsheets/1":                                "Credentials",
		"https://admin.googleapis.com/nothing":                                           "not found",
		"https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration": `"token_endpoint":"https://login.microsoftonline.com/common/oauth2/v2.0/token"`,
	} {
		resp, err := hc.Get(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		if !bytes.Contains(body, []byte(want)) && !strings.Contains(resp.Header.Get("WWW-Authenticate"), want) {
			t.Errorf("%s: %d %s; want %q in it", address, resp.StatusCode, body, want)
		}
	}
	for _, address := range []string{"https://example.com/", "https://notsharepoint.com/", "http://graph.microsoft.com/v1.0/users", "https://graph.microsoft.com:8443/v1.0/users"} {
		if resp, err := hc.Get(address); err == nil && resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: answered %d; want it refused", address, resp.StatusCode)
		}
	}
}

// What is downloaded comes from the host that it has at the vendor's.
func TestProxyDownloads(t *testing.T) {
	w := NewWorld(Options{Org: "Alder Bay", Domain: "alderbay.example"})
	site := w.AddSite(Site{Name: "Finance", Path: "sites/finance"})
	library := w.AddPlace(Place{Suite: Microsoft, Kind: KindLibrary, Name: "Documents", Site: site.ID})
	it, err := w.Create(library.ID, Item{Name: "a.txt", Content: BytesContent([]byte("hello"))})
	if err != nil {
		t.Fatal(err)
	}
	s, hc := proxied(t, w)
	resp, err := hc.Do(s.bearer(t, "https://graph.microsoft.com/v1.0/drives/"+url.PathEscape(library.ID)+"/items/"+it.ID+"/content"))
	if err != nil {
		t.Fatal(err)
	}
	to := resp.Header.Get("Location")
	if want := "https://alderbay.sharepoint.com/"; !strings.HasPrefix(to, want) {
		t.Fatalf("%d leads to %s; want %s", resp.StatusCode, to, want)
	}
	if resp, err = hc.Get(to); err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(resp.Body); string(body) != "hello" {
		t.Errorf("downloaded %q", body)
	}
}

// Signing in without a certificate's assertion, to another organisation, or
// with an assertion for somebody else gives no token.
func TestProxyRefusesToSignIn(t *testing.T) {
	s, hc := proxied(t, NewWorld(Options{People: 1, Seed: 3}))
	tokens := "https://login.microsoftonline.com/" + s.TenantID() + "/oauth2/v2.0/token"
	good := url.Values{"grant_type": {"client_credentials"}, "client_id": {"app"}, "scope": {"https://graph.microsoft.com/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}
	for name, tc := range map[string]struct {
		address     string
		name, value string
		want        string
	}{
		"secret":         {tokens, "client_assertion_type", "", "AADSTS7000216"},
		"no assertion":   {tokens, "client_assertion", "", "AADSTS50027"},
		"another client": {tokens, "client_assertion", assertionOf("other", tokens), "AADSTS700021"},
		"another server": {tokens, "client_assertion", assertionOf("app", "https://elsewhere.example/token"), "AADSTS700023"},
		"another tenant": {"https://login.microsoftonline.com/other.example/oauth2/v2.0/token", "client_assertion", "", "AADSTS90002"},
		"scope":          {tokens, "scope", "User.Read", "AADSTS1002012"},
		"good":           {tokens, "client_assertion", assertionOf("app", tokens), `"access_token"`},
	} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(tc.name, tc.value)
		resp, err := hc.PostForm(tc.address, form)
		if err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), tc.want) {
			t.Errorf("%s: %s; want %s", name, body, tc.want)
		}
	}
}

func assertionOf(client, audience string) string {
	claims, _ := json.Marshal(map[string]any{"iss": client, "sub": client, "aud": audience, "exp": 4102444800})
	return b64([]byte(`{"alg":"RS256"}`)) + "." + b64(claims) + "." + b64([]byte("unsigned"))
}

func TestServeTLS(t *testing.T) {
	s := NewServer(NewWorld(Options{People: 1, Seed: 3}), ServerOptions{})
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	ends, err := s.StartTLS(t.Context(), "127.0.0.1:0", a)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.PEM())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Do(s.bearer(t, ends.Graph+"/users"))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	if _, err := http.Get(ends.Graph + "/users"); err == nil {
		t.Error("somebody who does not trust the authority was answered")
	}
	if _, err := s.StartProxy(t.Context(), "0.0.0.0:0", a); err == nil {
		t.Error("a proxy for the whole network was started")
	}
}
