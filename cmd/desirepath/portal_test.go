package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/access/openid"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
)

func TestWhoMayReachThePages(t *testing.T) {
	signIn := config.Portal{SignIn: &config.SignIn{}}
	for name, c := range map[string]struct {
		listen, as string
		portal     config.Portal
		want       string
	}{
		"this machine":              {"127.0.0.1:0", "ana@x.example", config.Portal{}, ""},
		"everybody, not asked":      {"0.0.0.0:8364", "", config.Portal{}, "let people sign in"},
		"everybody, asked":          {"0.0.0.0:8364", "", signIn, ""},
		"two ways to say who it is": {"127.0.0.1:0", "ana@x.example", signIn, "--as"},
	} {
		err := serveCmd{As: c.as, listens: listens{Listen: c.listen}}.reach(c.portal)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPortalWithSignIn signs somebody in to the pages as serve builds them, and
// looks at what was kept of the visit.
func TestPortalWithSignIn(t *testing.T) {
	provider := openid.New(t, map[string]map[string]any{"Pat": {"email": "pat@x.example", "email_verified": true, "name": "Pat Part"}})
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	c := config.Config{Organisation: "Alder Bay", Portal: config.Portal{Address: address, SignIn: &config.SignIn{
		Issuer: provider.URL, ClientID: openid.ClientID, Roles: config.SignInRoles{Partner: []string{"pat@x.example"}, Auditor: []string{"pat@x.example"}},
	}}}
	a := &app{Out: io.Discard, Err: io.Discard, Now: time.Now, Log: slog.New(slog.DiscardHandler), Environ: func(string) string { return openid.Secret }}
	book := access.OpenBook(store.SaveVisits, a.Log)
	f, err := serveCmd{listens: listens{Listen: "0.0.0.0:0"}}.front(t.Context(), a, c, night.Readings{Store: store}, book)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = f
	server.Start()
	t.Cleanup(server.Close)

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	page := func(method, to string, form url.Values) (string, *http.Response) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "text/html")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b), resp
	}
	_, asked := page(http.MethodGet, address+"/audit?who=x", nil)
	if asked.Request.URL.Host != strings.TrimPrefix(provider.URL, "http://") {
		t.Fatalf("a stranger is sent to %s", asked.Request.URL)
	}
	if body, resp := page(http.MethodPost, asked.Request.URL.String(), url.Values{"person": {"Pat"}}); resp.Request.URL.RequestURI() != "/audit?who=x" || !strings.Contains(body, "Pat Part") {
		t.Errorf("after signing in: %s %d\n%s", resp.Request.URL, resp.StatusCode, body)
	}
	if body, resp := page(http.MethodPost, address+"/sign-out", nil); resp.StatusCode != http.StatusOK || !strings.Contains(body, "You are signed out") || strings.Contains(body, "Pat Part") {
		t.Errorf("after signing out: %d\n%s", resp.StatusCode, body)
	}
	if _, resp := page(http.MethodGet, strings.Replace(address, "127.0.0.1", "localhost", 1)+"/", nil); resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("under another name: %d", resp.StatusCode)
	}
	f.Close()
	if err := book.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	visits, err := store.Visits(t.Context(), inventory.VisitFilter{})
	if err != nil || len(visits) != 1 || visits[0].Who != "pat@x.example" || visits[0].Page != "audit" || visits[0].Role != "auditor" {
		t.Errorf("kept: %+v, %v", visits, err)
	}
}

// TestCertificateIsReadAgain renews a certificate under a server that runs.
func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	files := &config.TLS{Certificate: filepath.Join(dir, "c.pem"), Key: filepath.Join(dir, "k.pem")}
	if _, err := certified(files, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("without its files")
	}
	issue(t, files, 1)
	served, err := certified(files, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = served
	server.StartTLS()
	t.Cleanup(server.Close)
	serial := func() int64 {
		t.Helper()
		conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "desirepath.x.example"})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("certificate %d", n)
	}
	issue(t, files, 2)
	if n := serial(); n != 2 {
		t.Errorf("after renewal certificate %d", n)
	}
	if err := os.WriteFile(files.Certificate, []byte("half of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := serial(); n != 2 {
		t.Errorf("while it is written certificate %d", n)
	}
}

// issue writes a certificate with a serial number and a time of its own.
func issue(t *testing.T, files *config.TLS, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "desirepath.x.example"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{files.Key: {Type: "PRIVATE KEY", Bytes: der}, files.Certificate: {Type: "CERTIFICATE", Bytes: certificate}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(1e9+serial, 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// TestExportsAreKept: a list from the command line names people as the pages
// do.
func TestExportsAreKept(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	a := &app{Now: time.Now}
	if err := a.exported(t.Context(), night.Readings{Store: store}, "outreach xlsx", []string{"c1"}, []inventory.AssetID{"t/p/1"}); err != nil {
		t.Fatal(err)
	}
	visits, err := store.Lookers(t.Context(), "t/p/1")
	if err != nil || len(visits) != 1 || visits[0].Page != "outreach xlsx" || visits[0].Amount != 2 || !strings.HasSuffix(visits[0].Who, "at this machine") {
		t.Errorf("kept: %+v, %v", visits, err)
	}
}

func TestDoctorAsksTheProvider(t *testing.T) {
	provider := openid.New(t, nil)
	a := &app{Now: time.Now, Log: slog.New(slog.DiscardHandler), Environ: func(string) string { return openid.Secret }}
	look := func(issuer string) scanners.Check {
		c := config.Config{Portal: config.Portal{Address: "https://d.example", SignIn: &config.SignIn{Issuer: issuer, ClientID: openid.ClientID}}}
		checks := a.door(t.Context(), c)
		if len(checks) != 1 {
			t.Fatalf("%d checks", len(checks))
		}
		return checks[0]
	}
	if c := look(provider.URL); c.State != scanners.Good {
		t.Errorf("%+v", c)
	}
	if c := look(provider.URL + "/else"); c.State != scanners.Failed || !strings.Contains(c.Remedy, "is the address right") {
		t.Errorf("%+v", c)
	}
	if checks := a.door(t.Context(), config.Config{}); checks != nil {
		t.Errorf("where nobody signs in: %+v", checks)
	}
}
