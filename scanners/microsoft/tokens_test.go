package microsoft

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

func TestStaticTokensStayHere(t *testing.T) {
	for _, endpoint := range []string{Endpoint, "https://graph.microsoft.us/v1.0", "http://10.0.0.1/v1.0", "https://127.0.0.1.elsewhere.example/v1.0", "http://localhost.elsewhere.example", "nonsense"} {
		if _, err := StaticToken(endpoint, "secret"); err == nil {
			t.Errorf("%s was given a fixed token", endpoint)
		}
	}
	tokens, err := StaticToken("http://127.0.0.1:8080/v1.0", "secret")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"http://127.0.0.1:8080/v1.0/users": "secret", "http://127.0.0.1:8081/v1.0/users": "",
		"https://graph.microsoft.com/v1.0/users": "", "http://127.0.0.1:8080.elsewhere.example/": "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		if got, err := tokens.GetAuthorizationToken(t.Context(), u, nil); got != want || (err == nil) != (want != "") {
			t.Errorf("%s was given %q, %v", address, got, err)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for endpoint, ok := range map[string]bool{
		Endpoint: true, "https://graph.microsoft.us/v1.0": true, "https://dod-graph.microsoft.us/v1.0/": true,
		"https://microsoftgraph.chinacloudapi.cn/v1.0": true, "http://127.0.0.1:9/v1.0": true, "http://[::1]:9/v1.0": true,
		"http://graph.microsoft.com/v1.0": false, "https://graph.elsewhere.example/v1.0": false, "graph.microsoft.com": false, "https://a:b@graph.microsoft.com/v1.0": false,
	} {
		if _, err := WireOptions("alder", endpoint, Features{}); (err == nil) != ok {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

// Of an organisation's requests, those to read it may leave, and no others.
func TestGuardOfACloud(t *testing.T) {
	o, err := WireOptions("alder", Endpoint, Features{})
	if err != nil {
		t.Fatal(err)
	}
	for line, ok := range map[string]bool{
		"GET https://graph.microsoft.com/v1.0/drives/b!x/root/delta":                  true,
		"GET https://graph.microsoft.com/beta/drives/b!x/root/delta":                  false,
		"POST https://graph.microsoft.com/v1.0/drives/b!x/items/1/createLink":         false,
		"POST https://graph.microsoft.com/v1.0/$batch":                                false,
		"DELETE https://graph.microsoft.com/v1.0/drives/b!x/items/1":                  false,
		"GET https://alder-my.sharepoint.com/personal/a/_layouts/15/download.aspx":    true,
		"GET https://sharepoint.com.elsewhere.example/x":                              false,
		"POST https://login.microsoftonline.com/alder.example/oauth2/v2.0/token":      true,
		"POST https://login.microsoftonline.com/alder.example/oauth2/v2.0/logout":     false,
		"GET http://169.254.169.254/metadata/identity/oauth2/token?resource=x":        true,
		"GET http://169.254.169.254/metadata/instance":                                false,
		"GET https://graph.microsoft.us/v1.0/users":                                   false,
		"GET https://login.microsoftonline.com/common/discovery/instance?api-version": true,
	} {
		method, address, _ := strings.Cut(line, " ")
		req, err := http.NewRequest(method, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Guard.Check(req); (err == nil) != ok {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// A cloudFake is Entra and Graph as far as signing in goes, behind the names
// they have in production.
type cloudFake struct {
	t       *testing.T
	tokens  int
	refused bool
	expired map[string]bool // tokens that Graph no longer takes
	seen    []string
}

func (c *cloudFake) RoundTrip(r *http.Request) (*http.Response, error) {
	c.seen = append(c.seen, r.Method+" "+r.URL.Host+r.URL.Path)
	switch {
	case strings.Contains(r.URL.Path, "/discovery/instance"):
		return jsonReply(r, 200, `{"tenant_discovery_endpoint":"https://login.microsoftonline.com/t/v2.0/.well-known/openid-configuration",
			"metadata":[{"preferred_network":"login.microsoftonline.com","preferred_cache":"login.windows.net","aliases":["login.microsoftonline.com"]}]}`), nil
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		return jsonReply(r, 200, `{"authorization_endpoint":"https://login.microsoftonline.com/t/oauth2/v2.0/authorize",
			"token_endpoint":"https://login.microsoftonline.com/t/oauth2/v2.0/token","issuer":"https://login.microsoftonline.com/t/v2.0"}`), nil
	case r.URL.Host == "login.microsoftonline.com" && c.refused:
		return jsonReply(r, 401, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret canary-secret provided."}`), nil
	case r.URL.Host == "login.microsoftonline.com":
		c.tokens++
		return jsonReply(r, 200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":1,"access_token":"canary-%d"}`, c.tokens)), nil
	case c.expired[r.Header.Get("Authorization")]:
		return jsonReply(r, 401, `{"error":{"code":"InvalidAuthenticationToken"}}`), nil
	case !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer canary-"):
		c.t.Errorf("%s went out with Authorization %q", r.URL, r.Header.Get("Authorization"))
	}
	return jsonReply(r, 200, `{"value":[{"id":"1","userPrincipalName":"ada@alder.example"}]}`), nil
}

func jsonReply(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Proto: "HTTP/1.1"}
}

// production makes a scanner as for a real tenant, over a fake network.
func production(t *testing.T, c Credential, fake http.RoundTripper) (*Scanner, error) {
	t.Helper()
	o, err := WireOptions("alder", Endpoint, Features{})
	if err != nil {
		t.Fatal(err)
	}
	o.Base, o.Pace = fake, wire.Pace{Backoff: time.Millisecond}
	transport, err := wire.New(o)
	if err != nil {
		t.Fatal(err)
	}
	cred, err := NewCredential(c, "", transport)
	if err != nil {
		return nil, err
	}
	tokens, err := NewTokens(Endpoint, cred)
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Tenant: "alder", Tokens: tokens, Transport: transport})
}

// certificate writes a self-signed certificate with its key.
func certificate(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "desirepath"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...)
	return written(t, "app.pem", string(both))
}

func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The whole way in: a certificate or a secret, a token from Entra, an answer
// from Graph, all of it past the guard.
func TestSigningIn(t *testing.T) {
	app := Credential{TenantID: "11111111-1111-1111-1111-111111111111", ClientID: "22222222-2222-2222-2222-222222222222"}
	byCertificate, bySecret := app, app
	byCertificate.Method, byCertificate.CertificateFile = ByCertificate, certificate(t)
	bySecret.Method, bySecret.SecretFile = BySecret, written(t, "secret", "canary-secret\n")
	for _, c := range []Credential{byCertificate, bySecret} {
		fake := &cloudFake{t: t}
		s, err := production(t, c, fake)
		if err != nil {
			t.Fatalf("%s: %v", c.Method, err)
		}
		accounts, err := collect(s.Accounts(t.Context()))
		if err != nil || len(accounts) != 1 || fake.tokens != 1 {
			t.Errorf("%s: %v, %v, %d tokens, requests %q", c.Method, accounts, err, fake.tokens, fake.seen)
		}
		// A token that expired on the way is replaced, once.
		fake.expired = map[string]bool{"Bearer canary-1": true, "Bearer canary-2": true}
		if accounts, err = collect(s.Accounts(t.Context())); err != nil || len(accounts) != 1 {
			t.Errorf("%s: with an expired token: %v, %d tokens", c.Method, err, fake.tokens)
		}
		fake.expired = map[string]bool{}
		for i := range 20 {
			fake.expired[fmt.Sprint("Bearer canary-", i)] = true
		}
		if _, err = collect(s.Accounts(t.Context())); !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "clock") {
			t.Errorf("%s: with a token that is always refused: %v", c.Method, err)
		}
	}
}

func TestSigningInRefused(t *testing.T) {
	c := Credential{Method: BySecret, TenantID: "11111111-1111-1111-1111-111111111111", ClientID: "2", SecretFile: written(t, "secret", "canary-secret")}
	s, err := production(t, c, &cloudFake{t: t, refused: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = collect(s.Accounts(t.Context()))
	if !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "AADSTS7000215") || !strings.Contains(err.Error(), "take its value") || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v; want the code, what to check, and no secret", err)
	}
}

func TestBadCredentials(t *testing.T) {
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	keyOnly := written(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	for _, tc := range []struct {
		c    Credential
		want string
	}{
		{Credential{}, "tenant_id"},
		{Credential{TenantID: "t", ClientID: "c"}, "certificate_file"},
		{Credential{TenantID: "t", ClientID: "c", CertificateFile: "/nowhere/app.pem"}, "/nowhere/app.pem"},
		{Credential{TenantID: "t", ClientID: "c", CertificateFile: keyOnly}, "PKCS #12"},
		{Credential{TenantID: "t", ClientID: "c", CertificateFile: certificate(t), CertificatePasswordFile: "/nowhere/pw"}, "certificate_password_file"},
		{Credential{Method: BySecret, TenantID: "t", ClientID: "c"}, "secret_file"},
		{Credential{Method: BySecret, TenantID: "t", ClientID: "c", SecretEnv: "DESIREPATH_TEST_NO_SUCH"}, "DESIREPATH_TEST_NO_SUCH"},
		{Credential{Method: "browser"}, "workload-identity"},
	} {
		if _, err := production(t, tc.c, &cloudFake{t: t}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v; want it to name %s", tc.c, err, tc.want)
		}
	}
}

// A pause that is longer than the SDK's own time limit of 100 s is sat out.
func TestLongPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		o, err := WireOptions("alder", "http://127.0.0.1:1/v1.0", Features{})
		if err != nil {
			t.Fatal(err)
		}
		o.Base = tap(func(r *http.Request) (*http.Response, error) {
			if n++; n == 1 {
				resp := jsonReply(r, 429, `{}`)
				resp.Header.Set("Retry-After", "150")
				return resp, nil
			}
			return jsonReply(r, 200, `{"value":[]}`), nil
		})
		transport, err := wire.New(o)
		if err != nil {
			t.Fatal(err)
		}
		tokens, err := StaticToken("http://127.0.0.1:1/v1.0", "x")
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(Options{Tenant: "alder", Endpoint: "http://127.0.0.1:1/v1.0", Tokens: tokens, Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := collect(s.Accounts(context.Background())); err != nil || time.Since(start) < 150*time.Second {
			t.Errorf("%v after %s; want an answer after 150 s", err, time.Since(start))
		}
	})
}

// A machine's own identity that is refused is no matter of certificates.
func TestSignInOfAMachineThatIsRefused(t *testing.T) {
	at, err := http.NewRequest(http.MethodGet, "http://"+metadataHost+"/metadata/identity/oauth2/token", nil)
	if err != nil {
		t.Fatal(err)
	}
	refused := signIn(&azidentity.AuthenticationFailedError{RawResponse: &http.Response{StatusCode: http.StatusForbidden, Request: at}})
	if !errors.Is(refused, inventory.ErrNotPermitted) || !strings.Contains(refused.Error(), "managed identity") || strings.Contains(refused.Error(), "certificate") {
		t.Errorf("%v", refused)
	}
}
