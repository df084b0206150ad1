package wire

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/desirepath/desirepath/inventory"
)

// Requests go through the proxy that the environment names, and trust the
// authority of a company that inspects them.
func TestProxyAndCompanyAuthority(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }))
	t.Cleanup(srv.Close)
	proxy, asked := connectProxy(t, srv.Listener.Addr().String())
	t.Setenv("HTTPS_PROXY", "http://"+proxy)
	t.Setenv("NO_PROXY", "")
	ca := filepath.Join(t.TempDir(), "company.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	guard := Guard{[]Rule{{Hosts: []string{"example.com"}}}} // the name in httptest's certificate
	tr := newTransport(t, Options{Guard: guard, CAFile: ca})
	got, err := get(t, tr, t.Context(), "https://example.com/v1.0/users")
	if err != nil || got != "200 example.com" || <-asked != "example.com:443" {
		t.Errorf("through the proxy: %q, %v", got, err)
	}
	without := newTransport(t, Options{Guard: guard, Pace: Pace{Backoff: time.Millisecond}})
	if _, err := get(t, without, t.Context(), "https://example.com/v1.0/users"); err == nil || !strings.Contains(err.Error(), "ca_file") {
		t.Errorf("an unknown authority: %v; want an error that names ca_file", err)
	}
}

// connectProxy tunnels every CONNECT to one address and tells what was asked for.
func connectProxy(t *testing.T, to string) (address string, asked <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	hosts := make(chan string, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go tunnel(conn, to, hosts)
		}
	}()
	return l.Addr().String(), hosts
}

func tunnel(conn net.Conn, to string, hosts chan<- string) {
	defer conn.Close()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil || req.Method != http.MethodConnect {
		return
	}
	hosts <- req.Host
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer out.Close()
	io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	go io.Copy(out, conn)
	io.Copy(conn, out)
}

func TestBadAuthorities(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, filepath.Join(t.TempDir(), "missing.pem")} {
		if _, err := New(Options{Tenant: "alder", CAFile: file}); err == nil || !strings.Contains(err.Error(), "ca_file") {
			t.Errorf("%s: %v; want an error that names ca_file", file, err)
		}
	}
	base, err := NewBase("")
	if err != nil || base.TLSClientConfig.MinVersion < tls.VersionTLS12 {
		t.Errorf("base %+v, %v", base, err)
	}
}

func TestLedger(t *testing.T) {
	codes := []int{200, 429, 200, 200, 404}
	n := 0
	tr := newTransport(t, Options{
		Guard: Guard{[]Rule{{Hosts: []string{"graph.example.com"}}}}, Units: func(*http.Request) int { return 2 }, Words: []string{"sheets"},
		Pace: Pace{Backoff: time.Millisecond},
		Base: answer(func(*http.Request) (*http.Response, error) {
			n++
			return reply(codes[n-1], "12345", "Retry-After", "0"), nil
		})})
	for _, path := range []string{
		"/v1.0/drives/b!abc/root/delta?token=secret", "/v1.0/drives/b!xyz/root/delta", // throttled once, then fine
		"/v1.0/users/ada@example.com/drive",
		"/v1.0/sites/example.com,1,2/sheets/delta(token='secret')/payroll.xlsx",
	} {
		if _, err := get(t, tr, t.Context(), "https://graph.example.com"+path); err != nil {
			t.Fatal(err)
		}
	}
	want := inventory.Ledger{
		{Host: "graph.example.com", Method: "GET", Template: "/v1.0/drives/{id}/root/delta", Status: 200, Count: 2, Units: 4, Bytes: 10},
		{Host: "graph.example.com", Method: "GET", Template: "/v1.0/drives/{id}/root/delta", Status: 429, Count: 1, Units: 2, Bytes: 5},
		{Host: "graph.example.com", Method: "GET", Template: "/v1.0/sites/{id}/sheets/delta()/{id}", Status: 404, Count: 1, Units: 2, Bytes: 5},
		{Host: "graph.example.com", Method: "GET", Template: "/v1.0/users/{id}/drive", Status: 200, Count: 1, Units: 2, Bytes: 5},
	}
	if d := cmp.Diff(want, tr.Ledger().Lines(), cmpopts.IgnoreFields(inventory.LedgerLine{}, "Waited")); d != "" {
		t.Errorf("ledger (-want +got):\n%s", d)
	}
}
