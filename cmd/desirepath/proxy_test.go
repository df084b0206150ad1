package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestScanThroughTheProxy scans both suites at the vendors' own addresses,
// signing in with a certificate and a service account's key, as in earnest:
// only HTTPS_PROXY and scan.ca_file lead to the emulator.
func TestScanThroughTheProxy(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, filepath.Join(dir, "app.pem"))
	ends := emulate(t, "--tls", "--proxy", "127.0.0.1:0", "--people", "4", "--assets", "40",
		"--key", filepath.Join(dir, "key.json"), "--certificate", filepath.Join(dir, "app.pem"))
	t.Setenv("HTTPS_PROXY", ends["proxy"])
	text := "store: inv.db\nout: out\nscan: {share: 1, ca_file: " + ends["ca"] + "}\nsources:\n" +
		"  - {name: m365, microsoft: {tenant_id: " + ends["tenant"] + ", client_id: 4f6a0b7e-0000-4000-8000-000000000001, certificate_file: app.pem, licences: 60000, features: {usage_reports: true}}}\n" +
		"  - {name: workspace, google: {admin: " + ends["admin"] + ", key_file: key.json}}\n"
	if err := os.WriteFile(filepath.Join(dir, "desirepath.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	scanning := testApp(t)
	var out strings.Builder
	scanning.Out = &out
	if code := scanning.run(t.Context(), []string{"scan", "--ledger", "--config", filepath.Join(dir, "desirepath.yaml")}); code != exitOK {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
	if lines := strings.Count(string(readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))), "\n"); lines < 20 {
		t.Errorf("only %d assets were found", lines)
	}
	for _, host := range []string{"graph.microsoft.com", "login.microsoftonline.com", "sharepoint.com", "www.googleapis.com", "oauth2.googleapis.com", "admin.googleapis.com"} {
		if !strings.Contains(out.String(), host) {
			t.Errorf("the ledger has no request to %s:\n%s", host, out.String())
		}
	}
	if strings.Contains(out.String(), "127.0.0.1") || !strings.Contains(out.String(), "mutations: 0") {
		t.Errorf("the ledger has requests to elsewhere, or such that change something:\n%s", out.String())
	}

	writeCertificate(t, filepath.Join(dir, "app.pem")) // another one, that nobody registered
	if code := testApp(t).run(t.Context(), []string{"scan", "--config", filepath.Join(dir, "desirepath.yaml")}); code != exitPartial {
		t.Errorf("exit code %d with a certificate that is not registered; want %d: the other suite is seen all the same", code, exitPartial)
	}
}

// emulate runs the command until the test ends and returns what it told, by
// the first word of each line.
func emulate(t *testing.T, args ...string) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	told, say := io.Pipe()
	emulating := testApp(t)
	emulating.Out = say
	ended := make(chan int, 1)
	go func() {
		ended <- emulating.run(ctx, append([]string{"emulate", "--listen", "127.0.0.1:0"}, args...))
		say.Close()
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitOK {
			t.Errorf("the emulator ended with %d", code)
		}
	})
	ends := map[string]string{}
	for lines := bufio.NewScanner(told); ends["proxy"] == "" && lines.Scan(); {
		name, address, _ := strings.Cut(lines.Text(), " ")
		ends[name] = strings.TrimSpace(address)
	}
	return ends
}

// writeCertificate writes a certificate with its key, as openssl would.
func writeCertificate(t testing.TB, path string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "desirepath"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
